/**
 * A forward cursor over blocks of bytes: what archive formats need that read headers of a known size, then hand
 * on a span. Spans are views of the block they came from and valid until the next call.
 */
export class ByteCursor {
  /** Bytes handed out so far. */
  position = 0;
  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;

  constructor(blocks: AsyncIterable<Uint8Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** The rest of the current block, or the next one, at most `limit` bytes; null at the end. */
  async next(limit = Infinity): Promise<Uint8Array | null> {
    while (this.#at === this.#block.length) {
      if (!(await this.#advance())) return null;
    }
    const end = Math.min(this.#block.length, this.#at + limit);
    const span = this.#block.subarray(this.#at, end);
    this.#at = end;
    this.position += span.length;
    return span;
  }

  /** Gives back the last `count` bytes of the span that `next` returned last. */
  unread(count: number): void {
    this.#at -= count;
    this.position -= count;
  }

  /** Gives back bytes that `take` returned, which may come from several blocks. */
  putBack(bytes: Uint8Array): void {
    const rest = this.#block.subarray(this.#at);
    const block = new Uint8Array(bytes.length + rest.length);
    block.set(bytes);
    block.set(rest, bytes.length);
    this.#block = block;
    this.#at = 0;
    this.position -= bytes.length;
  }

  /** Exactly `count` bytes, or fewer where the input ends. Copies only if they cross a block. */
  async take(count: number): Promise<Uint8Array> {
    const first = await this.next(count);
    if (first === null || first.length === count) return first ?? new Uint8Array(0);
    const bytes = new Uint8Array(count);
    bytes.set(first);
    let filled = first.length;
    while (filled < count) {
      const span = await this.next(count - filled);
      if (span === null) return bytes.subarray(0, filled);
      bytes.set(span, filled);
      filled += span.length;
    }
    return bytes;
  }

  /** Passes over `count` bytes; returns how many there were. */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0) {
      const span = await this.next(left);
      if (span === null) break;
      left -= span.length;
    }
    return count - left;
  }

  /** Releases the blocks' owner when the rest is not wanted. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#blocks.return?.();
  }

  async #advance(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#blocks.next();
    if (next.done) {
      this.#ended = true;
      return false;
    }
    this.#block = next.value;
    this.#at = 0;
    return true;
  }
}
