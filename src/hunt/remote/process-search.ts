/**
 * Asks an engine about processes: few searches, each with many processes in it, some at a time, and never more than a
 * given number. What was not asked, or not answered whole, is told.
 */
import { canonicalise, type HuntEvent } from '../../events/index.ts';
import type { EngineRow } from '../../sources/index.ts';
import { asLoaded } from './hits.ts';
import { plainHelk } from './helk-rows.ts';
import { processBatches } from './process-batches.ts';
import { processSearches, type ProcessAsk } from './process-query.ts';
import { Searcher, type SearcherOptions, type SearchSpan } from './searcher.ts';
import { Translator, type RuleSearch, type TranslatorOptions } from './translate.ts';

export interface ProcessSearchOptions extends TranslatorOptions, SearcherOptions {
  /** The name of the source, which events and problems are told under. */
  readonly source: string;
  /** Searches at a time. */
  readonly jobs?: number;
  /** Most searches for one tree, or one chain. */
  readonly maxSearches?: number;
  readonly onProgress?: (progress: ProcessProgress) => void;
}

export interface ProcessProgress {
  readonly searches: number;
  readonly events: number;
  /** What is being looked for. */
  readonly current: string;
}

const defaultJobs = 4;
const defaultSearches = 100;
/** Events that one question may bring; a hundred thousand children are no tree that anybody looks at. */
const mostRows = 100_000;

export class ProcessSearch {
  readonly searcher: Searcher;
  readonly translator: Translator;
  /** What was not looked at since `begin`, each as a sentence. */
  cut = new Set<string>();
  readonly #options: ProcessSearchOptions;
  readonly kind: 'elastic' | 'splunk';
  #begun = 0;

  constructor(options: ProcessSearchOptions, searcher = new Searcher(options)) {
    this.#options = options;
    this.kind = options.engine.kind === 'splunk' ? 'splunk' : 'elastic';
    this.searcher = searcher;
    this.translator = new Translator(options);
  }

  /** Another tree or chain, with a number of searches of its own. */
  begin(): void {
    this.#begun = this.searcher.searches;
    this.cut = new Set();
  }

  get left(): number {
    const { maxSearches = defaultSearches } = this.#options;
    return maxSearches - (this.searcher.searches - this.#begun);
  }

  /** The events that answer; an event that two searches give comes twice. False: not all was asked. */
  async ask(
    asks: readonly ProcessAsk[],
    span: SearchSpan,
    current: string,
    onEvent: (event: HuntEvent) => void,
    limit: number = mostRows,
  ): Promise<boolean> {
    const searches: RuleSearch[] = [];
    for (const batch of processBatches(asks, this.kind)) searches.push(...(await this.searchesOf(batch)));
    const work = searches.map(
      (search) => (): Promise<boolean> => this.one(search, span, current, onEvent, limit),
    );
    return this.side(work);
  }

  /** Some at a time. False: one of them was not done. */
  async side(work: readonly (() => Promise<boolean>)[]): Promise<boolean> {
    let next = 0;
    let whole = true;
    const { jobs = defaultJobs } = this.#options;
    const run = async (): Promise<void> => {
      while (next < work.length) {
        const done = await (work[next++] as () => Promise<boolean>)();
        whole &&= done;
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, work.length)) }, run));
    return whole;
  }

  searchesOf(asks: readonly ProcessAsk[]): Promise<RuleSearch[]> {
    const { fields, pipelines } = this.#options;
    const how = { fields, pipelines: pipelines !== undefined, splunk: this.kind === 'splunk' };
    return processSearches(this.translator, asks, how);
  }

  async one(
    search: RuleSearch,
    span: SearchSpan,
    current: string,
    onEvent: (event: HuntEvent) => void,
    limit: number = mostRows,
  ): Promise<boolean> {
    if (!this.mayAsk(current)) return false;
    this.tell(current);
    let rows = 0;
    const { truncated } = await this.searcher.run(
      search,
      async (found, came) => {
        for await (const row of found) {
          came();
          rows++;
          onEvent(this.#eventOf(row));
        }
      },
      span,
      limit,
    );
    this.tell(current);
    if (truncated === null || (limit < mostRows && rows >= limit)) return true;
    this.cut.add(`${current}: not all events came: ${truncated}`);
    return false;
  }

  /** Whether one more search is left. */
  mayAsk(current: string): boolean {
    if (this.left > 0) return true;
    const { maxSearches = defaultSearches } = this.#options;
    this.cut.add(`${current}: not looked for any further: the limit of ${maxSearches} searches was reached`);
    return false;
  }

  tell(current: string): void {
    const { searches, events } = this.searcher;
    this.#options.onProgress?.({ searches, events, current });
  }

  #eventOf(row: EngineRow): HuntEvent {
    const plain = this.#options.fields === 'helk' ? plainHelk(row) : row;
    return canonicalise(asLoaded(plain), this.#options.source);
  }
}
