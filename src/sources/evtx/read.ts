/**
 * EVTX as batches of events: one batch for each chunk. What is damaged is reported and left out, the rest is read.
 */
import {
  EventBatch,
  type EventFields,
  type HuntEvent,
  type RowReader,
  type Value,
} from '../../events/index.ts';
import type { BatchReader, ByteInput, ReadOptions } from '../types.ts';
import { u32, u64 } from './bytes.ts';
import { type FoundChunk, readChunks } from './chunks.ts';
import { Extractor } from './extract.ts';
import {
  CHUNK_HEADER_SIZE,
  CHUNK_WITHOUT_CHECKSUM,
  chunkHeaderChecksum,
  ChunkHeader,
  chunkRecordsChecksum,
  RECORD_HEADER_SIZE,
} from './format.ts';
import { IssueLog } from './issues.ts';
import { RecordCursor } from './records.ts';
import { decodeValue, fileTime } from './values.ts';

/** Cells in one chunk; a real one has some ten thousand. Bounds memory for chunks made to multiply. */
const MAX_CHUNK_CELLS = 1 << 18;

export const readEvtx: BatchReader = async function* (input: ByteInput, options: ReadOptions) {
  const issues = new IssueLog(input.name, options.onIssue);
  const reader = new EvtxReader(input.name, options, issues);
  try {
    for await (const chunk of readChunks(input, issues, options.verifyChecksums === true)) {
      const batch = reader.read(chunk);
      if (batch.length > 0) yield batch;
      options.onProgress?.(chunk.offset + chunk.bytes.length);
    }
  } finally {
    issues.finish();
    reader.release();
  }
};

class EvtxReader implements RowReader {
  readonly #options: ReadOptions;
  readonly #issues: IssueLog;
  readonly #batch: EventBatch;
  #scratch: EventBatch | null = null;
  readonly #extractor: Extractor;
  readonly #records: RecordCursor;

  constructor(source: string, options: ReadOptions, issues: IssueLog) {
    this.#options = options;
    this.#issues = issues;
    this.#batch = new EventBatch(source, this);
    this.#batch.rawText = 'utf16le';
    this.#extractor = new Extractor(options.fields, this.#batch);
    this.#records = new RecordCursor(issues);
  }

  /** The events of a chunk, in the one batch of this reader. */
  read(chunk: FoundChunk): EventBatch {
    const batch = this.#batch;
    const records = this.#records;
    const extractor = this.#extractor;
    batch.clear();
    batch.bytes = chunk.bytes;
    if (this.#options.verifyChecksums === true && chunk.headed) this.#verify(chunk);
    extractor.startChunk(chunk.bytes);
    records.startChunk(chunk);
    while (records.next()) {
      const { start, end } = records;
      if (batch.cells > MAX_CHUNK_CELLS) {
        this.#bad(chunk, start, 'the limit of work on one chunk was reached');
      } else if (extractor.read(batch, start + RECORD_HEADER_SIZE, end - 4)) {
        batch.endRow(start, end);
      } else {
        batch.dropRow();
        this.#bad(chunk, start, extractor.defect);
      }
    }
    return batch;
  }

  /** Ends the reading; the last batch stays readable as long as its bytes do. */
  release(): void {
    this.#extractor.release();
  }

  decode(bytes: Uint8Array, kind: number, start: number, end: number): Value {
    return decodeValue(bytes, kind, start, end);
  }

  position(batch: EventBatch, row: number): number {
    return Number(u64(batch.bytes, (batch.rowFrom[row] as number) + 8));
  }

  event(batch: EventBatch, row: number): HuntEvent {
    const start = batch.rowFrom[row] as number;
    const scratch = (this.#scratch ??= new EventBatch(batch.source, this));
    if (this.#extractor.released) this.#extractor.startChunk(batch.bytes);
    scratch.clear();
    scratch.bytes = batch.bytes;
    this.#extractor.readAll(scratch, start + RECORD_HEADER_SIZE, (batch.rowTo[row] as number) - 4);
    const fields: EventFields = {};
    for (let cell = 0; cell < scratch.cells; cell++) {
      const name = this.#extractor.fieldName(scratch.cellField[cell] as number);
      addField(fields, name, scratch.value(cell));
    }
    const eventId = first(fields['EventID']);
    // Exported logs are numbered anew in the record headers: the event's own number comes first.
    const recordId = first(fields['EventRecordID']);
    const number = u64(batch.bytes, start + 8);
    const counted = typeof recordId === 'number' || typeof recordId === 'bigint';
    return {
      source: batch.source,
      channel: text(fields['Channel']),
      provider: text(fields['Provider_Name']),
      eventId: typeof eventId === 'number' || typeof eventId === 'string' ? eventId : null,
      recordId: counted ? recordId : number <= Number.MAX_SAFE_INTEGER ? Number(number) : number,
      time: text(fields['SystemTime']) ?? fileTime(u64(batch.bytes, start + 16)),
      host: text(fields['Computer']),
      fields,
    };
  }

  #bad(chunk: FoundChunk, start: number, why: string): void {
    const limit = why.startsWith('the limit') || why.includes('too many');
    const number = u64(chunk.bytes, start + 8);
    this.#issues.add(limit ? 'HB_LIMIT' : 'HB_DAMAGED', why, `record ${number}`, chunk.offset + start);
  }

  #verify({ bytes, offset }: FoundChunk): void {
    if (u32(bytes, ChunkHeader.flags) & CHUNK_WITHOUT_CHECKSUM) return;
    if (chunkHeaderChecksum(bytes) !== u32(bytes, ChunkHeader.checksum)) {
      this.#issues.add('HB_DAMAGED', "its header's checksum is wrong", 'chunk', offset);
    }
    const free = u32(bytes, ChunkHeader.freeSpace);
    const sum = u32(bytes, ChunkHeader.recordsChecksum);
    if (free < CHUNK_HEADER_SIZE || free > bytes.length || chunkRecordsChecksum(bytes, free) !== sum) {
      this.#issues.add('HB_DAMAGED', "its records' checksum is wrong", 'chunk', offset);
    }
  }
}

/** A name that occurs again makes its field a list. */
function addField(fields: EventFields, name: string, value: Value): void {
  if (!Object.hasOwn(fields, name)) {
    // A field named __proto__ must become a field.
    if (name === '__proto__')
      Object.defineProperty(fields, name, { value, enumerable: true, writable: true });
    else fields[name] = value;
    return;
  }
  const old = fields[name] as Value;
  if (Array.isArray(old)) (old as Value[]).push(value);
  else fields[name] = [old, value];
}

function first(value: Value | undefined): Value | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function text(value: Value | undefined): string | null {
  const one = first(value);
  return typeof one === 'string' && one !== '' ? one : null;
}
