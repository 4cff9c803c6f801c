/** Cells of a batch as text, and what else the table writer asks of a row. */
import { toJson, type EventBatch, type Value } from '../../events/index.ts';
import type { ColumnBuilder } from './column-builder.ts';

const jsonNumber = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;

/** The id of the value that the row was given, or -1. */
export function idAt(column: ColumnBuilder | null | undefined, row: number): number {
  return column && column.lastRow === row ? column.lastId : -1;
}

/** Adds to the values of a field. */
export function addTo(more: Map<number, Value[]>, field: number, value: Value): void {
  const values = more.get(field);
  if (values) values.push(value);
  else more.set(field, [value]);
}

export function textOf(value: Value): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return null;
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** A number that is text in its source keeps its spelling, such as 1.50. */
export function asWritten(value: number, batch: EventBatch, cell: number): string {
  const text = String(value);
  const start = batch.cellStart[cell] as number;
  const end = batch.cellEnd[cell] as number;
  if (end - start === text.length || end - start > 64) return text;
  const written = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + start, end - start).toString(
    'latin1',
  );
  return jsonNumber.test(written) && Number(written) === value ? written : text;
}

/** All values of a field in a row, those of lists one by one, without nulls. */
export function valuesOf(batch: EventBatch, row: number, field: number): Value[] {
  const values: Value[] = [];
  for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++)
    if (batch.cellField[cell] === field) values.push(batch.value(cell));
  return values.flat().filter((value) => value !== null) as Value[];
}

/** Names of the fields that are lists in a row whose columns have their values. */
export function listsOf(
  batch: EventBatch,
  row: number,
  at: number,
  columns: readonly (ColumnBuilder | null | undefined)[],
  names: readonly string[],
): Set<string> {
  const found = new Set<string>();
  for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
    const field = batch.cellField[cell] as number;
    if (columns[field]?.lists?.has(idAt(columns[field], at))) found.add(names[field] as string);
  }
  return found;
}

/** The fields of a row that have no column, as JSON. */
export function moreText(more: ReadonlyMap<number, Value[]>, names: readonly string[]): string {
  return toJson(
    Object.fromEntries(
      [...more].map(([field, values]) => [names[field] as string, values.length === 1 ? values[0] : values]),
    ),
  );
}
