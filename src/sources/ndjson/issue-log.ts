/**
 * Issues of one input: the first of each kind are reported one by one with their line, the rest as a count at the
 * end, so that a damaged input of millions of lines does not drown the run.
 */
import type { ErrorCode } from '../../errors.ts';
import type { SourceIssue } from '../types.ts';

const SHOWN = 20;

export class IssueLog {
  readonly #source: string;
  readonly #onIssue: (issue: SourceIssue) => void;
  readonly #counts = new Map<ErrorCode, number>();

  constructor(source: string, onIssue: (issue: SourceIssue) => void) {
    this.#source = source;
    this.#onIssue = onIssue;
  }

  /** Reports what is wrong at a line; `message` says it without naming the place. */
  add(code: ErrorCode, message: string, line: number): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > SHOWN) return;
    this.#onIssue({ code, source: this.#source, message: `${this.#source}:${line}: ${message}`, line });
  }

  /** Reports something about the input as a whole. */
  note(code: ErrorCode, message: string): void {
    this.#onIssue({ code, source: this.#source, message: `${this.#source}: ${message}` });
  }

  /** Reports the counts of what was not shown. */
  close(): void {
    for (const [code, count] of this.#counts) {
      if (count > SHOWN) this.note(code, `${count - SHOWN} more lines like those before`);
    }
    this.#counts.clear();
  }
}
