/** A search job on the server: made, watched, read page by page, ended. */
import { HuntbookError } from '../../errors.ts';
import { pause, type Call, type Connection } from './connection.ts';
import { messagesOf } from './read-json.ts';
import { entries } from './server-info.ts';
import type { HttpReply, Params } from './http.ts';
import type { ResultItem, SplunkOutput } from './types.ts';

export interface JobState {
  readonly state: string;
  readonly done: boolean;
  readonly failed: boolean;
  readonly finalized: boolean;
  readonly progress: number | null;
  readonly scanned: number | null;
  readonly events: number | null;
  readonly results: number | null;
  /** Whether the search makes rows of its own from events. */
  readonly transforming: boolean;
  readonly messages: readonly Extract<ResultItem, { kind: 'message' }>[];
}

/** How long the end of a job may take when nobody waits for its result any more. */
const cancelPatience = 5000;
const cancelAgain = [100, 300, 900];

export class Job {
  readonly sid: string;
  readonly #connection: Connection;
  readonly #path: string;
  readonly #v2: boolean;
  #touched = Date.now();

  constructor(connection: Connection, jobs: string, sid: string, v2: boolean) {
    this.#connection = connection;
    this.sid = sid;
    this.#path = `${jobs}/${encodeURIComponent(sid)}`;
    this.#v2 = v2;
  }

  /** Null while the server does not know the job's state yet. */
  async state(signal?: AbortSignal): Promise<JobState | null> {
    const reply = await this.#ask('GET', '', { output_mode: 'json' }, signal);
    const body = await this.#connection.read(reply, this.#what);
    const content = entries(body)[0]?.content;
    return content ? stateOf(content) : null;
  }

  /** Waits until the job is done; throws when it failed. */
  async wait(signal: AbortSignal, onState: (state: JobState) => void): Promise<JobState> {
    const { pollFirst, pollMost } = this.#connection.tuning;
    for (let wait = pollFirst; ; wait = Math.min(wait * 1.5, pollMost)) {
      const state = await this.state(signal);
      if (state !== null) {
        onState(state);
        if (state.failed) {
          const said = state.messages
            .filter(({ level }) => /FATAL|ERROR/.test(level))
            .map(({ text }) => text);
          throw new HuntbookError(
            'HB_SEARCH',
            `search job ${this.sid} failed: ${said.join('; ') || state.state}`,
          );
        }
        if (state.done) return state;
      }
      await pause(wait, signal);
    }
  }

  /** Version 2 of the endpoint takes no searches in URLs, so its results are asked for by POST. */
  results(output: SplunkOutput, count: number, offset: number, signal: AbortSignal): Promise<HttpReply> {
    const params = { output_mode: output, count, offset, segmentation: 'none' };
    return this.#ask(this.#v2 ? 'POST' : 'GET', '/results', params, signal);
  }

  /** A sign of life, so that a job whose pages are read slowly does not expire. */
  async touch(signal: AbortSignal): Promise<void> {
    if (Date.now() - this.#touched < this.#connection.tuning.touch) return;
    this.#touched = Date.now();
    const reply = await this.#ask('POST', '/control', { action: 'touch' }, signal);
    reply.discard();
  }

  /**
   * Never fails: a job that can not be ended expires. `made` is false while the server has not said that the job is
   * there: it may be about to make it, so that one which it does not know yet is asked for again.
   */
  async cancel(made = true): Promise<void> {
    try {
      const signal = AbortSignal.timeout(cancelPatience);
      for (const wait of [0, ...(made ? [] : cancelAgain)]) {
        if (wait > 0) await pause(wait, signal);
        const reply = await this.#connection.call(
          this.#call('POST', '/control', { action: 'cancel' }, signal),
        );
        reply.discard();
        if (reply.status !== 404) return;
      }
    } catch {
      // A server that is gone.
    }
  }

  #call(method: 'GET' | 'POST', below: string, params: Params, signal: AbortSignal | undefined): Call {
    return { method, path: this.#path + below, params, signal, what: this.#what, accept: [404] };
  }

  get #what(): string {
    return `search job ${this.sid}`;
  }

  /** 404 of a job means that it is no more. */
  async #ask(
    method: 'GET' | 'POST',
    below: string,
    params: Params,
    signal: AbortSignal | undefined,
  ): Promise<HttpReply> {
    const reply = await this.#connection.call(this.#call(method, below, params, signal));
    if (reply.status !== 404) return reply;
    reply.discard();
    throw new HuntbookError('HB_SEARCH', `${this.#what} is gone from ${this.#connection.host}`, {
      hint: 'It expired or somebody deleted it. Run the search again.',
    });
  }
}

function stateOf(content: Readonly<Record<string, unknown>>): JobState {
  const state = String(content['dispatchState'] ?? '').toUpperCase();
  const report = content['reportSearch'];
  return {
    state,
    failed: state === 'FAILED' || flag(content['isFailed']) || flag(content['isZombie']),
    done: flag(content['isDone']) && state !== 'QUEUED' && state !== 'PARSING',
    finalized: flag(content['isFinalized']),
    progress: number(content['doneProgress']),
    scanned: number(content['scanCount']),
    events: number(content['eventCount']),
    results: number(content['resultCount']),
    transforming: typeof report === 'string' && report !== '',
    messages: messagesOf(content['messages']),
  };
}

const flag = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true';

function number(value: unknown): number | null {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}
