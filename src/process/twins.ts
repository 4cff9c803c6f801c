/** Events without a GUID that tell of a process that another event tells of too: Security 4688 beside Sysmon's. */
import { hasGuid } from './guid.ts';
import { PidIndex } from './pid-index.ts';
import { ticksPerSecond } from './time.ts';
import type { ProcessColumns } from './types.ts';

/** Sysmon and the audit of Windows write at most this far apart. */
const twinTicks = 2 * ticksPerSecond;

/**
 * Sets `headOf` of rows without a GUID: to the nearest process with the same id and image; of equal events to the
 * first. `pid`: process ids of the rows; processes that have none get that of an event which fits them alone.
 */
export function joinTwins(
  columns: ProcessColumns,
  order: Int32Array,
  heads: Int32Array,
  headOf: Int32Array,
  pid: Int32Array,
): void {
  const { guid, hostId, imageId, time } = columns;
  const index = indexOf(columns, heads, (row) => pid[row] as number);
  /** Rows that found nothing. */
  const single: number[] = [];
  const equal: number[] = [];
  let last = -1;
  for (const row of order) {
    if (hasGuid(guid, row * 4) || (pid[row] as number) < 0 || Number.isNaN(time[row])) continue;
    // Equal events are neighbours among those without a GUID.
    if (last >= 0 && same(columns, last, row)) {
      headOf[row] = last;
      equal.push(row);
      continue;
    }
    last = row;
    const image = imageId[row] as number;
    if (image < 0) continue;
    const host = hostId[row] as number;
    const twin = index.nearest(
      host,
      pid[row] as number,
      time[row] as number,
      twinTicks,
      (head) => imageId[heads[head] as number] === image,
    );
    if (twin >= 0) headOf[row] = heads[twin] as number;
    else single.push(row);
  }
  joinWithoutPid(columns, heads, single, headOf, pid);
  for (const row of equal) headOf[row] = headOf[headOf[row] as number] as number;
}

/** Joins processes without an id and events without a GUID where each is the only one that fits the other. */
function joinWithoutPid(
  columns: ProcessColumns,
  heads: Int32Array,
  single: readonly number[],
  headOf: Int32Array,
  pid: Int32Array,
): void {
  const { hostId, imageId, time, parentPid } = columns;
  if (!heads.some((row) => (pid[row] as number) < 0)) return;
  // The image stands in for the id.
  const index = indexOf(columns, heads, (row) => ((pid[row] as number) < 0 ? (imageId[row] as number) : -1));
  const fitting = new Int32Array(heads.length);
  const pairs: (readonly [row: number, head: number])[] = [];
  for (const row of single) {
    const parent = parentPid[row] as number;
    if (parent < 0) continue;
    const fits: number[] = [];
    index.nearest(hostId[row] as number, imageId[row] as number, time[row] as number, twinTicks, (head) => {
      if (parentPid[heads[head] as number] === parent) fits.push(head);
      return false;
    });
    for (const head of fits) fitting[head] = (fitting[head] as number) + 1;
    if (fits.length === 1) pairs.push([row, fits[0] as number]);
  }
  for (const [row, head] of pairs) {
    if (fitting[head] !== 1) continue;
    const headRow = heads[head] as number;
    headOf[row] = headRow;
    pid[headRow] = pid[row] as number;
  }
}

/** `heads` by host, `key` and time. */
function indexOf(
  { hostId, time }: ProcessColumns,
  heads: Int32Array,
  key: (row: number) => number,
): PidIndex {
  return new PidIndex({
    length: heads.length,
    hostId: Int32Array.from(heads, (row) => hostId[row] as number),
    pid: Int32Array.from(heads, key),
    time: Float64Array.from(heads, (row) => time[row] as number),
    end: new Float64Array(0),
  });
}

function same({ hostId, pid, imageId, time }: ProcessColumns, a: number, b: number): boolean {
  return time[a] === time[b] && hostId[a] === hostId[b] && pid[a] === pid[b] && imageId[a] === imageId[b];
}
