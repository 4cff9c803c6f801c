/**
 * The bytes of an input in one buffer that slides along: it is filled at its end, what is consumed falls off
 * its front. It grows when a single row needs more, up to a bound. Zeros follow the last byte, at which scanners
 * stop. Of an input that pauses, the buffer holds what there is as soon as that ends a line.
 */
import { type ByteSource, NOT_READY } from './byte-source.ts';

export const CAPACITY = 1024 * 1024;
/** Zeros behind the last byte: more than a scanner ever looks ahead. */
const PADDING = 16;
const LF = 0x0a;
/** A row larger than this is scanned again only when there is twice as much of it. */
const LARGE_ROW = 64 * 1024;

export class BlockBuffer {
  bytes: Buffer;
  /** The bytes `start` .. `end` are not consumed yet. */
  start = 0;
  end = 0;
  /** No more bytes come. */
  ended = false;
  /** Bytes taken from the input so far. */
  taken = 0;

  readonly #source: ByteSource;

  constructor(source: ByteSource, capacity = CAPACITY) {
    this.bytes = Buffer.alloc(capacity + PADDING);
    this.#source = source;
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
    while (this.end < capacity) {
      const large = moved === 0 && rest > LARGE_ROW && this.end < 2 * rest;
      const mayStop = !large && this.end > rest && this.bytes.lastIndexOf(LF, this.end - 1) >= rest;
      const read = this.#source.read(this.bytes, this.end, capacity, !mayStop);
      const length = typeof read === 'number' ? read : await read;
      if (length === NOT_READY) break;
      if (length === 0) {
        this.ended = true;
        break;
      }
      this.end += length;
      this.taken += length;
    }
    this.bytes.fill(0, this.end, this.end + PADDING);
    return moved;
  }

  /** Lets go of the input. */
  async close(): Promise<void> {
    await this.#source.close();
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
