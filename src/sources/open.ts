/**
 * Opens an input of any kind: finds the kind from the content, unpacks what is packed, hands the bytes to the
 * reader of that kind. Nothing here throws for bad input: it ends the input in question with an issue.
 */
import { asHuntbookError, type ErrorCode } from '../errors.ts';
import type { EventBatch } from '../events/index.ts';
import { ArchiveBudget } from './archive/budget.ts';
import { gunzip } from './archive/gzip.ts';
import { tarMembers } from './archive/tar.ts';
import { zipMembers } from './archive/zip.ts';
import { unzstd } from './archive/zstd.ts';
import { readCsv } from './csv/index.ts';
import { readEvtx } from './evtx/index.ts';
import { readHead } from './head.ts';
import { describeUnknown, isBigEndian, isCertain, kindOf, type Kind } from './kinds.ts';
import { readJson } from './ndjson/index.ts';
import { readParquet } from './parquet/index.ts';
import type { BatchReader, ByteInput, ReadOptions } from './types.ts';
import { utf16ToUtf8 } from './utf16.ts';
import { readXml } from './xml/index.ts';

export interface OpenOptions extends ReadOptions {
  /** Told of every input and archive member that is opened, with the kind of its content. */
  readonly onOpen?: (kind: Kind, name: string) => void;
  /** Told of inputs and members that hold no events of a known kind; by default that is an issue each. */
  readonly onUnknown?: (name: string, what: string) => void;
}

/** Where in nested archives an input lies. */
interface Place {
  /** Archives around it. A compressed archive (`.tar.gz`) counts once. */
  readonly depth: number;
  /** Shared by all that lies in one outermost archive; null outside of one. */
  readonly budget: ArchiveBudget | null;
  /** The input is the inside of a gzip or zstd stream. */
  readonly unpacked: boolean;
}

const readers: Partial<Record<Kind, BatchReader>> = {
  evtx: readEvtx,
  json: readJson,
  csv: readCsv,
  xml: readXml,
  parquet: readParquet,
};

/** The events of an input, whatever its kind. Problems become issues; only errors of the consumer are thrown. */
export async function* openBatches(input: ByteInput, options: OpenOptions): AsyncGenerator<EventBatch> {
  const { onProgress, ...rest } = options;
  // A reader that seeks reports its own progress; everything that is streamed is counted here.
  const counted = onProgress === undefined ? input : withProgress(input, onProgress);
  yield* open(counted, onProgress === undefined ? rest : options, {
    depth: 0,
    budget: null,
    unpacked: false,
  });
}

async function* open(input: ByteInput, options: OpenOptions, place: Place): AsyncGenerator<EventBatch> {
  try {
    const headed = await readHead(input, isCertain);
    try {
      yield* openKind(headed.input, headed.head, options, place);
    } finally {
      await headed.close();
    }
  } catch (error) {
    // What the system refuses has an errno; anything else that a reader throws is a defect of the reader.
    const refused = error instanceof Error && 'errno' in error;
    const { code, message } = asHuntbookError(error, refused ? 'HB_READ' : 'HB_INTERNAL');
    issue(options, place, code, input.name, withoutName(message, input.name));
  }
}

async function* openKind(
  input: ByteInput,
  head: Uint8Array,
  options: OpenOptions,
  place: Place,
): AsyncGenerator<EventBatch> {
  const kind = kindOf(head);
  options.onOpen?.(kind, input.name);
  const reader = readers[kind];
  if (kind === 'zip' || kind === 'tar' || kind === 'gzip' || kind === 'zstd') {
    yield* openArchive(kind, input, options, place);
  } else if (reader !== undefined) yield* reader(input, options);
  else if (kind === 'empty') issue(options, place, 'HB_EMPTY', input.name, 'empty');
  else if (kind === 'unknown') unknown(options, place, input.name, describeUnknown(head));
  else yield* openText(input, head, options, place);
}

/** UTF-16 is unpacked once; what is inside must be text. */
async function* openText(
  input: ByteInput,
  head: Uint8Array,
  options: OpenOptions,
  place: Place,
): AsyncGenerator<EventBatch> {
  const stream = (): AsyncIterable<Uint8Array> => utf16ToUtf8(input.stream(), isBigEndian(head));
  const headed = await readHead({ name: input.name, stream });
  try {
    const kind = kindOf(headed.head);
    if (kind === 'json' || kind === 'csv' || kind === 'xml') {
      options.onOpen?.(kind, input.name);
      yield* (readers[kind] as BatchReader)(headed.input, inner(options));
    } else {
      unknown(options, place, input.name, `UTF-16, ${describeUnknown(headed.head)}`);
    }
  } finally {
    await headed.close();
  }
}

async function* openArchive(
  kind: 'zip' | 'tar' | 'gzip' | 'zstd',
  input: ByteInput,
  options: OpenOptions,
  place: Place,
): AsyncGenerator<EventBatch> {
  const depth = kind === 'tar' && place.unpacked ? place.depth : place.depth + 1;
  const { maxArchiveDepth } = options.limits;
  if (depth > maxArchiveDepth) {
    issue(
      options,
      place,
      'HB_LIMIT',
      input.name,
      `not read: more than ${maxArchiveDepth} archives inside each other`,
    );
    return;
  }
  // A zip is read by seeking, so its progress is that of the packed bytes its budget counts.
  const seeking = kind === 'zip' && input.path !== undefined;
  const budget = place.budget ?? new ArchiveBudget(input.name, seeking ? options : inner(options));
  const packed = kind !== 'tar';
  const inside: Place = {
    depth,
    budget: packed && place.budget === null ? budget.inner() : budget,
    unpacked: kind === 'gzip' || kind === 'zstd',
  };
  try {
    if (kind === 'gzip' || kind === 'zstd') {
      const stream = (): AsyncIterable<Uint8Array> => (kind === 'gzip' ? gunzip : unzstd)(input, budget);
      yield* open({ name: input.name, stream }, inner(options), inside);
    } else {
      const members = kind === 'zip' ? zipMembers(input, budget) : tarMembers(input, budget);
      for await (const member of members) yield* open(member, inner(options), inside);
    }
  } finally {
    if (place.budget === null) budget.finish();
  }
}

/** Inside an archive, progress is that of the archive's own bytes, counted outside. */
function inner(options: OpenOptions): OpenOptions {
  const { onProgress: _, ...rest } = options;
  return rest;
}

function withProgress(input: ByteInput, onProgress: (bytes: number) => void): ByteInput {
  return {
    ...input,
    name: input.name,
    async *stream() {
      let bytes = 0;
      for await (const block of input.stream()) {
        yield block;
        onProgress((bytes += block.length));
      }
    },
  };
}

function unknown(options: OpenOptions, place: Place, name: string, what: string): void {
  if (options.onUnknown) options.onUnknown(name, what);
  else issue(options, place, 'HB_UNKNOWN_KIND', name, what);
}

/** Issues of archive members go through the budget of the archive, which counts when there are very many. */
function issue(options: OpenOptions, place: Place, code: ErrorCode, source: string, message: string): void {
  if (place.budget) place.budget.issue(code, source, message);
  else options.onIssue({ code, source, message });
}

function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
