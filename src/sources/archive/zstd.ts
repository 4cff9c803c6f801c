/**
 * zstd (RFC 8878): one or more frames, skippable frames among them, read as one stream.
 *
 * Node's decompressor neither tells a truncated frame from a complete one nor goes on behind the first frame of
 * a write. So the frame structure (3.1.1) is followed here, without looking into blocks, and input is written in
 * pieces that end where frames end.
 */
import { createZstdDecompress } from 'node:zlib';
import { ByteCursor } from '../byte-cursor.ts';
import type { ByteInput } from '../types.ts';
import type { ArchiveBudget } from './budget.ts';
import { type Ending, type Engine, outputBytes, runEngine } from './engine.ts';

const dictionaryIdBytes = [0, 1, 2, 4] as const;

/** The unpacked bytes. What is wrong with the packed ones is told to `budget`. */
export async function* unzstd(input: ByteInput, budget: ArchiveBudget): AsyncGenerator<Uint8Array> {
  const cursor = new ByteCursor(input.stream());
  try {
    const ending = yield* zstdFrom(cursor, budget);
    const place = `near byte ${cursor.position}`;
    if (ending.state === 'truncated') {
      budget.issue('HB_TRUNCATED', input.name, `zstd data end early ${place}`);
    } else if (ending.state === 'damaged') {
      budget.issue('HB_DAMAGED', input.name, `zstd data damaged ${place}: ${ending.message}`);
    }
  } finally {
    await cursor.close();
  }
}

/** Unpacks frames up to the end of the cursor. */
export async function* zstdFrom(
  cursor: ByteCursor,
  budget: ArchiveBudget,
): AsyncGenerator<Uint8Array, Ending> {
  const frames = new FrameTracker();
  const engine = createZstdDecompress({ chunkSize: outputBytes }) as unknown as Engine;
  const ending = yield* runEngine(engine, {
    next: async () => {
      const span = await cursor.next();
      if (span === null) return null;
      const used = frames.advance(span);
      cursor.unread(span.length - used);
      return span.subarray(0, used);
    },
    onBytes: (packed, unpacked) => budget.addBytes(packed, unpacked),
  });
  if (ending.state !== 'complete') return ending;
  if (frames.foreign) return { ...ending, state: 'damaged', message: 'bytes that are not a frame' };
  return frames.complete ? ending : { ...ending, state: 'truncated' };
}

type Part = 'magic' | 'skip-size' | 'descriptor' | 'header' | 'block-header' | 'content';

/** Follows frames through spans of bytes that may be cut anywhere. */
export class FrameTracker {
  foreign = false;
  #part: Part = 'magic';
  /** Bytes of the current part that are still to come. */
  #left = 4;
  /** Little-endian value of a part of at most four bytes. */
  #value = 0;
  #shift = 0;
  #checksum = false;
  #lastBlock = false;

  /** True between frames. */
  get complete(): boolean {
    return this.#part === 'magic' && this.#left === 4;
  }

  /** Takes bytes up to the end of a frame or of the span; returns how many. */
  advance(span: Uint8Array): number {
    let at = 0;
    while (at < span.length && !this.foreign) {
      if (this.#part === 'content' || this.#part === 'header') {
        const take = Math.min(this.#left, span.length - at);
        this.#left -= take;
        at += take;
      } else {
        this.#value += (span[at++] as number) * 2 ** this.#shift;
        this.#shift += 8;
        this.#left--;
      }
      while (this.#left === 0) if (this.#endPart()) return at;
    }
    return span.length;
  }

  /** Goes on to the next part; true at the end of a frame. */
  #endPart(): boolean {
    const value = this.#value;
    switch (this.#part) {
      case 'magic':
        if (value === 0xfd2fb528) this.#start('descriptor', 1);
        else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#start('skip-size', 4);
        else {
          this.foreign = true;
          this.#left = 1;
        }
        return false;
      case 'skip-size':
        this.#lastBlock = true;
        this.#start('content', value);
        return false;
      case 'descriptor': {
        const single = (value & 0x20) !== 0;
        const sizeFlag = value >> 6;
        const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
        this.#checksum = (value & 4) !== 0;
        this.#start('header', (single ? 0 : 1) + (dictionaryIdBytes[value & 3] as number) + sizeBytes);
        return false;
      }
      case 'header':
        this.#start('block-header', 3);
        return false;
      case 'block-header': {
        const last = (value & 1) === 1;
        const repeated = ((value >> 1) & 3) === 1;
        this.#lastBlock = last;
        this.#start('content', repeated ? 1 : value >> 3);
        if (last && this.#checksum) this.#left += 4;
        return false;
      }
      case 'content':
        if (this.#lastBlock) this.#start('magic', 4);
        else this.#start('block-header', 3);
        return this.#lastBlock;
    }
  }

  #start(part: Part, bytes: number): void {
    this.#part = part;
    this.#left = bytes;
    this.#value = 0;
    this.#shift = 0;
  }
}
