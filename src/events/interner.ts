/**
 * Gives each distinct (slot, kind, bytes) one small id without decoding the bytes. Bytes are copied and compared,
 * so that no collision of hashes can mix values up. Memory may be bounded: when full, `intern` returns -1 and
 * the owner clears it and everything it remembered by id. Benchmarks: bench/hunt.ts, bench/sql-load.ts.
 */
export class Interner {
  size = 0;
  #bytes = new Uint8Array(1 << 20);
  #ownView = new DataView(this.#bytes.buffer);
  #seen: Uint8Array = this.#bytes;
  #view: DataView = this.#ownView;
  #used = 0;
  #mask = (1 << 14) - 1;
  #table = new Int32Array(1 << 14);
  #hash = new Int32Array(1 << 13);
  #key = new Int32Array(1 << 13);
  #start = new Int32Array(1 << 13);
  #length = new Int32Array(1 << 13);
  readonly #maxEntries: number;
  readonly #maxBytes: number;

  /** Bounds of the number of values and of their bytes together; default: none. */
  constructor(maxEntries = Number.MAX_SAFE_INTEGER, maxBytes = Number.MAX_SAFE_INTEGER) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** The id of the value, from 0 on, in order of first sight; -1 when full. */
  intern(slot: number, kind: number, bytes: Uint8Array, from: number, to: number): number {
    const key = (slot << 8) | kind;
    const length = to - from;
    let hash = Math.imul(key, 0x9e3779b1) ^ length;
    let i = from;
    const view = this.#viewOf(bytes);
    for (const end = to - 3; i < end; i += 4) {
      hash = Math.imul(hash ^ view.getInt32(i, true), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    for (; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x85ebca6b);
    hash ^= hash >>> 13;
    let at = hash & this.#mask;
    for (;;) {
      const entry = (this.#table[at] as number) - 1;
      if (entry < 0) break;
      if (this.#hash[entry] === hash && this.#key[entry] === key && this.#length[entry] === length) {
        if (this.#same(entry, bytes, view, from, length)) return entry;
      }
      at = (at + 1) & this.#mask;
    }
    return this.#insert(at, hash, key, bytes, from, length);
  }

  clear(): void {
    this.size = 0;
    this.#used = 0;
    this.#table.fill(0);
  }

  /** Four bytes at a time: the views make that one instruction. */
  #viewOf(bytes: Uint8Array): DataView {
    if (this.#seen !== bytes) {
      this.#seen = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }

  #same(entry: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const own = this.#bytes;
    const ownView = this.#ownView;
    const start = this.#start[entry] as number;
    let i = 0;
    for (; i + 4 <= length; i += 4)
      if (ownView.getInt32(start + i, true) !== view.getInt32(from + i, true)) return false;
    for (; i < length; i++) if (own[start + i] !== bytes[from + i]) return false;
    return true;
  }

  #insert(at: number, hash: number, key: number, bytes: Uint8Array, from: number, length: number): number {
    if (this.size >= this.#maxEntries || this.#used + length > this.#maxBytes) return -1;
    if (this.#used + length > this.#bytes.length) {
      const next = new Uint8Array(
        Math.min(this.#maxBytes, Math.max(this.#bytes.length * 2, this.#used + length)),
      );
      next.set(this.#bytes);
      this.#bytes = next;
      this.#ownView = new DataView(next.buffer);
    }
    const entry = this.size++;
    if (entry === this.#hash.length) this.#growEntries();
    const own = this.#bytes;
    for (let i = 0, to = this.#used; i < length; i++) own[to + i] = bytes[from + i] as number;
    this.#start[entry] = this.#used;
    this.#used += length;
    this.#hash[entry] = hash;
    this.#key[entry] = key;
    this.#length[entry] = length;
    this.#table[at] = entry + 1;
    if (this.size * 2 > this.#mask) this.#growTable();
    return entry;
  }

  #growEntries(): void {
    const size = this.#hash.length * 2;
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size);
      next.set(old);
      return next;
    };
    this.#hash = grow(this.#hash);
    this.#key = grow(this.#key);
    this.#start = grow(this.#start);
    this.#length = grow(this.#length);
  }

  #growTable(): void {
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Int32Array(this.#mask + 1);
    for (let entry = 0; entry < this.size; entry++) {
      let at = (this.#hash[entry] as number) & this.#mask;
      while (this.#table[at] !== 0) at = (at + 1) & this.#mask;
      this.#table[at] = entry + 1;
    }
  }
}
