/**
 * Events that are made but not yet due: a binary heap by time, then by order of making. What an activity plans
 * for later waits here, so that the estate's events leave in order of time without being sorted as a whole.
 */
import type { LabEvent } from './event.ts';
import type { Host } from './host.ts';

export interface Pending {
  readonly event: LabEvent;
  readonly host: Host;
  readonly order: number;
  /** A PID that is free again once this event (the end of its process) is out; 0 for none. */
  readonly freePid: number;
}

export class EventQueue {
  readonly #heap: Pending[] = [];
  #made = 0;

  /** Events made so far, out or waiting. */
  get made(): number {
    return this.#made;
  }

  get nextTime(): number {
    return this.#heap.length > 0 ? this.#heap[0]!.event.time : Infinity;
  }

  push(event: LabEvent, host: Host, freePid: number): void {
    const item: Pending = { event, host, order: this.#made++, freePid };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!before(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): Pending | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (!before(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Pending, b: Pending): boolean {
  return a.event.time < b.event.time || (a.event.time === b.event.time && a.order < b.order);
}
