/**
 * `value_sum`, `value_avg`, `value_median`, `value_percentile` over the numbers of a window; without any number no
 * condition holds. The percentile lies between the two nearest ranks in proportion (rank (n - 1) * p, as SQL's
 * percentile_cont).
 */
import type { CorrelationBound } from '../../sigma/index.ts';
import type { Value } from '../../events/index.ts';
import { withinBounds } from './bounds.ts';
import type { Measure } from './measure.ts';
import type { Entry } from './entry.ts';

const jsonNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** The number that a value is or, as text, spells; null for all else. */
export function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.length > 400) return null;
  const text = value.trim();
  if (!jsonNumber.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** Sums by two stacks: nothing is ever subtracted, so that nothing of what has left remains as rounding. */
export class SumMeasure implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #average: boolean;
  /** Sums of the older entries, from each to the newest of them; the oldest last. */
  readonly #older: number[] = [];
  readonly #newer: number[] = [];
  #newerSum = 0;

  constructor(bounds: readonly CorrelationBound[], average: boolean) {
    this.#bounds = bounds;
    this.#average = average;
  }

  add({ value }: Entry<unknown>): void {
    if (typeof value !== 'number') return;
    this.#newer.push(value);
    this.#newerSum += value;
  }

  remove({ value }: Entry<unknown>): void {
    if (typeof value !== 'number') return;
    if (this.#older.length === 0) {
      let sum = 0;
      for (let number = this.#newer.pop(); number !== undefined; number = this.#newer.pop())
        this.#older.push((sum += number));
      this.#newerSum = 0;
    }
    this.#older.pop();
  }

  judge(): number | null {
    const count = this.#older.length + this.#newer.length;
    if (count === 0) return null;
    const sum = (this.#older.at(-1) ?? 0) + this.#newerSum;
    const value = this.#average ? sum / count : sum;
    return withinBounds(value, this.#bounds) ? value : null;
  }
}

export class PercentileMeasure implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #percentile: number;
  readonly #sorted: number[] = [];

  constructor(bounds: readonly CorrelationBound[], percentile: number) {
    this.#bounds = bounds;
    this.#percentile = percentile;
  }

  add({ value }: Entry<unknown>): void {
    if (typeof value === 'number') this.#sorted.splice(this.#place(value), 0, value);
  }

  remove({ value }: Entry<unknown>): void {
    if (typeof value === 'number') this.#sorted.splice(this.#place(value), 1);
  }

  judge(): number | null {
    const count = this.#sorted.length;
    if (count === 0) return null;
    const rank = ((count - 1) * this.#percentile) / 100;
    const low = this.#sorted[Math.floor(rank)] as number;
    const high = this.#sorted[Math.min(Math.floor(rank) + 1, count - 1)] as number;
    // Exact where both are the same.
    const value = low + (high - low) * (rank - Math.floor(rank));
    return withinBounds(value, this.#bounds) ? value : null;
  }

  /** Where a number stands, or would. */
  #place(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
