/**
 * Processes by host and process id, in order of time: who had this id at that moment. A process had its id until it
 * ended, or until the id was given to another.
 */
import { ticksPerSecond } from './time.ts';

/** Clocks of events and the order in which they are written differ by as much. */
const skew = ticksPerSecond;
/** Nobody starts more with one id within a second; events that say so must not cost the square of their number. */
const mostLooked = 1000;

export interface Lives {
  readonly length: number;
  readonly hostId: Int32Array;
  readonly pid: Int32Array;
  readonly time: Float64Array;
  readonly end: Float64Array;
}

export class PidIndex {
  readonly #lives: Lives;
  /** Numbers of processes, those of one host and id together, in ascending order of time; `#next` ends a run. */
  readonly #members: Int32Array;
  readonly #start: Int32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;

  /** `lives`: numbered in order of time, unknown times last. Times of end may still be filled in. */
  constructor(lives: Lives) {
    this.#lives = lives;
    const { length, pid, hostId } = lives;
    let slots = 16;
    while (slots < length * 2) slots *= 2;
    // A slot holds a number of a group, plus one.
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    const group = new Int32Array(length).fill(-1);
    const first = new Int32Array(length);
    let groups = 0;
    this.#start = new Int32Array(length + 1);
    for (let node = 0; node < length; node++) {
      if ((pid[node] as number) < 0 || Number.isNaN(lives.time[node])) continue;
      const slot = this.#slotOf(hostId[node] as number, pid[node] as number, first);
      if (this.#slots[slot] === 0) {
        first[groups] = node;
        this.#slots[slot] = ++groups;
      }
      const number = (this.#slots[slot] as number) - 1;
      group[node] = number;
      this.#start[number + 1] = (this.#start[number + 1] as number) + 1;
    }
    for (let i = 1; i <= groups; i++)
      this.#start[i] = (this.#start[i] as number) + (this.#start[i - 1] as number);
    this.#members = new Int32Array(this.#start[groups] as number);
    const fill = this.#start.slice(0, groups);
    for (let node = 0; node < length; node++) {
      const number = group[node] as number;
      if (number < 0) continue;
      this.#members[fill[number] as number] = node;
      fill[number] = (fill[number] as number) + 1;
    }
  }

  /**
   * The latest process that had this id at that time and is accepted: it began at or before it, and neither ended nor
   * lost its id to another more than a second before it. Else the first that began within a second after. Or -1.
   */
  at(host: number, pid: number, time: number, accepts: (node: number) => boolean): number {
    const run = this.#runOf(host, pid);
    if (run < 0 || Number.isNaN(time)) return -1;
    const { time: begins, end } = this.#lives;
    const from = this.#start[run] as number;
    const to = this.#start[run + 1] as number;
    const after = this.#firstAfter(from, to, time);
    for (let at = after - 1; at >= Math.max(from, after - mostLooked); at--) {
      const node = this.#members[at] as number;
      const gone = (end[node] as number) < time - skew;
      if (!gone && accepts(node)) return node;
      // Those before it lost their id when it began.
      if ((begins[node] as number) < time - skew) break;
    }
    for (let at = after; at < Math.min(to, after + mostLooked); at++) {
      const node = this.#members[at] as number;
      if ((begins[node] as number) > time + skew) break;
      if (accepts(node)) return node;
    }
    return -1;
  }

  /** The last that began at or before a time, or -1. */
  lastBegun(host: number, pid: number, time: number): number {
    const run = this.#runOf(host, pid);
    if (run < 0 || Number.isNaN(time)) return -1;
    const from = this.#start[run] as number;
    const after = this.#firstAfter(from, this.#start[run + 1] as number, time);
    return after > from ? (this.#members[after - 1] as number) : -1;
  }

  /** The nearest in time, the earlier of two, that is accepted and began at most `within` before or after; or -1. */
  nearest(
    host: number,
    pid: number,
    time: number,
    within: number,
    accepts: (node: number) => boolean,
  ): number {
    const run = this.#runOf(host, pid);
    if (run < 0 || Number.isNaN(time)) return -1;
    const from = this.#start[run] as number;
    const to = this.#start[run + 1] as number;
    let after = this.#firstAfter(from, to, time);
    let before = after - 1;
    for (let looked = 0; looked < mostLooked; looked++) {
      const earlier = before >= from ? time - this.#begin(before) : Number.POSITIVE_INFINITY;
      const later = after < to ? this.#begin(after) - time : Number.POSITIVE_INFINITY;
      if (Math.min(earlier, later) > within) break;
      const node = this.#members[earlier <= later ? before-- : after++] as number;
      if (accepts(node)) return node;
    }
    return -1;
  }

  #begin(place: number): number {
    return this.#lives.time[this.#members[place] as number] as number;
  }

  /** Place of the first in a run that began after a time. */
  #firstAfter(from: number, to: number, time: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#begin(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #runOf(host: number, pid: number): number {
    if (pid < 0) return -1;
    let slot = hashOf(host, pid) & this.#mask;
    for (;;) {
      const run = (this.#slots[slot] as number) - 1;
      if (run < 0) return -1;
      const node = this.#members[this.#start[run] as number] as number;
      if (this.#lives.hostId[node] === host && this.#lives.pid[node] === pid) return run;
      slot = (slot + 1) & this.#mask;
    }
  }

  #slotOf(host: number, pid: number, first: Int32Array): number {
    let slot = hashOf(host, pid) & this.#mask;
    for (;;) {
      const run = (this.#slots[slot] as number) - 1;
      if (run < 0) return slot;
      const node = first[run] as number;
      if (this.#lives.hostId[node] === host && this.#lives.pid[node] === pid) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}

function hashOf(host: number, pid: number): number {
  let hash = Math.imul(host + 1, 0x9e3779b1) ^ Math.imul(pid, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
