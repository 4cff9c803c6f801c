/**
 * Counts over time by level, without knowing the range beforehand: bins start at one second and are merged into
 * wider ones when there are too many. Each width divides the next, so that merging is exact.
 */
import { levelRank, levels, type Level } from './levels.ts';

const minute = 60;
const hour = 3600;
const day = 86400;
/** Bin widths in seconds. */
const widths = [
  [1, 5, 10, 30],
  [minute, 5 * minute, 10 * minute, 30 * minute],
  [hour, 3 * hour, 6 * hour, 12 * hour],
  [day, 7 * day, 28 * day, 84 * day, 168 * day, 336 * day, 3360 * day, 33600 * day, 336000 * day],
].flat();
const maxBins = 4096;
/** Date.parse takes far more than ISO 8601, even text that only ends in a number. */
const iso = /^\d{4}-\d\d-\d\dT/;
/** Clocks that were never set and empty FILETIMEs give times before this; they would squeeze all others together. */
const earliest = Date.UTC(1990, 0);
const latest = Date.UTC(9999, 0);

export interface Bin {
  /** Start in milliseconds since 1970. */
  readonly start: number;
  /** Counts by the rank of the level. */
  readonly counts: readonly number[];
  readonly total: number;
}

export interface TimeBins {
  /** Width of a bin in seconds. */
  readonly width: number;
  readonly bins: readonly Bin[];
}

export class Histogram {
  #step = 0;
  #bins = new Map<number, number[]>();
  /** Findings whose time is not known or cannot be true. */
  undated = 0;

  add(time: string | null, level: Level): void {
    const at = time !== null && iso.test(time) ? Date.parse(time) : NaN;
    if (!(at >= earliest && at < latest)) {
      this.undated++;
      return;
    }
    bump(this.#bins, Math.floor(at / 1000 / (widths[this.#step] as number)), levelRank(level), 1);
    while (this.#bins.size > maxBins) this.#widen();
  }

  /** All bins from the first to the last finding, empty ones too, at most `limit` (10 or more) of them. */
  render(limit: number): TimeBins {
    while (this.#span() > limit) this.#widen();
    const width = widths[this.#step] as number;
    const keys = [...this.#bins.keys()];
    const first = keys.reduce((a, b) => Math.min(a, b), Infinity);
    const bins: Bin[] = [];
    for (let i = 0; i < this.#span(); i++) {
      const counts = this.#bins.get(first + i) ?? levels.map(() => 0);
      const total = counts.reduce((sum, count) => sum + count, 0);
      bins.push({ start: (first + i) * width * 1000, counts, total });
    }
    return { width, bins };
  }

  #span(): number {
    if (this.#bins.size === 0) return 0;
    let first = Infinity;
    let last = -Infinity;
    for (const key of this.#bins.keys()) {
      if (key < first) first = key;
      if (key > last) last = key;
    }
    return last - first + 1;
  }

  #widen(): void {
    const factor = (widths[this.#step + 1] as number) / (widths[this.#step] as number);
    this.#step++;
    const old = this.#bins;
    this.#bins = new Map();
    for (const [key, counts] of old) {
      for (const [rank, count] of counts.entries()) bump(this.#bins, Math.floor(key / factor), rank, count);
    }
  }
}

function bump(bins: Map<number, number[]>, key: number, rank: number, count: number): void {
  let counts = bins.get(key);
  if (counts === undefined) bins.set(key, (counts = levels.map(() => 0)));
  counts[rank] = (counts[rank] as number) + count;
}
