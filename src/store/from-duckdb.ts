/**
 * Results of DuckDB as columns and values of a frame. Read from the raw values: those that DuckDB's own JavaScript
 * conversion gives cut times to milliseconds. What has no type here becomes text, as DuckDB writes it, or as JSON.
 */
import type * as DuckDb from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { fieldType, toJson } from '../events/index.ts';
import type { ColumnType, FrameValue } from './types.ts';

export type Converter = (value: DuckDBValue) => FrameValue;

export interface ResultColumn {
  readonly type: ColumnType;
  readonly wide: boolean;
  readonly convert: Converter;
}

/** Digits that a double holds exactly. */
const doubleDigits = 15;

export function resultColumn(duck: typeof DuckDb, type: DuckDBType, name: string): ResultColumn {
  const Id = duck.DuckDBTypeId;
  const integer = { type: fieldType(name) === 'hex' ? 'hex' : 'integer', wide: false } as const;
  switch (type.typeId) {
    case Id.BOOLEAN:
      return { type: 'boolean', wide: false, convert: (value) => value as boolean | null };
    case Id.TINYINT:
    case Id.SMALLINT:
    case Id.INTEGER:
    case Id.UTINYINT:
    case Id.USMALLINT:
    case Id.UINTEGER:
      return { ...integer, convert: (value) => value as number | null };
    case Id.BIGINT:
      return { ...integer, convert: integerValue };
    case Id.UBIGINT:
    case Id.HUGEINT:
    case Id.UHUGEINT:
    case Id.BIGNUM:
      return { ...integer, wide: true, convert: integerValue };
    case Id.FLOAT:
    case Id.DOUBLE:
      return { type: 'float', wide: false, convert: (value) => value as number | null };
    case Id.DECIMAL:
      return decimalColumn(type as InstanceType<typeof duck.DuckDBDecimalType>);
    case Id.UUID:
      return { type: 'guid', wide: false, convert: guidValue };
    case Id.TIMESTAMP:
    case Id.TIMESTAMP_TZ:
    case Id.TIMESTAMP_S:
    case Id.TIMESTAMP_MS:
    case Id.TIMESTAMP_NS:
      return { type: 'time', wide: false, convert: timeValue };
    case Id.LIST:
    case Id.ARRAY: {
      const item = resultColumn(duck, (type as InstanceType<typeof duck.DuckDBListType>).valueType, '');
      const convert: Converter = (value) =>
        value === null ? null : (value as { items: readonly DuckDBValue[] }).items.map(item.convert);
      return { type: 'list', wide: false, convert };
    }
    case Id.VARCHAR:
    case Id.ENUM:
      return {
        type: fieldType(name) === 'ip' ? 'ip' : 'text',
        wide: false,
        convert: (value) => value as string | null,
      };
    default:
      return { type: 'text', wide: false, convert: textValue };
  }
}

function decimalColumn({ width, scale }: { width: number; scale: number }): ResultColumn {
  if (scale === 0) {
    const convert: Converter = (value) =>
      value === null ? null : narrow((value as { value: bigint }).value);
    return { type: 'integer', wide: true, convert };
  }
  if (width > doubleDigits) return { type: 'text', wide: false, convert: textValue };
  return {
    type: 'float',
    wide: false,
    convert: (value) => (value === null ? null : Number(String(value))),
  };
}

const integerValue: Converter = (value) => (value === null ? null : narrow(value as bigint));

export function narrow(value: bigint): number | bigint {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

const guidValue: Converter = (value) => (value === null ? null : `{${String(value).toUpperCase()}}`);

interface Moment {
  readonly isFinite?: boolean;
  readonly seconds?: bigint;
  readonly millis?: bigint;
  readonly micros?: bigint;
  readonly nanos?: bigint;
}

const timeValue: Converter = (value) => {
  if (value === null) return null;
  const { isFinite: finite = true, seconds, millis, micros, nanos } = value as Moment;
  const total =
    nanos ??
    (micros !== undefined ? micros * 1000n : undefined) ??
    (millis !== undefined ? millis * 1_000_000n : (seconds ?? 0n) * 1_000_000_000n);
  // The years 1 to 9999, in which ISO text has four digits.
  if (!finite || total < -62_135_596_800_000_000_000n || total >= 253_402_300_800_000_000_000n)
    return String(value);
  return isoOfNanos(total);
};

/** Nanoseconds since 1970 as ISO 8601 in UTC, without zeros at the end of the second. */
export function isoOfNanos(nanos: bigint): string {
  let ms = nanos / 1_000_000n;
  let rest = nanos % 1_000_000n;
  if (rest < 0n) {
    ms -= 1n;
    rest += 1_000_000n;
  }
  const text = new Date(Number(ms)).toISOString();
  const decimals = (text.slice(20, 23) + rest.toString().padStart(6, '0')).replace(/0+$/, '');
  return decimals === '' ? `${text.slice(0, 19)}Z` : `${text.slice(0, 19)}.${decimals}Z`;
}

/** DuckDB's text of a value, JSON for values that hold others. */
const textValue: Converter = (value) => {
  if (value === null) return null;
  const plain = plainValue(value);
  return typeof plain === 'object' && plain !== null ? toJson(plain) : String(plain);
};

function plainValue(value: DuckDBValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('items' in value) return (value.items as readonly DuckDBValue[]).map(plainValue);
  if ('tag' in value || value.constructor.name === 'DuckDBVariantValue')
    return plainValue((value as { value: DuckDBValue }).value);
  if (!('entries' in value)) return String(value);
  const pairs = Array.isArray(value.entries)
    ? value.entries.map(({ key, value: item }) => [String(plainValue(key)), plainValue(item)] as const)
    : Object.entries(value.entries).map(([key, item]) => [key, plainValue(item)] as const);
  return Object.fromEntries(pairs);
}
