/**
 * The files in a zip stream without its directory, found by following local headers (APPNOTE 4.3.7 to 4.3.9).
 *
 * Sizes may stand only behind the data; then deflate data tell their own end, and stored data cannot be read.
 */
import { ByteCursor } from '../byte-cursor.ts';
import type { ByteInput } from '../types.ts';
import type { ArchiveBudget } from './budget.ts';
import type { Ending } from './engine.ts';
import { inflateFrom } from './gzip.ts';
import { isJunkMember } from './member-name.ts';
import { decodeName, zip64Values } from './zip-directory.ts';
import { Method, refusalOf, reportEnding, stored } from './zip-member.ts';

const localHeader = 0x04034b50;
const headerBytes = 30;
const sizesFollow = 8;
const full32 = 0xffffffff;
/** Signature, checksum and two 64-bit sizes. */
const maxDescriptor = 24;

interface Local {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packedSize: number;
  readonly unixMode: 0;
}

export async function* walkZip(
  archive: string,
  blocks: AsyncIterable<Uint8Array>,
  budget: ArchiveBudget,
): AsyncGenerator<ByteInput> {
  const cursor = new ByteCursor(blocks);
  try {
    for (;;) {
      const local = await readLocal(cursor);
      if (local === null) return;
      const name = `${archive}!${local.name}`;
      const unsized = (local.flags & sizesFollow) !== 0 && local.packedSize === 0;
      if (unsized && local.method !== Method.deflate) {
        budget.issue('HB_DAMAGED', name, 'not read: its size stands in the directory that is missing');
        return;
      }
      const packed = new PackedMember(cursor, local, unsized, name, budget);
      const skipped = local.name.endsWith('/') || isJunkMember(local.name);
      if (!skipped) {
        if (!budget.addMember()) return;
        const refusal = refusalOf(local);
        if (refusal === null) yield { name, stream: () => packed.stream() };
        else budget.issue(refusal.code, name, `not read: ${refusal.reason}`);
      }
      if (!(await packed.pass())) return;
      if (unsized || local.flags & sizesFollow) await passDescriptor(cursor);
    }
  } finally {
    await cursor.close();
  }
}

class PackedMember {
  readonly #cursor: ByteCursor;
  readonly #local: Local;
  readonly #unsized: boolean;
  readonly #name: string;
  readonly #budget: ArchiveBudget;
  readonly #start: number;
  #ended = false;

  constructor(cursor: ByteCursor, local: Local, unsized: boolean, name: string, budget: ArchiveBudget) {
    this.#cursor = cursor;
    this.#local = local;
    this.#unsized = unsized;
    this.#name = name;
    this.#budget = budget;
    this.#start = cursor.position;
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    const ending = yield* this.#unpack();
    this.#ended = ending.state === 'complete';
    reportEnding(ending, this.#name, this.#budget);
  }

  /** Goes to the end of the packed data, read or not; false if that cannot be found. */
  async pass(): Promise<boolean> {
    if (this.#unsized) {
      if (this.#ended) return true;
      if (this.#cursor.position !== this.#start) return false;
      for await (const _ of this.stream()) if (this.#budget.spent) return false;
      return this.#ended;
    }
    const left = this.#local.packedSize - (this.#cursor.position - this.#start);
    return left >= 0 && (await this.#cursor.skip(left)) === left;
  }

  #unpack(): AsyncGenerator<Uint8Array, Ending> {
    const { method, packedSize } = this.#local;
    if (method === Method.stored) return stored(this.#cursor, packedSize, this.#budget);
    return inflateFrom(this.#cursor, this.#budget);
  }
}

async function readLocal(cursor: ByteCursor): Promise<Local | null> {
  // Copied: `take` gives a view that the next call ends.
  const header = new Uint8Array(await cursor.take(headerBytes));
  if (header.length < headerBytes) return null;
  const view = new DataView(header.buffer, header.byteOffset, headerBytes);
  if (view.getUint32(0, true) !== localHeader) return null;
  const flags = view.getUint16(6, true);
  const nameBytes = view.getUint16(26, true);
  const name = decodeName(await cursor.take(nameBytes), flags);
  const extra = await cursor.take(view.getUint16(28, true));
  let packedSize = view.getUint32(18, true);
  if (packedSize === full32) packedSize = zip64Values(extra, 2)[1] ?? 0;
  return { name, flags, method: view.getUint16(8, true), packedSize, unixMode: 0 };
}

/** A descriptor has one of four lengths and an optional signature; the next header shows where it ended. */
async function passDescriptor(cursor: ByteCursor): Promise<void> {
  const bytes = await cursor.take(maxDescriptor + 4);
  for (let at = 12; at + 4 <= bytes.length; at += 4) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && (bytes[at + 2] as number) <= 3) {
      cursor.putBack(bytes.subarray(at));
      return;
    }
  }
}
