/** A forest over columns: the arrays of link.ts, and what is asked of them. */
import { guidText, hasGuid, plainGuid, putGuid } from './guid.ts';
import { linkProcesses, type Linked } from './link.ts';
import type { CompareRows } from './order.ts';
import { isoOf } from './time.ts';
import type { ProcessTree } from './tree.ts';
import { Link, type ProcessColumns, type ProcessInfo, type TextsOf } from './types.ts';

/** Links processes of columns; `texts` is asked for what columns do not hold, a few rows at a time. */
export function treeOfColumns(
  columns: ProcessColumns,
  texts: TextsOf,
  compareTexts?: CompareRows,
): ProcessTree {
  return new LinkedTree(columns, texts, linkProcesses(columns, compareTexts));
}

class LinkedTree implements ProcessTree {
  readonly length: number;
  readonly known: number;
  readonly parent: Int32Array;
  readonly link: Uint8Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly time: Float64Array;
  readonly end: Float64Array;
  readonly pid: Int32Array;
  readonly hostId: Int32Array;
  readonly hosts: readonly string[];
  readonly imageId: Int32Array;
  readonly images: readonly string[];
  readonly counts: ProcessTree['counts'];
  readonly #columns: ProcessColumns;
  readonly #texts: TextsOf;
  readonly #linked: Linked;
  readonly #hostIds: ReadonlyMap<string, number>;
  readonly #words = new Uint32Array(4);

  constructor(columns: ProcessColumns, texts: TextsOf, linked: Linked) {
    this.length = linked.length;
    this.known = linked.known;
    this.parent = linked.parent;
    this.link = linked.link;
    this.firstChild = linked.firstChild;
    this.nextSibling = linked.nextSibling;
    this.time = linked.time;
    this.end = linked.end;
    this.pid = linked.pid;
    this.hostId = linked.hostId;
    this.hosts = columns.hosts;
    this.imageId = linked.imageId;
    this.images = columns.images;
    this.counts = linked.counts;
    this.#columns = columns;
    this.#texts = texts;
    this.#linked = linked;
    this.#hostIds = new Map(columns.hosts.map((host, id) => [host.toLowerCase(), id]));
  }

  guid(node: number): string | null {
    return guidText(...this.#guidOf(node));
  }

  ref(node: number): number {
    return node < this.known ? (this.#columns.ref[this.#row(node)] as number) : -1;
  }

  nodeOf(creation: number): number {
    return this.#linked.nodeOfRow[creation] ?? -1;
  }

  find(host: string, guid: string | null, pid: number | null, time: number | null): number {
    const hostId = this.#hostIds.get(host.toLowerCase());
    if (hostId === undefined) return -1;
    const plain = guid === null ? null : plainGuid(guid);
    if (plain !== null) {
      putGuid(this.#words, 0, plain);
      const entry = this.#linked.table.find(this.#words, 0, hostId);
      const { length } = this.#columns;
      if (entry >= 0) return entry < length ? this.nodeOf(entry) : this.known + entry - length;
    }
    if (pid === null || time === null) return -1;
    // A process that has a GUID of its own is not the one that was meant.
    const accepts = (node: number): boolean => plain === null || !hasGuid(...this.#guidOf(node));
    return this.#linked.pids.at(hostId, pid, time, accepts);
  }

  async describe(nodes: readonly number[]): Promise<ProcessInfo[]> {
    const texts = await this.#texts(nodes.map((node) => this.#row(node)));
    return nodes.map((node, index) => {
      const text = texts[index];
      const known = node < this.known;
      const image = this.imageId[node] as number;
      const pid = this.pid[node] as number;
      const link = this.link[node];
      return {
        host: this.hosts[this.hostId[node] as number] ?? '',
        guid: this.guid(node),
        pid: pid < 0 ? null : pid,
        image: (known ? text?.image : null) ?? this.images[image] ?? null,
        commandLine: (known ? text?.commandLine : text?.parentCommandLine) ?? null,
        user: (known ? text?.user : null) ?? null,
        start: isoOf(this.time[node] as number),
        end: isoOf(this.end[node] as number),
        known,
        link: link === Link.guid ? 'guid' : link === Link.inferred ? 'inferred' : null,
      };
    });
  }

  #row(node: number): number {
    return this.#linked.rows[node] as number;
  }

  #guidOf(node: number): [Uint32Array, number] {
    const { guid, parentGuid } = this.#columns;
    return [node < this.known ? guid : parentGuid, this.#row(node) * 4];
  }
}
