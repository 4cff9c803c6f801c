/**
 * Random access to an input: to its file where it has one, else to a copy of its bytes, in memory while small,
 * then in a temporary file. The temporary file is unlinked as soon as it is open, so that not even a killed
 * process leaves it behind; where that is refused it is removed on close.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HuntbookError } from '../../errors.ts';
import type { ByteInput } from '../types.ts';

const memoryBytes = 16 * 1024 * 1024;
/** A copy is bounded however large an archive may unpack to. */
const maxSpoolBytes = 8 * 1024 ** 3;

export interface RandomFile {
  readonly size: number;
  /** Up to `length` bytes at `position`: fewer only at the end. The bytes are the caller's. */
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** Opens an input for random access. Throws HB_READ, or HB_LIMIT where the copy would grow too large. */
export async function openRandom(input: ByteInput, maxBytes: number): Promise<RandomFile> {
  if (input.path !== undefined) return new DiskFile(openSync(input.path, 'r'), () => {});
  const limit = Math.min(maxBytes, maxSpoolBytes);
  const blocks: Uint8Array[] = [];
  let size = 0;
  let disk: { file: number; remove: () => void } | undefined;
  try {
    for await (const block of input.stream()) {
      size += block.length;
      if (size > limit) throw new HuntbookError('HB_LIMIT', `${input.name}: larger than ${limit} bytes`);
      if (disk === undefined && size > memoryBytes) {
        disk = openTemporary();
        for (const early of blocks.splice(0)) writeWhole(disk.file, early);
      }
      if (disk === undefined) blocks.push(new Uint8Array(block));
      else writeWhole(disk.file, block);
    }
  } catch (error) {
    if (disk !== undefined) {
      closeSync(disk.file);
      disk.remove();
    }
    throw error;
  }
  return disk === undefined ? new MemoryFile(blocks, size) : new DiskFile(disk.file, disk.remove);
}

class DiskFile implements RandomFile {
  readonly size: number;
  readonly #file: number;
  readonly #remove: () => void;

  constructor(file: number, remove: () => void) {
    this.#file = file;
    this.#remove = remove;
    this.size = fstatSync(file).size;
  }

  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const bytes = new Uint8Array(wanted);
    let filled = 0;
    while (filled < wanted) {
      const got = readSync(this.#file, bytes, filled, wanted - filled, position + filled);
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  }

  close(): void {
    closeSync(this.#file);
    this.#remove();
  }
}

class MemoryFile implements RandomFile {
  readonly size: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(blocks: readonly Uint8Array[], size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
    let at = 0;
    for (const block of blocks) {
      this.#bytes.set(block, at);
      at += block.length;
    }
  }

  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(position, position + length);
  }

  close(): void {}
}

function openTemporary(): { file: number; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'huntbook-spool-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const file = openSync(join(folder, 'copy'), 'wx+', 0o600);
    try {
      remove();
    } catch {
      return { file, remove };
    }
    return { file, remove: () => {} };
  } catch (error) {
    remove();
    throw error;
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
