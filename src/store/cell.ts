/**
 * A value of an engine as text, which is what all engines agree on: `1` of JSON and `1` of CSV are the same cell.
 * Empty text is no value, because CSV can not tell the two apart.
 */
import { toJson } from '../events/index.ts';

/** Text, or several texts, or nothing. */
export type Cell = string | readonly string[] | null;

export function toCell(value: unknown): Cell {
  if (typeof value === 'string') return value === '' ? null : value;
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return listCell(value);
  return scalarText(value);
}

/** One value in a list is that value: engines differ in whether they put it into a list. */
function listCell(values: readonly unknown[]): Cell {
  const texts: string[] = [];
  for (const value of values) {
    const text = typeof value === 'string' ? value : value == null ? '' : scalarText(value);
    if (text !== '') texts.push(text);
  }
  return texts.length > 1 ? texts : (texts[0] ?? null);
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  // JSON has no NaN and no infinity; as text they stay what they are.
  if (typeof value === 'object') return toJson(value);
  return String(value);
}
