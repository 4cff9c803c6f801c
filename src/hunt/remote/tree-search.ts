/** One tree on an engine: what was asked for, then generation by generation what is above and below it. */
import { correlationTime, isoTime } from '../../detect/index.ts';
import type { HuntEvent } from '../../events/index.ts';
import { actorOf, type ProcessQuery, type SourceTree, type TreeQuery } from '../../process/index.ts';
import { focusOf, nearFocus, type TreeStart } from '../process-focus.ts';
import { childrenOf, clockSlack, startTime } from './process-nodes.ts';
import type { ProcessAsk } from './process-query.ts';
import type { ProcessSearch } from './process-search.ts';
import { ProcessWeb } from './process-web.ts';
import type { SearchSpan } from './searcher.ts';

const day = 86_400_000;
const open: SearchSpan = { from: null, to: null };

/** One tree. */
export class TreeSearch {
  readonly #search: ProcessSearch;
  readonly #web: ProcessWeb;
  readonly #query: TreeQuery;
  readonly #notes: string[] = [];

  constructor(search: ProcessSearch, query: TreeQuery) {
    this.#search = search;
    this.#query = query;
    this.#web = new ProcessWeb(search);
  }

  async run(): Promise<Pick<SourceTree, 'tree' | 'focus' | 'notes'>> {
    const { start, up, down } = this.#query;
    const starts = start.kind === 'record' ? await this.#actors(start) : [start];
    for (const one of starts) await this.#find(one);
    const focus = (): number[] => [...new Set(starts.flatMap((one) => focusOf(this.#web.tree, one)))];
    if (focus().length === 0 && this.#notes.length === 0)
      this.#notes.push(...nearFocus(this.#web.tree, start));
    if (focus().length > 0) {
      if (up > 0) await this.#ascend(focus, up);
      const shown = await this.#descend(focus, down);
      await this.#web.ends(shown, this.#window(focus()).from, 'ends of processes');
    }
    return { tree: this.#web.tree, focus: focus().sort((a, b) => a - b), notes: this.#notes };
  }

  /** The processes that act in events with this number. */
  async #actors(query: Extract<ProcessQuery, { kind: 'record' }>): Promise<TreeStart[]> {
    const { record, channel, host } = query;
    const ask: ProcessAsk = {
      of: 'any',
      by: 'record',
      values: new Map([[host ?? null, [record]]]),
      ...(channel !== undefined && { channel }),
    };
    const found: HuntEvent[] = [];
    await this.#search.ask([ask], open, `record ${record}`, (event) => void found.push(event));
    const starts = found.flatMap((event): TreeStart[] => {
      const actor = actorOf(event);
      if (actor === null) return [];
      const time = actor.time === null ? null : Date.parse(isoTime(actor.time));
      return [{ kind: 'process', process: actor, time }];
    });
    if (found.length === 0) this.#notes.push(`no event has the record number ${record}`);
    else if (starts.length === 0) this.#notes.push('the event names no process');
    else if (found.length > 1)
      this.#notes.push(
        `${found.length} events have the record number ${record}; choose with --channel and --host`,
      );
    return starts;
  }

  async #find(start: TreeStart): Promise<void> {
    const what = 'the process';
    switch (start.kind) {
      case 'guid':
        return this.#byGuid(start.guid, start.host, what);
      case 'process': {
        const { guid, pid, host } = start.process;
        if (guid !== null) await this.#byGuid(guid, host, what);
        if (focusOf(this.#web.tree, start).length > 0 || pid === null || start.time === null) return;
        return this.#byPid({ kind: 'pid', pid, host, time: start.time }, what);
      }
      case 'pid':
        return this.#byPid(start, what);
      case 'image': {
        const values = new Map([[start.host ?? null, start.images]]);
        await this.#search.ask([{ of: 'creation', by: 'image', values }], open, what, this.#web.add);
      }
    }
  }

  async #byGuid(written: string, host: string | undefined, what: string): Promise<void> {
    const guid = written.replaceAll(/[{}]/g, '').toLowerCase();
    const values = new Map([[host ?? null, [guid]]]);
    await this.#web.byGuids(values, what);
    if (this.#web.tree.known > 0) return;
    // Its creation was not seen: its children name it.
    await this.#search.ask([{ of: 'creation', by: 'parentGuid', values }], open, what, this.#web.add);
  }

  /** The latest that had the id by then: of the day before, else of all time. */
  async #byPid(start: Extract<TreeStart, { kind: 'pid' }>, what: string): Promise<void> {
    const values = new Map([[start.host ?? null, [String(start.pid)]]]);
    const asks: ProcessAsk[] = [
      { of: 'creation', by: 'pid', values },
      { of: 'end', by: 'pid', values },
    ];
    const to = start.time + clockSlack;
    await this.#search.ask(asks, { from: start.time - day, to }, what, this.#web.add);
    if (focusOf(this.#web.tree, start).length > 0) return;
    await this.#search.ask(asks, { from: null, to: start.time - day }, what, this.#web.add);
  }

  async #ascend(focus: () => readonly number[], up: number): Promise<void> {
    for (;;) {
      const { tree } = this.#web;
      const above = new Set<number>();
      for (const node of focus()) {
        let at = node;
        for (let n = 0; n < up && (tree.parent[at] as number) >= 0; n++) at = tree.parent[at] as number;
        above.add(at);
      }
      // Those whose creation was not seen; what has no parent is the top.
      const unseen = [...above].filter((node) => node >= tree.known);
      if (unseen.length === 0) return;
      if (!(await this.#web.up(unseen, open, 'ancestors'))) return;
    }
  }

  /** Gives what was asked for and all below it that may be shown. */
  async #descend(focus: () => readonly number[], down: number): Promise<number[]> {
    for (;;) {
      const { tree } = this.#web;
      const span = this.#window(focus());
      const levels = levelsBelow(tree, focus(), down, span);
      const parents = levels.slice(0, down).flat();
      if (parents.length === 0 || !(await this.#web.down(parents, widened(span), 'descendants')))
        return levels.flat();
    }
  }

  /** Around the beginnings of what was asked for. */
  #window(focus: readonly number[]): SearchSpan {
    const { tree } = this.#web;
    const { before, after } = this.#query;
    const times = focus
      .map((node) => startTime(tree, node) ?? firstChildTime(tree, node))
      .filter((time) => time !== null);
    if (times.length === 0) return open;
    let first = Infinity;
    let last = -Infinity;
    for (const time of times) {
      first = Math.min(first, time);
      last = Math.max(last, time);
    }
    return { from: first - before, to: last + after };
  }
}

/** What was asked for, and generation by generation what began below it within the span. */
function levelsBelow(
  tree: SourceTree['tree'],
  focus: readonly number[],
  down: number,
  { from, to }: SearchSpan,
): number[][] {
  const first = from === null ? -Infinity : (correlationTime(iso(from)) as number);
  const last = to === null ? Infinity : (correlationTime(iso(to)) as number);
  const reached = new Set(focus);
  const levels = [[...reached]];
  for (let depth = 0; depth < down; depth++) {
    const next = (levels[depth] as number[])
      .flatMap((node) => childrenOf(tree, node))
      .filter((child) => {
        const time = tree.time[child] as number;
        if (reached.has(child) || time < first || time > last) return false;
        reached.add(child);
        return true;
      });
    if (next.length === 0) break;
    levels.push(next);
  }
  return levels;
}

export function widened({ from, to }: SearchSpan): SearchSpan {
  return { from: from === null ? null : from - clockSlack, to: to === null ? null : to + clockSlack };
}

function firstChildTime(tree: SourceTree['tree'], node: number): number | null {
  const child = tree.firstChild[node] as number;
  return child < 0 ? null : startTime(tree, child);
}

function iso(time: number): string {
  const bounded = Math.max(-62e12, Math.min(time, 250e12));
  return new Date(bounded).toISOString();
}
