/** The first bytes of an input, without losing them for the reader that follows. */
import { closeSync, openSync, readSync } from 'node:fs';
import { asHuntbookError } from '../errors.ts';
import type { ByteInput } from './types.ts';

/** Enough for the longest header line that is worth calling one, and far more than any magic number. */
export const headBytes = 64 * 1024;

/** A whole tar header; every magic number lies within. */
const leastHead = 512;
const LF = 0x0a;

export interface HeadedInput {
  /** At most `headBytes` bytes; fewer if the input is shorter or these were enough. Copied: stays valid. */
  readonly head: Uint8Array;
  /** The whole input, from its first byte. */
  readonly input: ByteInput;
  /** Releases what was opened to look at the head; needed if `input.stream()` is not called. */
  close(): Promise<void>;
}

/** Reads the head. `enough` may end that sooner, so that a live pipe is not waited for. */
export async function readHead(
  input: ByteInput,
  enough: (head: Uint8Array) => boolean = () => false,
): Promise<HeadedInput> {
  if (input.path !== undefined) return { head: headOfFile(input.path, input.name), input, close: noClose };
  const blocks = input.stream()[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let ended = false;
  let askedAt = leastHead / 2;
  while (head.length < headBytes && !ended) {
    const next = await blocks.next();
    if (next.done) ended = true;
    else head = joined(head, next.value);
    // A line is enough to tell text, of which a live pipe may have no more for long.
    const line = head.length < leastHead && !next.done && next.value.includes(LF);
    if (head.length < 2 * askedAt && !line) continue;
    if (!line) askedAt = head.length;
    if (enough(head)) break;
  }
  const rest = new Rest(blocks);
  const stream = (): AsyncIterable<Uint8Array> => replay(head, ended ? null : rest);
  const { name } = input;
  const replayed: ByteInput =
    input.size === undefined ? { name, stream } : { name, size: input.size, stream };
  return { head: head.subarray(0, headBytes), input: replayed, close: () => rest.close() };
}

const noClose = async (): Promise<void> => {};

function headOfFile(path: string, name: string): Uint8Array {
  let file = -1;
  try {
    file = openSync(path, 'r');
    const head = new Uint8Array(headBytes);
    let length = 0;
    while (length < headBytes) {
      const got = readSync(file, head, length, headBytes - length, length);
      if (got === 0) break;
      length += got;
    }
    return head.subarray(0, length);
  } catch (error) {
    throw asHuntbookError(error, 'HB_READ', name);
  } finally {
    if (file >= 0) closeSync(file);
  }
}

async function* replay(head: Uint8Array, rest: Rest | null): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    if (rest === null) return;
    for (;;) {
      const next = await rest.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await rest?.close();
  }
}

/** The blocks behind the head. */
class Rest {
  readonly #blocks: AsyncIterator<Uint8Array>;
  #waiting = false;

  constructor(blocks: AsyncIterator<Uint8Array>) {
    this.#blocks = blocks;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#waiting = true;
    try {
      return await this.#blocks.next();
    } finally {
      this.#waiting = false;
    }
  }

  async close(): Promise<void> {
    const closed = this.#blocks.return?.();
    // A live pipe that is waited for ends when bytes come, which may be never.
    if (this.#waiting) closed?.catch(() => {});
    else await closed;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
