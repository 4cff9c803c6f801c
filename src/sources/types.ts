import type { EventBatch, FieldTable } from '../events/index.ts';
import type { ErrorCode } from '../errors.ts';

/** Something wrong with the input that did not stop the run. Equal issues of one source may be merged into a count. */
export interface SourceIssue {
  readonly code: ErrorCode;
  readonly source: string;
  readonly message: string;
  /** Byte offset or line number, where known. */
  readonly offset?: number;
  readonly line?: number;
}

/** Bounds on hostile input; see docs/sources.md. Sizes in bytes. */
export interface Limits {
  readonly maxLineBytes: number;
  readonly maxDepth: number;
  readonly maxArchiveDepth: number;
  readonly maxArchiveMembers: number;
  readonly maxArchiveBytes: number;
  readonly maxRatio: number;
}

export const defaultLimits: Limits = {
  maxLineBytes: 32 * 1024 * 1024,
  maxDepth: 200,
  maxArchiveDepth: 2,
  maxArchiveMembers: 10_000,
  maxArchiveBytes: 64 * 1024 ** 3,
  maxRatio: 200,
};

export interface ReadOptions {
  /** The fields the consumer wants as cells. */
  readonly fields: FieldTable;
  readonly onIssue: (issue: SourceIssue) => void;
  readonly limits: Limits;
  /** Check CRC32 sums of EVTX headers and chunks. */
  readonly verifyChecksums?: boolean;
  /** Called with the number of input bytes consumed so far of this source (for progress). */
  readonly onProgress?: (bytes: number) => void;
}

/** One input to read: a file, an archive member, or standard input. */
export interface ByteInput {
  readonly name: string;
  /** Path on disk when the bytes are a plain file, for readers that need to seek. */
  readonly path?: string;
  readonly size?: number;
  /** The bytes from the start, in blocks. May be called once. A block is valid until the next is asked for. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Reads one input of one kind. Bad records are reported through `onIssue` and skipped. */
export type BatchReader = (input: ByteInput, options: ReadOptions) => AsyncIterable<EventBatch>;
