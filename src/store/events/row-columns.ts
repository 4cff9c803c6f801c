/** The columns that tell of a row itself: its number, where it comes from and when it happened. */
import { Field, toJson, type FieldTable } from '../../events/index.ts';
import { idAt } from './cell-text.ts';
import { ColumnBuilder, NumberBuilder } from './column-builder.ts';
import { rowColumns } from './column-names.ts';
import type { HybridEncoder } from './hybrid.ts';
import { nanosOf } from './nanos.ts';
import type { ColumnKind, ParquetFile } from './parquet-file.ts';

const kinds: Readonly<Record<(typeof rowColumns)[number], ColumnKind>> = {
  _row: 'integer',
  _source: 'text',
  _position: 'integer',
  _time: 'time',
  _more: 'text',
  _lists: 'text',
};

export class RowColumns {
  readonly #row: NumberBuilder;
  readonly #source: ColumnBuilder;
  readonly #position: NumberBuilder;
  readonly #time: NumberBuilder;
  readonly #more: ColumnBuilder;
  readonly #lists: ColumnBuilder;
  /** The fields that tell the time, the first that a row has. */
  readonly #timeFields: readonly number[];
  /** Of each of them: nanoseconds since 1970 of each id. */
  readonly #nanos: (bigint | null)[][] = [[], []];

  /** Adds the columns to the file, in the order of `rowColumns`. */
  constructor(file: ParquetFile, fields: FieldTable) {
    const [row, source, position, time, more, lists] = rowColumns.map((name) =>
      file.addColumn(name, kinds[name]),
    ) as [number, number, number, number, number, number];
    this.#row = new NumberBuilder(row);
    this.#source = new ColumnBuilder(source);
    this.#position = new NumberBuilder(position);
    this.#time = new NumberBuilder(time);
    this.#more = new ColumnBuilder(more);
    this.#lists = new ColumnBuilder(lists);
    this.#timeFields = [Field.SystemTime, fields.find('UtcTime')];
  }

  /** A distinct value of a field. */
  note(field: number, id: number, text: string): void {
    const which = this.#timeFields.indexOf(field);
    if (which >= 0) (this.#nanos[which] as (bigint | null)[])[id] = nanosOf(text);
  }

  /** `columns`: those of fields, by field, which have the row's values by now. */
  put(
    at: number,
    row: number,
    source: string,
    position: number,
    columns: readonly (ColumnBuilder | null | undefined)[],
  ): void {
    this.#row.add(BigInt(row));
    this.#position.add(BigInt(position));
    this.#time.add(this.#timeOf(at, columns));
    let id = this.#source.texts.get(source);
    if (id === undefined) this.#source.texts.set(source, (id = this.#source.addText(source)));
    this.#source.put(at, id);
  }

  putMore(at: number, text: string): void {
    this.#more.put(at, this.#more.addText(text));
  }

  /** Names of the fields that are lists in the row. */
  putLists(at: number, fields: ReadonlySet<string>): void {
    if (fields.size === 0) return;
    const text = toJson([...fields]);
    let id = this.#lists.texts.get(text);
    if (id === undefined) this.#lists.texts.set(text, (id = this.#lists.addText(text)));
    this.#lists.put(at, id);
  }

  /** Returns whether any row of the group had more. */
  flush(file: ParquetFile, encoder: HybridEncoder, rows: number): boolean {
    this.#row.flush(file, encoder);
    this.#source.flush(file, encoder, rows);
    this.#position.flush(file, encoder);
    this.#time.flush(file, encoder);
    for (const nanos of this.#nanos) nanos.length = 0;
    if (this.#lists.count > 0) this.#lists.flush(file, encoder, rows);
    if (this.#more.count === 0) return false;
    this.#more.flush(file, encoder, rows);
    return true;
  }

  #timeOf(at: number, columns: readonly (ColumnBuilder | null | undefined)[]): bigint | null {
    for (let which = 0; which < 2; which++) {
      const id = idAt(columns[this.#timeFields[which] as number], at);
      const nanos = id < 0 ? null : (this.#nanos[which] as (bigint | null)[])[id];
      if (nanos !== null && nanos !== undefined) return nanos;
    }
    return null;
  }
}
