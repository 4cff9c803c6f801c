/**
 * Rows of the files that `huntbook import` writes, as the events that they were. The files keep typed columns, and
 * beside each the text of what its type does not give back (docs/import.md); their metadata says which is which.
 */
import type { FileMetaData, RowGroup } from 'hyparquet';
import * as v from 'valibot';
import { eventOfFields, type HuntEvent, type Value } from '../../events/index.ts';
import { listOf, parseJson } from '../ndjson/parse-json.ts';

/** The key under which the metadata of a file have its form. */
export const lakeKey = 'huntbook.lake';

const form = v.object({
  version: v.literal(1),
  /** What stands before the name of a typed column in that of its text. */
  exact: v.string(),
  /** Columns that are not named as their field, with its name. */
  names: v.array(v.tuple([v.string(), v.string()])),
  /** Columns that have a column of texts beside them. */
  typed: v.array(v.string()),
  /** Those of them that stand for hexadecimal text. */
  hex: v.array(v.string()),
});
export type LakeForm = v.InferOutput<typeof form>;

/** Columns that are not fields. */
const ownColumns = new Set(['Time', '_more', '_lists', '_source', '_position', '_row']);

export interface LakeRow {
  readonly event: HuntEvent;
  readonly position: number;
}

interface FieldColumn {
  readonly column: string;
  readonly name: string;
  /** The column of its texts. */
  readonly exact: string | null;
  readonly hex: boolean;
}

/** Reads the rows of a file of a lake; null for every other file. */
export function lakeRows(
  metadata: FileMetaData,
  columns: readonly string[],
): ((row: Record<string, unknown>, file: string, number: number) => LakeRow) | null {
  const form = formOf(metadata);
  if (form === null) return null;
  const names = new Map(form.names);
  const hex = new Set(form.hex);
  const typed = new Set(form.typed);
  const texts = new Set(form.typed.map((column) => form.exact + column));
  const fields = columns
    .filter((column) => !ownColumns.has(column) && !texts.has(column))
    .map((column): FieldColumn => ({
      column,
      name: names.get(column) ?? column,
      exact: typed.has(column) ? form.exact + column : null,
      hex: hex.has(column),
    }));
  return (row, file, number) => {
    const { _source: source, _position: position } = row;
    return {
      event: eventOfFields(fieldsOf(row, fields), typeof source === 'string' ? source : file),
      position: typeof position === 'number' ? position : number,
    };
  };
}

/** The columns of which a row group has values: a file has the columns of all that was imported with it. */
export function presentColumns({ columns }: RowGroup): string[] {
  return columns.flatMap(({ meta_data: meta }) => {
    const [name] = meta?.path_in_schema ?? [];
    return name === undefined || meta?.statistics?.null_count === meta?.num_values ? [] : [name];
  });
}

function formOf({ key_value_metadata: entries }: FileMetaData): LakeForm | null {
  const text = entries?.find(({ key }) => key === lakeKey)?.value;
  if (text === undefined) return null;
  try {
    return v.parse(form, JSON.parse(text));
  } catch {
    return null;
  }
}

function fieldsOf(row: Record<string, unknown>, columns: readonly FieldColumn[]): Record<string, Value> {
  // Without a prototype no name is special.
  const fields = Object.create(null) as Record<string, Value>;
  const lists = jsonOf(row['_lists']);
  for (const { column, name, exact, hex } of columns) {
    const value =
      (exact === null ? undefined : row[exact]) ??
      (exact === null ? row[column] : usualValue(row[column], hex));
    if (value === null || value === undefined) continue;
    const isList = Array.isArray(lists) && lists.includes(name);
    fields[name] = isList ? listOf(jsonOf(value) ?? value) : (value as Value);
  }
  const more = jsonOf(row['_more']);
  if (typeof more === 'object' && more !== null && !Array.isArray(more)) {
    for (const [name, value] of Object.entries(more as Record<string, unknown>)) {
      const first = fields[name];
      const rest = listOf(value) as Value;
      fields[name] = first === undefined ? rest : ([first, rest].flat() as Value[]);
    }
  }
  return fields;
}

/** What a typed value stands for where there is no text beside it. */
function usualValue(value: unknown, hex: boolean): Value | undefined {
  if (typeof value === 'number' || typeof value === 'bigint')
    return hex ? `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}` : value;
  if (typeof value === 'string') return `{${value.toUpperCase()}}`;
  return typeof value === 'boolean' ? value : undefined;
}

/** Undefined for anything but JSON text. */
function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
