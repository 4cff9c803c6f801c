/**
 * Reads events from JSON lines, JSON arrays, and objects one after the other, also when they are pretty-printed:
 * between objects, white space, commas and square brackets are passed over, so that all of these are one form and
 * an array streams element by element. So does the array in an object that only wraps it; see wrapper.ts. Memory is
 * bounded by the buffer and the longest object.
 */
import { isUtf8 } from 'node:buffer';
import { addCells, canonicalise, EventBatch, Field, FieldIds, type Value } from '../../events/index.ts';
import type { BatchReader, ByteInput, ReadOptions } from '../types.ts';
import { BlockBuffer, CAPACITY } from './block-buffer.ts';
import { openBytes } from './byte-source.ts';
import { RowFinisher } from './finish.ts';
import { IssueLog } from './issue-log.ts';
import { parseJson } from './parse-json.ts';
import { PathTrie } from './path-trie.ts';
import { Resync } from './resync.ts';
import { JsonRows } from './row-reader.ts';
import { BAD, NEED_MORE, Scanner, TOO_DEEP } from './scan.ts';
import { NO_WRAPPER, WrapperFinder, WrapperTail } from './wrapper.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const RECORD_SEPARATOR = 0x1e;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
/** Reasons to give up an object beside those of the scanner. */
const TOO_LONG = -10;
const CUT = -11;
/** Rows a batch holds at most, so that tiny objects do not make it huge. */
const MAX_ROWS = 16_384;

export const readJson: BatchReader = (input, options) => {
  // A small file needs no large buffer; one byte more shows its end in the first read.
  const capacity = Math.max(4096, Math.min(CAPACITY, (input.size ?? CAPACITY) + 1));
  return readJsonBy(capacity, input, options);
};

/** `readJson` with a buffer of `capacity` bytes to begin with. */
export function readJsonBy(
  capacity: number,
  input: ByteInput,
  options: ReadOptions,
): AsyncIterable<EventBatch> {
  return new JsonReading(capacity, input, options).batches();
}

class JsonReading {
  readonly #options: ReadOptions;
  readonly #buffer: BlockBuffer;
  readonly #issues: IssueLog;
  readonly #rows: JsonRows;
  readonly #batch: EventBatch;
  readonly #trie: PathTrie;
  readonly #scanner: Scanner;
  readonly #finisher: RowFinisher;
  readonly #ids = new FieldIds();
  #line = 1;
  /** Where the current line starts in the buffer; negative when its start has left the buffer. */
  #lineStart = 0;
  #openLists = 0;
  #resync: Resync | WrapperTail | undefined;
  readonly #finder = new WrapperFinder();
  /** The wrapper whose array is read: arrays around it, objects around its array, whether its end may be missed. */
  #wrapper: { readonly lists: number; readonly depth: number; damaged: boolean } | undefined;
  #invalidText = 0;

  constructor(capacity: number, input: ByteInput, options: ReadOptions) {
    this.#options = options;
    this.#buffer = new BlockBuffer(openBytes(input), capacity);
    this.#issues = new IssueLog(input.name, options.onIssue);
    this.#rows = new JsonRows(options.fields, this.#issues);
    this.#batch = new EventBatch(input.name, this.#rows);
    this.#batch.rawText = 'json';
    this.#trie = new PathTrie(options.fields);
    this.#scanner = new Scanner(this.#trie, this.#batch, options.limits.maxDepth);
    this.#finisher = new RowFinisher(this.#scanner, this.#batch, this.#trie);
  }

  async *batches(): AsyncGenerator<EventBatch> {
    const buffer = this.#buffer;
    try {
      for (;;) {
        this.#scanBuffer();
        if (this.#batch.length > 0) {
          this.#checkText();
          yield this.#batch;
          if (this.#batch.length >= MAX_ROWS) continue;
        }
        if (buffer.ended) break;
        this.#lineStart -= await buffer.fill();
        this.#options.onProgress?.(buffer.taken);
      }
      this.#finish();
    } finally {
      await buffer.close();
    }
  }

  #finish(): void {
    if (this.#openLists > 0) this.#issues.add('HB_TRUNCATED', 'the array is not closed', this.#line);
    else if (this.#wrapper !== undefined)
      this.#issues.add('HB_TRUNCATED', 'the object around the events is not closed', this.#line);
    if (this.#invalidText > 0) {
      const count = this.#invalidText;
      this.#issues.note(
        'HB_DAMAGED',
        `${count} invalid UTF-8 sequence${count > 1 ? 's' : ''} replaced by U+FFFD`,
      );
    }
    this.#issues.close();
  }

  /** Adds the rows of the buffer to the batch, as far as they are whole. */
  #scanBuffer(): void {
    const buffer = this.#buffer;
    const { bytes, end } = buffer;
    const batch = this.#batch;
    batch.clear();
    batch.bytes = bytes;
    this.#rows.lines.length = 0;
    this.#scanner.reset();
    this.#trie.refresh();
    this.#finisher.refresh();
    while (batch.length < MAX_ROWS) {
      const from = this.#resync === undefined ? buffer.start : this.#continueResync();
      const at = this.#passSeparators(bytes, from, end);
      buffer.start = at;
      if (at >= end) return;
      if (this.#resync !== undefined) continue;
      if (bytes[at] !== OPEN) {
        this.#passOther();
        continue;
      }
      if (this.#finder.mayStart(bytes, at)) {
        const start = this.#openWrapper(bytes, at, end);
        if (start > 0) continue;
        if (start === NEED_MORE && !buffer.ended) return;
      }
      const to = this.#scanner.scan(bytes, at, end);
      if (to > 0) {
        if (to - at > this.#options.limits.maxLineBytes) this.#fail(at, TOO_LONG);
        else this.#endRow(bytes, at, to);
      } else if (to !== NEED_MORE) {
        this.#fail(at, to);
      } else if (buffer.ended) {
        this.#fail(at, CUT);
      } else if (end - at > this.#options.limits.maxLineBytes) {
        this.#fail(at, TOO_LONG);
      } else {
        batch.dropRow();
        return;
      }
    }
  }

  /** Begins the array of a wrapper, if the object that opens at `at` is one. */
  #openWrapper(bytes: Buffer, at: number, end: number): number {
    const before = this.#wrapper;
    // Elements of a wrapper are events, unless the end of that wrapper was lost.
    if (before?.damaged === false) return NO_WRAPPER;
    const start = this.#finder.start(bytes, at, end);
    if (start <= 0) return start;
    const lists = before?.lists ?? this.#openLists;
    this.#wrapper = { lists, depth: this.#finder.depth, damaged: false };
    this.#openLists = lists + 1;
    this.#countLines(bytes, at, start);
    this.#buffer.start = start;
    return start;
  }

  #countLines(bytes: Buffer, from: number, to: number): void {
    for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) {
      this.#line++;
      this.#lineStart = at + 1;
    }
  }

  #endRow(bytes: Buffer, from: number, to: number): void {
    const batch = this.#batch;
    if (!this.#finisher.needsWhole(bytes) && this.#finisher.finish(bytes)) {
      batch.endRow(from, to);
      this.#rows.lines.push(this.#line);
    } else {
      this.#addWhole(bytes, from, to);
    }
    this.#buffer.start = to;
    if (this.#scanner.newlines > 0) {
      this.#line += this.#scanner.newlines;
      this.#lineStart = bytes.lastIndexOf(LF, to) + 1;
    }
  }

  /** The slow way: the row by way of `canonicalise`. */
  #addWhole(bytes: Buffer, from: number, to: number): void {
    const batch = this.#batch;
    batch.dropRow();
    try {
      const object = parseJson(bytes.toString('utf8', from, to)) as Record<string, unknown>;
      const event = canonicalise(object, batch.source);
      addCells(batch, event, this.#options.fields, this.#ids);
      // Derived values do not stand in the row as they are, so a search over the row would miss them.
      for (const name in event.fields) {
        if (this.#ids.find(name, this.#options.fields) < 0)
          batch.addValue(Field.Other, event.fields[name] as Value);
      }
      batch.endRow(from, to);
      this.#rows.lines.push(this.#line);
    } catch (error) {
      batch.dropRow();
      this.#issues.add('HB_DAMAGED', `not valid JSON: ${(error as Error).message}`, this.#line);
    }
  }

  /** Reports an object that cannot be read and sets how to go on behind it. */
  #fail(at: number, reason: number): void {
    const { bytes, end } = this.#buffer;
    this.#batch.dropRow();
    if (this.#wrapper !== undefined) this.#wrapper.damaged = true;
    const { maxDepth, maxLineBytes } = this.#options.limits;
    if (reason === TOO_DEEP)
      this.#issues.add('HB_LIMIT', `nested deeper than ${maxDepth} levels`, this.#line);
    else if (reason === TOO_LONG)
      this.#issues.add('HB_LIMIT', `longer than ${maxLineBytes} bytes`, this.#line);
    else if (reason === CUT) this.#issues.add('HB_TRUNCATED', 'the last object is not complete', this.#line);
    else this.#issues.add('HB_DAMAGED', `not valid JSON${this.#place(at)}`, this.#line);
    const stop = reason === BAD ? Math.min(this.#scanner.errorAt, end) : end;
    const newline = reason === TOO_DEEP ? -1 : bytes.indexOf(LF, at);
    if (newline >= 0 && newline < stop)
      this.#resync = new Resync('indent', Math.max(0, at - this.#lineStart));
    else this.#resync = new Resync(this.#openLists > 0 ? 'close' : 'line');
  }

  #place(at: number): string {
    const error = this.#scanner.errorAt;
    const newline = this.#buffer.bytes.indexOf(LF, at);
    return newline >= 0 && newline < error ? '' : ` at column ${error - this.#lineStart + 1}`;
  }

  #continueResync(): number {
    const { bytes, start, end } = this.#buffer;
    const resync = this.#resync as Resync | WrapperTail;
    const at = resync.skip(bytes, start, end);
    if (resync.newlines > 0) {
      this.#line += resync.newlines;
      resync.newlines = 0;
      this.#lineStart = bytes.lastIndexOf(LF, at < 0 ? end : at) + 1;
    }
    if (at < 0) return end;
    this.#resync = undefined;
    if (resync instanceof WrapperTail) this.#endWrapper(resync);
    return at;
  }

  #endWrapper({ broken, others }: WrapperTail): void {
    this.#wrapper = undefined;
    if (broken) this.#issues.add('HB_DAMAGED', 'the object around the events is not closed', this.#line);
    if (others > 0)
      this.#issues.add('HB_DAMAGED', 'members behind an array of events were passed over', this.#line);
  }

  /** Passes what may stand between objects. */
  #passSeparators(bytes: Buffer, from: number, end: number): number {
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        this.#line++;
        this.#lineStart = at + 1;
      } else if (byte === OPEN_LIST) {
        if (++this.#openLists === this.#options.limits.maxDepth + 1) this.#failLists();
      } else if (byte === CLOSE_LIST) {
        if (this.#openLists > 0) this.#openLists--;
        if (this.#wrapper !== undefined && this.#openLists === this.#wrapper.lists) {
          this.#resync = new WrapperTail(this.#wrapper.depth);
          return at + 1;
        }
      } else if (
        byte !== SPACE &&
        byte !== COMMA &&
        byte !== CR &&
        byte !== TAB &&
        byte !== RECORD_SEPARATOR
      ) {
        break;
      }
    }
    return at;
  }

  #failLists(): void {
    const { maxDepth } = this.#options.limits;
    this.#issues.add('HB_LIMIT', `arrays nested deeper than ${maxDepth} levels`, this.#line);
  }

  /** Something that is no object where an event should be. */
  #passOther(): void {
    this.#issues.add('HB_DAMAGED', 'not a JSON object', this.#line);
    this.#resync = new Resync(this.#openLists > 0 ? 'item' : 'line');
  }

  /** Counts bytes that are not UTF-8; text that is made from them has U+FFFD in their place. */
  #checkText(): void {
    const batch = this.#batch;
    const rows = this.#buffer.bytes.subarray(batch.rowFrom[0], batch.rowTo[batch.length - 1]);
    if (isUtf8(rows)) return;
    const replaced = rows.toString('utf8').split('\ufffd').length;
    const own = rows.toString('latin1').split('\u00ef\u00bf\u00bd').length;
    this.#invalidText += Math.max(1, replaced - own);
  }
}
