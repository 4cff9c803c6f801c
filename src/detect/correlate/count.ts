/** `event_count` and `value_count`: how many events, and how many different values or tuples of values. */
import type { CorrelationBound } from '../../sigma/index.ts';
import { withinBounds } from './bounds.ts';
import { Distinct } from './distinct.ts';
import type { Measure } from './measure.ts';
import { identityOf, type Entry } from './entry.ts';

/** An event that several of the rules matched is one event; a finding of a correlation is one, however long. */
export class EventCount implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #events = new Distinct();

  constructor(bounds: readonly CorrelationBound[]) {
    this.#bounds = bounds;
  }

  add(entry: Entry<unknown>): void {
    this.#events.add(identityOf(entry));
  }

  remove(entry: Entry<unknown>): void {
    this.#events.remove(identityOf(entry));
  }

  judge(): number | null {
    const count = this.#events.size;
    return count > 0 && withinBounds(count, this.#bounds) ? count : null;
  }
}

export class DistinctValues implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #values = new Distinct();

  constructor(bounds: readonly CorrelationBound[]) {
    this.#bounds = bounds;
  }

  add({ value }: Entry<unknown>): void {
    if (value !== null) this.#values.add(value);
  }

  remove({ value }: Entry<unknown>): void {
    if (value !== null) this.#values.remove(value);
  }

  judge(): number | null {
    const count = this.#values.size;
    return withinBounds(count, this.#bounds) ? count : null;
  }
}
