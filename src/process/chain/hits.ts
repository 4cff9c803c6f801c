/** The hits of one step, found by process: sorted once, so that no process costs an object. */
import type { StepHit } from './types.ts';

export class StepHits {
  /** Processes that were hit, each once, ascending. */
  readonly processes: Int32Array;
  /** Where the hits of each process begin, and one more. */
  readonly #from: Int32Array;
  readonly #hits: readonly StepHit[];

  /** Hits without a time, or of no process among `length`, are left out. */
  constructor(hits: readonly StepHit[], length: number) {
    const sorted = sortedHits(hits.filter((hit) => isPlaced(hit, length)));
    const processes = new Int32Array(sorted.length);
    const from = new Int32Array(sorted.length + 1);
    let count = 0;
    for (let i = 0; i < sorted.length; i++) {
      const { process } = sorted[i] as StepHit;
      if (count > 0 && processes[count - 1] === process) continue;
      processes[count] = process;
      from[count++] = i;
    }
    from[count] = sorted.length;
    this.processes = processes.subarray(0, count);
    this.#from = from.subarray(0, count + 1);
    this.#hits = sorted;
  }

  /** The time of the last hit of a process at or before a time; -Infinity. */
  lastUpTo(process: number, time: number): number {
    const at = this.#upper(process, time) - 1;
    const hit = this.#hits[at];
    return hit?.process === process ? hit.time : -Infinity;
  }

  /** The first hit of a process at or after a time; of several at one time, the one with the least number. */
  firstFrom(process: number, time: number): StepHit | undefined {
    const hit = this.#hits[this.#lower(process, time)];
    return hit?.process === process ? hit : undefined;
  }

  /** The place of the first hit of a process, or of what comes after it, whose time is at least this. */
  #lower(process: number, time: number): number {
    const at = this.#placeOf(process);
    if (at < 0) return this.#hits.length;
    let low = this.#from[at] as number;
    let high = this.#from[at + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hits[middle] as StepHit).time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The same for times above. */
  #upper(process: number, time: number): number {
    const at = this.#placeOf(process);
    if (at < 0) return 0;
    let low = this.#from[at] as number;
    let high = this.#from[at + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hits[middle] as StepHit).time <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeOf(process: number): number {
    const { processes } = this;
    let low = 0;
    let high = processes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((processes[middle] as number) < process) low = middle + 1;
      else high = middle;
    }
    return processes[low] === process ? low : -1;
  }
}

function isPlaced({ process, time }: StepHit, length: number): boolean {
  return process >= 0 && process < length && Number.isFinite(time);
}

/** Readers give hits by process mostly: that they are sorted is quickly seen. */
function sortedHits(hits: StepHit[]): readonly StepHit[] {
  for (let i = 1; i < hits.length; i++)
    if (byProcess(hits[i - 1] as StepHit, hits[i] as StepHit) > 0) return hits.sort(byProcess);
  return hits;
}

function byProcess(a: StepHit, b: StepHit): number {
  return a.process - b.process || a.time - b.time || a.event - b.event;
}
