/**
 * A finding in the making: one run of overlapping windows of one group in which the condition held. It keeps the first
 * events of each rule and counts the others.
 */
import type { Value } from '../../events/index.ts';
import { identityOf, type Entry, type InnerFinding, type KeptEvent, type PointSource } from './entry.ts';

export class Burst<E> implements InnerFinding<E> {
  readonly group: readonly Value[];
  readonly completing: E;
  /** Events so far, and the first of them. */
  count = 0;
  readonly kept: KeptEvent<E>[] = [];
  first = Infinity;
  last = -Infinity;
  /** End of the last window. */
  until: number;
  value: number;
  readonly #lowest: boolean;
  /** Events kept for each slot. */
  readonly #share: number;
  readonly #keptOfSlot: number[];
  readonly #keptEvents = new Set<unknown>();
  /** What was taken of the findings of other correlations. */
  readonly #inner = new Map<InnerFinding<E>, { count: number; kept: number }>();
  /** Events of the time at hand: one event may be there for several rules. */
  #time = -Infinity;
  readonly #now = new Set<unknown>();

  constructor(options: {
    group: readonly Value[];
    completing: E;
    value: number;
    until: number;
    lowest: boolean;
    slots: number;
    maxEvents: number;
  }) {
    this.group = options.group;
    this.completing = options.completing;
    this.value = options.value;
    this.until = options.until;
    this.#lowest = options.lowest;
    this.#share = Math.max(1, Math.floor(options.maxEvents / options.slots));
    this.#keptOfSlot = Array.from({ length: options.slots }, () => 0);
  }

  /** To be called in order of time, once for each entry. */
  include(entry: Entry<E>): void {
    const { source, slot, time } = entry;
    if (source.kind === 'point') return this.#includePoint(source, slot);
    if (time !== this.#time) {
      this.#time = time;
      this.#now.clear();
    }
    if (this.#now.has(identityOf(entry))) return;
    this.#now.add(identityOf(entry));
    this.count++;
    this.#span(time, time);
    this.#keep({ rule: source.rule, time, event: source.event }, slot);
  }

  extend(until: number, value: number): void {
    this.until = until;
    if (this.#lowest ? value < this.value : value > this.value) this.value = value;
  }

  /** What a correlation that names this one is told at this moment. */
  snapshot(): PointSource<E> {
    return { kind: 'point', burst: this, count: this.count, kept: this.kept.length, last: this.last };
  }

  /** Events that two findings of another correlation share are one only as far as they are kept. */
  #includePoint({ burst, count, kept, last }: PointSource<E>, slot: number): void {
    this.#span(burst.first, last);
    const before = this.#inner.get(burst) ?? { count: 0, kept: 0 };
    this.#inner.set(burst, { count, kept });
    let known = 0;
    for (let i = before.kept; i < kept; i++) {
      const event = burst.kept[i] as KeptEvent<E>;
      if (this.#keptEvents.has(event.event)) known++;
      else this.#keep(event, slot);
    }
    this.count += count - before.count - known;
  }

  #span(first: number, last: number): void {
    if (first < this.first) this.first = first;
    if (last > this.last) this.last = last;
  }

  #keep(event: KeptEvent<E>, slot: number): void {
    if ((this.#keptOfSlot[slot] as number) >= this.#share) return;
    this.#keptOfSlot[slot] = (this.#keptOfSlot[slot] as number) + 1;
    this.kept.push(event);
    this.#keptEvents.add(event.event);
  }
}
