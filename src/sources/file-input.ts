/**
 * Bytes of files and of standard input as `ByteInput`.
 *
 * A regular file is read in blocks of 1 MB into two buffers that take turns, so that the next block is read by
 * the thread pool while the consumer works on this one. Files of one block are read at once, without a thread.
 */
import { closeSync, createReadStream, fstatSync, openSync, read, readSync, statSync } from 'node:fs';
import { asHuntbookError, HuntbookError } from '../errors.ts';
import type { ByteInput } from './types.ts';

export const blockBytes = 1024 * 1024;

export class FileInput implements ByteInput {
  readonly name: string;
  readonly path: string;
  readonly size: number;

  constructor(name: string, path: string, size: number) {
    this.name = name;
    this.path = path;
    this.size = size;
  }

  stream(): AsyncIterable<Uint8Array> {
    return readBlocks(this.path, this.name);
  }
}

/** The file at `path`. Throws HB_NOT_FOUND where there is none. */
export function fileInput(path: string): ByteInput {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new HuntbookError('HB_NOT_FOUND', `${path}: no such file`);
  return stats.isFile() ? new FileInput(path, path, stats.size) : pipeInput(path, path);
}

/** A pipe, socket or device: read once, from the start, with no path to seek in. */
export function pipeInput(name: string, path: string): ByteInput {
  return { name, stream: () => createReadStream(path, { highWaterMark: blockBytes }) };
}

/** Standard input. */
export function stdinInput(stdin: AsyncIterable<Uint8Array> = process.stdin): ByteInput {
  return { name: '-', stream: () => stdin };
}

/** The blocks of a file. Errors name the file and have the code HB_READ. */
export async function* readBlocks(path: string, name = path): AsyncGenerator<Uint8Array> {
  let file = -1;
  try {
    file = openSync(path, 'r');
    const size = fstatSync(file).size;
    // One byte more than the size shows in the first read whether the file has grown.
    let block = new Uint8Array(Math.min(blockBytes, size + 1));
    const got = readSync(file, block, 0, block.length, 0);
    if (got === 0) return;
    if (got < block.length && got >= size) {
      yield block.subarray(0, got);
      return;
    }
    if (block.length < blockBytes) block = grown(block, got);
    yield* readAhead(file, block, got);
  } catch (error) {
    throw asHuntbookError(error, 'HB_READ', name);
  } finally {
    if (file >= 0) closeSync(file);
  }
}

async function* readAhead(
  file: number,
  first: Uint8Array<ArrayBuffer>,
  got: number,
): AsyncGenerator<Uint8Array> {
  let block = first;
  let spare = new Uint8Array(blockBytes);
  let length = got;
  let position = 0;
  while (length > 0) {
    position += length;
    const next = readAt(file, spare, position);
    // The consumer may stop for good at this point; then nobody waits for the read.
    next.catch(() => 0);
    try {
      yield block.subarray(0, length);
    } finally {
      // The buffer and the descriptor stay in use until the read is over.
      await next.catch(() => 0);
    }
    length = await next;
    [block, spare] = [spare, block];
  }
}

function readAt(file: number, into: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, into, 0, into.length, position, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}

function grown(block: Uint8Array, used: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(blockBytes);
  next.set(block.subarray(0, used));
  return next;
}
