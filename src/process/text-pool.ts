/**
 * Texts as bytes outside of the heap of JavaScript: a million command lines cost their length and no work for the
 * collector. One byte a character where that is enough, else two, so that every text comes back as it was.
 */
import { Buffer } from 'node:buffer';

/** Longer than any command line that Windows starts (32,767 characters). */
const maxText = 32_768;
const blockSize = 1 << 20;
/** Texts of late that are looked up before a new one is stored; most repeats are near each other. */
const remembered = 16_384;
/** Longer texts are stored again when they repeat: what is remembered must stay small. */
const maxRemembered = 1024;

export class TextPool {
  /** Texts of which only the beginning is kept, or nothing because the pool is full. */
  cut = 0;
  readonly #maxBytes: number;
  readonly #blocks: Buffer[] = [];
  #used = blockSize;
  #bytes = 0;
  #count = 0;
  #starts = new Float64Array(1024);
  #lengths = new Int32Array(1024);
  readonly #recent = new Map<string, number>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The number of a text; -1 for null, and for a text for which there is no room. */
  add(text: string | null): number {
    if (text === null) return -1;
    const known = this.#recent.get(text);
    if (known !== undefined) return known;
    if (text.length > maxText) this.cut++;
    return this.#store(text.length > maxText ? text.slice(0, maxText) : text, text);
  }

  get(id: number): string | null {
    if (id < 0) return null;
    const start = this.#starts[id] as number;
    const length = this.#lengths[id] as number;
    const block = this.#blocks[Math.floor(start / blockSize)] as Buffer;
    const from = start % blockSize;
    return length < 0
      ? block.toString('utf16le', from, from - length)
      : block.toString('latin1', from, from + length);
  }

  #store(text: string, key: string): number {
    const wide = /[^\0-\xff]/u.test(text);
    const size = wide ? text.length * 2 : text.length;
    if (this.#bytes + size > this.#maxBytes) {
      this.cut++;
      return -1;
    }
    if (this.#used + size > blockSize) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockSize));
      this.#used = 0;
    }
    const block = this.#blocks.at(-1) as Buffer;
    block.write(text, this.#used, wide ? 'utf16le' : 'latin1');
    const id = this.#count++;
    if (id === this.#starts.length) this.#grow();
    this.#starts[id] = (this.#blocks.length - 1) * blockSize + this.#used;
    this.#lengths[id] = wide ? -size : size;
    this.#used += size;
    this.#bytes += size;
    if (key.length <= maxRemembered) {
      if (this.#recent.size >= remembered) this.#recent.clear();
      this.#recent.set(key, id);
    }
    return id;
  }

  #grow(): void {
    const starts = new Float64Array(Math.ceil(this.#starts.length * 1.5));
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Int32Array(starts.length);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}
