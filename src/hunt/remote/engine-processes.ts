/**
 * Trees of processes on Splunk, Elasticsearch and OpenSearch: one search to find what was asked for, one for each
 * generation above and below, and one for all other events of the processes; more only where there are more processes
 * than one search can name. A limit on searches ends it, and the tree says so.
 *
 * Ancestors are looked for in all the time that the source has: what began a chain may have run for weeks. `earliest`
 * of the source, or of the options, bounds it.
 */
import { toMillis, type HuntEvent } from '../../events/index.ts';
import type { ProcessInfo, ProcessSource, SourceTree, TreeQuery } from '../../process/index.ts';
import { eventsAsk, isOfThese } from './process-events.ts';
import { ProcessSearch, type ProcessProgress, type ProcessSearchOptions } from './process-search.ts';
import { TreeSearch, widened } from './tree-search.ts';

export type EngineProcessesOptions = ProcessSearchOptions;
export type { ProcessProgress };

/** Nothing is asked before the first question. */
export function engineProcesses(options: EngineProcessesOptions): ProcessSource {
  return new EngineProcesses(options);
}

class EngineProcesses implements ProcessSource {
  readonly #options: EngineProcessesOptions;
  #searches = 0;
  #events = 0;

  constructor(options: EngineProcessesOptions) {
    this.#options = options;
  }

  get cost(): { searches: number; events: number } {
    return { searches: this.#searches, events: this.#events };
  }

  async tree(query: TreeQuery): Promise<SourceTree> {
    const search = this.#begin(query.signal);
    try {
      const found = await new TreeSearch(search, query).run();
      const { searches, events } = search.searcher;
      return { ...found, cut: [...search.cut], cost: { searches, events } };
    } finally {
      this.#end(search);
    }
  }

  async *events(
    processes: readonly ProcessInfo[],
    { from, to, signal }: { from: number | null; to: number | null; signal?: AbortSignal },
  ): AsyncGenerator<HuntEvent> {
    const search = this.#begin(signal);
    const span = widened({ from, to });
    const isOf = isOfThese(processes);
    const seen = new Set<string>();
    let found: HuntEvent[] = [];
    const take = (event: HuntEvent): void => {
      const time = toMillis(event.fields['UtcTime']) ?? toMillis(event.time);
      if (time !== null && ((from !== null && time < from) || (to !== null && time > to))) return;
      if (isOf(event)) found.push(event);
    };
    try {
      for (const asks of eventsAsk(processes)) {
        await search.ask(asks, span, 'events of the processes', take);
        // Two searches may give the same event: one by its GUID, one by its process id.
        for (const event of found) {
          const key = `${event.host}\n${event.channel}\n${event.recordId}\n${event.time}\n${event.eventId}`;
          if (event.recordId !== null && seen.has(key)) continue;
          seen.add(key);
          yield event;
        }
        found = [];
      }
    } finally {
      this.#end(search);
    }
  }

  #begin(signal: AbortSignal | undefined): ProcessSearch {
    const own = this.#options.signal;
    const signals = [own, signal].filter((one) => one !== undefined);
    return new ProcessSearch({
      ...this.#options,
      ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
    });
  }

  #end({ searcher }: ProcessSearch): void {
    this.#searches += searcher.searches;
    this.#events += searcher.events;
  }
}
