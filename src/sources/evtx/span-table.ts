/**
 * Distinct byte strings and their small integer ids. Two spans get one id only when all their bytes are equal: the
 * hash finds candidates, the bytes decide, so hostile input can cost time here but never mix up two names.
 */
import { utf16 } from './bytes.ts';

export class SpanTable {
  #slots = new Int32Array(4096).fill(-1);
  #hashes = new Int32Array(2048);
  #starts = new Int32Array(2049);
  #bytes = new Uint8Array(65536);
  #texts: (string | undefined)[] = [];
  #size = 0;
  /** Differs by run, so that nobody can prepare names that all fall on one slot. */
  readonly #seed = (Math.random() * 0x7fffffff) | 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes held, for bounds on memory. */
  get bytes(): number {
    return this.#starts[this.#size] as number;
  }

  /** The id of the span, added when new. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed ^ (end - start);
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#equals(id, bytes, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    return this.#add(hash, slot, bytes, start, end);
  }

  /** The span of an id as UTF-16LE text. */
  text(id: number): string {
    let text = this.#texts[id];
    if (text === undefined) {
      text = utf16(this.#bytes, this.#starts[id] as number, this.#starts[id + 1] as number);
      this.#texts[id] = text;
    }
    return text;
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[id] as number;
    if ((this.#starts[id + 1] as number) - from !== end - start) return false;
    const held = this.#bytes;
    for (let at = start, own = from; at < end; at++, own++) {
      if (bytes[at] !== held[own]) return false;
    }
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array, start: number, end: number): number {
    const id = this.#size++;
    const from = this.#starts[id] as number;
    const to = from + end - start;
    if (id + 2 > this.#starts.length) this.#starts = grown(this.#starts);
    if (id + 1 > this.#hashes.length) this.#hashes = grown(this.#hashes);
    if (to > this.#bytes.length) {
      const next = new Uint8Array(Math.max(to, this.#bytes.length * 2));
      next.set(this.#bytes);
      this.#bytes = next;
    }
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#starts[id + 1] = to;
    this.#hashes[id] = hash;
    this.#slots[slot] = id;
    this.#texts.push(undefined);
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id++) {
      let slot = (this.#hashes[id] as number) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

function grown(old: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(old.length * 2);
  next.set(old);
  return next;
}
