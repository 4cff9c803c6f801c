/** What is known about a result while it comes: rows, what the server said, and every reason to call it a part. */
import { HuntbookError } from '../../errors.ts';
import type { SearchEnd } from '../engine.ts';
import type { JobState } from './job.ts';
import { hasCommand, keepsRows } from './query.ts';
import type { SearchPlan } from './plan.ts';

/** Warnings of Splunk that tell of missing rows. */
const partWarning =
  /truncat|partial|incomplete|finali[sz]ed|maxresultrows|max_count|maxout|exceed|limit|did not respond|not exit/i;
/** What `sort` keeps unless it is told a number. */
const sortDefault = 10_000;

export class Tally {
  rows = 0;
  readonly #plan: SearchPlan;
  readonly #messages = new Map<string, { level: string; text: string }>();
  readonly #reasons = new Set<string>();

  constructor(plan: SearchPlan) {
    this.#plan = plan;
    for (const text of plan.query.notices) this.say('WARN', text);
  }

  part(reason: string): void {
    this.#reasons.add(reason);
  }

  /** Throws HB_SEARCH for an error of the search, unless a part of the result will do. */
  message(level: string, text: string): void {
    const error = /^(?:FATAL|ERROR)$/.test(level);
    if (level === 'FATAL' || (error && !this.#plan.options.partial)) {
      throw new HuntbookError('HB_SEARCH', `the search failed: ${text}`);
    }
    if (error || (level === 'WARN' && partWarning.test(text))) this.part(text);
    this.say(level, text);
  }

  say(level: string, text: string): void {
    // A server can say much; the same is kept once.
    if (this.#messages.size < 100) this.#messages.set(`${level} ${text}`, { level, text });
  }

  /** Holds what a finished job says of itself against the rows that came. */
  compare(state: JobState, rows: number): void {
    const { query } = this.#plan;
    const { events, finalized, results, transforming } = state;
    const headed = hasCommand(query.scan, 'head') || this.#plan.limit > 0;
    if (results !== null && rows < results) {
      this.part(`the server gave ${rows} of ${results} rows`);
    }
    if (finalized && !headed) this.part('the search was finalized before it had seen everything');
    if (
      !transforming &&
      !headed &&
      events !== null &&
      results !== null &&
      results < events &&
      keepsRows(query.scan)
    ) {
      this.part(`the server keeps ${results} rows of ${events} events; mode export gives all`);
    }
  }

  end(): SearchEnd {
    const { limit, query } = this.#plan;
    const reasons = [...this.#reasons];
    if (limit > 0 && this.rows >= limit) reasons.push(`the limit of ${limit} rows was reached`);
    if (this.rows === sortDefault && limit !== sortDefault && defaultSort(query.scan.commands)) {
      reasons.push(`sort keeps ${sortDefault} rows; sort 0 keeps all`);
    }
    return {
      rows: this.rows,
      truncated: reasons.length > 0 ? reasons.join('; ') : null,
      messages: [...this.#messages.values()],
    };
  }
}

const defaultSort = (commands: readonly { name: string; rest: string }[]): boolean =>
  commands.some(({ name, rest }) => name === 'sort' && !/^\s*(?:limit=)?\d/.test(rest));
