/**
 * The paths met in the JSON of a source, as a trie over the bytes of member names, with what each path means: the
 * wanted fields it fills and what it says about its event. A path is mapped once, not per event.
 *
 * Nodes are small integers; children are found by a hash of (parent, name bytes) and compared byte by byte, so
 * hostile names cost time only. The number of nodes is bounded: what does not fit is `OVERFLOW`, which has
 * the event read whole.
 */
import { foldFieldName, mapPath, Trait, type FieldTable, type Target } from '../../events/index.ts';

const QUOTE = 0x22;
/** Numbers a node has. A node is known by where its record starts. */
const STRIDE = 16;
export const ROOT = 0;
export const OVERFLOW = STRIDE;

/** What stands where in the record of a node. */
export const Node = {
  /** The bits of `Info` and `Trait`. */
  info: 0,
  /** The number of the row that had it last. */
  seen: 1,
  /** The node that followed it last under the same parent, and its first child; 0 for none. */
  next: 2,
  first: 3,
  parent: 4,
  /** Where its name starts in `names`, and its length with the closing quote. */
  nameStart: 5,
  nameLength: 6,
  /** Which of the `Watch` values it is. */
  watch: 7,
  /** Its wanted targets, from and to (exclusive), and those for numbers. */
  targetStart: 8,
  targetEnd: 9,
  numberStart: 10,
  numberEnd: 11,
} as const;

/** Bits of `info` beside those of `Trait` (which are below 256). */
export const Info = {
  /** Has wanted fields. */
  targets: 1 << 8,
  /** Not mapped yet, or fields became wanted since. */
  unresolved: 1 << 10,
  /** One of the values that times are set right with; see `Watch`. */
  watched: 1 << 11,
} as const;
/** The bits that need the span of a value. */
export const NEEDS_SPAN = Info.targets | Info.unresolved | Info.watched | Trait.eventType;

/** Values remembered for the end of the row, wanted or not. */
export const Watch = { utcTime: 0, receivedTime: 1, timestamp: 2 } as const;
const watchNames = ['UtcTime', 'EventReceivedTime', '@timestamp'];

/** Differs in each process, so that nobody can prepare names that collide. */
const seed = Math.trunc(Math.random() * 0x7fffffff);

export class PathTrie {
  /** The records of the nodes, `STRIDE` numbers each; see `Node`. */
  nodes = new Int32Array(1024 * STRIDE);
  /** The names of the nodes, each with its closing quote; a name starts at a whole word. */
  names = Buffer.alloc(16384);
  /** The same by 32-bit words. */
  nameWords = new Int32Array(this.names.buffer, this.names.byteOffset, this.names.length >> 2);
  /** Per target: its field, its rank, and the slot of its exact name. */
  readonly targetField: number[] = [];
  readonly targetRank: number[] = [];
  readonly targetSlot: number[] = [];
  slots = 0;

  readonly #fields: FieldTable;
  readonly #limit: number;
  /** Per node, by its number without the stride. */
  readonly #paths: (readonly string[])[] = [[], []];
  readonly #hashes: number[] = [0, 0];
  readonly #slots = new Map<string, number>();
  #table = new Int32Array(2048);
  #size = OVERFLOW + STRIDE;
  #nameBytes = 0;
  #resolvedFor = -1;

  constructor(fields: FieldTable, limit = 20_000) {
    this.#fields = fields;
    this.#limit = limit;
    this.nodes[OVERFLOW + Node.info] = Trait.whole;
    // Nobody's child, so that it is never guessed.
    this.nodes[OVERFLOW + Node.parent] = -1;
    for (const name of ['EventID', 'Channel', 'Provider_Name', 'Computer', 'SystemTime']) this.slot(name);
  }

  /** The slot of an exact canonical name. The first five are those of `Field`. */
  slot(name: string): number {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.slots++;
      this.#slots.set(name, slot);
    }
    return slot;
  }

  /** To be called before a batch: when more fields became wanted, all nodes are looked at again. */
  refresh(): void {
    if (this.#fields.names.length === this.#resolvedFor) return;
    this.#resolvedFor = this.#fields.names.length;
    this.targetField.length = 0;
    this.targetRank.length = 0;
    this.targetSlot.length = 0;
    for (let node = OVERFLOW + STRIDE; node < this.#size; node += STRIDE) {
      this.nodes[node + Node.info] = Info.unresolved;
    }
  }

  /** True when a field is wanted; asking does not make it wanted. */
  wants(name: string): boolean {
    return (
      this.#fields.all || this.#fields.names.some((other) => foldFieldName(other) === foldFieldName(name))
    );
  }

  /** The child of `parent` whose name is these bytes (without escapes), made when it is new. */
  child(parent: number, bytes: Buffer, start: number, end: number): number {
    if (parent === OVERFLOW) return OVERFLOW;
    let hash = Math.imul(parent + 1, 0x9e3779b1) ^ seed;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    let at = hash & mask;
    for (;;) {
      const entry = this.#table[at] as number;
      if (entry === 0) break;
      if (this.#hashes[entry / STRIDE] === hash && this.#isName(entry, parent, bytes, start, end))
        return entry;
      at = (at + 1) & mask;
    }
    return this.#add(parent, hash, bytes, start, end);
  }

  /** Maps a node to its wanted targets; returns its new `info`. */
  resolve(node: number): number {
    const { nodes } = this;
    const mapping = mapPath(this.#paths[node / STRIDE] as readonly string[]);
    let info = mapping.traits;
    const start = this.targetField.length;
    this.#addTargets(mapping.targets);
    const end = this.targetField.length;
    if (mapping.whenNumber !== undefined) this.#addTargets(mapping.whenNumber);
    nodes[node + Node.targetStart] = start;
    nodes[node + Node.targetEnd] = end;
    nodes[node + Node.numberStart] = mapping.whenNumber === undefined ? start : end;
    nodes[node + Node.numberEnd] = this.targetField.length;
    if (this.targetField.length > start) info |= Info.targets;
    const watch = watchNames.findIndex((name) =>
      mapping.targets.some((to) => to.name === name && to.rank === 0),
    );
    if (watch >= 0) {
      info |= Info.watched;
      nodes[node + Node.watch] = watch;
    }
    nodes[node + Node.info] = info;
    return info;
  }

  #addTargets(targets: readonly Target[]): void {
    for (const target of targets) {
      const field = this.#fields.find(target.name);
      if (field < 0) continue;
      this.targetField.push(field);
      this.targetRank.push(target.rank);
      this.targetSlot.push(this.slot(target.name));
    }
  }

  #isName(node: number, parent: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.nodes[node + Node.parent] !== parent) return false;
    if (this.nodes[node + Node.nameLength] !== end - start + 1) return false;
    const name = (this.nodes[node + Node.nameStart] as number) - start;
    for (let at = start; at < end; at++) if (bytes[at] !== this.names[name + at]) return false;
    return true;
  }

  #add(parent: number, hash: number, bytes: Buffer, start: number, end: number): number {
    const length = end - start + 1;
    const node = this.#size;
    if (node / STRIDE >= this.#limit || this.#nameBytes + length > this.#limit * 64) return OVERFLOW;
    this.#size += STRIDE;
    if (this.#size > this.nodes.length) {
      const next = new Int32Array(this.nodes.length * 2);
      next.set(this.nodes);
      this.nodes = next;
    }
    while (this.#nameBytes + length + 4 > this.names.length) this.#growNames();
    bytes.copy(this.names, this.#nameBytes, start, end);
    this.names[this.#nameBytes + length - 1] = QUOTE;
    this.nodes[node + Node.nameStart] = this.#nameBytes;
    this.nodes[node + Node.nameLength] = length;
    this.nodes[node + Node.parent] = parent;
    this.nodes[node + Node.info] = Info.unresolved;
    this.#nameBytes += (length + 3) & ~3;
    this.#hashes.push(hash);
    this.#paths.push([
      ...(this.#paths[parent / STRIDE] as readonly string[]),
      bytes.toString('utf8', start, end),
    ]);
    if ((node / STRIDE) * 2 > this.#table.length) this.#rehash();
    else this.#insert(node);
    return node;
  }

  #insert(node: number): void {
    const mask = this.#table.length - 1;
    let at = (this.#hashes[node / STRIDE] as number) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = node;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let node = OVERFLOW + STRIDE; node < this.#size; node += STRIDE) this.#insert(node);
  }

  #growNames(): void {
    const next = Buffer.alloc(this.names.length * 2);
    this.names.copy(next);
    this.names = next;
    this.nameWords = new Int32Array(next.buffer, next.byteOffset, next.length >> 2);
  }
}
