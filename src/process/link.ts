/**
 * From events to a forest: which events are of one process, who started whom, when each ended, no circles. The result
 * does not depend on the order of the events. One pass over typed arrays for each step, nothing recursive:
 * bench/process-tree.ts.
 */
import { breakCycles } from './cycles.ts';
import { closeByGuid, closeByPid } from './ends.ts';
import { growingInts, pickInts, pickTimes } from './growing.ts';
import type { GuidTable } from './guid-table.ts';
import { identify } from './identify.ts';
import type { CompareRows } from './order.ts';
import { findParents } from './parents.ts';
import { PidIndex } from './pid-index.ts';
import type { ProcessTree } from './tree.ts';
import { Link, type ProcessColumns } from './types.ts';

type Arrays = Pick<
  ProcessTree,
  | 'length'
  | 'known'
  | 'parent'
  | 'link'
  | 'firstChild'
  | 'nextSibling'
  | 'time'
  | 'end'
  | 'pid'
  | 'hostId'
  | 'imageId'
  | 'counts'
>;

export interface Linked extends Arrays {
  /** Row of the columns: of a process that was seen its own, else that of its first child. */
  readonly rows: Int32Array;
  readonly nodeOfRow: Int32Array;
  /** Entries below the number of rows are rows, others parents that were not seen. */
  readonly table: GuidTable;
  readonly pids: PidIndex;
}

export function linkProcesses(columns: ProcessColumns, compareTexts?: CompareRows): Linked {
  const parentRows = growingInts();
  const identities = identify(columns, parentRows, compareTexts);
  const { rows, nodeOfRow, table, duplicates } = identities;
  const known = rows.length;
  const lives = {
    length: known,
    hostId: pickInts(columns.hostId, rows),
    pid: pickInts(identities.pid, rows),
    time: pickTimes(columns.time, rows),
    end: new Float64Array(known).fill(Number.NaN),
  };
  const pids = new PidIndex(lives);
  closeByPid(columns, identities, pids, lives.end);
  const found = findParents(columns, identities, pids, parentRows);
  const length = known + found.unseen;
  const cycles = breakCycles(found.parent, found.link);
  const tree = {
    rows: joined(rows, parentRows.array.subarray(0, found.unseen), length),
    parent: joined(found.parent, new Int32Array(found.unseen).fill(-1), length),
    link: joinedBytes(found.link, length),
    hostId: joined(lives.hostId, new Int32Array(found.unseen), length),
    pid: joined(lives.pid, new Int32Array(found.unseen).fill(-1), length),
    imageId: joined(pickInts(columns.imageId, rows), new Int32Array(found.unseen).fill(-1), length),
    time: withUnknown(lives.time, length),
    end: withUnknown(lives.end, length),
  };
  nameParents(columns, known, tree);
  closeByGuid(columns, table, known, tree.end);
  return {
    ...tree,
    ...childLists(tree.parent),
    length,
    known,
    nodeOfRow,
    table,
    pids,
    counts: {
      duplicates,
      inferred: count(found.link, (link) => link === Link.inferred),
      orphans: count(found.parent, (parent) => parent >= known),
      cycles,
    },
  };
}

/** What the children of parents that were not seen say of them: the first that says it. */
function nameParents(
  columns: ProcessColumns,
  known: number,
  tree: { rows: Int32Array; parent: Int32Array; hostId: Int32Array; pid: Int32Array; imageId: Int32Array },
): void {
  const { rows, parent, hostId, pid, imageId } = tree;
  for (let node = 0; node < known; node++) {
    const to = parent[node] as number;
    if (to < known) continue;
    const row = rows[node] as number;
    hostId[to] = columns.hostId[row] as number;
    if ((pid[to] as number) < 0) pid[to] = columns.parentPid[row] as number;
    if ((imageId[to] as number) >= 0) continue;
    imageId[to] = columns.parentImageId[row] as number;
    // The GUID is the same in all rows; the command line is taken where the image is.
    if ((imageId[to] as number) >= 0) rows[to] = row;
  }
}

function childLists(parent: Int32Array): { firstChild: Int32Array; nextSibling: Int32Array } {
  const firstChild = new Int32Array(parent.length).fill(-1);
  const nextSibling = new Int32Array(parent.length).fill(-1);
  for (let node = parent.length - 1; node >= 0; node--) {
    const to = parent[node] as number;
    if (to < 0) continue;
    nextSibling[node] = firstChild[to] as number;
    firstChild[to] = node;
  }
  return { firstChild, nextSibling };
}

function joined(seen: Int32Array, unseen: Int32Array, length: number): Int32Array {
  const all = new Int32Array(length);
  all.set(seen);
  all.set(unseen, seen.length);
  return all;
}

function joinedBytes(seen: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length);
  all.set(seen);
  return all;
}

function withUnknown(seen: Float64Array, length: number): Float64Array {
  const all = new Float64Array(length).fill(Number.NaN);
  all.set(seen);
  return all;
}

function count(values: Int32Array | Uint8Array, test: (value: number) => boolean): number {
  let found = 0;
  for (const value of values) if (test(value)) found++;
  return found;
}
