/** `temporal_ordered`: how many of the rules matched one after the other in the order written, others left out. */
import type { CorrelationBound } from '../../sigma/index.ts';
import { withinBounds } from './bounds.ts';
import type { Measure } from './measure.ts';
import { SlotTimes } from './slot-times.ts';
import type { Entry } from './entry.ts';

export class OrderedMeasure implements Measure {
  readonly #bounds: readonly CorrelationBound[];
  readonly #times: SlotTimes;
  readonly #slots: readonly number[];

  constructor(bounds: readonly CorrelationBound[], slots: number) {
    this.#bounds = bounds;
    this.#times = new SlotTimes(slots);
    this.#slots = Array.from({ length: slots }, (_, slot) => slot);
  }

  add(entry: Entry<unknown>): void {
    this.#times.add(entry);
  }

  remove(entry: Entry<unknown>): void {
    this.#times.remove(entry);
  }

  judge(): number | null {
    const length = this.#times.longestChain(this.#slots);
    return length > 0 && withinBounds(length, this.#bounds) ? length : null;
  }
}
