/**
 * Issues of one file. The first few of a kind are reported one by one, with their offset; the rest are counted and
 * reported once at the end, so that a file of nothing but damage gives some dozens of lines, not millions.
 */
import type { ErrorCode } from '../../errors.ts';
import type { SourceIssue } from '../types.ts';

const REPORTED_OF_A_KIND = 10;

export class IssueLog {
  readonly #source: string;
  readonly #onIssue: (issue: SourceIssue) => void;
  readonly #kinds = new Map<string, { code: ErrorCode; count: number }>();

  constructor(source: string, onIssue: (issue: SourceIssue) => void) {
    this.#source = source;
    this.#onIssue = onIssue;
  }

  /** `kind` is one of few texts (never taken from a file); `subject` says which chunk or record. */
  add(code: ErrorCode, kind: string, subject: string, offset: number): void {
    const key = `${code} ${kind}`;
    let entry = this.#kinds.get(key);
    if (entry === undefined) this.#kinds.set(key, (entry = { code, count: 0 }));
    entry.count++;
    if (entry.count > REPORTED_OF_A_KIND) return;
    this.#onIssue({ code, source: this.#source, message: `${subject} at offset ${offset}: ${kind}`, offset });
  }

  /** Reports the counts of what was not reported one by one. */
  finish(): void {
    for (const [key, { code, count }] of this.#kinds) {
      const more = count - REPORTED_OF_A_KIND;
      if (more <= 0) continue;
      const kind = key.slice(code.length + 1);
      this.#onIssue({ code, source: this.#source, message: `${more} more of the same: ${kind}` });
    }
    this.#kinds.clear();
  }
}
