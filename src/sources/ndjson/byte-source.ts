/**
 * Where the buffer of the JSON reader takes its bytes from: a file, read straight into the buffer, or any other
 * input by blocks. Both skip a byte order mark; UTF-16 is converted on the way and therefore always read by blocks.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { asHuntbookError } from '../../errors.ts';
import type { ByteInput } from '../types.ts';
import { encodingOf, utf8Blocks } from './encoding.ts';

/** No bytes are there yet. */
export const NOT_READY = -1;
/** An input that gives nothing for so many milliseconds pauses. */
const PAUSE = 5;

/** Bytes in order, from the start. */
export interface ByteSource {
  /**
   * Puts bytes at `from` .. `to` (exclusive) of `into`; returns how many, 0 at the end. Without `wait` it returns
   * `NOT_READY` when the input pauses.
   */
  read(into: Buffer, from: number, to: number, wait: boolean): number | Promise<number>;
  close(): void | Promise<void>;
}

/** The bytes of an input in UTF-8. */
export function openBytes(input: ByteInput): ByteSource {
  const file = input.path === undefined ? undefined : FileSource.open(input.path, input.name);
  return file ?? new BlockSource(utf8Blocks(input.stream()));
}

class FileSource implements ByteSource {
  readonly #file: number;
  readonly #name: string;
  #position: number;

  constructor(file: number, name: string, position: number) {
    this.#file = file;
    this.#name = name;
    this.#position = position;
  }

  /** Undefined when the file is in UTF-16. Throws HB_READ when it cannot be read. */
  static open(path: string, name: string): FileSource | undefined {
    let file = -1;
    try {
      file = openSync(path, 'r');
      const head = Buffer.alloc(3);
      const length = readSync(file, head, 0, 3, 0);
      if (encodingOf(head.subarray(0, length)) === 'utf-8') {
        return new FileSource(file, name, head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0);
      }
      closeSync(file);
      return undefined;
    } catch (error) {
      if (file >= 0) closeSync(file);
      throw asHuntbookError(error, 'HB_READ', name);
    }
  }

  read(into: Buffer, from: number, to: number): number {
    try {
      const length = readSync(this.#file, into, from, to - from, this.#position);
      this.#position += length;
      return length;
    } catch (error) {
      throw asHuntbookError(error, 'HB_READ', this.#name);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

class BlockSource implements ByteSource {
  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array(0);
  /** The block that was asked for and has not come. */
  #next: Promise<IteratorResult<Uint8Array>> | undefined;
  #ended = false;

  constructor(blocks: AsyncIterable<Uint8Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  async read(into: Buffer, from: number, to: number, wait: boolean): Promise<number> {
    while (this.#block.length === 0) {
      if (this.#ended) return 0;
      this.#next ??= this.#blocks.next();
      if (!wait && (await pauses(this.#next))) return NOT_READY;
      const next = await this.#next;
      this.#next = undefined;
      if (next.done === true) {
        this.#ended = true;
        return 0;
      }
      this.#block = next.value;
    }
    const length = Math.min(to - from, this.#block.length);
    into.set(length === this.#block.length ? this.#block : this.#block.subarray(0, length), from);
    this.#block = this.#block.subarray(length);
    return length;
  }

  async close(): Promise<void> {
    const pausing = this.#next !== undefined && (await pauses(this.#next));
    const closed = this.#ended ? undefined : this.#blocks.return?.();
    this.#ended = true;
    // A generator that waits for bytes ends when they come, which may be never.
    if (pausing) closed?.catch(() => {});
    else await closed;
  }
}

/** True when the promise is not settled soon. A rejection is left to those who await the promise itself. */
async function pauses(promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PAUSE, true);
  });
  const settled = (): boolean => false;
  try {
    return await Promise.race([promise.then(settled, settled), late]);
  } finally {
    clearTimeout(timer);
  }
}
