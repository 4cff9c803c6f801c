/** A value as people read it in a table: integers of rights in hexadecimal, lists in a row, nothing for no value. */
import { toJson } from '../events/index.ts';
import type { Column, ColumnType, FrameValue } from './types.ts';

export function showValue(value: FrameValue, type: ColumnType): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (type === 'hex' && (typeof value === 'number' || typeof value === 'bigint')) return showHex(value);
  if (Array.isArray(value)) return value.map((item: FrameValue) => showItem(item)).join(', ');
  return String(value);
}

function showItem(item: FrameValue): string {
  return Array.isArray(item) ? toJson(item) : showValue(item, 'text');
}

export function showHex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** Whether its values stand on the right side of a column. */
export function isNumeric({ type }: Column): boolean {
  return type === 'integer' || type === 'float' || type === 'hex';
}
