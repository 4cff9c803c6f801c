/**
 * First and last time of the events read. Within a batch times are compared as they stand (one shipper writes one
 * form), so that only the extremes are parsed.
 */
import { Field, toIsoTime, type EventBatch, type Value } from '../events/index.ts';
import { cellValue } from './event-filter.ts';

export class TimeSpan {
  first: string | null = null;
  last: string | null = null;

  add(batch: EventBatch): void {
    let low: Value = null;
    let high: Value = null;
    for (let row = 0; row < batch.length; row++) {
      const time = cellValue(batch, row, Field.SystemTime);
      if (time === null || typeof time === 'object' || typeof time === 'boolean') continue;
      if (low === null) low = high = time;
      else if (
        typeof time !== typeof low ||
        (typeof time === 'string' && time.length !== (low as string).length)
      ) {
        // Another form in the same batch: settle what there is and start again.
        this.#settle(low, high);
        low = high = time;
      } else if (time < (low as typeof time)) low = time;
      else if (time > (high as typeof time)) high = time;
    }
    this.#settle(low, high);
  }

  merge(first: string | null, last: string | null): void {
    if (first !== null && (this.first === null || first < this.first)) this.first = first;
    if (last !== null && (this.last === null || last > this.last)) this.last = last;
  }

  #settle(low: Value, high: Value): void {
    this.merge(toIsoTime(low), toIsoTime(high));
  }
}
