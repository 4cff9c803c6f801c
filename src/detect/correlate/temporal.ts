/** `temporal`: how many of the rules matched, in any order. */
import type { CorrelationBound } from '../../sigma/index.ts';
import { withinBounds } from './bounds.ts';
import { Distinct } from './distinct.ts';
import type { Measure } from './measure.ts';
import type { Entry } from './entry.ts';

export class TemporalMeasure implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #slots = new Distinct();

  constructor(bounds: readonly CorrelationBound[]) {
    this.#bounds = bounds;
  }

  add({ slot }: Entry<unknown>): void {
    this.#slots.add(slot);
  }

  remove({ slot }: Entry<unknown>): void {
    this.#slots.remove(slot);
  }

  judge(): number | null {
    const count = this.#slots.size;
    return count > 0 && withinBounds(count, this.#bounds) ? count : null;
  }
}
