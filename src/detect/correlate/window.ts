/** The events of one group that a window may still need, in order of time. */
import type { Entry } from './entry.ts';

export class Window<E> {
  #entries: Entry<E>[] = [];
  #head = 0;
  /** Entries that were ever removed: the number of the first that is there. */
  #removed = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Number of the first entry; numbers go up by one and stay with their entry. */
  get first(): number {
    return this.#removed;
  }

  get end(): number {
    return this.#removed + this.size;
  }

  /** To be called in order of time. */
  add(entry: Entry<E>): void {
    this.#entries.push(entry);
  }

  at(number: number): Entry<E> {
    return this.#entries[number - this.#removed + this.#head] as Entry<E>;
  }

  /** Takes out the oldest entry when its time is before the bound. */
  takeBefore(time: number): Entry<E> | null {
    const entry = this.#entries[this.#head];
    if (!entry || entry.time >= time) return null;
    this.#head++;
    this.#removed++;
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
}
