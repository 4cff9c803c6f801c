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
export const ROOT = 0;
export const OVERFLOW = 1;

/** Bits of `info` beside those of `Trait` (which are below 256). */
export const Info = {
  /** Has wanted fields for text (and all but numbers), for numbers. */
  targets: 1 << 8,
  numberTargets: 1 << 9,
  /** Not mapped yet, or fields became wanted since. */
  unresolved: 1 << 10,
  /** One of the values that times are set right with; see `Watch`. */
  watched: 1 << 11,
} as const;
/** The bits that need the span of a value. */
export const NEEDS_SPAN =
  Info.targets | Info.numberTargets | Info.unresolved | Info.watched | Trait.eventType;

/** Values remembered for the end of the row, wanted or not. */
export const Watch = { utcTime: 0, receivedTime: 1, timestamp: 2 } as const;
const watchNames = ['UtcTime', 'EventReceivedTime', '@timestamp'];

/** Differs on each run, so that nobody can prepare names that collide. */
const seed = Math.trunc(Math.random() * 0x7fffffff);

export class PathTrie {
  /** Per node: the bits of `Info` and `Trait`. */
  info = new Int32Array(1024);
  /** Per node: which of the `Watch` values it is. */
  watch = new Uint8Array(1024);
  /** Per node: the number of the row that had it last. */
  seen = new Int32Array(1024);
  /** Per node: the node that followed it last under the same parent, and its first child. */
  next = new Int32Array(1024);
  first = new Int32Array(1024);
  parent = new Int32Array(1024);
  nameStart = new Int32Array(1024);
  /** Per node: length of its name with the closing quote, which is kept with the name. */
  nameLength = new Int32Array(1024);
  names = Buffer.alloc(16384);
  /** The names by 32-bit words (little endian); each name starts at a whole word. */
  nameWords = new Int32Array(this.names.buffer, this.names.byteOffset, this.names.length >> 2);
  /** Per node: its wanted targets `targetStart` .. `targetEnd`, and those for numbers. */
  targetStart = new Int32Array(1024);
  targetEnd = new Int32Array(1024);
  numberStart = new Int32Array(1024);
  numberEnd = new Int32Array(1024);
  /** Per target: its field, its rank, and the slot of its exact name. */
  readonly targetField: number[] = [];
  readonly targetRank: number[] = [];
  readonly targetSlot: number[] = [];
  size = 2;
  slots = 0;

  readonly #fields: FieldTable;
  readonly #limit: number;
  readonly #paths: (readonly string[])[] = [[], []];
  readonly #slots = new Map<string, number>();
  #table = new Int32Array(2048);
  #hashes = new Int32Array(1024);
  #nameBytes = 0;
  #resolvedFor = -1;

  constructor(fields: FieldTable, limit = 20_000) {
    this.#fields = fields;
    this.#limit = limit;
    this.info[ROOT] = 0;
    this.info[OVERFLOW] = Trait.whole;
    // Nobody's child, so that it is never guessed.
    this.parent[OVERFLOW] = -1;
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
    for (let node = 2; node < this.size; node++) this.info[node] = Info.unresolved;
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
    const length = end - start + 1;
    let hash = Math.imul(parent + 1, 0x9e3779b1) ^ seed;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    let at = hash & mask;
    for (;;) {
      const entry = this.#table[at] as number;
      if (entry === 0) break;
      if (
        this.#hashes[entry] === hash &&
        this.parent[entry] === parent &&
        this.nameLength[entry] === length
      ) {
        if (this.#isName(entry, bytes, start, end)) return entry;
      }
      at = (at + 1) & mask;
    }
    return this.#add(parent, hash, bytes, start, end);
  }

  /** Maps a node to its wanted targets; returns its new `info`. */
  resolve(node: number): number {
    const path = this.#paths[node] as readonly string[];
    const mapping = mapPath(path);
    let info = mapping.traits;
    this.targetStart[node] = this.targetField.length;
    this.#addTargets(mapping.targets);
    this.targetEnd[node] = this.targetField.length;
    this.numberStart[node] = this.targetStart[node] as number;
    this.numberEnd[node] = this.targetEnd[node] as number;
    if (mapping.whenNumber !== undefined) {
      this.numberStart[node] = this.targetField.length;
      this.#addTargets(mapping.whenNumber);
      this.numberEnd[node] = this.targetField.length;
    }
    if ((this.targetEnd[node] as number) > (this.targetStart[node] as number)) info |= Info.targets;
    if ((this.numberEnd[node] as number) > (this.numberStart[node] as number)) info |= Info.numberTargets;
    const watch = mapping.targets.some((target) => target.rank === 0 && watchNames.includes(target.name))
      ? watchNames.findIndex((name) => mapping.targets.some((target) => target.name === name))
      : -1;
    if (watch >= 0) {
      info |= Info.watched;
      this.watch[node] = watch;
    }
    this.info[node] = info;
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

  #isName(node: number, bytes: Buffer, start: number, end: number): boolean {
    const name = (this.nameStart[node] as number) - start;
    for (let at = start; at < end; at++) if (bytes[at] !== this.names[name + at]) return false;
    return true;
  }

  #add(parent: number, hash: number, bytes: Buffer, start: number, end: number): number {
    const length = end - start + 1;
    if (this.size >= this.#limit || this.#nameBytes + length > this.#limit * 64) return OVERFLOW;
    const node = this.size++;
    if (node === this.info.length) this.#growNodes();
    while (this.#nameBytes + length + 4 > this.names.length) this.#growNames();
    bytes.copy(this.names, this.#nameBytes, start, end);
    this.names[this.#nameBytes + length - 1] = QUOTE;
    this.nameStart[node] = this.#nameBytes;
    this.nameLength[node] = length;
    this.#nameBytes += (length + 3) & ~3;
    this.parent[node] = parent;
    this.info[node] = Info.unresolved;
    this.#hashes[node] = hash;
    this.#paths[node] = [...(this.#paths[parent] as readonly string[]), bytes.toString('utf8', start, end)];
    if (this.size * 2 > this.#table.length) this.#rehash();
    else this.#insert(node);
    return node;
  }

  #insert(node: number): void {
    const mask = this.#table.length - 1;
    let at = (this.#hashes[node] as number) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = node;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let node = 2; node < this.size; node++) this.#insert(node);
  }

  #growNames(): void {
    const next = Buffer.alloc(this.names.length * 2);
    this.names.copy(next);
    this.names = next;
    this.nameWords = new Int32Array(next.buffer, next.byteOffset, next.length >> 2);
  }

  #growNodes(): void {
    const size = this.info.length * 2;
    this.info = grow(this.info, size);
    this.seen = grow(this.seen, size);
    this.next = grow(this.next, size);
    this.first = grow(this.first, size);
    this.parent = grow(this.parent, size);
    this.nameStart = grow(this.nameStart, size);
    this.nameLength = grow(this.nameLength, size);
    this.targetStart = grow(this.targetStart, size);
    this.targetEnd = grow(this.targetEnd, size);
    this.numberStart = grow(this.numberStart, size);
    this.numberEnd = grow(this.numberEnd, size);
    this.#hashes = grow(this.#hashes, size);
    const watch = new Uint8Array(size);
    watch.set(this.watch);
    this.watch = watch;
  }
}

function grow(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(size);
  next.set(old);
  return next;
}
