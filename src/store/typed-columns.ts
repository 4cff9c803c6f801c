/**
 * Columns of DuckDB as typed arrays, a chunk at a time, without a JavaScript value for each cell: for results of
 * millions of rows. The memory layout of vectors is that of DuckDB's C API
 * (https://duckdb.org/docs/stable/clients/c/vector); a UUID is a 128-bit integer whose highest bit is turned.
 */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { HuntbookError } from '../errors.ts';
import { loadDuckDb } from './duckdb.ts';
import { sqlError } from './sql-error.ts';

/** Types that results may have, and how many elements of the array one value takes. */
const forms = {
  INTEGER: { make: (length: number) => new Int32Array(length), width: 1 },
  DOUBLE: { make: (length: number) => new Float64Array(length), width: 1 },
  /** Four words in the order of their text. */
  UUID: { make: (length: number) => new Uint32Array(length), width: 4 },
} as const;

type Form = keyof typeof forms;
export type ColumnArray = Int32Array | Float64Array | Uint32Array;

export interface TypedColumns {
  readonly length: number;
  ints(name: string): Int32Array;
  doubles(name: string): Float64Array;
  /** UUIDs, four words each. */
  guids(name: string): Uint32Array;
}

/**
 * The result of our own SQL, whose columns are INTEGER, DOUBLE or UUID; no value of it may be NULL. `expected` rows
 * take no more memory than they need. Throws HB_SQL.
 */
export async function readTypedColumns(
  connection: DuckDBConnection,
  sql: string,
  expected = 1 << 16,
): Promise<TypedColumns> {
  const { DuckDBTypeId } = await loadDuckDb();
  try {
    const result = await connection.stream(sql);
    const names = result.columnNames();
    const kinds = result.columnTypes().map(({ typeId }) => DuckDBTypeId[typeId] as Form);
    const odd = kinds.findIndex((kind) => !(kind in forms));
    if (odd >= 0)
      throw new HuntbookError('HB_INTERNAL', `column ${names[odd]}: no typed form of ${kinds[odd]}`);
    let room = Math.max(1, expected);
    let arrays: ColumnArray[] = kinds.map((kind) => forms[kind].make(room * forms[kind].width));
    let length = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
      const { rowCount } = chunk;
      if (rowCount === 0) break;
      if (length + rowCount > room) {
        room = Math.max(room * 2, length + rowCount);
        arrays = arrays.map((array, at) => grown(array, kinds[at] as Form, room));
      }
      for (let at = 0; at < kinds.length; at++)
        copy(chunk, at, kinds[at] as Form, arrays[at] as ColumnArray, length);
      length += rowCount;
    }
    const column = (name: string, kind: Form): ColumnArray => {
      const at = names.indexOf(name);
      if (kinds[at] !== kind) throw new HuntbookError('HB_INTERNAL', `no column ${name} of type ${kind}`);
      return (arrays[at] as ColumnArray).subarray(0, length * forms[kind].width);
    };
    return {
      length,
      ints: (name) => column(name, 'INTEGER') as Int32Array,
      doubles: (name) => column(name, 'DOUBLE') as Float64Array,
      guids: (name) => column(name, 'UUID') as Uint32Array,
    };
  } catch (error) {
    throw sqlError(error);
  }
}

function grown(array: ColumnArray, kind: Form, room: number): ColumnArray {
  const larger = forms[kind].make(room * forms[kind].width);
  larger.set(array);
  return larger;
}

function copy(chunk: DuckDBDataChunk, at: number, kind: Form, into: ColumnArray, row: number): void {
  // The classes of vectors are no exports, but what they hold is the memory that the header names.
  const vector = chunk.getColumnVector(at) as unknown as {
    items: Int32Array | Float64Array;
    dataView: DataView;
  };
  if (kind !== 'UUID') {
    into.set(vector.items, row);
    return;
  }
  const { dataView } = vector;
  for (let from = 0, to = row * 4; from < dataView.byteLength; from += 16, to += 4) {
    into[to] = dataView.getUint32(from + 12, true) ^ 0x8000_0000;
    into[to + 1] = dataView.getUint32(from + 8, true);
    into[to + 2] = dataView.getUint32(from + 4, true);
    into[to + 3] = dataView.getUint32(from, true);
  }
}

/** A new table of such columns. UUIDs whose words are all zero are NULL. */
export async function writeTypedColumns(
  connection: DuckDBConnection,
  table: string,
  columns: Readonly<Record<string, ColumnArray>>,
): Promise<void> {
  const duck = await loadDuckDb();
  const named = Object.entries(columns).map(([name, array]) => ({ name, array, kind: formOf(array) }));
  const [first] = named;
  const length = first ? first.array.length / forms[first.kind].width : 0;
  try {
    await connection.run(
      `CREATE TABLE ${table} (${named.map(({ name, kind }) => `"${name}" ${kind}`).join(', ')})`,
    );
    const appender = await connection.createAppender(table, 'main');
    const types = named.map(({ kind }) => duck[kind]);
    for (let from = 0; from < length; from += chunkRows) {
      const rows = Math.min(chunkRows, length - from);
      const chunk = duck.DuckDBDataChunk.create(types, rows);
      named.forEach(({ array, kind }, at) => fill(chunk, at, kind, array, from, rows));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  } catch (error) {
    throw sqlError(error);
  }
}

/** DuckDB's own size of a vector. */
const chunkRows = 2048;

function formOf(array: ColumnArray): Form {
  if (array instanceof Int32Array) return 'INTEGER';
  return array instanceof Float64Array ? 'DOUBLE' : 'UUID';
}

function fill(
  chunk: DuckDBDataChunk,
  at: number,
  kind: Form,
  array: ColumnArray,
  from: number,
  rows: number,
): void {
  const vector = chunk.getColumnVector(at);
  const { items, dataView, validity } = vector as unknown as {
    items: ColumnArray;
    dataView: DataView;
    validity: { setItemValid(at: number, valid: boolean): void };
  };
  if (kind === 'UUID') {
    for (let row = 0; row < rows; row++) {
      const word = (from + row) * 4;
      const [a = 0, b = 0, c = 0, d = 0] = array.subarray(word, word + 4);
      dataView.setUint32(row * 16 + 12, a ^ 0x8000_0000, true);
      dataView.setUint32(row * 16 + 8, b, true);
      dataView.setUint32(row * 16 + 4, c, true);
      dataView.setUint32(row * 16, d, true);
      if ((a | b | c | d) === 0) validity.setItemValid(row, false);
    }
  } else items.set(array.subarray(from, from + rows));
  vector.flush();
}
