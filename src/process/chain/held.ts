/**
 * Processes that a watch holds, in columns: trees of some hosts are made of them, and what no chain can need any more is
 * left behind by copying the rest.
 */
import { hasGuid, putGuid } from '../guid.ts';
import { treeOfColumns } from '../linked-tree.ts';
import { Names } from '../names.ts';
import { TextPool } from '../text-pool.ts';
import type { ProcessTree } from '../tree.ts';
import type { ProcessEnd, ProcessStart } from '../types.ts';
import { arraysOf, endLayout, Rows, startLayout } from './rows.ts';

const maxTextBytes = 1 << 30;
const texts = 4;

export class HeldProcesses {
  #starts = new Rows(startLayout);
  #ends = new Rows(endLayout);
  #pool = new TextPool(maxTextBytes);
  #hosts = new Names();
  #images = new Names();
  /** Hosts where a process names its parent by process id only, in lower case. */
  readonly #thin = new Set<string>();

  /** Creations and ends. */
  get length(): number {
    return this.#starts.length + this.#ends.length;
  }

  start(start: ProcessStart): void {
    const { columns } = this.#starts;
    const row = this.#starts.add();
    columns.hostId.array[row] = this.#hosts.add(start.host);
    columns.imageId.array[row] = this.#images.add(start.image);
    columns.parentImageId.array[row] = this.#images.add(start.parentImage);
    putGuid(columns.guid.array, row * 4, start.guid);
    putGuid(columns.parentGuid.array, row * 4, start.parentGuid);
    columns.pid.array[row] = start.pid ?? -1;
    columns.parentPid.array[row] = start.parentPid ?? -1;
    columns.time.array[row] = start.time ?? Number.NaN;
    columns.ref.array[row] = start.ref;
    columns.texts.array[row * texts] = this.#pool.add(start.image);
    columns.texts.array[row * texts + 1] = this.#pool.add(start.commandLine);
    columns.texts.array[row * texts + 2] = this.#pool.add(start.user);
    columns.texts.array[row * texts + 3] = this.#pool.add(start.parentCommandLine);
    if (start.parentGuid === null && start.parentPid !== null) this.#thin.add(start.host.toLowerCase());
  }

  end(end: ProcessEnd): void {
    const { columns } = this.#ends;
    const row = this.#ends.add();
    columns.hostId.array[row] = this.#hosts.add(end.host);
    columns.imageId.array[row] = this.#images.add(end.image);
    putGuid(columns.guid.array, row * 4, end.guid);
    columns.pid.array[row] = end.pid ?? -1;
    columns.time.array[row] = end.time ?? Number.NaN;
  }

  /**
   * The tree of some hosts, given in lower case, without those that began before a time of their host, where only a
   * GUID could name them. It stays as it is, whatever comes or goes here.
   */
  treeOf(hosts: ReadonlySet<string>, floorOf: (host: string) => number): ProcessTree {
    const floors = Float64Array.from(this.#hosts.spelled, (name) => {
      const host = name.toLowerCase();
      return hosts.has(host) ? (this.#thin.has(host) ? -Infinity : floorOf(host)) : Infinity;
    });
    const all = arraysOf(this.#starts);
    const starts = this.#starts.pick((row) => {
      const floor = floors[all.hostId[row] as number] as number;
      if (floor === Infinity) return false;
      return !((all.time[row] as number) < floor) || !hasGuid(all.guid, row * 4);
    });
    const allEnds = arraysOf(this.#ends);
    const ends = this.#ends.pick((row) => {
      const floor = floors[allEnds.hostId[row] as number] as number;
      return floor !== Infinity && !((allEnds.time[row] as number) < floor);
    });
    const pool = this.#pool;
    const text = (row: number, column: number): string | null =>
      pool.get(starts.columns.texts.array[row * texts + column] as number);
    return treeOfColumns(
      {
        length: starts.length,
        hosts: [...this.#hosts.spelled],
        images: [...this.#images.spelled],
        ...arraysOf(starts),
        ends: { length: ends.length, ...arraysOf(ends) },
      },
      async (rows) =>
        rows.map((row) => ({
          image: text(row, 0),
          commandLine: text(row, 1),
          user: text(row, 2),
          parentCommandLine: text(row, 3),
        })),
      (a, b) => {
        for (let column = 0; column < texts; column++) {
          const one = text(a, column) ?? '';
          const other = text(b, column) ?? '';
          if (one !== other) return one < other ? -1 : 1;
        }
        return 0;
      },
    );
  }

  /**
   * Forgets what lies before a time of its host (in lower case). Processes that still have a process id by which
   * others may name them stay, where there is room: of each id the last, if it did not end.
   */
  forget(floorOf: (host: string) => number, roomy = true): void {
    const floors = Float64Array.from(this.#hosts.spelled, (name) => floorOf(name.toLowerCase()));
    const isNew = ({ columns: { hostId, time } }: Rows<Placed>, row: number): boolean =>
      (time.array[row] as number) >= (floors[hostId.array[row] as number] as number);
    const holders = roomy ? this.#holders(floors) : new Set<number>();
    const [starts, ends] = [this.#starts, this.#ends];
    this.#starts = starts.pick((row) => isNew(starts, row) || holders.has(row));
    this.#ends = ends.pick((row) => isNew(ends, row));
    this.#renewNames();
  }

  /** For each host, in lower case, the time of its last creation. */
  newest(): Map<string, number> {
    const newest = new Float64Array(this.#hosts.spelled.length).fill(-Infinity);
    const { hostId, time } = arraysOf(this.#starts);
    for (let row = 0; row < this.#starts.length; row++) {
      const host = hostId[row] as number;
      if ((time[row] as number) > (newest[host] as number)) newest[host] = time[row] as number;
    }
    return new Map(this.#hosts.spelled.map((name, host) => [name.toLowerCase(), newest[host] as number]));
  }

  /** The time before which a share of the creations and ends lie. */
  quantile(share: number): number {
    const times = new Float64Array(this.length);
    times.set(this.#starts.columns.time.array.subarray(0, this.#starts.length));
    times.set(this.#ends.columns.time.array.subarray(0, this.#ends.length), this.#starts.length);
    return times.sort()[Math.floor(times.length * share)] ?? -Infinity;
  }

  /** Rows from before the floor whose process id is still theirs. */
  #holders(floors: Float64Array): Set<number> {
    const { hostId, pid, guid, time } = arraysOf(this.#starts);
    const thin = this.#hosts.spelled.map((name) => this.#thin.has(name.toLowerCase()));
    const last = new Map<number, number>();
    for (let row = 0; row < this.#starts.length; row++) {
      const host = hostId[row] as number;
      if ((pid[row] as number) < 0 || !((time[row] as number) < (floors[host] as number))) continue;
      if (hasGuid(guid, row * 4) && thin[host] !== true) continue;
      const key = keyOf(host, pid[row] as number);
      const other = last.get(key);
      if (other === undefined || (time[row] as number) >= (time[other] as number)) last.set(key, row);
    }
    const ends = arraysOf(this.#ends);
    for (let at = 0; at < this.#ends.length && last.size > 0; at++) {
      const host = ends.hostId[at] as number;
      const key = keyOf(host, ends.pid[at] as number);
      const row = last.get(key);
      const ended = ends.time[at] as number;
      if (row !== undefined && ended < (floors[host] as number) && ended >= (time[row] as number))
        last.delete(key);
    }
    return new Set(last.values());
  }

  /** Names and texts of the rows that are left: hostile events could name without end. */
  #renewNames(): void {
    const [hosts, images, pool] = [this.#hosts, this.#images, this.#pool];
    const newHosts = new Names();
    const newImages = new Names();
    const newPool = new TextPool(maxTextBytes);
    const renew = (ids: Int32Array, length: number, add: (id: number) => number): void => {
      for (let at = 0; at < length; at++) ids[at] = add(ids[at] as number);
    };
    const host = (id: number): number => newHosts.add(hosts.spelled[id] ?? null);
    const image = (id: number): number => newImages.add(images.spelled[id] ?? null);
    const starts = arraysOf(this.#starts);
    renew(starts.hostId, this.#starts.length, host);
    renew(starts.imageId, this.#starts.length, image);
    renew(starts.parentImageId, this.#starts.length, image);
    renew(starts.texts, this.#starts.length * texts, (id) => newPool.add(pool.get(id)));
    const ends = arraysOf(this.#ends);
    renew(ends.hostId, this.#ends.length, host);
    renew(ends.imageId, this.#ends.length, image);
    this.#hosts = newHosts;
    this.#images = newImages;
    this.#pool = newPool;
  }
}

type Placed = Pick<ReturnType<typeof endLayout>, 'hostId' | 'time'>;

function keyOf(host: number, pid: number): number {
  return host * 2 ** 31 + pid;
}
