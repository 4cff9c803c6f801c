/**
 * gzip (RFC 1952): one or more members after each other, read as one stream.
 *
 * The frame is read here and only the deflate data goes through zlib, because Node's Gunzip drops the output of
 * the call in which it finds a wrong checksum or the end of a truncated file.
 */
import { crc32, createInflateRaw } from 'node:zlib';
import { ByteCursor } from '../byte-cursor.ts';
import type { ByteInput } from '../types.ts';
import type { ArchiveBudget } from './budget.ts';
import { type Engine, type Ending, outputBytes, runEngine } from './engine.ts';

const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;
const maxHeaderText = 64 * 1024;

/** The unpacked bytes. What is wrong with the packed ones is told to `budget`; the generator never throws. */
export async function* gunzip(input: ByteInput, budget: ArchiveBudget): AsyncGenerator<Uint8Array> {
  const cursor = new ByteCursor(input.stream());
  try {
    for (let member = 0; ; member++) {
      const header = await readHeader(cursor);
      if (header === 'end') return;
      if (header !== 'ok') {
        const end = cursor.position;
        if (header === 'short')
          budget.issue('HB_TRUNCATED', input.name, `ends at byte ${end} in a gzip header`);
        else budget.issue('HB_DAMAGED', input.name, `what follows from byte ${end - 10} on is not gzip`);
        return;
      }
      const state = { crc: 0, size: 0 };
      const ending = yield* summed(inflateFrom(cursor, budget), state);
      if (ending.state === 'stopped') return;
      if (ending.state === 'truncated') {
        budget.issue('HB_TRUNCATED', input.name, `gzip data end early after ${cursor.position} bytes`);
        return;
      }
      if (ending.state === 'damaged') {
        budget.issue(
          'HB_DAMAGED',
          input.name,
          `gzip data damaged near byte ${cursor.position}: ${ending.message}`,
        );
        return;
      }
      if (!(await checkTrailer(cursor, state, input.name, budget))) return;
    }
  } finally {
    await cursor.close();
  }
}

/** Inflates raw deflate data from the cursor, which ends up behind them. */
export async function* inflateFrom(
  cursor: ByteCursor,
  budget: ArchiveBudget,
): AsyncGenerator<Uint8Array, Ending> {
  const start = cursor.position;
  const engine = createInflateRaw({ chunkSize: outputBytes }) as Engine;
  const ending = yield* runEngine(engine, {
    next: () => cursor.next(),
    onBytes: (packed, unpacked) => budget.addBytes(packed, unpacked),
  });
  if (ending.state === 'complete') cursor.unread(cursor.position - start - ending.consumed);
  return ending;
}

/** Passes blocks on, adding up their checksum and size. */
export async function* summed(
  blocks: AsyncGenerator<Uint8Array, Ending>,
  state: { crc: number; size: number },
): AsyncGenerator<Uint8Array, Ending> {
  for (;;) {
    const next = await blocks.next();
    if (next.done) return next.value;
    state.crc = crc32(next.value, state.crc);
    state.size += next.value.length;
    yield next.value;
  }
}

async function readHeader(cursor: ByteCursor): Promise<'ok' | 'end' | 'short' | 'foreign'> {
  const fixed = await cursor.take(10);
  // Tapes and some tools pad with zeroes.
  if (fixed.every((byte) => byte === 0)) return 'end';
  // A rest too short for a header may be anything; gzip itself calls that an unexpected end.
  if (fixed.length < 10) return 'short';
  if (fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8) return 'foreign';
  const flags = fixed[3] as number;
  if (flags & Flag.extra) {
    const length = await cursor.take(2);
    if (length.length < 2) return 'short';
    const size = (length[0] as number) | ((length[1] as number) << 8);
    if ((await cursor.skip(size)) < size) return 'short';
  }
  if (flags & Flag.name && !(await skipText(cursor))) return 'short';
  if (flags & Flag.comment && !(await skipText(cursor))) return 'short';
  if (flags & Flag.headerCrc && (await cursor.skip(2)) < 2) return 'short';
  return 'ok';
}

async function skipText(cursor: ByteCursor): Promise<boolean> {
  for (let length = 0; length < maxHeaderText;) {
    const span = await cursor.next();
    if (span === null) return false;
    const end = span.indexOf(0);
    if (end >= 0) {
      cursor.unread(span.length - end - 1);
      return true;
    }
    length += span.length;
  }
  return false;
}

async function checkTrailer(
  cursor: ByteCursor,
  state: { crc: number; size: number },
  name: string,
  budget: ArchiveBudget,
): Promise<boolean> {
  const trailer = await cursor.take(8);
  if (trailer.length < 8) {
    budget.issue('HB_TRUNCATED', name, 'gzip data end before their checksum');
    return false;
  }
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
  if (view.getUint32(0, true) !== state.crc || view.getUint32(4, true) !== state.size % 2 ** 32) {
    budget.issue('HB_DAMAGED', name, 'the checksum of the unpacked data is wrong');
  }
  return true;
}
