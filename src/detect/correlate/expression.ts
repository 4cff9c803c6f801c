/** Extended conditions: `failed and success and not recon`, ordered or not. The value is how many rules matched. */
import type { Measure } from './measure.ts';
import { SlotTimes } from './slot-times.ts';
import type { Term } from './types.ts';
import type { Entry } from './entry.ts';

export class ExpressionMeasure implements Measure {
  readonly #terms: readonly Term[];
  readonly #times: SlotTimes;
  readonly #ordered: boolean;

  constructor(terms: readonly Term[], slots: number, ordered: boolean) {
    this.#terms = terms;
    this.#times = new SlotTimes(slots);
    this.#ordered = ordered;
  }

  add(entry: Entry<unknown>): void {
    this.#times.add(entry);
  }

  remove(entry: Entry<unknown>): void {
    this.#times.remove(entry);
  }

  judge(complete: boolean): number | null {
    return this.#terms.some((term) => this.#holds(term, complete)) ? this.#times.present : null;
  }

  #holds({ all, none }: Term, complete: boolean): boolean {
    if (none.length > 0 && !complete) return false;
    if (!all.every((slot) => this.#times.has(slot))) return false;
    if (none.some((slot) => this.#times.has(slot))) return false;
    return !this.#ordered || this.#times.longestChain(all) === all.length;
  }
}
