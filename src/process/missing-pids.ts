/**
 * Process ids of events that lost theirs on the way (NXLog drops Sysmon's `ProcessId`, whose name it uses itself): a
 * child that names its parent by GUID tells the parent's id. Without it, events of the audit could not be given to
 * these processes.
 */
import { hasGuid } from './guid.ts';
import type { GuidTable } from './guid-table.ts';
import type { ProcessColumns } from './types.ts';

/** Process ids of the rows. `heads`: those that speak for a process with a GUID; `order`: all rows, in order. */
export function withMissingPids(
  columns: ProcessColumns,
  order: Int32Array,
  heads: Int32Array,
  table: GuidTable,
): Int32Array {
  const { pid, parentGuid, parentPid, hostId } = columns;
  if (!heads.some((row) => (pid[row] as number) < 0)) return pid;
  const filled = pid.slice();
  for (const row of order) {
    if ((parentPid[row] as number) < 0 || !hasGuid(parentGuid, row * 4)) continue;
    const head = table.find(parentGuid, row * 4, hostId[row] as number);
    // In order: what the first child says stays.
    if (head >= 0 && (filled[head] as number) < 0) filled[head] = parentPid[row] as number;
  }
  return filled;
}
