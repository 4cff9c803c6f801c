/**
 * Values of a row, the same from JSON, CSV and XML: text, or an array where there are several values. Splunk's CSV can
 * not tell an empty value from a missing one, so a field without text is missing in all three.
 */
import type { EngineRow } from '../engine.ts';

export function setField(row: EngineRow, name: string, values: readonly string[]): void {
  if (values.length === 0 || (values.length === 1 && values[0] === '')) return;
  const value = values.length === 1 ? values[0] : [...values];
  // A field may have any name.
  if (name === '__proto__') {
    Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
  } else row[name] = value;
}

/** Splunk writes every value as text; a server that does not is read as if it did. */
export function rowOfJson(object: Record<string, unknown>): EngineRow {
  const row: EngineRow = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (typeof value === 'string') setField(row, name, [value]);
    else if (Array.isArray(value)) setField(row, name, value.map(textOf));
    else if (value !== null) setField(row, name, [textOf(value)]);
  }
  return row;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
