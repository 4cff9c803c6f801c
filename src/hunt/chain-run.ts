/**
 * The process chains of a hunt: brings the creations, the ends and the matches of all inputs together in one watch, and
 * makes findings of the chains it finds.
 */
import {
  correlationTime,
  type CorrelationPlan,
  type RuleSet,
  type StoredCorrelation,
} from '../detect/index.ts';
import { toJson, type HuntEvent, type Value } from '../events/index.ts';
import {
  actorOf,
  ChainWatch,
  type Actor,
  type ChainSpec,
  type FoundChain as WatchFound,
  type ProcessFact,
} from '../process/index.ts';
import type { BaseMatch } from './base-match.ts';
import { chainFinding, type FoundChain } from './chain-finding.ts';
import type { CorrelationRunOptions, TimedFinding } from './correlation-run.ts';
import type { HuntSummary, SummaryIssue } from './types.ts';

const ticksPerSecond = 1e7;
const ticksPerMillisecond = 1e4;

/** An event of a step, and the values that its rule is grouped by. */
interface StepEvent {
  readonly event: HuntEvent;
  readonly group: readonly Value[];
}

export class ChainRun {
  /** Chain rules with findings. */
  readonly found = new Set<number>();
  /** Findings so far. */
  reported = 0;
  readonly #rules: RuleSet;
  readonly #plan: CorrelationPlan;
  /** Chain rules by their places among those that the watch has, and back. */
  readonly #correlations: readonly number[];
  readonly #places: ReadonlyMap<number, number>;
  readonly #watch: ChainWatch<StepEvent>;
  readonly #chains: FoundChain[] = [];
  /** Matches of each chain rule with and without the fields to group by. */
  readonly #grouped = new Set<number>();
  readonly #ungrouped = new Set<number>();
  /** Of the events since the watch last heard of time. */
  #earliest = Infinity;
  #withoutTime = 0;
  #withoutProcess = 0;
  #event: HuntEvent | null = null;
  #actor: Actor | null = null;

  /** Null where no chain rule is run: then nothing is to be told of processes. */
  static of(rules: RuleSet, plan: CorrelationPlan, options: CorrelationRunOptions): ChainRun | null {
    const correlations = plan.correlations.flatMap(({ chain }, index) =>
      chain && plan.runs[index] ? [index] : [],
    );
    return correlations.length === 0 ? null : new ChainRun(rules, plan, correlations, options);
  }

  private constructor(
    rules: RuleSet,
    plan: CorrelationPlan,
    correlations: readonly number[],
    { maxDelay }: CorrelationRunOptions,
  ) {
    this.#rules = rules;
    this.#plan = plan;
    this.#correlations = correlations;
    this.#places = new Map(correlations.map((correlation, place) => [correlation, place]));
    const chains = correlations.map((index) => {
      const stored = plan.correlations[index] as StoredCorrelation;
      return { spec: chainSpec(stored), groups: stored.groupBy.length > 0 };
    });
    this.#watch = new ChainWatch<StepEvent>(chains, {
      onChain: (found) => void this.#chains.push(this.#foundChain(found)),
      ...(maxDelay !== undefined && { maxDelay: maxDelay * ticksPerMillisecond }),
    });
  }

  process(fact: ProcessFact): void {
    this.#began(fact.time);
    if (fact.kind === 'start') this.#watch.start(fact);
    else this.#watch.end(fact);
  }

  add({ rule, values, event }: BaseMatch): void {
    const feeds = this.#plan.chainFeedsOf(rule);
    if (feeds.length === 0) return;
    if (event !== this.#event) this.#look(event);
    const actor = this.#actor;
    if (actor === null || actor.time === null) return;
    this.#began(actor.time);
    for (const { correlation, step, group: places } of feeds) {
      const group = places.map((place) => values[place] ?? null);
      const key = places.length === 0 ? null : groupKey(group);
      if (places.length > 0) (key === null ? this.#ungrouped : this.#grouped).add(correlation);
      if (places.length > 0 && key === null) continue;
      this.#watch.match(this.#places.get(correlation) as number, step, actor, { event, group }, key);
    }
  }

  /** Events up to this time (ISO 8601) were read. */
  async advance(time: string | null): Promise<void> {
    const ticks = correlationTime(time);
    if (ticks === null) return;
    // What came before the watch first hears of time is not late.
    if (this.#earliest < ticks) await this.#watch.advance(this.#earliest);
    this.#earliest = Infinity;
    await this.#watch.advance(ticks);
  }

  /** All events were read. */
  async finish(): Promise<void> {
    await this.#watch.flush();
  }

  /** What was found since the last call. */
  takeTimed(): TimedFinding[] {
    return this.#chains.splice(0).map((found) => {
      const { correlation, last } = found;
      this.found.add(correlation);
      this.reported++;
      return { correlation, last, finding: chainFinding(this.#rules, found) };
    });
  }

  /** How many findings each chain rule has that were not taken. */
  countHits(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { correlation } of this.#chains) counts.set(correlation, (counts.get(correlation) ?? 0) + 1);
    return counts;
  }

  isUngrouped(correlation: number): boolean {
    return this.#ungrouped.has(correlation) && !this.#grouped.has(correlation);
  }

  issues(): SummaryIssue[] {
    const { late, dropped } = this.#watch.counts;
    const issues: SummaryIssue[] = [];
    const add = (code: string, count: number, message: string): void => {
      if (count > 0) issues.push({ code, source: 'process chains', message, count });
    };
    add('HB_DAMAGED', this.#withoutTime, 'an event without a time could not be a step of a chain');
    add('HB_DAMAGED', this.#withoutProcess, 'an event that names no process could not be a step of a chain');
    add('HB_LIMIT', late, 'an event came too late for its chain; see docs/correlations.md on order');
    add('HB_LIMIT', dropped, 'a process or a step was forgotten early: too many were held; narrow the rules');
    return issues;
  }

  notices(): HuntSummary['notices'] {
    const { inferred } = this.#watch.counts;
    const { info } = this.#rules.correlations[this.#correlations[0] as number] as StoredCorrelation;
    if (inferred === 0) return [];
    const what = inferred === 1 ? 'the parent of 1 process was' : `the parents of ${inferred} processes were`;
    return [{ path: info.path, line: info.line, message: `${what} inferred from process ids and times` }];
  }

  #began(time: number | null): void {
    if (time !== null && time < this.#earliest) this.#earliest = time;
  }

  #look(event: HuntEvent): void {
    this.#event = event;
    this.#actor = actorOf(event);
    if (this.#actor === null) this.#withoutProcess++;
    else if (this.#actor.time === null) this.#withoutTime++;
  }

  #foundChain({ chain, path, steps, first, last }: WatchFound<StepEvent>): FoundChain {
    const lowest = steps.reduce((low, step) => (step.place > low.place ? step : low));
    return {
      correlation: this.#correlations[chain] as number,
      group: lowest.event.group,
      path,
      steps: steps.map(({ place, event, time }) => ({ place, event: event.event, time })),
      first,
      last,
    };
  }
}

/** What a chain rule asks for. */
export function chainSpec({ chain, seconds }: StoredCorrelation): ChainSpec {
  const { relations = [], maxDepth = null, order = 'written' } = chain ?? {};
  return { relations, maxDepth, order, ticks: seconds * ticksPerSecond };
}

/** Values as a key, as correlations compare them: without case, text and numbers alike. Null when one is missing. */
export function groupKey(group: readonly Value[]): string | null {
  if (group.includes(null)) return null;
  return JSON.stringify(
    group.map((value) => (typeof value === 'object' ? toJson(value) : String(value)).toLowerCase()),
  );
}
