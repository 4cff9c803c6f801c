/**
 * One line of descent, walked from a process up: the processes on it, how far they reach within the window, and which
 * steps hit them. Places count from the lowest process, 0.
 */
import { maxGenerations, type ChainSpec } from './types.ts';

/** What the search knows of processes, by node. */
export interface Marks {
  readonly parent: Int32Array;
  readonly time: Float64Array;
  /** Bit i: the rule i hit it. */
  readonly steps: Uint16Array;
  readonly excluded: Uint8Array | null;
}

export class Line {
  /** Places on the line, the lowest process included. */
  length = 0;
  /** Whether this is all: the line ends here, or leaves the window. */
  ended = true;
  readonly process = new Int32Array(maxGenerations + 1);
  /** Of the creations below each place: the first and the last. A chain may begin there when they fit the window. */
  readonly first = new Float64Array(maxGenerations + 1);
  readonly last = new Float64Array(maxGenerations + 1);
  /** The highest place below this one whose process is excluded, where a step may stand, but none below; 0. */
  readonly floor = new Int32Array(maxGenerations + 1);
  readonly #marks: Marks;
  readonly #ticks: number;
  readonly #wanted: number;
  #seen = 0;

  constructor(marks: Marks, { ticks, relations }: ChainSpec) {
    this.#marks = marks;
    this.#ticks = ticks;
    this.#wanted = 2 ** (relations.length + 1) - 1;
  }

  begin(lowest: number): void {
    this.process[0] = lowest;
    this.length = 1;
    this.ended = false;
    this.#seen = this.#marks.steps[lowest] as number;
  }

  /** Walks on until the line has so many places, if it has. */
  extend(length: number): void {
    const { parent, time, steps, excluded } = this.#marks;
    const most = Math.min(length, maxGenerations + 1);
    while (!this.ended && this.length < most) {
      const below = this.length - 1;
      const node = this.process[below] as number;
      const created = time[node] as number;
      const first = below === 0 ? created : Math.min(this.first[below] as number, created);
      const last = below === 0 ? created : Math.max(this.last[below] as number, created);
      const above = parent[node] as number;
      // The difference is not a number where the time is not known.
      if (!(last - first <= this.#ticks) || above < 0) {
        this.ended = true;
        return;
      }
      const place = this.length++;
      this.process[place] = above;
      this.first[place] = first;
      this.last[place] = last;
      this.floor[place] = below > 0 && excluded?.[node] ? below : (this.floor[below] as number);
      this.#seen |= steps[above] as number;
    }
    if (this.length > maxGenerations) this.ended = true;
  }

  /** Whether all rules have hits on the line so far. */
  get complete(): boolean {
    return this.#seen === this.#wanted;
  }

  hits(place: number, rule: number): boolean {
    return (((this.#marks.steps[this.process[place] as number] as number) >> rule) & 1) === 1;
  }
}
