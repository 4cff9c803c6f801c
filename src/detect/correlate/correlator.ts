/**
 * All correlations of a rule set over the matches of their rules, on the time of the events. Matches may come in any
 * order within `maxDelay`; what came later than that is counted, not judged. Memory holds the matches that wait for
 * their time, and the events of open windows, both within limits whose breach is counted.
 *
 * Checked against all windows of all groups taken one by one in the tests. Benchmark: bench/correlate.ts.
 */
import { Agenda } from './agenda.ts';
import type { Burst } from './burst.ts';
import { CorrelationNode, type Group, type Input, type Point } from './node.ts';
import type { CorrelationPlan } from './plan.ts';
import type { BaseMatch, CorrelationHit, CorrelatorCounts, CorrelatorOptions } from './types.ts';

type Work<E> = {
  readonly time: number;
  /** Index of the correlation; timers come after what arrives at the same time. */
  readonly rank: number;
  readonly serial: number;
  readonly correlation: number;
} & ({ readonly input: Input<E> } | { readonly group: Group<E> });

export class Correlator<E> {
  readonly counts: CorrelatorCounts = { late: 0, dropped: 0 };
  readonly #plan: CorrelationPlan;
  readonly #nodes: readonly (CorrelationNode<E> | null)[];
  readonly #agenda = new Agenda<Work<E>>();
  readonly #maxDelay: number;
  readonly #maxPending: number;
  readonly #open = { entries: 0, dropped: 0 };
  #serial = 0;
  #newest = -Infinity;
  /** All before this time is judged. */
  #judged = -Infinity;

  constructor(plan: CorrelationPlan, options: CorrelatorOptions<E>) {
    this.#plan = plan;
    this.#maxDelay = options.maxDelay ?? Infinity;
    this.#maxPending = options.maxPending ?? 1_000_000;
    const { onHit, maxOpen = 1_000_000, maxWindow = 100_000, maxEvents = 50 } = options;
    this.#nodes = plan.correlations.map((stored, index) => {
      if (!plan.runs[index] || stored.chain) return null;
      return new CorrelationNode<E>(stored, {
        maxEvents,
        maxWindow,
        maxOpen,
        open: this.#open,
        feedsOthers: plan.feedsOfCorrelation(index).length > 0,
        onPoint: (point) => this.#pass(index, point),
        onEnd: (burst) => {
          if (plan.reports[index]) onHit(hitOf(index, burst));
        },
        onTimer: (time, group) =>
          this.#agenda.add({
            time,
            rank: index * 2 + 1,
            serial: this.#serial++,
            correlation: index,
            group,
          }),
      });
    });
  }

  add(match: BaseMatch<E>): void {
    const { rule, time, values, event } = match;
    if (time < this.#judged) {
      this.counts.late++;
      return;
    }
    const source = { kind: 'event', rule, event } as const;
    for (const feed of this.#plan.feedsOf(rule)) this.#put(time, { feed, values, source });
    this.advance(time);
    if (this.#agenda.size > this.#maxPending) this.#relieve();
  }

  /** An event of this time was read, whether it matched or not. */
  advance(time: number): void {
    if (time <= this.#newest) return;
    this.#newest = time;
    const due = time - this.#maxDelay;
    if (due > this.#judged) this.#judge(due);
  }

  /**
   * No more will come. `horizon`: the time of the last event that was read, matching or not; windows that end after
   * it are not over, so that what is missing in them is not known to be missing.
   */
  flush(horizon: number = this.#newest): void {
    this.#judge(Infinity, horizon);
    for (const node of this.#nodes) node?.end();
    this.counts.dropped = this.#open.dropped;
  }

  /** Of the matches for a correlation, how many had all fields to group by and how many lacked one. */
  grouping(correlation: number): { readonly grouped: number; readonly ungrouped: number } {
    const node = this.#nodes[correlation];
    return { grouped: node?.grouped ?? 0, ungrouped: node?.ungrouped ?? 0 };
  }

  /** Events in open windows now. */
  get open(): number {
    return this.#open.entries;
  }

  /** Matches that wait for their time. */
  get pending(): number {
    return this.#agenda.size;
  }

  #put(time: number, input: Input<E>): void {
    const { correlation } = input.feed;
    this.#agenda.add({ time, rank: correlation * 2, serial: this.#serial++, correlation, input });
  }

  #pass(correlation: number, { time, values, source }: Point<E>): void {
    for (const feed of this.#plan.feedsOfCorrelation(correlation)) this.#put(time, { feed, values, source });
  }

  /** Judges all before a time. */
  #judge(before: number, horizon = Infinity): void {
    for (let work = this.#agenda.peek(); work && work.time < before; work = this.#agenda.peek())
      this.#step(work, horizon);
    this.#judged = before;
  }

  /** All that is to be done for one correlation at one time. */
  #step({ time, rank, correlation }: Work<E>, horizon: number): void {
    const node = this.#nodes[correlation] as CorrelationNode<E>;
    const inputs: Input<E>[] = [];
    const groups: Group<E>[] = [];
    for (;;) {
      const next = this.#agenda.peek();
      if (!next || next.time !== time || next.rank !== rank) break;
      this.#agenda.take();
      if ('input' in next) inputs.push(next.input);
      else groups.push(next.group);
    }
    if (inputs.length > 0) node.take(time, inputs);
    for (const group of groups) node.expire(group, time <= horizon);
  }

  /** More matches wait than may: the oldest quarter is judged, whatever may still come. */
  #relieve(): void {
    const left = Math.floor(this.#maxPending * 0.75);
    let time = this.#judged;
    while (this.#agenda.size > left) {
      const work = this.#agenda.peek() as Work<E>;
      time = work.time;
      this.#step(work, Infinity);
    }
    // Others of this time may wait still, and come together with those that are to come.
    this.#judged = Math.max(this.#judged, time);
  }
}

function hitOf<E>(correlation: number, burst: Burst<E>): CorrelationHit<E> {
  const { group, value, count, kept, first, last, completing } = burst;
  const events = kept.toSorted((a, b) => a.time - b.time);
  return { correlation, group, value, count, first, last, events, completing };
}
