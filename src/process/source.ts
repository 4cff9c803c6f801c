/** Where trees come from: what is asked of files or a search engine, and what they answer. */
import type { HuntEvent } from '../events/index.ts';
import type { ProcessTree } from './tree.ts';
import type { ProcessGraph, ProcessInfo, ProcessName } from './types.ts';

/** What to begin a tree from. */
export type ProcessQuery =
  | { readonly kind: 'guid'; readonly guid: string; readonly host?: string }
  /** `time`: milliseconds since 1970 at which the process ran. */
  | { readonly kind: 'pid'; readonly pid: number; readonly host?: string; readonly time: number }
  /** The process that acts in this event; of a creation, the one created. */
  | { readonly kind: 'record'; readonly record: string; readonly channel?: string; readonly host?: string }
  | { readonly kind: 'process'; readonly process: ProcessName; readonly time: number | null }
  /** All processes with these images: file names or whole paths, `*` allowed, without regard to case. */
  | { readonly kind: 'image'; readonly images: readonly string[]; readonly host?: string };

export interface TreeQuery {
  readonly start: ProcessQuery;
  /** Generations above and below; Infinity for all. */
  readonly up: number;
  readonly down: number;
  /** Milliseconds around the beginning of what was asked for, within which descendants begin and events lie. */
  readonly before: number;
  readonly after: number;
  readonly signal?: AbortSignal;
}

/** As much of the tree as a query needs. */
export interface SourceTree {
  readonly tree: ProcessTree;
  /** Nodes that were asked for; empty: there is no such process. */
  readonly focus: readonly number[];
  readonly notes: readonly string[];
  /** What was not looked at, each as a sentence. */
  readonly cut: readonly string[];
  readonly cost: ProcessGraph['cost'];
}

/** Where events of processes are looked up: files, or a search engine. */
export interface ProcessSource {
  tree(query: TreeQuery): Promise<SourceTree>;
  /** Every event, creations left out, that one of these processes may have made between two times (milliseconds). */
  events(
    processes: readonly ProcessInfo[],
    span: { readonly from: number | null; readonly to: number | null; readonly signal?: AbortSignal },
  ): AsyncIterable<HuntEvent>;
  /** What searches took so far; null for files. */
  readonly cost: ProcessGraph['cost'];
}
