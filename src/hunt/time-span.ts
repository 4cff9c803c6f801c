/**
 * First and last time of the events read. Within a batch times of one form (type, length and zone) are compared as
 * they stand, so that only the extremes of each form are parsed.
 */
import { Field, toIsoTime, type EventBatch, type Value } from '../events/index.ts';
import { cellValue } from './event-filter.ts';

type Time = string | number | bigint;

export class TimeSpan {
  first: string | null = null;
  last: string | null = null;
  readonly #forms = new Map<number | string, { low: Time; high: Time }>();

  add(batch: EventBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const time: Value = cellValue(batch, row, Field.SystemTime);
      if (time === null || typeof time === 'object' || typeof time === 'boolean') continue;
      const form = typeof time === 'string' ? formOf(time) : -1;
      const known = this.#forms.get(form);
      if (!known) this.#forms.set(form, { low: time, high: time });
      else if (time < known.low) known.low = time;
      else if (time > known.high) known.high = time;
    }
    let damaged = false;
    for (const { low, high } of this.#forms.values()) {
      const a = toIsoTime(low);
      const b = toIsoTime(high);
      damaged ||= a === null || b === null;
      this.merge(a, a);
      this.merge(b, b);
    }
    this.#forms.clear();
    // A text that is no time may be the extreme of its form and hide those that are.
    if (damaged)
      for (let row = 0; row < batch.length; row++) this.#addOne(cellValue(batch, row, Field.SystemTime));
  }

  #addOne(value: Value): void {
    const time = toIsoTime(value);
    this.merge(time, time);
  }

  merge(first: string | null, last: string | null): void {
    if (first !== null && (this.first === null || first < this.first)) this.first = first;
    if (last !== null && (this.last === null || last > this.last)) this.last = last;
  }
}

/** Length, and the zone where it is one of digits: with different zones the order of texts is not that of times. */
function formOf(time: string): number | string {
  const { length } = time;
  const last = time.charCodeAt(length - 1);
  if (length < 19 || last < 0x30 || last > 0x39) return length;
  const zone = /[+-][\d:]{2,5}$/.exec(time);
  return zone === null ? length : length + zone[0];
}
