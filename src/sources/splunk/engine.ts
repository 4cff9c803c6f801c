/** Splunk as a search engine, over the REST interface of its management port. */
import { HuntbookError } from '../../errors.ts';
import type { EngineInfo, SearchEngine, SearchRequest, SearchResult } from '../engine.ts';
import { Connection } from './connection.ts';
import { planSearch } from './plan.ts';
import { runSearch } from './run-search.ts';
import { apps, indexes, serverInfo, testServer, type Named, type ServerInfo } from './server-info.ts';
import { SearchSpan } from './span.ts';
import { Tally } from './tally.ts';
import { defaultTuning, type SplunkSettings, type SplunkTuning } from './types.ts';

export class SplunkEngine implements SearchEngine {
  readonly kind = 'splunk';
  readonly #connection: Connection;
  readonly #open = new Set<SearchSpan>();
  #info: Promise<ServerInfo> | null = null;
  #closed = false;

  constructor(settings: SplunkSettings, tuning: Partial<SplunkTuning> = {}) {
    this.#connection = new Connection(settings, { ...defaultTuning, ...tuning });
  }

  async test(signal?: AbortSignal): Promise<EngineInfo> {
    return testServer(this.#connection, signal);
  }

  async apps(signal?: AbortSignal): Promise<readonly Named[]> {
    return apps(this.#connection, signal);
  }

  async indexes(signal?: AbortSignal): Promise<readonly Named[]> {
    return indexes(this.#connection, signal);
  }

  /** See docs/splunk.md for `options`. */
  async search(request: SearchRequest): Promise<SearchResult> {
    if (this.#closed) throw new HuntbookError('HB_INTERNAL', 'the connection is closed');
    const plan = planSearch(request, this.#connection.settings);
    const span = new SearchSpan(request.signal, plan.timeout);
    this.#open.add(span);
    span.onEnd(async () => void this.#open.delete(span));
    let v2: boolean;
    try {
      ({ v2 } = await this.#version(span.signal));
    } catch (error) {
      await span.end();
      throw error;
    }
    return runSearch({ connection: this.#connection, plan, request, span, tally: new Tally(plan), v2 });
  }

  /** By `stats count` behind the search. */
  async count(request: SearchRequest): Promise<number | null> {
    if (typeof request.query !== 'string') return null;
    const { fields: _, limit: __, onProgress: ___, ...rest } = request;
    const query = `${request.query}\n| stats count AS huntbook_count`;
    const result = await this.search({ ...rest, query, options: { ...request.options, mode: 'oneshot' } });
    let count: number | null = null;
    for await (const row of result.rows) count = Number(row['huntbook_count']);
    return count === null || Number.isNaN(count) ? null : count;
  }

  /** Ends the searches that are still open, on the server too. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((span) => span.end()));
    this.#connection.close();
  }

  /** Asked once for a connection; not again for a search that was ended while it waited. */
  async #version(signal: AbortSignal): Promise<ServerInfo> {
    signal.throwIfAborted();
    this.#info ??= serverInfo(this.#connection).catch((error: unknown) => {
      this.#info = null;
      throw error;
    });
    const info = this.#info;
    return await new Promise<ServerInfo>((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      info.then(resolve, reject);
    });
  }
}
