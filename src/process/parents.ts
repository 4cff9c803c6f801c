/**
 * Who started whom: by ParentProcessGuid; where that process was not seen, by process id, time and host; else a node
 * that stands for the parent, named by its children.
 */
import type { Growing } from './growing.ts';
import { hasGuid } from './guid.ts';
import type { Identities } from './identify.ts';
import { ImageMatch } from './image-match.ts';
import type { PidIndex } from './pid-index.ts';
import { Link, type ProcessColumns } from './types.ts';

export interface Parents {
  /** Of the processes that were seen; numbers from `rows.length` on are parents that were not. */
  readonly parent: Int32Array;
  readonly link: Uint8Array;
  /** How many parents were not seen; the row of the first child of each is in `parentRows`. */
  readonly unseen: number;
}

export function findParents(
  columns: ProcessColumns,
  { rows, nodeOfRow, table }: Identities,
  index: PidIndex,
  parentRows: Growing<Int32Array<ArrayBuffer>>,
): Parents {
  const { length, guid, parentGuid, parentPid, parentImageId, hostId, imageId, time } = columns;
  const images = new ImageMatch(columns.images);
  const parent = new Int32Array(rows.length).fill(-1);
  const link = new Uint8Array(rows.length);
  const unseen = new UnseenByPid();
  let count = 0;
  const addUnseen = (row: number): number => {
    parentRows.reserve(count + 1)[count] = row;
    return count++;
  };
  for (let node = 0; node < rows.length; node++) {
    const row = rows[node] as number;
    const host = hostId[row] as number;
    const named = hasGuid(parentGuid, row * 4);
    const entry = named ? table.find(parentGuid, row * 4, host) : -1;
    if (entry >= 0 && entry < length) {
      parent[node] = nodeOfRow[entry] as number;
      link[node] = Link.guid;
      continue;
    }
    const pid = parentPid[row] as number;
    const image = parentImageId[row] as number;
    const found = index.at(host, pid, time[row] as number, (candidate) => {
      const other = rows[candidate] as number;
      return (
        candidate !== node &&
        !(named && hasGuid(guid, other * 4)) &&
        images.agree(imageId[other] as number, image)
      );
    });
    if (found >= 0) {
      parent[node] = found;
      link[node] = Link.inferred;
    } else if (named) {
      const known = entry >= 0 ? entry - length : addUnseen(row);
      if (entry < 0) table.findOrAdd(parentGuid, row * 4, host, length + known);
      parent[node] = rows.length + known;
      link[node] = Link.guid;
    } else if (pid >= 0) {
      parent[node] = rows.length + unseen.findOrAdd(host, pid, image, () => addUnseen(row));
      link[node] = Link.inferred;
    }
  }
  return { parent, link, unseen: count };
}

interface Entry {
  readonly image: number;
  readonly parent: number;
  readonly before: number;
}

/** Parents that are known by host, process id and image only. */
class UnseenByPid {
  /** The last of each host and id, and the one before it of the same. */
  readonly #last = new Map<number, number>();
  readonly #entries: Entry[] = [];

  findOrAdd(host: number, pid: number, image: number, add: () => number): number {
    const key = host * 2 ** 31 + pid;
    const last = this.#last.get(key) ?? -1;
    for (let at = last; at >= 0;) {
      const entry = this.#entries[at] as Entry;
      if (entry.image === image) return entry.parent;
      at = entry.before;
    }
    const parent = add();
    this.#last.set(key, this.#entries.push({ image, parent, before: last }) - 1);
    return parent;
  }
}
