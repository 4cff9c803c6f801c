/**
 * The bytes of an input in one buffer that slides along: blocks are copied to its end, what is consumed falls off
 * its front. It grows when a single row needs more, up to a bound. Zeros follow the last byte, at which scanners
 * stop.
 */
export const CAPACITY = 1024 * 1024;
/** Zeros behind the last byte: more than a scanner ever looks ahead. */
const PADDING = 16;

export class BlockBuffer {
  bytes: Buffer;
  /** The bytes `start` .. `end` are not consumed yet. */
  start = 0;
  end = 0;
  /** No more bytes come. */
  ended = false;
  /** Bytes taken from the input so far. */
  taken = 0;

  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array(0);

  constructor(blocks: AsyncIterable<Uint8Array>, capacity = CAPACITY) {
    this.bytes = Buffer.alloc(capacity + PADDING);
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Moves the rest to the front and fills up behind it. Returns by how much the rest moved. */
  async fill(): Promise<number> {
    const moved = this.start;
    const rest = this.end - this.start;
    if (moved > 0) this.bytes.copyWithin(0, this.start, this.end);
    else if (rest > this.#capacity() / 2) this.#grow();
    this.start = 0;
    this.end = rest;
    const capacity = this.#capacity();
    while (this.end < capacity && !this.ended) {
      if (this.#block.length === 0) {
        const next = await this.#blocks.next();
        if (next.done === true) {
          this.ended = true;
          break;
        }
        this.#block = next.value;
        this.taken += next.value.length;
        continue;
      }
      const length = Math.min(capacity - this.end, this.#block.length);
      this.bytes.set(length === this.#block.length ? this.#block : this.#block.subarray(0, length), this.end);
      this.#block = this.#block.subarray(length);
      this.end += length;
    }
    this.bytes.fill(0, this.end, this.end + PADDING);
    return moved;
  }

  /** Lets go of the input when reading stops early. */
  async close(): Promise<void> {
    if (!this.ended) await this.#blocks.return?.();
    this.ended = true;
  }

  #capacity(): number {
    return this.bytes.length - PADDING;
  }

  #grow(): void {
    const next = Buffer.alloc(this.#capacity() * 2 + PADDING);
    this.bytes.copy(next, 0, 0, this.end);
    this.bytes = next;
  }
}
