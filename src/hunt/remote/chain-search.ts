/**
 * The events of one process_chain on an engine. Steps are counted and the rarest is searched; then only the ancestors and
 * the descendants of its processes are looked for, generation by generation and within the timespan. Creations are
 * matched here, by the rules as compiled; steps about other events are searched for these processes only. What comes
 * holds every chain, and is judged by what judges files.
 */
import type { StoredCorrelation } from '../../detect/index.ts';
import { findChains, type Chain, type ProcessFact, type ProcessTree } from '../../process/index.ts';
import { chainSpec } from '../chain-run.ts';
import { generations, linesAbove, milliseconds, reachBelow, spanOf, type Origin } from './chain-reach.ts';
import { nodeOf, type StepMatch } from './chain-steps.ts';
import { processBatches } from './process-batches.ts';
import { eventsAsk } from './process-events.ts';
import { clockSlack } from './process-nodes.ts';
import { StepSearch, type StepSearchOptions } from './step-search.ts';
import type { RuleSearch } from './translate.ts';

export interface ChainSearchOptions extends StepSearchOptions {
  readonly stored: StoredCorrelation;
}

export interface ChainEvidence {
  readonly facts: readonly ProcessFact[];
  /** Of rules that were not searched before. */
  readonly matches: readonly StepMatch[];
  /** The index lacks fields, so that a step can not match. */
  readonly neverFires: string | null;
}

const day = 86_400_000;
const none: ChainEvidence = { facts: [], matches: [], neverFires: null };

export class ChainSearch {
  readonly #options: ChainSearchOptions;
  readonly #asked: StepSearch;
  readonly #ticks: number;
  #matched = 0;

  constructor(options: ChainSearchOptions) {
    this.#options = options;
    this.#asked = new StepSearch(options);
    this.#ticks = chainSpec(options.stored).ticks;
  }

  async run(): Promise<ChainEvidence> {
    const { stored, steps, searched, web } = this.#options;
    const neverFires = await this.#asked.translate(new Set(steps.rules));
    if (neverFires !== null) return { ...none, neverFires };
    const rarest = await this.#asked.rarest();
    if (rarest === null) return none;
    if (!searched.has(rarest)) await this.#asked.search(rarest, null, null);
    if (steps.matchesOf(rarest).length === 0) return none;
    await this.#creators(steps.matchesOf(rarest));
    const { relations, order } = chainSpec(stored);
    const place = steps.rules.indexOf(rarest);
    // Else it may stand anywhere in the line.
    const fixed = order === 'written' && steps.rules.lastIndexOf(rarest) === place;
    const up = generations(stored, fixed ? relations.slice(0, place) : relations);
    const down = generations(stored, fixed ? relations.slice(place) : relations);
    const all = (): Map<number, Origin> => this.#origins(rarest);
    await this.#up(all, up);
    // Children come from both logs, parents from the one that was asked first.
    await web.twins(
      [...linesAbove(this.#tree, all(), up)].filter((node) => !all().has(node)),
      'ancestors',
    );
    let kept: ReadonlySet<string> | null = null;
    if (fixed && place > 0) {
      await this.#otherSteps(steps.rules.slice(0, place), rarest, linesAbove(this.#tree, all(), up));
      this.#matchCreations(rarest);
      kept = new Set(this.#chains(place + 1).map((chain) => this.#keyOf(chain.steps[place] as number)));
      if (kept.size === 0) return none;
    }
    const origins = (): Map<number, Origin> => this.#origins(rarest, kept);
    await this.#down(origins, down);
    const reached = new Set(reachBelow(this.#tree, origins(), down).keys());
    if (!fixed) for (const node of linesAbove(this.#tree, origins(), up)) reached.add(node);
    await this.#otherSteps(fixed ? steps.rules.slice(place + 1) : steps.rules, rarest, reached);
    this.#matchCreations(rarest);
    return this.#evidence();
  }

  get #tree(): ProcessTree {
    return this.#options.web.tree;
  }

  /** Creations of the processes that acted, where other events matched. */
  async #creators(matches: readonly StepMatch[]): Promise<void> {
    const { web, search } = this.#options;
    const guids = new Map<string | null, string[]>();
    const pids = new Map<string | null, string[]>();
    let first = Infinity;
    let last = -Infinity;
    for (const { actor } of matches) {
      if (nodeOf(this.#tree, actor) >= 0) continue;
      const { host, guid, pid, time } = actor;
      if (guid !== null) push(guids, null, guid);
      else if (pid !== null) {
        push(pids, host, String(pid));
        first = Math.min(first, time);
        last = Math.max(last, time);
      }
    }
    if (guids.size > 0) await web.byGuids(guids, 'processes of steps');
    if (pids.size === 0) return;
    const span = { from: milliseconds(first) - day, to: milliseconds(last) + clockSlack };
    const asks = [
      { of: 'creation', by: 'pid', values: pids },
      { of: 'end', by: 'pid', values: pids },
    ] as const;
    await search.ask(asks, span, 'processes of steps', web.add);
  }

  async #up(origins: () => ReadonlyMap<number, Origin>, generations: number): Promise<void> {
    if (generations === 0) return;
    for (;;) {
      const tree = this.#tree;
      const unseen = [...linesAbove(tree, origins(), generations)].filter((node) => node >= tree.known);
      const open = { from: null, to: null };
      if (unseen.length === 0 || !(await this.#options.web.up(unseen, open, 'ancestors'))) return;
    }
  }

  async #down(origins: () => ReadonlyMap<number, Origin>, generations: number): Promise<void> {
    if (generations === 0) return;
    for (;;) {
      const from = origins();
      const reached = reachBelow(this.#tree, from, generations);
      const parents = [...reached].filter(([, { left }]) => left > 0).map(([node]) => node);
      if (parents.length === 0) return;
      if (!(await this.#options.web.down(parents, spanOf(from), 'descendants'))) return;
    }
  }

  /** Steps that are no creations, of these processes. */
  async #otherSteps(rules: readonly number[], rarest: number, nodes: ReadonlySet<number>): Promise<void> {
    const { steps, search, searched } = this.#options;
    const wanted = new Set(
      rules.filter((rule) => rule !== rarest && !searched.has(rule) && !steps.isCreation(rule)),
    );
    if (wanted.size === 0 || nodes.size === 0) return;
    const processes = await this.#tree.describe([...nodes]);
    const some: RuleSearch[] = [];
    for (const asks of eventsAsk(processes))
      for (const batch of processBatches(asks, search.kind)) some.push(...(await search.searchesOf(batch)));
    for (const rule of wanted) await this.#asked.search(rule, some, spanOf(this.#origins(rarest)));
  }

  /** Rules of creations over those that came since the last time. */
  #matchCreations(rarest: number): void {
    const { steps, web, searched } = this.#options;
    const wanted = [...steps.rules, ...steps.notBetween].filter(
      (rule) => rule !== rarest && !searched.has(rule),
    );
    steps.match(web.creations.slice(this.#matched), new Set(wanted));
    this.#matched = web.creations.length;
  }

  /** When the processes of a step acted, and the times that a chain with them may touch. */
  #origins(rule: number, only: ReadonlySet<string> | null = null): Map<number, Origin> {
    const found = new Map<number, Origin>();
    for (const { actor } of this.#options.steps.matchesOf(rule)) {
      const node = nodeOf(this.#tree, actor);
      if (node < 0 || (only !== null && !only.has(this.#keyOf(node)))) continue;
      const known = found.get(node);
      found.set(node, {
        low: Math.min(known?.low ?? Infinity, actor.time - this.#ticks),
        high: Math.max(known?.high ?? -Infinity, actor.time + this.#ticks),
      });
    }
    return found;
  }

  /** Chains of the first steps, whatever they are grouped by. */
  #chains(count: number): Chain[] {
    const { stored, steps } = this.#options;
    const spec = chainSpec(stored);
    const part = { ...spec, relations: spec.relations.slice(0, count - 1) };
    return findChains(this.#tree, part, steps.hits(this.#tree, count), steps.excluded(this.#tree));
  }

  async #evidence(): Promise<ChainEvidence> {
    const { stored, steps, web, searched } = this.#options;
    const chains = this.#chains(steps.rules.length);
    if (chains.length === 0) return none;
    const { known } = this.#tree;
    // Chains of a group may be others than the nearest of all.
    const nodes =
      stored.groupBy.length === 0
        ? new Set(chains.flatMap(({ path }) => path))
        : new Set(Array.from({ length: known }, (_, node) => node));
    const first = chains.reduce((least, chain) => Math.min(least, chain.first), Infinity);
    await web.ends([...nodes], milliseconds(first) - clockSlack, 'ends of processes');
    const rules = new Set([...steps.rules, ...steps.notBetween].filter((rule) => !searched.has(rule)));
    return {
      facts: web.facts,
      matches: [...rules].flatMap((rule) => steps.matchesOf(rule)),
      neverFires: null,
    };
  }

  #keyOf(node: number): string {
    const { hostId, pid, time } = this.#tree;
    return `${hostId[node]} ${this.#tree.guid(node) ?? `${pid[node]} ${time[node]}`}`;
  }
}

function push(values: Map<string | null, string[]>, host: string | null, value: string): void {
  const known = values.get(host);
  if (known === undefined) values.set(host, [value]);
  else if (known.at(-1) !== value) known.push(value);
}
