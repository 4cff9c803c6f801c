/**
 * Cuts a stream of blocks into the chunks of an EVTX file. A chunk that lies within one block is a view of it, others
 * are put together in one buffer, so memory does not depend on the size of the file. Where no chunk begins at its
 * place, the next signature within 64 KB is taken, else the next place.
 */
import type { ByteInput } from '../types.ts';
import { asBuffer, u16, u32 } from './bytes.ts';
import {
  CHUNK_HEADER_SIZE,
  CHUNK_SIGNATURE,
  CHUNK_SIZE,
  ChunkHeader,
  FILE_HEADER_SIZE,
  FILE_SIGNATURE,
  FileHeader,
  fileHeaderChecksum,
  RECORD_SIGNATURE,
  startsWith,
} from './format.ts';
import type { IssueLog } from './issues.ts';

export interface FoundChunk {
  /** 64 KB, or less where the file ends. Valid until the next chunk is asked for. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** False when the signature is damaged but records follow: the header says nothing then. */
  readonly headed: boolean;
}

export async function* readChunks(
  input: ByteInput,
  issues: IssueLog,
  verify: boolean,
): AsyncGenerator<FoundChunk> {
  const window = new Window(input);
  try {
    await window.fill(FILE_HEADER_SIZE);
    window.drop(headerSize(window, issues, verify));
    for (;;) {
      await window.fill(CHUNK_SIZE);
      const bytes = window.view(CHUNK_SIZE);
      if (bytes.length === 0) return;
      const { offset } = window;
      let size = bytes.length;
      if (startsWith(bytes, CHUNK_SIGNATURE, 0)) {
        size = sizeOfChunk(bytes);
        if (size < bytes.length) issues.add('HB_DAMAGED', 'another chunk begins within it', 'chunk', offset);
        else if (size < CHUNK_SIZE) issues.add('HB_TRUNCATED', 'the file ends within it', 'chunk', offset);
        if (size > CHUNK_HEADER_SIZE) yield { bytes: bytes.subarray(0, size), offset, headed: true };
      } else if (size > CHUNK_HEADER_SIZE && u32(bytes, CHUNK_HEADER_SIZE) === RECORD_SIGNATURE) {
        issues.add('HB_DAMAGED', 'its signature is damaged, its records were read', 'chunk', offset);
        yield { bytes, offset, headed: false };
      } else if (!isBlank(bytes)) {
        issues.add('HB_DAMAGED', 'no chunk begins where one should', 'chunk', offset);
        size = signatureAfter(bytes);
      }
      window.drop(size);
    }
  } finally {
    await window.close();
  }
}

/** Up to the next chunk, which begins too early where bytes of this one are missing: in what was its free space. */
function sizeOfChunk(bytes: Uint8Array): number {
  const free = Math.max(u32(bytes, ChunkHeader.freeSpace), CHUNK_HEADER_SIZE);
  if (free >= bytes.length) return bytes.length;
  const next = asBuffer(bytes).indexOf(CHUNK_SIGNATURE, free);
  return next < 0 ? bytes.length : next;
}

/** Bytes before the first chunk. */
function headerSize(window: Window, issues: IssueLog, verify: boolean): number {
  const head = window.view(FILE_HEADER_SIZE);
  if (startsWith(head, CHUNK_SIGNATURE, 0) || head.length === 0) return 0;
  if (!startsWith(head, FILE_SIGNATURE, 0)) {
    if (head.length < FILE_HEADER_SIZE) return 0;
    issues.add('HB_DAMAGED', 'its signature is damaged', 'file header', 0);
    return FILE_HEADER_SIZE;
  }
  if (head.length < FILE_HEADER_SIZE) {
    issues.add('HB_TRUNCATED', 'the file ends within it', 'file header', 0);
  } else if (verify && fileHeaderChecksum(head) !== u32(head, FileHeader.checksum)) {
    issues.add('HB_DAMAGED', 'its checksum is wrong', 'file header', 0);
  }
  const size = u16(head, FileHeader.blockSize);
  return Math.min(size >= 128 && size <= FILE_HEADER_SIZE ? size : FILE_HEADER_SIZE, head.length);
}

/** Where the next signature begins, be it only its first bytes at the end; else the end. */
function signatureAfter(bytes: Uint8Array): number {
  const next = asBuffer(bytes).indexOf(CHUNK_SIGNATURE, 1);
  if (next > 0) return next;
  for (let at = Math.max(1, bytes.length - CHUNK_SIGNATURE.length + 1); at < bytes.length; at++) {
    if (startsWith(CHUNK_SIGNATURE, bytes.subarray(at), 0)) return at;
  }
  return bytes.length;
}

function isBlank(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0) return false;
  }
  return true;
}

const none = new Uint8Array(0);

/** The part of the stream in view: within the block at hand, or a copy where a chunk lies across blocks. */
class Window {
  /** Offset in the stream of the first byte in view. */
  offset = 0;
  readonly #blocks: AsyncIterator<Uint8Array>;
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes `#from`..`#to` of it stand before what is left of the block. */
  #joined: Uint8Array<ArrayBuffer> = none;
  #from = 0;
  #to = 0;

  constructor(input: ByteInput) {
    this.#blocks = input.stream()[Symbol.asyncIterator]();
  }

  /** Lets go of the input, also when not all of it was read. */
  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  /** Brings `size` bytes (at most 64 KB) in view, or as many as there are. */
  async fill(size: number): Promise<void> {
    for (;;) {
      const left = this.#block.length - this.#at;
      const held = this.#to - this.#from;
      if (held === 0 ? left >= size : held >= size) return;
      if (left > 0) {
        this.#join(Math.min(left, size - held));
      } else {
        const next = await this.#blocks.next();
        if (next.done === true) return;
        this.#block = next.value;
        this.#at = 0;
      }
    }
  }

  /** The first bytes in view, up to `size`. */
  view(size: number): Uint8Array {
    if (this.#to > this.#from)
      return this.#joined.subarray(this.#from, Math.min(this.#from + size, this.#to));
    return this.#block.subarray(this.#at, Math.min(this.#at + size, this.#block.length));
  }

  /** Leaves the first `size` bytes in view behind. */
  drop(size: number): void {
    this.offset += size;
    if (this.#to > this.#from) this.#from += size;
    else this.#at += size;
  }

  #join(size: number): void {
    if (this.#joined === none) this.#joined = new Uint8Array(CHUNK_SIZE);
    this.#joined.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
    this.#joined.set(this.#block.subarray(this.#at, this.#at + size), this.#to);
    this.#to += size;
    this.#at += size;
  }
}
