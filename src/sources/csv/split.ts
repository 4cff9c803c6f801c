/**
 * Splits CSV into records with csv-parse (RFC 4180, made lenient: any line end, any number of cells, quotes where
 * there should be none). Our own part is what csv-parse cannot do: it ends at a quote that is never closed and
 * loses what follows. So it is given pieces that end at line ends, the rest of a piece behind its last whole record
 * waits for the next one, and a record that has no end in sight costs its first line only.
 */
import { CsvError, parse, type Options } from 'csv-parse/sync';

const LF = 0x0a;
const CR = 0x0d;

export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line of the file where the record starts, from 1. */
  readonly line: number;
}

export interface CsvSplitterOptions {
  readonly delimiter: string;
  /** A record longer than this (in bytes) is not waited for. */
  readonly maxRecord: number;
  /** No more records than this are wanted. */
  readonly most?: number;
  /** A quote that is not closed within `maxRecord`, or at all; its line is split as if it had no quotes. */
  readonly onUnclosed: (line: number) => void;
  /** A line that is longer than `maxRecord`; its text is dropped. */
  readonly onTooLong: (line: number) => void;
}

/** Takes UTF-8 in pieces cut anywhere, which are copied. `push` and `end` give the records that are complete. */
export class CsvSplitter {
  readonly #options: CsvSplitterOptions;
  readonly #parsing: Options;
  /** What is not delivered yet; starts with a record. */
  #parts: Buffer[] = [];
  #size = 0;
  /** An open record is not looked at again before there is twice as much of it. */
  #waitFor = 0;
  #hasLine = false;
  #line = 1;
  /** In the middle of a line that is too long. */
  #dropping = false;

  constructor(options: CsvSplitterOptions) {
    this.#options = options;
    this.#parsing = {
      delimiter: options.delimiter,
      max_record_size: options.maxRecord,
      record_delimiter: ['\n', '\r\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...(options.most === undefined ? {} : { to: options.most }),
    };
  }

  push(piece: Uint8Array): CsvRecord[] {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    if (this.#dropping) {
      const newline = rest.indexOf(LF);
      if (newline < 0) return [];
      this.#dropping = false;
      this.#line++;
      rest = rest.subarray(newline + 1);
    }
    this.#hold(rest);
    const tooMuch = this.#size > this.#options.maxRecord;
    return this.#hasLine && (tooMuch || this.#size >= this.#waitFor) ? this.#take(false) : this.#bound();
  }

  end(): CsvRecord[] {
    const last = this.#parts.at(-1);
    // A line end that is cut in half.
    if (last?.at(-1) === CR) this.#parts[this.#parts.length - 1] = last.subarray(0, -1);
    return this.#take(true);
  }

  #take(last: boolean): CsvRecord[] {
    const { maxRecord } = this.#options;
    const records: CsvRecord[] = [];
    let bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = this.#waitFor = 0;
    this.#hasLine = false;
    for (;;) {
      const end = last ? bytes.length : bytes.lastIndexOf(LF) + 1;
      const { at, failure } = this.#parse(bytes.subarray(0, end), records);
      bytes = bytes.subarray(at);
      if (failure === undefined) break;
      if (!last && failure === 'CSV_QUOTE_NOT_CLOSED' && bytes.length <= maxRecord) {
        this.#waitFor = bytes.length * 2;
        break;
      }
      const newline = bytes.indexOf(LF);
      const lineEnd = newline < 0 ? bytes.length : newline;
      if (lineEnd > maxRecord) this.#options.onTooLong(this.#line);
      else {
        this.#options.onUnclosed(this.#line);
        for (const cells of parse(bytes.subarray(0, lineEnd), {
          ...this.#parsing,
          bom: this.#line === 1,
          quote: null,
        })) {
          records.push({ cells, line: this.#line });
        }
      }
      if (newline < 0) return records;
      this.#line++;
      bytes = bytes.subarray(newline + 1);
    }
    if (!last) this.#hold(bytes);
    return this.#bound(records);
  }

  /** Adds the whole records; tells where the first begins that is not whole, and why it is not. */
  #parse(bytes: Buffer, records: CsvRecord[]): { at: number; failure?: string } {
    let at = 0;
    try {
      parse(bytes, {
        ...this.#parsing,
        bom: this.#line === 1,
        on_record: (cells: string[], { bytes: end }) => {
          at = this.#passEmpty(bytes, at);
          records.push({ cells, line: this.#line });
          at = this.#pass(bytes, at, end);
          return null;
        },
      });
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return { at: this.#passEmpty(bytes, at), failure: error.code };
    }
    return { at: this.#pass(bytes, at, bytes.length) };
  }

  /** Counts the line ends in `from` .. `to`; csv-parse's own count takes CR LF in quotes for two. */
  #pass(bytes: Buffer, from: number, to: number): number {
    for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) this.#line++;
    return to;
  }

  #passEmpty(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const newline = bytes[at] === CR ? at + 1 : at;
      if (bytes[newline] !== LF) return at;
      this.#line++;
      at = newline + 1;
    }
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#parts.push(Buffer.from(bytes));
    this.#size += bytes.length;
    this.#hasLine ||= bytes.includes(LF);
  }

  /** Forgets a line that is too long. */
  #bound(records: CsvRecord[] = []): CsvRecord[] {
    if (this.#size <= this.#options.maxRecord) return records;
    this.#options.onTooLong(this.#line);
    this.#dropping = true;
    this.#parts = [];
    this.#size = this.#waitFor = 0;
    return records;
  }
}
