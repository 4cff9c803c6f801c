/**
 * Which events of a creation are of one process: those with the same host and GUID, a Security 4688 beside Sysmon's
 * event, and events without a GUID that say the same. The earliest with a GUID speaks for the process.
 */
import { hasGuid } from './guid.ts';
import { GuidTable } from './guid-table.ts';
import { orderOfRows, type CompareRows } from './order.ts';
import { PidIndex } from './pid-index.ts';
import { ticksPerSecond } from './time.ts';
import type { ProcessColumns } from './types.ts';

/** Sysmon and the audit of Windows write at most this far apart. */
const twinTicks = 2 * ticksPerSecond;

export interface Identities {
  /** The row that speaks for each process, in order of time. */
  readonly rows: Int32Array;
  readonly nodeOfRow: Int32Array;
  /** Rows by GUID. */
  readonly table: GuidTable;
  readonly duplicates: number;
}

/** `parentRows`: entries of the table beyond the rows are parents, named by the child in this row. */
export function identify(
  columns: ProcessColumns,
  parentRows: { readonly array: Int32Array },
  compareTexts?: CompareRows,
): Identities {
  const { length, guid, hostId } = columns;
  const order = orderOfRows(columns, compareTexts);
  const table = new GuidTable(
    {
      wordsOf: (entry) => (entry < length ? guid : columns.parentGuid),
      placeOf: (entry) => 4 * (entry < length ? entry : (parentRows.array[entry - length] as number)),
      hostOf: (entry) =>
        hostId[entry < length ? entry : (parentRows.array[entry - length] as number)] as number,
    },
    length,
  );
  const headOf = new Int32Array(length);
  const heads: { array: Int32Array; length: number } = { array: new Int32Array(length), length: 0 };
  let nameless = 0;
  for (const row of order) {
    if (!hasGuid(guid, row * 4)) {
      headOf[row] = row;
      nameless++;
      continue;
    }
    const head = table.findOrAdd(guid, row * 4, hostId[row] as number, row);
    headOf[row] = head;
    if (head === row) heads.array[heads.length++] = row;
  }
  if (nameless > 0) joinNameless(columns, order, heads.array.subarray(0, heads.length), headOf);
  return { ...numbered(order, headOf), table };
}

/** Gives events without a GUID to the process of which they tell. */
function joinNameless(
  columns: ProcessColumns,
  order: Int32Array,
  heads: Int32Array,
  headOf: Int32Array,
): void {
  const { guid, hostId, pid, imageId, time } = columns;
  const index = new PidIndex({
    length: heads.length,
    hostId: Int32Array.from(heads, (row) => hostId[row] as number),
    pid: Int32Array.from(heads, (row) => pid[row] as number),
    time: Float64Array.from(heads, (row) => time[row] as number),
    end: new Float64Array(0),
  });
  let last = -1;
  for (const row of order) {
    if (hasGuid(guid, row * 4) || (pid[row] as number) < 0 || Number.isNaN(time[row])) continue;
    const image = imageId[row] as number;
    // Equal events are neighbours among those without a GUID.
    if (last >= 0 && same(columns, last, row)) {
      headOf[row] = headOf[last] as number;
      continue;
    }
    last = row;
    if (image < 0) continue;
    const twin = index.nearest(
      hostId[row] as number,
      pid[row] as number,
      time[row] as number,
      twinTicks,
      (head) => imageId[heads[head] as number] === image,
    );
    if (twin >= 0) headOf[row] = heads[twin] as number;
  }
}

function same({ hostId, pid, imageId, time }: ProcessColumns, a: number, b: number): boolean {
  return time[a] === time[b] && hostId[a] === hostId[b] && pid[a] === pid[b] && imageId[a] === imageId[b];
}

function numbered(order: Int32Array, headOf: Int32Array): Omit<Identities, 'table'> {
  const nodeOfRow = new Int32Array(order.length);
  const rows = new Int32Array(order.length);
  let nodes = 0;
  for (const row of order) {
    if (headOf[row] !== row) continue;
    rows[nodes] = row;
    nodeOfRow[row] = nodes++;
  }
  for (const row of order) nodeOfRow[row] = nodeOfRow[headOf[row] as number] as number;
  return { rows: rows.slice(0, nodes), nodeOfRow, duplicates: order.length - nodes };
}
