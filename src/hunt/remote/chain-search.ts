/**
 * The events of one process_chain on an engine. Steps are counted and the rarest is searched; then only the ancestors and
 * the descendants of its processes are looked for, generation by generation and within the timespan. Creations are
 * matched here, by the rules as compiled; steps about other events are searched for these processes only. What comes
 * holds every chain, and is judged by what judges files.
 */
import type { StoredCorrelation } from '../../detect/index.ts';
import { findChains, type Chain, type ProcessFact, type ProcessTree } from '../../process/index.ts';
import { chainSpec } from '../chain-run.ts';
import { nodeOf, type ChainSteps, type StepMatch } from './chain-steps.ts';
import { generations, linesAbove, milliseconds, reachBelow, spanOf, type Origin } from './chain-reach.ts';
import { canJudge, type HitReader } from './hits.ts';
import { plainHelk } from './helk-rows.ts';
import { eventsAsk } from './process-events.ts';
import { bothOf, unitedSpl } from './process-query.ts';
import { processBatches } from './process-batches.ts';
import type { ProcessSearch } from './process-search.ts';
import { clockSlack } from './process-nodes.ts';
import type { ProcessWeb } from './process-web.ts';
import type { SearchSpan } from './searcher.ts';
import type { RuleSearch, Translation } from './translate.ts';

export interface ChainSearchOptions {
  readonly stored: StoredCorrelation;
  readonly steps: ChainSteps;
  readonly search: ProcessSearch;
  readonly web: ProcessWeb;
  readonly reader: HitReader;
  readonly helk: boolean;
  readonly translate: (rule: number) => Promise<Translation>;
  /** Rules whose matches `steps` has already, since they are searched for themselves. */
  readonly searched: ReadonlySet<number>;
}

export interface ChainEvidence {
  readonly facts: readonly ProcessFact[];
  /** Of rules that were not searched before. */
  readonly matches: readonly StepMatch[];
  /** The index lacks fields, so that a step can not match. */
  readonly neverFires: string | null;
}

/** Matches of one step that are followed; a chain of more common steps is no detection. */
const mostMatches = 100_000;

const day = 86_400_000;
const none: ChainEvidence = { facts: [], matches: [], neverFires: null };

export class ChainSearch {
  readonly #options: ChainSearchOptions;
  readonly #searches = new Map<number, readonly RuleSearch[]>();
  readonly #ticks: number;
  #matched = 0;

  constructor(options: ChainSearchOptions) {
    this.#options = options;
    this.#ticks = chainSpec(options.stored).ticks;
  }

  async run(): Promise<ChainEvidence> {
    const { stored, steps, searched } = this.#options;
    const rules = new Set(steps.rules);
    for (const rule of rules) {
      if (searched.has(rule)) continue;
      const { searches, neverFires } = await this.#options.translate(rule);
      if (neverFires !== undefined) return { ...none, neverFires };
      const text = typeof searches[0]?.query === 'string';
      this.#searches.set(rule, text ? unitedSpl(searches) : searches);
    }
    const rarest = await this.#rarest(rules);
    if (rarest === null) return none;
    if (!searched.has(rarest)) await this.#searchRule(rarest, null, null);
    if (steps.matchesOf(rarest).length === 0) return none;
    const { relations, order } = chainSpec(stored);
    const place = steps.rules.indexOf(rarest);
    const alone = order === 'written' && steps.rules.lastIndexOf(rarest) === place;
    await this.#creators(steps.matchesOf(rarest));
    const up = generations(stored, alone ? relations.slice(0, place) : relations);
    const down = generations(stored, alone ? relations.slice(place) : relations);
    let origins = this.#origins(rarest);
    await this.#up(() => this.#origins(rarest), up);
    if (alone && place > 0) {
      await this.#otherSteps(
        steps.rules.slice(0, place),
        rarest,
        linesAbove(this.#tree, this.#origins(rarest), up),
      );
      this.#matchCreations(rarest);
      const ends = new Set(this.#chains(place + 1).map((chain) => this.#keyOf(chain.steps[place] as number)));
      if (ends.size === 0) return none;
      origins = this.#origins(rarest, ends);
      if (place === steps.rules.length - 1) return this.#evidence();
      await this.#down(() => this.#origins(rarest, ends), down);
    } else await this.#down(() => this.#origins(rarest), down);
    origins = this.#origins(rarest);
    const reached = new Set([
      ...linesAbove(this.#tree, origins, up),
      ...reachBelow(this.#tree, origins, down).keys(),
    ]);
    await this.#otherSteps(alone ? steps.rules.slice(place + 1) : steps.rules, rarest, reached);
    this.#matchCreations(rarest);
    return this.#evidence();
  }

  get #tree(): ProcessTree {
    return this.#options.web.tree;
  }

  /** The rule with the fewest hits; null where one has none. */
  async #rarest(rules: ReadonlySet<number>): Promise<number | null> {
    const { steps, search, searched } = this.#options;
    const counts = new Map<number, number>();
    const work = [...rules].map((rule) => async (): Promise<boolean> => {
      if (searched.has(rule)) counts.set(rule, steps.matchesOf(rule).length);
      else {
        let sum: number | null = 0;
        for (const one of this.#searches.get(rule) ?? []) {
          const count = search.mayAsk('steps') ? await search.searcher.count(one) : null;
          sum = sum === null || count === null ? null : sum + count;
        }
        counts.set(rule, sum ?? Infinity);
      }
      return true;
    });
    await search.side(work);
    let rarest: number | null = null;
    let least = Infinity;
    for (const rule of steps.rules.toReversed()) {
      const count = counts.get(rule) ?? Infinity;
      if (count === 0) return null;
      if (rarest !== null && count >= least) continue;
      rarest = rule;
      least = count;
    }
    return rarest;
  }

  /** Hits of a rule, all or those of some processes. */
  async #searchRule(
    rule: number,
    processes: readonly RuleSearch[] | null,
    span: SearchSpan | null,
  ): Promise<void> {
    const { search, reader, steps, helk } = this.#options;
    const work = (this.#searches.get(rule) ?? []).flatMap((own) =>
      (processes ?? [null]).map((some) => async (): Promise<boolean> => {
        const current = 'steps';
        if (!search.mayAsk(current)) return false;
        const whole = some === null ? own : bothOf(own, some);
        const read = async (
          rows: AsyncIterable<Record<string, unknown>>,
          came: () => void,
        ): Promise<void> => {
          await reader.read(rule, helk ? mapped(rows) : rows, (hit) => {
            came();
            if (own.approximate && !hit.confirmed && canJudge(hit.event, own.asked)) return;
            this.#options.web.add(hit.event);
            steps.takeHit(hit);
          });
        };
        const { truncated } = await search.searcher.run(whole, read, span, mostMatches);
        search.tell(current);
        if (truncated !== null) search.cut.add(`a step: not all hits came: ${truncated}`);
        return truncated === null;
      }),
    );
    await search.side(work);
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
    const kind = typeof [...this.#searches.values()].flat()[0]?.query === 'string' ? 'splunk' : 'elastic';
    for (const asks of eventsAsk(processes))
      for (const batch of processBatches(asks, kind)) some.push(...(await search.searchesOf(batch)));
    for (const rule of wanted) await this.#searchRule(rule, some, spanOf(this.#origins(rarest)));
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

async function* mapped(
  rows: AsyncIterable<Record<string, unknown>>,
): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows) yield plainHelk(row);
}
