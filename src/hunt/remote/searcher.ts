/**
 * One search of an engine, as hunts, chains and trees ask it: within their time span, tried once more where a connection
 * was lost before anything came, and counted. What fails is thrown; who asked knows whether that ends everything.
 */
import type { EngineRow, SearchEnd, SearchEngine, SearchRequest } from '../../sources/index.ts';
import type { EventFilter } from '../event-filter.ts';
import { mayTryAgain } from './patience.ts';
import type { RuleSearch } from './translate.ts';

export interface SearcherOptions {
  readonly engine: SearchEngine;
  readonly filter?: EventFilter;
  /** Where `filter` says no time: as the engine writes times. */
  readonly earliest?: string;
  readonly latest?: string;
  /** Seconds for one search. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds since 1970, within the span of the options; null: as these say. */
export interface SearchSpan {
  readonly from: number | null;
  readonly to: number | null;
}

export class Searcher {
  readonly #options: SearcherOptions;
  /** Searches that were sent, and events that came. */
  searches = 0;
  events = 0;

  constructor(options: SearcherOptions) {
    this.#options = options;
  }

  /**
   * `read` takes the rows; `came` is to be called once it has handed any of them on, which must not come twice. Throws
   * what the search throws.
   */
  async run(
    search: RuleSearch,
    read: (rows: AsyncIterable<EngineRow>, came: () => void) => Promise<void>,
    span: SearchSpan | null = null,
    limit?: number,
  ): Promise<SearchEnd> {
    let came = false;
    for (let again = true; ; again = false) {
      try {
        this.searches++;
        const request = { ...this.#request(search, span), ...(limit !== undefined && { limit }) };
        const result = await this.#options.engine.search(request);
        await read(this.#counted(result.rows), () => (came = true));
        return result.end();
      } catch (error) {
        if (this.#options.signal?.aborted || !again || came || !mayTryAgain(error)) throw error;
      }
    }
  }

  /** How many events a search would give, where the engine can tell; perhaps more than the rule means. */
  async count(search: RuleSearch, span: SearchSpan | null = null): Promise<number | null> {
    const { engine, signal } = this.#options;
    if (engine.count === undefined) return null;
    for (let again = true; ; again = false) {
      try {
        this.searches++;
        return await engine.count(this.#request(search, span));
      } catch (error) {
        if (signal?.aborted || !again || !mayTryAgain(error)) throw error;
      }
    }
  }

  async *#counted(rows: AsyncIterable<EngineRow>): AsyncGenerator<EngineRow> {
    for await (const row of rows) {
      this.events++;
      yield row;
    }
  }

  #request({ query, language, index }: RuleSearch, span: SearchSpan | null): SearchRequest {
    const { engine, timeout, signal } = this.#options;
    // Findings hold whole events, so that Splunk extracts all fields.
    const options = engine.kind === 'splunk' ? { mode: 'export', level: 'verbose' } : { oneOfMany: true };
    return {
      query,
      language,
      options,
      ...(signal !== undefined && { signal }),
      ...(index !== undefined && { index }),
      ...this.#spanOf(span),
      ...(timeout !== undefined && { timeout }),
    };
  }

  #spanOf(span: SearchSpan | null): Pick<SearchRequest, 'earliest' | 'latest'> {
    const { filter, earliest, latest } = this.#options;
    const { since, until } = filter ?? {};
    const low = Math.max(since ?? -Infinity, span?.from ?? -Infinity);
    const high = Math.min(until ?? Infinity, span?.to ?? Infinity);
    // A time that only the engine understands can not be compared: it holds where nothing narrower is known.
    const from = Number.isFinite(low) ? later(low, earliest) : earliest;
    const to = Number.isFinite(high) ? earlier(high, latest) : latest;
    return { ...(from !== undefined && { earliest: from }), ...(to !== undefined && { latest: to }) };
  }
}

function later(low: number, written: string | undefined): string {
  const own = written === undefined ? Number.NaN : Date.parse(written);
  return new Date(own > low ? own : low).toISOString();
}

function earlier(high: number, written: string | undefined): string {
  const own = written === undefined ? Number.NaN : Date.parse(written);
  return new Date(own < high ? own : high).toISOString();
}
