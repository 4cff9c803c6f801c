/**
 * Frames to and from Arrow's IPC format (https://arrow.apache.org/docs/format/Columnar.html), by flechette, which is
 * loaded when it is asked for. Types that Arrow lacks (hex, ip, guid) are told by the field's metadata.
 */
import { fieldType, toJson, toTicks } from '../events/index.ts';
import { loadFlechette, typeIds, type ArrowField, type Flechette } from './flechette.ts';
import { isoOfNanos, narrow } from './from-duckdb.ts';
import { maxInteger } from './parse-value.ts';
import { ownEngine } from './own-engine.ts';
import type { FrameParts, Relation } from './relation.ts';
import { RowsRelation } from './rows-relation.ts';
import type { Column, ColumnType, FrameValue } from './types.ts';

/** Name of the metadata that holds our type. */
const metadataKey = 'huntbook.type';
const nanosPer = [1_000_000_000n, 1_000_000n, 1000n, 1n];
const batchRows = 65_536;

export async function writeArrow(relation: Relation): Promise<Uint8Array> {
  const arrow = await loadFlechette();
  const { columns } = relation;
  const values: FrameValue[][] = columns.map(() => []);
  for await (const row of relation.rows())
    for (let at = 0; at < columns.length; at++) values[at]?.push(row[at] ?? null);
  const made = columns.map(({ type }, at) => arrowColumn(arrow, type, values[at] ?? []));
  // By place, because names may be anything.
  const table = arrow.tableFromArrays(
    columns.map((_, at) => [`c${at}`, made[at]?.values ?? []]),
    {
      types: Object.fromEntries(columns.map((_, at) => [`c${at}`, made[at]?.type])),
      maxBatchRows: batchRows,
    },
  );
  table.schema.fields.forEach((field, at) => {
    field.name = columns[at]?.name ?? field.name;
    field.metadata = new Map([[metadataKey, columns[at]?.type ?? 'text']]);
    if (columns[at]?.type === 'time' && made[at]?.plain)
      field.type = arrow.timestamp(arrow.TimeUnit.NANOSECOND, 'UTC');
  });
  return arrow.tableToIPC(table, { format: 'stream' });
}

function arrowColumn(
  arrow: Flechette,
  type: ColumnType,
  values: readonly FrameValue[],
): { type: unknown; values: unknown[]; plain: boolean } {
  const given = (convert: (value: FrameValue) => unknown): unknown[] =>
    values.map((value) => (value === null ? null : convert(value)));
  const text = { type: arrow.utf8(), values: given(textOf), plain: false };
  switch (type) {
    case 'integer':
    case 'hex': {
      const whole = given((value) => BigInt(value as number | bigint)) as (bigint | null)[];
      const fits = (low: bigint, high: bigint): boolean =>
        whole.every((one) => one === null || (one >= low && one <= high));
      if (fits(-(2n ** 63n), 2n ** 63n - 1n)) return { type: arrow.int64(), values: whole, plain: true };
      return fits(0n, maxInteger) ? { type: arrow.uint64(), values: whole, plain: true } : text;
    }
    case 'float':
      return { type: arrow.float64(), values: [...values], plain: true };
    case 'boolean':
      return { type: arrow.bool(), values: [...values], plain: true };
    case 'time': {
      // Written as integers: flechette takes times as milliseconds, which would lose what is below.
      const nanos = given((value) => nanosOf(String(value)));
      return nanos.includes(undefined) ? text : { type: arrow.int64(), values: nanos, plain: true };
    }
    case 'list':
      return {
        type: arrow.list(arrow.utf8()),
        values: given((value) =>
          (value as readonly FrameValue[]).map((item) => (item === null ? null : textOf(item))),
        ),
        plain: true,
      };
    default:
      return text;
  }
}

function nanosOf(text: string): bigint | undefined {
  const ticks = toTicks(text);
  if (ticks === null || ticks > 2n ** 63n / 100n - 1n || ticks < -(2n ** 63n / 100n) + 1n) return undefined;
  return ticks * 100n;
}

function textOf(value: FrameValue): string {
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** Throws HB_DAMAGED when the bytes are not Arrow's. */
export async function gatherArrow(bytes: Uint8Array): Promise<FrameParts> {
  const arrow = await loadFlechette();
  const table = arrow.read(bytes);
  const columns: Column[] = [];
  const readers: ((row: number) => FrameValue)[] = [];
  for (const [at, field] of table.schema.fields.entries()) {
    const { type, convert } = columnOf(field);
    const column = table.getChildAt(at);
    columns.push({ name: field.name, type });
    readers.push((row) => {
      const value = column.at(row);
      return value === null || value === undefined ? null : convert(value);
    });
  }
  const engine = ownEngine();
  const relation = new RowsRelation({
    columns,
    wide: new Set(columns.filter(({ type }) => type === 'integer' || type === 'hex').map(({ name }) => name)),
    rows: function* () {
      for (let row = 0; row < table.numRows; row++) yield readers.map((read) => read(row));
    },
    count: async () => table.numRows,
    engine: () => engine.get(),
    close: () => engine.close(),
  });
  return { relation };
}

function columnOf({ name, type, metadata }: ArrowField): {
  type: ColumnType;
  convert: (value: unknown) => FrameValue;
} {
  const told = metadata?.get(metadataKey) ?? fieldType(name);
  switch (type.typeId) {
    case typeIds.int:
      return {
        type: told === 'hex' ? 'hex' : 'integer',
        convert: (value) => narrow(BigInt(value as bigint)),
      };
    case typeIds.float:
      return { type: 'float', convert: Number };
    case typeIds.bool:
      return { type: 'boolean', convert: Boolean };
    case typeIds.timestamp: {
      const scale = nanosPer[type.unit ?? 0] ?? 1n;
      return { type: 'time', convert: (value) => isoOfNanos(BigInt(value as bigint) * scale) };
    }
    case typeIds.list:
    case typeIds.largeList:
      return { type: 'list', convert: (value) => Array.from(value as Iterable<unknown>, itemOf) };
    case typeIds.dictionary:
      return columnOf({ name, type: type.dictionary ?? type, metadata });
    default: {
      const own = metadata?.get(metadataKey);
      // Integers that no type of Arrow holds were written as text.
      if (own === 'integer' || own === 'hex')
        return { type: own, convert: (value) => narrow(BigInt(String(value))) };
      const kept = told === 'ip' || told === 'guid' ? told : 'text';
      return { type: kept === 'guid' && !metadata?.has(metadataKey) ? 'text' : kept, convert: otherText };
    }
  }
}

function itemOf(value: unknown): FrameValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return narrow(value);
  return typeof value === 'object' ? otherText(value) : (value as FrameValue);
}

function otherText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? toJson(value) : String(value);
}
