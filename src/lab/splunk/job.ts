/**
 * One search: from its text to its rows. Rows are kept as they come, so that they can be read while the search runs.
 * Its states are those of `dispatchState`.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HuntbookError } from '../../errors.ts';
import type { Message } from './reply.ts';
import { severalValues } from './results.ts';
import type { Row } from './types.ts';

export type JobState = 'QUEUED' | 'PARSING' | 'RUNNING' | 'PAUSED' | 'FINALIZING' | 'DONE' | 'FAILED';

export interface JobRequest {
  readonly search: string;
  readonly earliest: string | undefined;
  readonly latest: string | undefined;
  readonly owner: string;
  readonly app: string;
  readonly ttl: number;
  readonly maxCount: number;
  /** Sent with the job's state, as it was given. */
  readonly params: Readonly<Record<string, string>>;
}

/** What runs a search; the engine, bound to its table. */
export type Search = (
  text: string,
  options: { earliest?: string; latest?: string; signal: AbortSignal },
) => Promise<FoundRows>;

export interface FoundRows {
  readonly fields: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

/** Rows between two looks at who else wants to work. */
const BATCH = 500;

export class Job {
  readonly sid: string;
  readonly request: JobRequest;
  readonly created = Date.now();
  readonly #abort = new AbortController();
  readonly rows: Row[] = [];
  fields: readonly string[] = [];
  messages: Message[] = [];
  state: JobState = 'QUEUED';
  finalized = false;
  ended: number | null = null;
  ttl: number;
  touched = Date.now();
  priority = 5;
  /** 0 to 1. */
  progress = 0;
  #paused = false;
  #several: ReadonlySet<string> | null = null;
  #wake: (() => void)[] = [];
  error: HuntbookError | null = null;

  constructor(request: JobRequest, sid?: string) {
    this.request = request;
    this.ttl = request.ttl;
    this.sid = sid ?? `${(this.created / 1000).toFixed(0)}.${randomBytes(4).readUInt32BE()}`;
  }

  get done(): boolean {
    return this.state === 'DONE' || this.state === 'FAILED';
  }

  /** Fields of which some row has several values; to be asked for when it is done. */
  get several(): ReadonlySet<string> {
    return (this.#several ??= severalValues(this.fields, this.rows));
  }

  get cancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Never throws: what goes wrong is the job's error. `pace`: milliseconds it takes at least. */
  async run(search: Search, pace: number): Promise<void> {
    const { earliest, latest } = this.request;
    const began = Date.now();
    try {
      if (this.cancelled) return;
      this.#enter('PARSING');
      await this.#pass(pace / 10);
      const found = await search(this.request.search, {
        signal: this.signal,
        ...(earliest !== undefined && { earliest }),
        ...(latest !== undefined && { latest }),
      });
      this.fields = found.fields;
      this.#enter('RUNNING', 0.1);
      await this.#read(found.rows, began, pace);
      await this.#wait(began + pace);
      this.#enter('FINALIZING', 0.99);
      await this.#pass(pace / 10);
      this.#enter('DONE', 1);
    } catch (error) {
      if (this.cancelled) return;
      this.error =
        error instanceof HuntbookError
          ? error
          : new HuntbookError('HB_INTERNAL', String(error), { cause: error });
      this.messages.push({ type: 'FATAL', text: this.error.message });
      this.#enter('FAILED', 1);
    } finally {
      this.ended = Date.now();
      this.#notify();
    }
  }

  async #read(rows: AsyncIterable<Row>, began: number, pace: number): Promise<void> {
    const { maxCount } = this.request;
    for await (const row of rows) {
      if (this.rows.length >= maxCount) {
        this.messages.push({
          type: 'WARN',
          text: `The search found more than ${maxCount} results; only the first ${maxCount} are kept (max_count).`,
        });
        break;
      }
      this.rows.push(row);
      if (this.rows.length % BATCH !== 0) continue;
      this.#advance(began, pace);
      await this.#pass(0);
      if (this.finalized) break;
    }
  }

  /** Until the time that it has to take at least is over, or somebody ends it. */
  async #wait(until: number): Promise<void> {
    const began = Date.now();
    const all = until - began;
    while (Date.now() < until && !this.finalized) {
      await this.#pass(Math.min(20, until - Date.now()));
      this.#advance(began, all);
    }
    await this.#pass(0);
  }

  /** How far a search is, is not known before its end; what is shown grows and never reaches it. */
  #advance(began: number, pace: number): void {
    const byTime = pace > 0 ? Math.min(1, (Date.now() - began) / pace) : 0;
    const byRows = this.rows.length / (this.rows.length + 20_000);
    this.progress = Math.max(this.progress, 0.1 + 0.85 * Math.max(byTime, byRows));
    this.#notify();
  }

  async #pass(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal });
    while (this.#paused && !this.cancelled && !this.finalized) await sleep(10);
    this.signal.throwIfAborted();
  }

  #enter(state: JobState, progress: number = this.progress): void {
    this.state = state;
    this.progress = progress;
    this.#notify();
  }

  pause(): void {
    if (this.state === 'RUNNING') this.state = 'PAUSED';
    this.#paused = !this.done;
  }

  unpause(): void {
    if (this.state === 'PAUSED') this.state = 'RUNNING';
    this.#paused = false;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Ends the search with what was found. */
  finalize(): void {
    this.finalized = true;
    this.unpause();
  }

  cancel(): void {
    this.#abort.abort();
    this.#notify();
  }

  /** Resolves at the next change. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  async finished(): Promise<void> {
    while (!this.done && !this.cancelled) await this.#change();
  }

  /** Resolves when the names of the fields are known, or it ended without. */
  async started(): Promise<void> {
    while (this.fields.length === 0 && !this.done && !this.cancelled && this.state !== 'RUNNING')
      await this.#change();
  }

  /** All rows, while they come. */
  async *follow(): AsyncGenerator<Row> {
    for (let at = 0; ;) {
      while (at < this.rows.length) yield this.rows[at++] as Row;
      if (this.done || this.cancelled) return;
      await this.#change();
    }
  }
}
