import type { HuntEvent, Value } from './value.ts';

/** Cell kind: the value is not in `bytes` but in `extra[start]`, already a JavaScript value. */
export const EXTRA = 255;

/**
 * What a source knows about the bytes of its cells. Kinds 0 to 254 belong to the source; equal kind and equal
 * bytes must mean an equal value, so that consumers can intern cells without decoding them.
 */
export interface RowReader {
  /** The value of the bytes `start`..`end` (end exclusive) as `kind`. Never throws on damaged bytes. */
  decode(bytes: Uint8Array, kind: number, start: number, end: number): Value;
  /** Full event of a row: all fields, wanted or not, canonical names. Slow path: called for findings. */
  event(batch: EventBatch, row: number): HuntEvent;
  /** Position of a row in its source: record number (EVTX, Parquet row) or line number (text), from 1. */
  position(batch: EventBatch, row: number): number;
}

/**
 * A run of events as spans of bytes: the form in which every source hands events over, without making strings.
 * Row r has the cells `rowStart[r]` .. `rowStart[r + 1]` (exclusive); a cell is a wanted field
 * (`FieldTable` id), a kind, and a span of `bytes` or an index into `extra`. A field may occur twice in a row.
 * A field that the event lacks has no cell; a field that is null in the event has a cell with the value null.
 *
 * A batch is only valid until its iterator advances: sources reuse the arrays.
 */
export class EventBatch {
  bytes: Uint8Array = new Uint8Array(0);
  length = 0;
  cells = 0;
  rowStart = new Int32Array(257);
  cellField = new Int32Array(4096);
  cellKind = new Uint8Array(4096);
  cellStart = new Int32Array(4096);
  cellEnd = new Int32Array(4096);
  extra: Value[] = [];
  /**
   * Where the raw row lies in `bytes`, and how text stands in it: every text value of the event that is not in a
   * cell occurs there, as JSON text in UTF-8 or as UTF-16LE. With `null` nothing is promised and a search over all
   * values has to read the event. Values that stand outside the row (constants of EVTX templates) get a cell with
   * the field id `Field.Other` when no wanted field takes them.
   */
  rawText: 'json' | 'utf16le' | null = null;
  rowFrom = new Int32Array(257);
  rowTo = new Int32Array(257);

  /** Name shown to the user: the path as given; archive members follow after `!`. */
  readonly source: string;
  readonly #reader: RowReader;

  constructor(source: string, reader: RowReader) {
    this.source = source;
    this.#reader = reader;
  }

  clear(): void {
    this.length = 0;
    this.cells = 0;
    this.extra.length = 0;
    this.rowStart[0] = 0;
  }

  /** Adds a cell to the row being built. */
  addCell(field: number, kind: number, start: number, end: number): void {
    const at = this.cells;
    if (at === this.cellField.length) this.#growCells();
    this.cellField[at] = field;
    this.cellKind[at] = kind;
    this.cellStart[at] = start;
    this.cellEnd[at] = end;
    this.cells = at + 1;
  }

  /** Adds a cell whose value is already a JavaScript value. */
  addValue(field: number, value: Value): void {
    this.extra.push(value);
    this.addCell(field, EXTRA, this.extra.length - 1, 0);
  }

  /** Closes the row being built; `from` and `to` are the bytes of the raw row, where `rawText` is set. */
  endRow(from = 0, to = 0): void {
    this.rowFrom[this.length] = from;
    this.rowTo[this.length] = to;
    this.length++;
    if (this.length === this.rowStart.length) {
      this.rowStart = grow(this.rowStart, this.length * 2);
      this.rowFrom = grow(this.rowFrom, this.length * 2);
      this.rowTo = grow(this.rowTo, this.length * 2);
    }
    this.rowStart[this.length] = this.cells;
  }

  /** Drops the cells of a row that could not be finished. */
  dropRow(): void {
    this.cells = this.rowStart[this.length] as number;
  }

  value(cell: number): Value {
    const kind = this.cellKind[cell] as number;
    const start = this.cellStart[cell] as number;
    if (kind === EXTRA) return this.extra[start] as Value;
    return this.#reader.decode(this.bytes, kind, start, this.cellEnd[cell] as number);
  }

  event(row: number): HuntEvent {
    return this.#reader.event(this, row);
  }

  position(row: number): number {
    return this.#reader.position(this, row);
  }

  #growCells(): void {
    const size = this.cellField.length * 2;
    this.cellField = grow(this.cellField, size);
    this.cellStart = grow(this.cellStart, size);
    this.cellEnd = grow(this.cellEnd, size);
    const kinds = new Uint8Array(size);
    kinds.set(this.cellKind);
    this.cellKind = kinds;
  }
}

function grow(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(size);
  next.set(old);
  return next;
}
