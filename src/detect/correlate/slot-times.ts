/** When each rule of a correlation matched within a window, and chains of matches one after the other. */
import type { Entry } from './entry.ts';

export class SlotTimes {
  /** Times by slot, ascending from `heads[slot]` on. */
  readonly #times: number[][];
  readonly #heads: number[];

  constructor(slots: number) {
    this.#times = Array.from({ length: slots }, () => []);
    this.#heads = Array.from({ length: slots }, () => 0);
  }

  add({ slot, time }: Entry<unknown>): void {
    (this.#times[slot] as number[]).push(time);
  }

  remove({ slot }: Entry<unknown>): void {
    const head = ++(this.#heads[slot] as number);
    const times = this.#times[slot] as number[];
    if (head > 64 && head * 2 > times.length) {
      this.#times[slot] = times.slice(head);
      this.#heads[slot] = 0;
    }
  }

  has(slot: number): boolean {
    return (this.#heads[slot] as number) < (this.#times[slot] as number[]).length;
  }

  get present(): number {
    return this.#times.reduce((count, _, slot) => count + (this.has(slot) ? 1 : 0), 0);
  }

  /**
   * How many of the slots, taken in this order and leaving out any, have matches each later than the one before.
   * Matches at the same time are not one after the other.
   */
  longestChain(slots: readonly number[]): number {
    // ends[n]: the earliest time at which a chain of n can end.
    const ends = [-Infinity];
    for (const slot of slots) {
      for (let n = ends.length - 1; n >= 0; n--) {
        const time = this.#firstAfter(slot, ends[n] as number);
        if (time !== null && (n + 1 === ends.length || time < (ends[n + 1] as number))) ends[n + 1] = time;
      }
    }
    return ends.length - 1;
  }

  #firstAfter(slot: number, time: number): number | null {
    const times = this.#times[slot] as number[];
    let low = this.#heads[slot] as number;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] as number) > time) high = middle;
      else low = middle + 1;
    }
    return low < times.length ? (times[low] as number) : null;
  }
}
