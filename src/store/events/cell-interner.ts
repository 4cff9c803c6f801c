/**
 * Gives each distinct (column, kind, bytes) of a row group one small number without decoding the bytes. Bytes are
 * copied and compared, so that no collision of hashes can mix values up. Benchmark: bench/sql-load.ts.
 */
export class CellInterner {
  size = 0;
  /** What the consumer knows of each entry; it sets this for new ones. */
  known = new Int32Array(1 << 13);
  #bytes = Buffer.alloc(1 << 20);
  #used = 0;
  #view = new DataView(this.#bytes.buffer);
  #mask = (1 << 14) - 1;
  #table = new Int32Array(1 << 14);
  #hash = new Int32Array(1 << 13);
  #key = new Int32Array(1 << 13);
  #start = new Int32Array(1 << 13);
  #length = new Int32Array(1 << 13);

  /** The entry of the value; a new one when it equals `size` before the call. `view` looks at `bytes`. */
  intern(column: number, kind: number, bytes: Uint8Array, view: DataView, from: number, to: number): number {
    const key = (column << 8) | kind;
    const length = to - from;
    let hash = Math.imul(key, 0x9e3779b1) ^ length;
    let i = from;
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

  #same(entry: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const own = this.#bytes;
    const ownView = this.#view;
    const start = this.#start[entry] as number;
    let i = 0;
    for (; i + 4 <= length; i += 4)
      if (ownView.getInt32(start + i, true) !== view.getInt32(from + i, true)) return false;
    for (; i < length; i++) if (own[start + i] !== bytes[from + i]) return false;
    return true;
  }

  #insert(at: number, hash: number, key: number, bytes: Uint8Array, from: number, length: number): number {
    if (this.#used + length > this.#bytes.length) {
      const next = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#used + length));
      this.#bytes.copy(next, 0, 0, this.#used);
      this.#bytes = next;
      this.#view = new DataView(next.buffer);
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
    this.known = grow(this.known);
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
