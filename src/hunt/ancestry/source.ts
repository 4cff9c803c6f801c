/**
 * The processes above findings, looked up where the events are: one search for a process that was not met before, until
 * the top or a process that was. The number of searches is bounded; what came after that has a part of its line.
 */
import { correlationTime, isoTime } from '../../detect/index.ts';
import { asHuntbookError } from '../../errors.ts';
import {
  fileName,
  type ProcessInfo,
  type ProcessName,
  type ProcessSource,
  type ProcessTree,
} from '../../process/index.ts';
import type { SourceIssue } from '../../sources/index.ts';
import { asFindingProcesses } from '../chain-finding.ts';
import { IssueLog } from '../issue-log.ts';
import type { Finding, FindingProcess, SummaryIssue } from '../types.ts';
import { actingIn, actorInfo, createdIn } from './actor.ts';
import { joinLines } from './tree.ts';
import { maxAbove, type Ancestry } from './types.ts';

export const defaultMaxSearches = 500;
/** Processes that are kept; a hunt that finds more of them looks some up again. */
const maxKept = 50_000;

export interface SourceAncestryOptions {
  readonly source: ProcessSource;
  /** The name of the source, which problems are told under. */
  readonly name: string;
  readonly maxSearches?: number;
  readonly signal?: AbortSignal;
}

/** A process, and who started it; null: nobody is known. */
interface Known {
  readonly info: ProcessInfo;
  readonly parent: Wanted | null;
}

interface Wanted extends ProcessName {
  /** `correlationTime` at which it ran. */
  readonly time: number | null;
  /** What those it started say of it. */
  readonly told: ProcessInfo;
}

export function sourceAncestry(options: SourceAncestryOptions): Ancestry {
  return new SourceAncestry(options);
}

class SourceAncestry implements Ancestry {
  readonly #options: SourceAncestryOptions;
  readonly #known = new Map<string, Known>();
  readonly #issues = new IssueLog();
  #searches = 0;

  constructor(options: SourceAncestryOptions) {
    this.#options = options;
  }

  async add(finding: Finding): Promise<Finding> {
    const { chain, event } = finding;
    const [top] = chain ?? [];
    if (chain !== undefined && top !== undefined) {
      const line = await this.#lineOf({ ...nameOf(top), time: correlationTime(top.start), told: top });
      return { ...finding, chain: joinLines(line, chain) };
    }
    const actor = actingIn(event);
    if (actor === null) return finding;
    const told = this.#learn(finding) ?? actorInfo(actor, event);
    return { ...finding, chain: await this.#lineOf({ ...actor, told }) };
  }

  issues(): SummaryIssue[] {
    return this.#issues.list();
  }

  /** The event of a creation tells of the process and its parent without a search; null for other events. */
  #learn({ event }: Finding): ProcessInfo | null {
    const created = createdIn(event);
    if (created === null) return null;
    const { info, start } = created;
    // Sysmon may have told of the same process, with GUIDs.
    if (info.guid === null) return info;
    const { parentGuid: guid, parentPid: pid, parentImage: image, parentCommandLine: commandLine } = start;
    const told: ProcessInfo = {
      ...info,
      guid,
      pid,
      image,
      commandLine,
      user: null,
      start: null,
      known: false,
    };
    const hasParent = guid !== null || pid !== null;
    this.#keep(keyOf(start, start.time), {
      info: { ...info, link: hasParent ? (guid === null ? 'inferred' : 'guid') : null },
      parent: hasParent ? { host: start.host, guid, pid, time: start.time, told } : null,
    });
    return info;
  }

  async #lineOf(process: Wanted): Promise<readonly FindingProcess[]> {
    const line: ProcessInfo[] = [];
    const seen = new Set<string>();
    let next: Wanted | null = process;
    while (next !== null && line.length < maxAbove) {
      const wanted: Wanted = next;
      const key = keyOf(wanted, wanted.time);
      if (seen.has(key)) break;
      seen.add(key);
      const known: Known | null = this.#known.get(key) ?? (await this.#search(wanted, key));
      line.push(known?.info ?? wanted.told);
      next = known?.parent ?? null;
    }
    return asFindingProcesses(line.toReversed());
  }

  /** Null: the engine was not asked. */
  async #search(wanted: Wanted, key: string): Promise<Known | null> {
    const { source, maxSearches = defaultMaxSearches, signal } = this.#options;
    if (signal?.aborted) return null;
    const searches = source.cost?.searches ?? this.#searches;
    if (searches >= maxSearches) {
      const message = `the processes above a finding were not looked up to the top: the limit of ${maxSearches} searches was reached`;
      this.#issue('HB_LIMIT', message);
      return null;
    }
    this.#searches++;
    try {
      const { host, guid, pid, time, told } = wanted;
      const at = time === null ? null : Date.parse(isoTime(time));
      const start = { kind: 'process', process: { host, guid, pid }, time: at } as const;
      const found = await source.tree({
        start,
        up: 0,
        down: 0,
        before: 0,
        after: 0,
        ...(signal && { signal }),
      });
      const { tree } = found;
      const node = found.focus.find((one) => isThis(tree, one, wanted)) ?? -1;
      const parent = node < 0 ? -1 : (tree.parent[node] as number);
      const [info = told, above] = await tree.describe([node, parent].filter((one) => one >= 0));
      const known: Known = {
        info,
        parent: above ? { ...nameOf(above), time: correlationTime(info.start) ?? time, told: above } : null,
      };
      this.#keep(key, known);
      return known;
    } catch (error) {
      if (signal?.aborted) return null;
      const { code, message } = asHuntbookError(error, 'HB_SEARCH');
      this.#issue(code, `the processes above a finding: ${message}`);
      return null;
    }
  }

  #keep(key: string, known: Known): void {
    if (this.#known.size >= maxKept) this.#known.clear();
    this.#known.set(key, known);
  }

  #issue(code: SourceIssue['code'], message: string): void {
    this.#issues.add({ code, source: this.#options.name, message });
  }
}

/** Another process may have had the process id before: then its image is another. */
function isThis(tree: ProcessTree, node: number, { guid, told }: Wanted): boolean {
  const image = tree.images[tree.imageId[node] as number];
  if (guid !== null || told.image === null || image === undefined || image === '') return true;
  return fileName(image).toLowerCase() === fileName(told.image).toLowerCase();
}

function nameOf({ host, guid, pid }: ProcessName): ProcessName {
  return { host, guid, pid };
}

/** A process id names a process for some time only. */
function keyOf({ host, guid, pid }: ProcessName, time: number | null): string {
  return `${host.toLowerCase()}\n${guid ?? `${pid}\n${time}`}`;
}
