/**
 * Processes as an engine gives them, generation by generation: parents of those that are known, and their children.
 * After each question the links are made anew, by the tree that files have too, so that both say the same of a parent.
 *
 * Security 4688 and exports without GUIDs are asked for by process id and host. Parents of those began within a day
 * before, or else at any time that the source has; children within the time that is asked for.
 */
import type { HuntEvent } from '../../events/index.ts';
import {
  endOf,
  ProcessTreeBuilder,
  startOf,
  type ProcessFact,
  type ProcessTree,
} from '../../process/index.ts';
import { byGuid, byHost, childSpan, clockSlack, keyOf, startTime } from './process-nodes.ts';
import type { ProcessAsk } from './process-query.ts';
import type { ProcessSearch } from './process-search.ts';
import type { SearchSpan } from './searcher.ts';

const day = 86_400_000;
const open: SearchSpan = { from: null, to: null };

/** How far a parent was looked for by process id. */
const Sought = { day: 1, ever: 2 } as const;

export class ProcessWeb {
  /** Events of creations, by `ref`. */
  readonly creations: HuntEvent[] = [];
  /** All that was given, in its order. */
  readonly facts: ProcessFact[] = [];
  readonly #search: ProcessSearch;
  readonly #builder = new ProcessTreeBuilder();
  readonly #seen = new Set<string>();
  readonly #parents = new Map<string, number>();
  readonly #children = new Set<string>();
  /** GUIDs whose creation and end were asked for. */
  readonly #asked = new Set<string>();
  #tree: ProcessTree | null = null;
  readonly #audit: AuditLook;

  /** `audit` is shared where several look at the same source. */
  constructor(search: ProcessSearch, audit: AuditLook = new AuditLook()) {
    this.#search = search;
    this.#audit = audit;
  }

  get tree(): ProcessTree {
    return (this.#tree ??= this.#builder.build());
  }

  /** Takes what begins or ends a process; true when it was not known. */
  readonly add = (event: HuntEvent): boolean => {
    const start = startOf(event, this.creations.length);
    const fact = start ?? endOf(event);
    if (fact === null) return false;
    const key = JSON.stringify(start === null ? ['end', fact] : { ...start, ref: 0 });
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (start === null) {
      this.#builder.end(fact);
      this.facts.push({ ...fact, kind: 'end' });
    } else {
      this.facts.push({ ...start, kind: 'start' });
      this.#builder.add(start);
      this.creations.push(event);
    }
    this.#tree = null;
    return true;
  };

  #isAsked(node: number): boolean {
    const guid = this.tree.guid(node);
    return guid === null || this.#asked.has(guid) || this.#asked.has(keyOf(this.tree, node));
  }

  /** Creations and ends of these GUIDs, at any time. */
  async byGuids(values: ReadonlyMap<string | null, readonly string[]>, current: string): Promise<void> {
    for (const guid of [...values.values()].flat()) this.#asked.add(guid);
    const asks: ProcessAsk[] = [
      { of: 'creation', by: 'guid', values },
      { of: 'end', by: 'guid', values },
    ];
    await this.#ask(asks, open, current);
  }

  /** One generation up: looks for those of these nodes whose creation is not known. False: nothing was left to ask. */
  async up(nodes: readonly number[], span: SearchSpan, current: string): Promise<boolean> {
    const { tree } = this;
    const unseen = nodes.filter((node) => node >= tree.known);
    const named = unseen.filter((node) => !this.#isAsked(node));
    if (named.length > 0) {
      for (const node of named) this.#asked.add(keyOf(tree, node));
      await this.#ask([...byGuid(tree, named, 'guid'), ...byGuid(tree, named, 'guid', 'end')], span, current);
      return true;
    }
    // By process id once GUIDs lead no further: all at once.
    const within: number[] = [];
    const ever: number[] = [];
    for (const node of unseen) {
      if ((tree.pid[node] as number) < 0) continue;
      const key = keyOf(tree, node);
      const sought = this.#parents.get(key) ?? 0;
      const bare = tree.guid(node) === null;
      if (sought < Sought.day && (bare || (await this.#audit.in(this.#search)))) {
        within.push(node);
        this.#parents.set(key, Sought.day);
      } else if (sought < Sought.ever && bare) {
        ever.push(node);
        this.#parents.set(key, Sought.ever);
      }
    }
    if (within.length > 0)
      await this.#ask(this.#parentsByPid(tree, within), childSpan(tree, within, day, span), current);
    if (ever.length > 0)
      await this.#ask(this.#parentsByPid(tree, ever), childSpan(tree, ever, Infinity, span), current);
    return within.length + ever.length > 0;
  }

  /** What the Security log says of the creation of processes that Sysmon told of. */
  async twins(nodes: Iterable<number>, current: string): Promise<void> {
    const { tree } = this;
    const known = [...nodes].filter(
      (node) => node < tree.known && tree.guid(node) !== null && (tree.pid[node] as number) >= 0,
    );
    const times = known.map((node) => startTime(tree, node)).filter((time) => time !== null);
    if (times.length === 0 || !(await this.#audit.in(this.#search))) return;
    const from = times.reduce((least, time) => Math.min(least, time)) - clockSlack;
    const to = times.reduce((most, time) => Math.max(most, time)) + clockSlack;
    await this.#ask(
      [{ of: 'creation', by: 'pid', values: byHost(tree, known), only: 'audit' }],
      { from, to },
      current,
    );
  }

  /** When these processes ended, however late. */
  async ends(nodes: readonly number[], from: number | null, current: string): Promise<void> {
    const { tree } = this;
    const lasting = nodes.filter((node) => {
      return node < tree.known && Number.isNaN(tree.end[node]) && !this.#isAsked(node);
    });
    if (lasting.length === 0) return;
    await this.#ask(byGuid(tree, lasting, 'guid', 'end'), { from, to: null }, current);
  }

  /** One generation down: the children of these nodes. False: nothing was left to ask. */
  async down(nodes: readonly number[], span: SearchSpan, current: string): Promise<boolean> {
    const { tree } = this;
    const fresh = nodes.filter((node) => {
      const key = keyOf(tree, node);
      if (this.#children.has(key)) return false;
      this.#children.add(key);
      return true;
    });
    if (fresh.length === 0) return false;
    const named = fresh.filter((node) => tree.guid(node) !== null);
    const bare = fresh.filter((node) => tree.guid(node) === null && (tree.pid[node] as number) >= 0);
    const asks: ProcessAsk[] = [...byGuid(tree, named, 'parentGuid')];
    const pids = byHost(tree, bare);
    if (pids.size > 0)
      asks.push(
        { of: 'creation', by: 'parentPid', values: pids },
        // Others that have the id later, and their own end: what begins then is no child of these.
        { of: 'creation', by: 'pid', values: pids },
        { of: 'end', by: 'pid', values: pids },
      );
    const also = named.filter((node) => (tree.pid[node] as number) >= 0);
    if (also.length > 0 && (await this.#audit.in(this.#search))) {
      const values = byHost(tree, also);
      asks.push(
        { of: 'creation', by: 'parentPid', values, only: 'audit' },
        { of: 'creation', by: 'pid', values },
      );
    }
    if (asks.length > 0) await this.#ask(asks, span, current);
    return true;
  }

  async #ask(asks: readonly ProcessAsk[], span: SearchSpan, current: string): Promise<void> {
    await this.#search.ask(asks, span, current, this.add);
  }

  #parentsByPid(tree: ProcessTree, nodes: readonly number[]): ProcessAsk[] {
    const named = nodes.filter((node) => tree.guid(node) !== null);
    const bare = nodes.filter((node) => tree.guid(node) === null);
    const asks: ProcessAsk[] = [];
    if (bare.length > 0) asks.push({ of: 'creation', by: 'pid', values: byHost(tree, bare) });
    // A parent with a GUID that Sysmon does not tell of may stand in the Security log.
    if (named.length > 0)
      asks.push({ of: 'creation', by: 'pid', values: byHost(tree, named), only: 'audit' });
    asks.push({ of: 'end', by: 'pid', values: byHost(tree, nodes) });
    return asks;
  }
}

/** Whether a source has creations of the Security log at all: if not, processes with GUIDs need no second look. */
export class AuditLook {
  #found: Promise<boolean> | null = null;

  in(search: ProcessSearch): Promise<boolean> {
    this.#found ??= this.#look(search);
    return this.#found;
  }

  async #look(search: ProcessSearch): Promise<boolean> {
    let found = false;
    const ask: ProcessAsk = { of: 'creation', by: 'image', values: new Map([[null, ['*']]]), only: 'audit' };
    await search.ask([ask], open, 'Security 4688', () => (found = true), 1);
    return found;
  }
}
