/**
 * Finds the records of a chunk. They follow each other from the chunk's header to its free space; a damaged one is
 * reported and the next found by its signature. Behind the last record that the header knows (headers of logs that
 * were not closed are behind) records still count while their numbers go on without a gap; what lies there from an
 * earlier use of the chunk has other numbers.
 */
import { asBuffer, u32, u64Number } from './bytes.ts';
import { CHUNK_HEADER_SIZE, ChunkHeader, RECORD_MIN_SIZE, RECORD_SIGNATURE } from './format.ts';
import type { FoundChunk } from './chunks.ts';
import type { IssueLog } from './issues.ts';

const SIGNATURE_BYTES = Uint8Array.of(0x2a, 0x2a, 0, 0);

export class RecordCursor {
  /** The record that `next` found. */
  start = 0;
  end = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #at = 0;
  /** Where the records end that the header knows of, and the numbers it claims. */
  #liveEnd = 0;
  #firstId = 0;
  #lastId = 0;
  /** Number of the record before, when past those the header knows of. */
  #previous = -1;
  #beyond = false;
  readonly #issues: IssueLog;

  constructor(issues: IssueLog) {
    this.#issues = issues;
  }

  startChunk(chunk: FoundChunk): void {
    const { bytes, headed } = chunk;
    this.#bytes = bytes;
    this.#offset = chunk.offset;
    this.#at = CHUNK_HEADER_SIZE;
    this.#liveEnd = headed ? Math.min(u32(bytes, ChunkHeader.freeSpace), bytes.length) : bytes.length;
    this.#firstId = headed ? u64Number(bytes, ChunkHeader.firstId) : 0;
    this.#lastId = headed ? u64Number(bytes, ChunkHeader.lastId) : Infinity;
    this.#previous = -1;
    this.#beyond = false;
  }

  /** Moves to the next record; false at the end of the chunk. */
  next(): boolean {
    const bytes = this.#bytes;
    for (;;) {
      const at = this.#at;
      if (at >= this.#liveEnd) this.#beyond = true;
      const size = sizeAt(bytes, at);
      if (size > 0) {
        const id = u64Number(bytes, at + 8);
        if (this.#beyond && !(id === this.#previous + 1 && u32(bytes, at + size - 4) === size)) return false;
        this.#previous = id;
        this.start = at;
        this.end = at + size;
        this.#at = this.end;
        if (id === this.#lastId) this.#beyond = true;
        return true;
      }
      if (this.#beyond) return false;
      const found = this.#search(at + 1);
      if (found < 0 && isBlankAt(bytes, at)) return false;
      this.#issues.add('HB_DAMAGED', 'no record begins where one should', 'chunk', this.#offset + at);
      if (found < 0) return false;
      this.#at = found;
    }
  }

  /** The next record that is whole and has a number the chunk may hold. */
  #search(from: number): number {
    const buffer = asBuffer(this.#bytes);
    for (
      let at = buffer.indexOf(SIGNATURE_BYTES, from);
      at >= 0;
      at = buffer.indexOf(SIGNATURE_BYTES, at + 1)
    ) {
      if (at >= this.#liveEnd) return -1;
      const size = sizeAt(this.#bytes, at);
      if (size === 0 || u32(this.#bytes, at + size - 4) !== size) continue;
      const id = u64Number(this.#bytes, at + 8);
      if (id >= this.#firstId && id <= this.#lastId) return at;
    }
    return -1;
  }
}

/** Size of the record at `at`, or 0 when none is there whole. */
function sizeAt(bytes: Uint8Array, at: number): number {
  if (at + RECORD_MIN_SIZE > bytes.length || u32(bytes, at) !== RECORD_SIGNATURE) return 0;
  const size = u32(bytes, at + 4);
  return size >= RECORD_MIN_SIZE && size <= bytes.length - at ? size : 0;
}

/** Zeros or the end of the data: the end of records that the header did not announce. */
function isBlankAt(bytes: Uint8Array, at: number): boolean {
  return at + RECORD_MIN_SIZE > bytes.length || u32(bytes, at) === 0;
}
