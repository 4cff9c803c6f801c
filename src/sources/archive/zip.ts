/**
 * The files in a zip archive. Members are found in the central directory; where that is missing or damaged, the
 * local headers are followed instead (zip-walk.ts), so that a half-copied archive gives what it holds. That is why
 * no library is used here: those refuse an archive without a sound directory.
 */
import { inflateRawSync } from 'node:zlib';
import { ByteCursor } from '../byte-cursor.ts';
import type { ByteInput } from '../types.ts';
import type { ArchiveBudget } from './budget.ts';
import type { Ending } from './engine.ts';
import { inflateFrom, summed } from './gzip.ts';
import { isJunkMember } from './member-name.ts';
import { openRandom, type RandomFile } from './random-file.ts';
import { findDirectory, readDirectory, type ZipEntry } from './zip-directory.ts';
import { Method, refusalOf, reportEnding, stored } from './zip-member.ts';
import { walkZip } from './zip-walk.ts';
import { zstdFrom } from './zstd.ts';

const readBytes = 256 * 1024;
/** Members up to this size are unpacked in one call: a stream costs more than they do. */
const smallBytes = 256 * 1024;

export async function* zipMembers(input: ByteInput, budget: ArchiveBudget): AsyncGenerator<ByteInput> {
  const file = await openRandom(input, budget.limits.maxArchiveBytes);
  try {
    const place = findDirectory(file);
    if (place === null) {
      budget.issue('HB_TRUNCATED', input.name, 'zip without its directory; reading what is there');
      yield* walkZip(input.name, fileBlocks(file, 0, file.size), budget);
      return;
    }
    const taken = new Ranges();
    const entries = readDirectory(file, place);
    for (;;) {
      const next = entries.next();
      if (next.done) {
        if (!next.value)
          budget.issue('HB_DAMAGED', input.name, 'the directory of the zip is damaged; rest unread');
        return;
      }
      const entry = next.value;
      if (entry.name.endsWith('/') || isJunkMember(entry.name)) continue;
      if (!budget.addMember()) return;
      const name = `${input.name}!${entry.name}`;
      const refusal = refusalOf(entry);
      if (refusal !== null) {
        budget.issue(refusal.code, name, `not read: ${refusal.reason}`);
        continue;
      }
      const start = dataStart(file, entry);
      if (start < 0 || start + entry.packedSize > file.size) {
        budget.issue('HB_DAMAGED', name, 'not read: it lies outside the archive');
        continue;
      }
      if (!taken.add(entry.offset, start + entry.packedSize)) {
        budget.exceed(`members overlap, as in a zip bomb (${entry.name}); the rest is not read`);
        return;
      }
      yield { name, size: entry.size, stream: () => memberBytes(file, start, entry, name, budget) };
      if (budget.spent) return;
    }
  } finally {
    file.close();
  }
}

async function* memberBytes(
  file: RandomFile,
  start: number,
  entry: ZipEntry,
  name: string,
  budget: ArchiveBudget,
): AsyncGenerator<Uint8Array> {
  const state = { crc: 0, size: 0 };
  const ending = yield* summed(unpack(file, start, entry, budget), state);
  if (ending.state === 'stopped') return;
  reportEnding(ending, name, budget);
  if (ending.state === 'complete' && (state.crc !== entry.crc || state.size !== entry.size)) {
    budget.issue('HB_DAMAGED', name, 'the checksum or size of the unpacked data is wrong');
  }
}

async function* unpack(
  file: RandomFile,
  start: number,
  entry: ZipEntry,
  budget: ArchiveBudget,
): AsyncGenerator<Uint8Array, Ending> {
  if (entry.method === Method.deflate && entry.size <= smallBytes && entry.packedSize <= smallBytes) {
    const bytes = inflateSmall(file.read(start, entry.packedSize), entry.size);
    if (bytes !== null) {
      if (!budget.addBytes(entry.packedSize, bytes.length))
        return { state: 'stopped', consumed: 0, message: '' };
      yield bytes;
      return { state: 'complete', consumed: entry.packedSize, message: '' };
    }
  }
  const cursor = new ByteCursor(fileBlocks(file, start, entry.packedSize));
  if (entry.method === Method.stored) return yield* stored(cursor, entry.packedSize, budget);
  return yield* entry.method === Method.zstd ? zstdFrom(cursor, budget) : inflateFrom(cursor, budget);
}

function inflateSmall(packed: Uint8Array, size: number): Uint8Array | null {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    return null;
  }
}

async function* fileBlocks(file: RandomFile, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < start + length;) {
    const block = file.read(at, Math.min(readBytes, start + length - at));
    if (block.length === 0) return;
    yield block;
    at += block.length;
  }
}

/** Where the member's data begin, behind its local header (4.3.7); -1 where there is no such header. */
function dataStart(file: RandomFile, entry: ZipEntry): number {
  const header = file.read(entry.offset, 30);
  if (header.length < 30) return -1;
  const view = new DataView(header.buffer, header.byteOffset, 30);
  if (view.getUint32(0, true) !== 0x04034b50) return -1;
  return entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Byte ranges that must not overlap, sorted. */
class Ranges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  add(start: number, end: number): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && (this.#ends[low - 1] as number) > start) return false;
    if (low < this.#starts.length && (this.#starts[low] as number) < end) return false;
    this.#starts.splice(low, 0, start);
    this.#ends.splice(low, 0, end);
    return true;
  }
}
