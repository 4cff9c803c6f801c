/**
 * A Parquet writer for tests: one data page (version 1, PLAIN) for each column of each row group. Levels are
 * computed from the values, for flat columns, lists of optional elements and members of one struct.
 */
import { gzipSync, zstdCompressSync } from 'node:zlib';

type Leaf =
  'utf8' | 'bytes' | 'int64' | 'int32' | 'double' | 'boolean' | 'millis' | 'micros' | 'nanos' | 'json';

export interface Column {
  name: string;
  type: Leaf;
  /** A list of values in each row. */
  list?: boolean;
  /** The struct that the column lies in. */
  in?: string;
}

export interface ParquetOptions {
  codec?: 'none' | 'gzip' | 'zstd';
  groupRows?: number;
}

const physical: Record<Leaf, number> = {
  boolean: 0,
  int32: 1,
  int64: 2,
  millis: 2,
  micros: 2,
  nanos: 2,
  double: 5,
  utf8: 6,
  bytes: 6,
  json: 6,
};
const converted: Partial<Record<Leaf, number>> = { utf8: 0, millis: 9, micros: 10, json: 19 };
const codecs = { none: 0, gzip: 2, zstd: 6 };
const packers = { none: (data: Buffer) => data, gzip: gzipSync, zstd: zstdCompressSync };

export function parquet(
  columns: readonly Column[],
  rows: readonly Record<string, unknown>[],
  { codec = 'none', groupRows = rows.length || 1 }: ParquetOptions = {},
): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let offset = 4;
  const groups: Thrift[] = [];
  for (let start = 0; start < rows.length; start += groupRows) {
    const group = rows.slice(start, start + groupRows);
    let bytes = 0;
    const chunks = columns.map((column) => {
      const { data, count } = pageOf(column, group);
      const packed = Buffer.from(packers[codec](data));
      const pageHeader = struct([
        [1, i32(0)],
        [2, i32(data.length)],
        [3, i32(packed.length)],
        [
          5,
          struct([
            [1, i32(count)],
            [2, i32(0)],
            [3, i32(3)],
            [4, i32(3)],
          ]),
        ],
      ]).bytes;
      const size = pageHeader.length + packed.length;
      parts.push(pageHeader, packed);
      const meta = struct([
        [1, i32(physical[column.type])],
        [2, list([i32(0), i32(3)])],
        [3, list(pathOf(column).map(text))],
        [4, i32(codecs[codec])],
        [5, i64(count)],
        [6, i64(pageHeader.length + data.length)],
        [7, i64(size)],
        [9, i64(offset)],
      ]);
      const chunk = struct([
        [2, i64(offset)],
        [3, meta],
      ]);
      offset += size;
      bytes += pageHeader.length + data.length;
      return chunk;
    });
    groups.push(
      struct([
        [1, list(chunks)],
        [2, i64(bytes)],
        [3, i64(group.length)],
      ]),
    );
  }
  const footer = struct([
    [1, i32(1)],
    [2, list(schemaOf(columns))],
    [3, i64(rows.length)],
    [4, list(groups)],
  ]).bytes;
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(footer.length, 0);
  tail.write('PAR1', 4);
  return Buffer.concat([...parts, footer, tail]);
}

function schemaOf(columns: readonly Column[]): Thrift[] {
  const top = new Map<string, Column[]>();
  for (const column of columns) {
    const key = column.in ?? column.name;
    top.set(key, [...(top.get(key) ?? []), column]);
  }
  const optional = 1;
  const elements: Thrift[] = [
    struct([
      [4, text('root')],
      [5, i32(top.size)],
    ]),
  ];
  const leaf = (column: Column, name = column.name): Thrift =>
    struct([
      [1, i32(physical[column.type])],
      [3, i32(optional)],
      [4, text(name)],
      ...(converted[column.type] === undefined ? [] : [[6, i32(converted[column.type]!)] as const]),
      ...(column.type === 'nanos' ? [[10, nanosType()] as const] : []),
    ]);
  for (const [name, members] of top) {
    const first = members[0]!;
    if (first.in !== undefined) {
      elements.push(
        struct([
          [3, i32(optional)],
          [4, text(name)],
          [5, i32(members.length)],
        ]),
      );
      for (const member of members) elements.push(leaf(member));
    } else if (first.list) {
      elements.push(
        struct([
          [3, i32(optional)],
          [4, text(name)],
          [5, i32(1)],
          [6, i32(3)],
        ]),
      );
      elements.push(
        struct([
          [3, i32(2)],
          [4, text('list')],
          [5, i32(1)],
        ]),
      );
      elements.push(leaf(first, 'element'));
    } else elements.push(leaf(first));
  }
  return elements;
}

/** LogicalType TIMESTAMP with unit NANOS, in UTC. */
function nanosType(): Thrift {
  return struct([
    [
      8,
      struct([
        [1, { type: 1, bytes: Buffer.alloc(0) }],
        [2, struct([[3, struct([])]])],
      ]),
    ],
  ]);
}

function pathOf(column: Column): string[] {
  if (column.in !== undefined) return [column.in, column.name];
  return column.list ? [column.name, 'list', 'element'] : [column.name];
}

function pageOf(column: Column, rows: readonly Record<string, unknown>[]): { data: Buffer; count: number } {
  const values: unknown[] = [];
  const definitions: number[] = [];
  const repetitions: number[] = [];
  const add = (definition: number, repetition: number, value?: unknown): void => {
    definitions.push(definition);
    repetitions.push(repetition);
    if (value !== undefined) values.push(value);
  };
  for (const row of rows) {
    if (column.in !== undefined) {
      const owner = row[column.in] as Record<string, unknown> | null | undefined;
      const value = owner?.[column.name] ?? null;
      if (value === null) add(owner ? 1 : 0, 0);
      else add(2, 0, value);
    } else if (column.list) {
      const items = row[column.name] as unknown[] | null | undefined;
      if (!items) add(0, 0);
      else if (items.length === 0) add(1, 0);
      items?.forEach((item, at) => (item === null ? add(2, at && 1) : add(3, at && 1, item)));
    } else {
      const value = row[column.name] ?? null;
      if (value === null) add(0, 0);
      else add(1, 0, value);
    }
  }
  const levels = [levelsOf(definitions)];
  if (column.list) levels.unshift(levelsOf(repetitions));
  const plain =
    column.type === 'boolean'
      ? bits(values as boolean[])
      : Buffer.concat(values.map((v) => cell(column.type, v)));
  return { data: Buffer.concat([...levels, plain]), count: definitions.length };
}

/** The RLE form of levels: runs of one value, each with a byte for it, behind a length of four bytes. */
function levelsOf(levels: readonly number[]): Buffer {
  const runs = levels.flatMap((level) => [...varint(1n << 1n), level]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(runs.length);
  return Buffer.concat([length, Buffer.from(runs)]);
}

function cell(type: Leaf, value: unknown): Buffer {
  if (type === 'utf8' || type === 'bytes' || type === 'json') {
    const data = Buffer.from(value as string);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([length, data]);
  }
  const bytes = Buffer.alloc(type === 'int32' ? 4 : 8);
  if (type === 'int32') bytes.writeInt32LE(value as number);
  else if (type === 'double') bytes.writeDoubleLE(value as number);
  else bytes.writeBigInt64LE(BigInt(value as bigint));
  return bytes;
}

function bits(values: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, at) => (bytes[at >> 3]! |= Number(value) << (at & 7)));
  return bytes;
}

/** A value in Thrift's compact protocol, with the type it has as a field. */
interface Thrift {
  type: number;
  bytes: Buffer;
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}

const zigzag = (value: number): Buffer => Buffer.from(varint(BigInt(value) << 1n));
const i32 = (value: number): Thrift => ({ type: 5, bytes: zigzag(value) });
const i64 = (value: number): Thrift => ({ type: 6, bytes: zigzag(value) });
const text = (value: string): Thrift => ({
  type: 8,
  bytes: Buffer.from([...varint(BigInt(Buffer.byteLength(value))), ...Buffer.from(value)]),
});

function list(items: readonly Thrift[]): Thrift {
  const type = items[0]?.type ?? 12;
  const head =
    items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(BigInt(items.length))];
  return { type: 9, bytes: Buffer.concat([Buffer.from(head), ...items.map(({ bytes }) => bytes)]) };
}

function struct(fields: readonly (readonly [number, Thrift])[]): Thrift {
  let last = 0;
  const parts = fields.map(([id, { type, bytes }]) => {
    const head = Buffer.from([((id - last) << 4) | type]);
    last = id;
    return Buffer.concat([head, bytes]);
  });
  return { type: 12, bytes: Buffer.concat([...parts, Buffer.from([0])]) };
}
