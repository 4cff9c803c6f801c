/**
 * Values as keys: without case and whether text or number, because sources type the same field differently. A value
 * that is missing or null has no key.
 */
import { toJson, type Value } from '../../events/index.ts';

export function valueKey(value: Value | undefined): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'object' ? toJson(value) : String(value);
  return text.toLowerCase();
}

/** One key of several values, null when one is missing. Lengths keep apart what a separator could not. */
export function tupleKey(values: readonly (Value | undefined)[]): string | null {
  if (values.length === 1) return valueKey(values[0]);
  let key = '';
  for (const value of values) {
    const part = valueKey(value);
    if (part === null) return null;
    key += `${part.length}:${part}`;
  }
  return key;
}
