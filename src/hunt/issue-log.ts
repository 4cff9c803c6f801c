/** Collects problems with the input: equal ones of one source become a count, and the whole is bounded. */
import type { SourceIssue } from '../sources/index.ts';
import type { SummaryIssue } from './types.ts';

const maxIssues = 10_000;

export class IssueLog {
  readonly #issues = new Map<string, { code: string; source: string; message: string; count: number }>();
  #dropped = 0;
  #unknown: string[] = [];
  #unknownCount = 0;

  add(issue: Pick<SourceIssue, 'code' | 'source' | 'message' | 'line' | 'offset'>): void {
    const where =
      issue.line !== undefined
        ? ` (line ${issue.line})`
        : issue.offset !== undefined
          ? ` (offset ${issue.offset})`
          : '';
    this.#count(issue.code, issue.source, issue.message + where, issue.message, 1);
  }

  /** A file in a folder that holds no events of a known kind. */
  addUnknown(name: string, what: string): void {
    this.#unknownCount++;
    if (this.#unknown.length < 5) this.#unknown.push(`${name} (${what})`);
  }

  merge(issues: readonly SummaryIssue[]): void {
    for (const { code, source, message, count } of issues) this.#count(code, source, message, message, count);
  }

  list(): SummaryIssue[] {
    const out: SummaryIssue[] = [...this.#issues.values()];
    if (this.#unknownCount > 0) {
      const more =
        this.#unknownCount > this.#unknown.length
          ? ` and ${this.#unknownCount - this.#unknown.length} more`
          : '';
      const message = `files in folders that hold no events were passed over: ${this.#unknown.join(', ')}${more}`;
      out.push({ code: 'HB_UNKNOWN_KIND', source: '', message, count: this.#unknownCount });
    }
    if (this.#dropped > 0) {
      out.push({
        code: 'HB_LIMIT',
        source: '',
        message: 'more problems of the input than are listed',
        count: this.#dropped,
      });
    }
    return out;
  }

  /** The first of equal problems keeps its place in the message; the others only count. */
  #count(code: string, source: string, message: string, kind: string, count: number): void {
    const key = `${code}\0${source}\0${kind}`;
    const known = this.#issues.get(key);
    if (known) known.count += count;
    else if (this.#issues.size < maxIssues) this.#issues.set(key, { code, source, message, count });
    else this.#dropped += count;
  }
}
