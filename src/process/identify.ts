/**
 * Which events of a creation are of one process: those with the same host and GUID, a Security 4688 beside Sysmon's
 * event, and events without a GUID that say the same. The earliest with a GUID speaks for the process.
 */
import { hasGuid } from './guid.ts';
import { GuidTable } from './guid-table.ts';
import { withMissingPids } from './missing-pids.ts';
import { orderOfRows, type CompareRows } from './order.ts';
import { joinTwins } from './twins.ts';
import type { ProcessColumns } from './types.ts';

export interface Identities {
  /** The row that speaks for each process, in order of time. */
  readonly rows: Int32Array;
  readonly nodeOfRow: Int32Array;
  /** Process ids of the rows, those that were found out among them. */
  readonly pid: Int32Array;
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
  const seen = heads.array.subarray(0, heads.length);
  const pid = withMissingPids(columns, order, seen, table);
  if (nameless > 0) joinTwins(columns, order, seen, headOf, pid);
  return { ...numbered(order, headOf), pid, table };
}

function numbered(order: Int32Array, headOf: Int32Array): Omit<Identities, 'table' | 'pid'> {
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
