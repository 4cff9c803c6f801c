/**
 * What one archive may cost, shared by everything inside it: bytes that come out, members, nesting. Exceeding a
 * bound ends the archive with one HB_LIMIT issue; what was read before stays.
 */
import type { Limits, ReadOptions } from '../types.ts';
import type { ErrorCode } from '../../errors.ts';

/** The ratio is judged after this much output: small logs that repeat themselves pack as well as bombs do. */
export const ratioGrace = 16 * 1024 * 1024;

/** After this many issues of one code the rest is counted and reported in one. */
const namedIssues = 20;

/** What everything inside one archive has used up together. */
interface Spending {
  bytes: number;
  packed: number;
  members: number;
  over: boolean;
  readonly counts: Map<ErrorCode, number>;
  readonly truncated: Set<string>;
}

export class ArchiveBudget {
  readonly limits: Limits;
  readonly #name: string;
  readonly #options: ReadOptions;
  readonly #spending: Spending;
  readonly #outermost: boolean;

  constructor(name: string, options: ReadOptions, outer?: Spending) {
    this.#name = name;
    this.#options = options;
    this.limits = options.limits;
    this.#outermost = outer === undefined;
    const counts = new Map<ErrorCode, number>();
    this.#spending = outer ?? { bytes: 0, packed: 0, members: 0, over: false, counts, truncated: new Set() };
  }

  /** For what is packed again inside: the ratio stays that of all output to the outermost packed bytes. */
  inner(): ArchiveBudget {
    return new ArchiveBudget(this.#name, this.#options, this.#spending);
  }

  /** True once a bound of the whole archive is exceeded: nothing more is to be read. */
  get spent(): boolean {
    return this.#spending.over;
  }

  /** Counts a member; false if it is one too many. */
  addMember(): boolean {
    if (this.spent) return false;
    const { maxArchiveMembers } = this.limits;
    if (++this.#spending.members <= maxArchiveMembers) return true;
    return this.exceed(`more than ${maxArchiveMembers} members; the rest is not read`);
  }

  /** Counts bytes that went into and came out of a decompressor; false if reading must stop. */
  addBytes(packed: number, unpacked: number): boolean {
    const spending = this.#spending;
    if (spending.over) return false;
    const { maxArchiveBytes, maxRatio } = this.limits;
    if (this.#outermost) {
      spending.packed += packed;
      this.#options.onProgress?.(spending.packed);
    }
    spending.bytes += unpacked;
    if (spending.bytes > maxArchiveBytes) {
      return this.exceed(`more than ${maxArchiveBytes} bytes unpacked; the rest is not read`);
    }
    if (spending.bytes > ratioGrace && spending.bytes > spending.packed * maxRatio) {
      return this.exceed(`unpacks to more than ${maxRatio} times its size; the rest is not read`);
    }
    return true;
  }

  /** Ends the whole archive with one HB_LIMIT issue. */
  exceed(message: string): false {
    if (!this.spent) this.#options.onIssue({ code: 'HB_LIMIT', source: this.#name, message });
    this.#spending.over = true;
    return false;
  }

  issue(code: ErrorCode, source: string, message: string): void {
    if (code === 'HB_TRUNCATED' && this.#isToldTruncated(source)) return;
    const { counts } = this.#spending;
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count <= namedIssues) this.#options.onIssue({ code, source, message });
  }

  /** Reports what was only counted. Called once, when the archive is done. */
  finish(): void {
    for (const [code, count] of this.#spending.counts) {
      if (count <= namedIssues) continue;
      const message = `${count - namedIssues} more members with the same kind of problem`;
      this.#options.onIssue({ code, source: this.#name, message });
    }
  }

  /** The end of a packed file is the end of all that lies in it: told once, for the outermost. */
  #isToldTruncated(source: string): boolean {
    const { truncated } = this.#spending;
    for (const told of truncated) if (source === told || source.startsWith(`${told}!`)) return true;
    truncated.add(source);
    return false;
  }
}
