/** Processes of any number of hosts and who started whom. */
import type { ProcessColumns, ProcessInfo, TextsOf } from './types.ts';

/**
 * Nodes 0 to `known` - 1 are processes whose creation was seen, in order of time; those after them stand for parents
 * of which only their children tell.
 */
export interface ProcessTree {
  readonly length: number;
  readonly known: number;
  /** -1: none. */
  readonly parent: Int32Array;
  /** `Link`. */
  readonly link: Uint8Array;
  /** The first child in order of time, and the next of the same parent; -1: none. */
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** Begin and end as `correlationTime`; NaN where not seen. */
  readonly time: Float64Array;
  readonly end: Float64Array;
  readonly pid: Int32Array;
  readonly hostId: Int32Array;
  readonly hosts: readonly string[];
  readonly imageId: Int32Array;
  readonly images: readonly string[];
  /** What was set right, or could not be. */
  readonly counts: {
    /** Events of a creation that was known already. */
    readonly duplicates: number;
    readonly inferred: number;
    /** Processes whose parent's creation was not seen. */
    readonly orphans: number;
    /** Links that were left out because they led in a circle. */
    readonly cycles: number;
  };
  /** As text; null where it has none. */
  guid(node: number): string | null;
  /** The caller's number of the event of its creation; -1. */
  ref(node: number): number;
  /** The node of the n-th creation that was given, from 0 on. */
  nodeOf(creation: number): number;
  /** The node of a process that an event names: by GUID, else by process id at that time; -1. */
  find(host: string, guid: string | null, pid: number | null, time: number | null): number;
  describe(nodes: readonly number[]): Promise<ProcessInfo[]>;
}

export type { ProcessColumns, TextsOf };
