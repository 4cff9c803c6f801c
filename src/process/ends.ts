/** When processes ended: by GUID, else by process id. Of several ends of one process the earliest counts. */
import { hasGuid } from './guid.ts';
import type { GuidTable } from './guid-table.ts';
import type { Identities } from './identify.ts';
import { ImageMatch } from './image-match.ts';
import type { PidIndex } from './pid-index.ts';
import type { ProcessColumns } from './types.ts';

/**
 * Ends of processes that were seen to begin. An event whose GUID is not among them closes only a process without one:
 * the last that began with its id.
 */
export function closeByPid(
  columns: ProcessColumns,
  { rows, nodeOfRow, table }: Identities,
  pids: PidIndex,
  end: Float64Array,
): void {
  const { ends } = columns;
  const images = new ImageMatch(columns.images);
  for (let i = 0; i < ends.length; i++) {
    const time = ends.time[i] as number;
    const host = ends.hostId[i] as number;
    const named = hasGuid(ends.guid, i * 4);
    const entry = named ? table.find(ends.guid, i * 4, host) : -1;
    if (entry >= 0) {
      close(end, nodeOfRow[entry] as number, time);
      continue;
    }
    const node = pids.lastBegun(host, ends.pid[i] as number, time);
    if (node < 0) continue;
    const row = rows[node] as number;
    if (named && hasGuid(columns.guid, row * 4)) continue;
    if (images.agree(columns.imageId[row] as number, ends.imageId[i] as number)) close(end, node, time);
  }
}

/** Ends of parents that were not seen to begin: `table` has them as entries beyond the rows. */
export function closeByGuid(
  { ends, length }: ProcessColumns,
  table: GuidTable,
  known: number,
  end: Float64Array,
): void {
  for (let i = 0; i < ends.length; i++) {
    if (!hasGuid(ends.guid, i * 4)) continue;
    const entry = table.find(ends.guid, i * 4, ends.hostId[i] as number);
    if (entry >= length) close(end, known + entry - length, ends.time[i] as number);
  }
}

function close(end: Float64Array, node: number, time: number): void {
  const now = end[node] as number;
  if (Number.isNaN(now) || time < now) end[node] = time;
}
