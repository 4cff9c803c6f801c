/** What a watch is given and what it gives. */
import type { ProcessInfo } from '../types.ts';
import type { ChainSpec } from './types.ts';

export interface WatchedChain {
  readonly spec: ChainSpec;
  /** Whether matches of one chain must have the same group. */
  readonly groups?: boolean;
}

/** The process that an event names as acting; for creations the one created. */
export interface WatchedActor {
  readonly host: string;
  readonly guid: string | null;
  readonly pid: number | null;
  readonly time: number | null;
}

export interface FoundChain<E> {
  /** Place among the chains that the watch was made for. */
  readonly chain: number;
  readonly group: string | null;
  /** All processes from the highest step to the lowest. */
  readonly path: readonly ProcessInfo[];
  /** In the order of the rules; `place`: of its process in the path. */
  readonly steps: readonly { readonly place: number; readonly event: E; readonly time: number }[];
  readonly first: number;
  readonly last: number;
}

export interface WatchOptions<E> {
  readonly onChain: (found: FoundChain<E>) => void;
  /** Ticks that an event may come behind the newest; without it all is judged by `flush`. */
  readonly maxDelay?: number;
  /** Creations and ends that are held at a time. */
  readonly maxProcesses?: number;
  /** Matches that are held at a time, over all chains. */
  readonly maxHits?: number;
  /** Processes that may be held though no chain needs them; the rest is copied when there are more. */
  readonly spare?: number;
}
