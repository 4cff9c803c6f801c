/**
 * Damages chunks of EVTX the way disks, cut copies and hostile hands do. The same seed gives the same damage.
 * `node fuzz/evtx.ts FILE [rounds] [seed]` damages the chunks of a file until something goes wrong.
 */
import { readFileSync } from 'node:fs';
import { FieldTable } from '../src/events/index.ts';
import {
  CHUNK_HEADER_SIZE,
  CHUNK_SIZE,
  ChunkHeader,
  FILE_HEADER_SIZE,
  readEvtx,
} from '../src/sources/evtx/index.ts';
import { RECORD_SIGNATURE, Token, ValueType } from '../src/sources/evtx/index.ts';
import { defaultLimits } from '../src/sources/types.ts';

export interface Mutation {
  readonly bytes: Uint8Array;
  readonly what: string;
  /** Index of the one record that was damaged; null when the damage may be anywhere. */
  readonly record: number | null;
}

interface Target {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly random: (below: number) => number;
  readonly start: number;
  readonly end: number;
}

/** Ways to damage one record, which leave the others as they are. */
const ofRecord: Record<string, (target: Target) => void> = {
  'flipped bits': ({ bytes, random, start, end }) => {
    for (let i = 0; i <= random(12); i++) flip(bytes, start + 24 + random(end - start - 28), random);
  },
  'random bytes': ({ bytes, random, start, end }) => {
    const at = start + 24 + random(end - start - 28);
    for (let i = at; i < Math.min(end - 4, at + 1 + random(40)); i++) bytes[i] = random(256);
  },
  'size 0': ({ view, start }) => view.setUint32(start + 4, 0, true),
  'size too large': ({ view, start, random }) =>
    view.setUint32(start + 4, CHUNK_SIZE + random(0x7fffffff), true),
  'signature gone': ({ view, start }) => view.setUint32(start, 0x41414141, true),
  'header of zeros': ({ bytes, start }) => bytes.fill(0, start, start + 24),
  'a template elsewhere': ({ view, start, random }) => view.setUint32(start + 34, random(0x20000), true),
  'a template in itself': ({ bytes, view, start }) => {
    const definition = start + 38;
    bytes.set([Token.TEMPLATE, 1, 0, 0, 0, 0], definition + 28);
    view.setUint32(definition + 34, definition, true);
  },
  'a huge template': ({ view, start }) => view.setUint32(start + 58, 0xffffff00, true),
  'huge counts': ({ bytes, random, start, end }) => {
    const at = start + 24 + random(end - start - 32);
    bytes.fill(0xff, at, at + 4);
  },
  'values that are BinXML': ({ bytes, random, start, end }) => {
    for (let i = 0; i < 8; i++) bytes[start + 24 + random(end - start - 28)] = ValueType.BINXML;
  },
  'tokens that open': ({ bytes, random, start, end }) => {
    const at = start + 24 + random(end - start - 28);
    bytes.fill(Token.OPEN_ELEMENT, at, Math.min(end - 4, at + random(200)));
  },
};

/** Damage that may cost any record. */
const ofChunk: Record<string, (target: Omit<Target, 'start' | 'end'>) => void> = {
  'bits flipped in the header': ({ bytes, random }) => {
    for (let i = 0; i <= random(20); i++) flip(bytes, random(CHUNK_HEADER_SIZE), random);
  },
  'bits flipped anywhere': ({ bytes, random }) => {
    for (let i = 0; i <= random(100); i++) flip(bytes, random(bytes.length), random);
  },
  'zeros from some place on': ({ bytes, random }) => void bytes.fill(0, random(bytes.length)),
  'a piece repeated': ({ bytes, random }) => {
    const from = random(bytes.length);
    bytes.copyWithin(random(bytes.length), from, from + random(4096));
  },
  'free space beyond the chunk': ({ view }) => view.setUint32(ChunkHeader.freeSpace, 0xffffffff, true),
  'only signatures of records': ({ view }) => {
    for (let at = CHUNK_HEADER_SIZE; at < CHUNK_SIZE; at += 4) view.setUint32(at, RECORD_SIGNATURE, true);
  },
  'records of the least size': ({ view }) => {
    for (let at = CHUNK_HEADER_SIZE; at + 28 <= CHUNK_SIZE; at += 28) {
      view.setUint32(at, RECORD_SIGNATURE, true);
      view.setUint32(at + 4, 28, true);
      view.setUint32(at + 24, 28, true);
    }
  },
};

/** A damaged copy of a chunk whose records begin at `records` and end at `end`. */
export function mutateChunk(
  chunk: Uint8Array,
  records: readonly number[],
  end: number,
  seed: number,
): Mutation {
  const random = generator(seed);
  const bytes = chunk.slice();
  const view = new DataView(bytes.buffer);
  const ways = Object.entries(ofRecord);
  const others = Object.entries(ofChunk);
  const choice = random(ways.length + others.length + 1);
  if (choice < ways.length && records.length > 0) {
    const [what, damage] = ways[choice] as (typeof ways)[number];
    const record = random(records.length);
    damage({ bytes, view, random, start: records[record] as number, end: records[record + 1] ?? end });
    return { bytes, what, record };
  }
  if (choice < ways.length + others.length) {
    const [what, damage] = others[choice % others.length] as (typeof others)[number];
    damage({ bytes, view, random });
    return { bytes, what, record: null };
  }
  return { bytes: bytes.subarray(0, random(bytes.length)), what: 'cut off', record: null };
}

/** Starts of a chunk's records, as long as their sizes hold. */
export function recordsOf(chunk: Uint8Array): { records: number[]; end: number } {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const records: number[] = [];
  let at = CHUNK_HEADER_SIZE;
  while (at + 28 <= chunk.length && view.getUint32(at, true) === RECORD_SIGNATURE) {
    const size = view.getUint32(at + 4, true);
    if (size < 28 || at + size > chunk.length) break;
    records.push(at);
    at += size;
  }
  return { records, end: at };
}

function flip(bytes: Uint8Array, at: number, random: (below: number) => number): void {
  bytes[at] = (bytes[at] as number) ^ (1 << random(8));
}

/** Numbers from 0 to below a bound (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * Math.max(below, 1));
  };
}

async function main(file: string, rounds: number, seed: number): Promise<void> {
  const bytes = new Uint8Array(readFileSync(file));
  for (let round = seed; round < seed + rounds; round++) {
    const count = Math.floor((bytes.length - FILE_HEADER_SIZE) / CHUNK_SIZE);
    const from = FILE_HEADER_SIZE + (round % count) * CHUNK_SIZE;
    const chunk = bytes.subarray(from, from + CHUNK_SIZE);
    const { records, end } = recordsOf(chunk);
    const mutation = mutateChunk(chunk, records, end, round);
    const begin = performance.now();
    const input = {
      name: `seed ${round}`,
      stream: async function* () {
        yield mutation.bytes;
      },
    };
    const options = { fields: new FieldTable(true), limits: defaultLimits, onIssue: () => {} };
    for await (const batch of readEvtx(input, options)) {
      for (let row = 0; row < batch.length; row++) batch.event(row);
      for (let cell = 0; cell < batch.cells; cell++) batch.value(cell);
    }
    const took = performance.now() - begin;
    if (took > 2000) console.log(`seed ${round} (${mutation.what}): ${took.toFixed(0)} ms`);
  }
}

if (import.meta.main) {
  await main(process.argv[2] as string, Number(process.argv[3] ?? 10_000), Number(process.argv[4] ?? 0));
}
