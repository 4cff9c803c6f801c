/**
 * Batches of events into a Parquet file with one text column per field, as DuckDB reads it without a load step: each
 * distinct value of a row group is decoded once and stored once.
 *
 * A value is written as its text stands in the event; several values of one field as the text of a JSON array. Fields
 * beyond a bound of columns go into one column `_more` as a JSON object, so that hostile names cost no memory.
 */
import {
  EXTRA,
  Field,
  sysmonName,
  type EventBatch,
  type FieldTable,
  type Value,
  Interner,
} from '../../events/index.ts';
import { addTo, asWritten, idAt, listsOf, moreText, textOf, valuesOf } from './cell-text.ts';
import { ColumnBuilder } from './column-builder.ts';
import { ColumnNames, rowColumns } from './column-names.ts';
import { EventKinds, type EventKind } from './event-kinds.ts';
import { HybridEncoder } from './hybrid.ts';
import { ParquetFile } from './parquet-file.ts';
import { RowColumns } from './row-columns.ts';
import type { EventTableColumn, EventTableOptions } from './table-options.ts';

/** DuckDB gives each thread a row group. */
const defaultGroupRows = 64 * 1024;
/** A row group with long values is closed early. */
const maxGroupBytes = 64 * 1024 * 1024;
/** Each column costs a page header per row group and a line in every view. */
const defaultMaxColumns = 2000;
/** Longer values are not looked up: they rarely repeat. */
const longestInterned = 4096;
/** The columns of the row itself come first in the file. */
const firstFieldColumn = rowColumns.length;
/** Cells that are null. */
const NULL = -1;

export class EventTableWriter {
  /** Rows so far. */
  events = 0;
  /** Whether the column `_more` has values, once the row group has ended. */
  hasMore = false;
  readonly #file: ParquetFile;
  readonly #fields: FieldTable;
  readonly #groupRows: number;
  readonly #maxColumns: number;
  readonly #firstRow: number;
  readonly #names = new ColumnNames();
  readonly #interner = new Interner();
  /** The dictionary id of each value that the interner knows. */
  #known = new Int32Array(1 << 13);
  readonly #encoder = new HybridEncoder();
  /** By the id of the field; null for fields without a column, undefined for those that were not met. */
  readonly #columns: (ColumnBuilder | null | undefined)[] = [];
  readonly #list: { builder: ColumnBuilder; name: string; field: string }[] = [];
  readonly #own: RowColumns;
  readonly #kinds = new EventKinds();
  #rows = 0;
  #size = 0;

  /** Creates the file. A field gets its column when it is first met. */
  constructor(path: string, fields: FieldTable, options: EventTableOptions = {}) {
    this.#fields = fields;
    this.#groupRows = options.groupRows ?? defaultGroupRows;
    this.#maxColumns = options.maxColumns ?? defaultMaxColumns;
    this.#firstRow = options.firstRow ?? 0;
    this.#file = new ParquetFile(path);
    this.#own = new RowColumns(this.#file, fields);
  }

  /** Columns of fields, in order. */
  get columns(): readonly EventTableColumn[] {
    return this.#list.map(({ name, field }) => ({ name, field }));
  }

  /** The kinds of events met, with the columns that each has. */
  get kinds(): readonly EventKind[] {
    return this.#kinds.list(this.#list.map(({ name }) => name));
  }

  /** Adds the rows of a batch, or those that `accept` takes. Throws HB_WRITE. */
  add(batch: EventBatch, accept?: (batch: EventBatch, row: number) => boolean): void {
    for (let row = 0; row < batch.length; row++) {
      if (accept && !accept(batch, row)) continue;
      this.#addRow(batch, row);
      if (this.#rows >= this.#groupRows || this.#size > maxGroupBytes) this.flush();
    }
  }

  /** Ends the row group. */
  flush(): void {
    if (this.#rows === 0) return;
    this.#file.beginGroup(this.#rows);
    if (this.#own.flush(this.#file, this.#encoder, this.#rows)) this.hasMore = true;
    for (const { builder } of this.#list)
      if (builder.count > 0) builder.flush(this.#file, this.#encoder, this.#rows);
    this.#interner.clear();
    this.#kinds.endGroup();
    this.#rows = this.#size = 0;
  }

  /** Writes the rest; from here on the file can be read. */
  finish(): void {
    this.flush();
    this.#file.close();
  }

  /** Lets go of the file. */
  abandon(): void {
    this.#file.abandon();
  }

  #remember(entry: number, id: number): void {
    if (entry === this.#known.length) {
      const next = new Int32Array(entry * 2);
      next.set(this.#known);
      this.#known = next;
    }
    this.#known[entry] = id;
  }

  #addRow(batch: EventBatch, row: number): void {
    const at = this.#rows;
    const { bytes, cellField, cellKind, cellStart, cellEnd } = batch;
    const interner = this.#interner;
    const columns = this.#columns;
    let more: Map<number, Value[]> | null = null;
    let repeated: Set<number> | null = null;
    let lists = false;
    const to = batch.rowStart[row + 1] as number;
    for (let cell = batch.rowStart[row] as number; cell < to; cell++) {
      const field = cellField[cell] as number;
      let column = columns[field];
      if (column === undefined) column = this.#column(field);
      if (column === null) {
        if (field !== Field.Other) addTo((more ??= new Map()), field, batch.value(cell));
        continue;
      }
      if (column.lastRow === at) {
        (repeated ??= new Set()).add(field);
        continue;
      }
      const kind = cellKind[cell] as number;
      let id: number;
      if (kind === EXTRA) id = this.#addValue(column, field, batch.value(cell));
      else {
        const start = cellStart[cell] as number;
        const end = cellEnd[cell] as number;
        if (column.unique || end - start > longestInterned) id = this.#decode(column, field, batch, cell);
        else {
          const before = interner.size;
          const entry = interner.intern(field, kind, bytes, start, end);
          if (entry === before) {
            id = this.#decode(column, field, batch, cell);
            this.#remember(entry, id);
          } else id = this.#known[entry] as number;
        }
      }
      if (id === NULL) continue;
      column.put(at, id);
      if (column.lists !== null && column.lists.has(id)) lists = true;
    }
    if (repeated !== null) more = this.#several(batch, row, repeated, more);
    if (lists || repeated !== null)
      this.#own.putLists(at, listsOf(batch, row, at, columns, this.#fields.names));
    const seen = this.#kinds.seenBy(
      idAt(columns[Field.EventID], at),
      idAt(columns[Field.Channel], at),
      this.#list.length,
    );
    for (let cell = batch.rowStart[row] as number; cell < to; cell++) {
      const column = columns[cellField[cell] as number];
      if (column) seen[column.column - firstFieldColumn] = 1;
    }
    if (more !== null) this.#own.putMore(at, moreText(more, this.#fields.names));
    this.#own.put(at, this.#firstRow + this.events, batch.source, batch.position(row), columns);
    this.#rows = at + 1;
    this.events++;
  }

  #decode(column: ColumnBuilder, field: number, batch: EventBatch, cell: number): number {
    const value = batch.value(cell);
    const text = typeof value === 'number' ? asWritten(value, batch, cell) : textOf(value);
    return this.#addText(column, field, text, Array.isArray(value));
  }

  #addValue(column: ColumnBuilder, field: number, value: Value): number {
    const text = textOf(value);
    if (text === null) return NULL;
    const list = Array.isArray(value);
    if (text.length > longestInterned) return this.#addText(column, field, text, list);
    const key = list ? `\0${text}` : text;
    let id = column.texts.get(key);
    if (id === undefined) column.texts.set(key, (id = this.#addText(column, field, text, list)));
    return id;
  }

  #addText(column: ColumnBuilder, field: number, text: string | null, list = false): number {
    if (text === null) return NULL;
    const before = column.size;
    const id = column.addText(text);
    if (list) (column.lists ??= new Set()).add(id);
    this.#size += column.size - before;
    if (field === Field.EventID) this.#kinds.eventIds[id] = text;
    else if (field === Field.Channel) this.#kinds.channels[id] = text;
    else this.#own.note(field, id, text);
    return id;
  }

  /**
   * Fields that the row has more than once: the text of an array of all their values. What tells events apart (its
   * channel, as opposed to one that the event is about) keeps its first value; the others go into `_more`.
   */
  #several(
    batch: EventBatch,
    row: number,
    fields: Set<number>,
    more: Map<number, Value[]> | null,
  ): Map<number, Value[]> | null {
    let rest = more;
    for (const field of fields) {
      const values = valuesOf(batch, row, field);
      const column = this.#columns[field] as ColumnBuilder;
      if (field <= Field.SystemTime) {
        for (const value of values.slice(1)) addTo((rest ??= new Map<number, Value[]>()), field, value);
        continue;
      }
      column.unput();
      const id = this.#addValue(column, field, values.length > 1 ? values : (values[0] ?? null));
      if (id !== NULL) column.put(this.#rows, id);
    }
    return rest;
  }

  /** The column of a field, made when the field is first met. */
  #column(field: number): ColumnBuilder | null {
    while (this.#columns.length <= field) this.#columns.push(undefined);
    const name = this.#fields.names[field] as string;
    const full = this.#list.length >= this.#maxColumns;
    const unique = field === Field.Other || full ? null : this.#names.take(sysmonName(name));
    if (unique === null) return (this.#columns[field] = null);
    const builder = new ColumnBuilder(this.#file.addColumn(unique, 'text'));
    this.#list.push({ builder, name: unique, field: name });
    return (this.#columns[field] = builder);
  }
}
