/** Columns and values of a frame as those of DuckDB: for tables made of rows, and for values bound to a statement. */
import type * as DuckDb from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { toJson, toTicks } from '../events/index.ts';
import { HuntbookError } from '../errors.ts';
import type { Column, FrameValue, SqlValues } from './types.ts';

export interface TableColumn {
  readonly type: DuckDBType;
  /** As it is written in CREATE TABLE. */
  readonly sql: string;
  readonly convert: (value: FrameValue) => DuckDBValue;
}

export function tableColumn(duck: typeof DuckDb, { type }: Column, wide: boolean): TableColumn {
  switch (type) {
    case 'integer':
    case 'hex':
      return {
        type: wide ? duck.HUGEINT : duck.BIGINT,
        sql: wide ? 'HUGEINT' : 'BIGINT',
        convert: (value) => (value === null ? null : BigInt(value as number | bigint)),
      };
    case 'float':
      return { type: duck.DOUBLE, sql: 'DOUBLE', convert: (value) => value as number | null };
    case 'boolean':
      return { type: duck.BOOLEAN, sql: 'BOOLEAN', convert: (value) => value as boolean | null };
    case 'guid':
      return {
        type: duck.UUID,
        sql: 'UUID',
        convert: (value) =>
          value === null ? null : duck.DuckDBUUIDValue.fromUint128(guidBits(String(value))),
      };
    case 'time':
      return {
        type: duck.TIMESTAMP_NS,
        sql: 'TIMESTAMP_NS',
        convert: (value) =>
          value === null
            ? null
            : new duck.DuckDBTimestampNanosecondsValue((toTicks(String(value)) ?? 0n) * 100n),
      };
    case 'list':
      return {
        type: duck.LIST(duck.VARCHAR),
        sql: 'VARCHAR[]',
        convert: (value) =>
          value === null
            ? null
            : new duck.DuckDBListValue((Array.isArray(value) ? value : [value]).map(textOf)),
      };
    default:
      return { type: duck.VARCHAR, sql: 'VARCHAR', convert: textOf };
  }
}

function guidBits(guid: string): bigint {
  return BigInt(`0x${guid.replaceAll(/[{}-]/g, '')}`);
}

function textOf(value: FrameValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** Values as DuckDB binds them. Throws HB_USAGE for what can not be bound. */
export function boundValues(
  duck: typeof DuckDb,
  values: SqlValues | undefined,
): DuckDBValue[] | Record<string, DuckDBValue> | undefined {
  if (values === undefined) return undefined;
  if (Array.isArray(values)) return values.map((value: FrameValue) => boundValue(duck, value));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, boundValue(duck, value)]));
}

function boundValue(duck: typeof DuckDb, value: FrameValue): DuckDBValue {
  if (Array.isArray(value))
    return new duck.DuckDBListValue(value.map((item: FrameValue) => boundValue(duck, item)));
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value))
    return value as DuckDBValue;
  throw new HuntbookError('HB_USAGE', `a value of type ${typeof value} can not be bound to a statement`);
}
