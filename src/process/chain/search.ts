/**
 * The nearest chain on one line of descent, for one order of the rules, top first: dynamic programming over the places
 * of the line, once for each window that could make a difference.
 *
 * Every window holds the creation of the lowest process, so of the events of a step and process only the last up to
 * that creation (`before`) and the first from it on (`after`) decide: a window that begins at m holds one of them when
 * m <= before or m >= after - ticks. Where a chain fits at all, it fits a window that begins at one of the latter, or as
 * early as the creations on its path allow. Without events after the creation of their processes that is one window.
 */
import type { StepHits } from './hits.ts';
import type { Line } from './line.ts';
import { maxGenerations, type ChainSpec } from './types.ts';

/** Where the steps stand on the line, top first, and where the window begins that begins last. */
export interface Placing {
  readonly places: readonly number[];
  readonly begin: number;
}

/** Lines are searched this far first, then further: most chains are short. */
const firstReach = 16;
const reachGrowth = 4;

export class LineSearch {
  readonly #spec: ChainSpec;
  readonly #hits: readonly StepHits[];
  /** Generations that each step may lie above the next. */
  readonly #depth: readonly number[];

  constructor(spec: ChainSpec, hits: readonly StepHits[]) {
    this.#spec = spec;
    this.#hits = hits;
    this.#depth = spec.relations.map((relation) =>
      relation === 'child' ? 1 : Math.min(spec.maxDepth ?? maxGenerations, maxGenerations),
    );
  }

  nearest(line: Line, order: readonly number[]): Placing | null {
    if (!line.hits(0, order[order.length - 1] as number)) return null;
    for (let reach = firstReach; ; reach *= reachGrowth) {
      line.extend(reach);
      const { complete, ended } = line;
      const found = complete ? this.#search(line, order, Math.min(reach, line.length)) : null;
      if (found || (ended && line.length <= reach)) return found;
    }
  }

  #search(line: Line, order: readonly number[], length: number): Placing | null {
    const steps = order.length;
    const { before, after } = this.#events(line, order, length);
    const begins = this.#begins(line, after, length);
    const cells = begins.length;
    /** By step, place and window: whether the rest of the chain can be had from there down. */
    const reached = new Uint8Array(steps * length * cells);
    /** By step and window: the highest place so far where that is so. */
    const highest = new Int32Array(steps * cells).fill(-1);
    for (let place = 0; place < length; place++) {
      for (let step = 0; step < steps; step++) {
        if ((step === steps - 1) !== (place === 0)) continue;
        const at = step * length + place;
        const early = before[at] as number;
        const late = (after[at] as number) - this.#spec.ticks;
        if (early === -Infinity && late === Infinity) continue;
        const lowest = place === 0 ? 0 : this.#lowest(line, place, step);
        for (let cell = 0; cell < cells; cell++) {
          const begin = begins[cell] as number;
          if (begin > early && begin < late) continue;
          if (place > 0 && (highest[(step + 1) * cells + cell] as number) < lowest) continue;
          reached[at * cells + cell] = 1;
        }
      }
      // Only now: no process serves two steps.
      for (let step = 0; step < steps; step++)
        for (let cell = 0; cell < cells; cell++)
          if (reached[(step * length + place) * cells + cell] === 1) highest[step * cells + cell] = place;
      if (place === 0) continue;
      const fits: number[] = [];
      for (let cell = 0; cell < cells; cell++)
        if (reached[place * cells + cell] === 1 && this.#holds(line, place, begins[cell] as number))
          fits.push(cell);
      if (fits.length > 0) {
        const places = this.#places(line, place, fits, { reached, cells, length, steps });
        return { places, begin: this.#lastBegin(line, places, { before, after, length }) };
      }
    }
    return null;
  }

  /** By step and place: the events that decide. */
  #events(
    line: Line,
    order: readonly number[],
    length: number,
  ): { before: Float64Array; after: Float64Array } {
    const before = new Float64Array(order.length * length).fill(-Infinity);
    const after = new Float64Array(order.length * length).fill(Infinity);
    // Below the second place there is only the lowest process.
    const created = line.first[1] as number;
    for (const [step, rule] of order.entries()) {
      const hits = this.#hits[rule] as StepHits;
      for (let place = 0; place < length; place++) {
        if (!line.hits(place, rule)) continue;
        const process = line.process[place] as number;
        const at = step * length + place;
        const early = hits.lastUpTo(process, created);
        const late = hits.firstFrom(process, created)?.time ?? Infinity;
        if (early >= created - this.#spec.ticks) before[at] = early;
        if (late <= created + this.#spec.ticks) after[at] = late;
      }
    }
    return { before, after };
  }

  /** Where windows begin that could make a difference. */
  #begins(line: Line, after: Float64Array, length: number): Float64Array {
    const { ticks } = this.#spec;
    const created = line.first[1] as number;
    const begins = new Set<number>();
    for (let place = 1; place < length; place++) begins.add((line.last[place] as number) - ticks);
    for (const time of after) if (time > created && time !== Infinity) begins.add(time - ticks);
    return Float64Array.from(begins);
  }

  /** The lowest place where the step after `step` may stand when that stands at `place`. */
  #lowest(line: Line, place: number, step: number): number {
    return Math.max(line.floor[place] as number, place - (this.#depth[step] as number));
  }

  /** Whether a window holds the creations below a place. */
  #holds(line: Line, place: number, begin: number): boolean {
    return begin >= (line.last[place] as number) - this.#spec.ticks && begin <= (line.first[place] as number);
  }

  /** The lowest places for the other steps, from the top down, that one of the windows allows. */
  #places(
    line: Line,
    top: number,
    fits: number[],
    table: { reached: Uint8Array; cells: number; length: number; steps: number },
  ): number[] {
    const { reached, cells, length, steps } = table;
    const places = [top];
    for (let step = 1; step < steps - 1; step++) {
      const above = places[step - 1] as number;
      for (let place = this.#lowest(line, above, step - 1); place < above; place++) {
        const left = fits.filter((cell) => reached[(step * length + place) * cells + cell] === 1);
        if (left.length === 0) continue;
        places.push(place);
        fits = left;
        break;
      }
    }
    return [...places, 0];
  }

  #lastBegin(
    line: Line,
    places: readonly number[],
    { before, after, length }: { before: Float64Array; after: Float64Array; length: number },
  ): number {
    const top = places[0] as number;
    const at = places.map((place, step) => step * length + place);
    const candidates = [line.first[top] as number, ...at.map((index) => before[index] as number)];
    const possible = candidates.filter(
      (begin) =>
        this.#holds(line, top, begin) &&
        at.every(
          (index) =>
            begin <= (before[index] as number) || begin >= (after[index] as number) - this.#spec.ticks,
        ),
    );
    return Math.max(...possible);
  }
}
