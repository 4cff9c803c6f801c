/** A value of an event as its field's type says; what can not be read so stays text, so that nothing is lost. */
import { fieldType, type FieldType } from './field-types.ts';
import { parseInteger, toInteger } from './integers.ts';
import { toIsoTime } from './time.ts';
import type { Value } from './value.ts';

const readers: Readonly<Partial<Record<FieldType, (text: string) => Value>>> = {
  integer: parseInteger,
  hex: parseInteger,
  time: toIsoTime,
  boolean: (text) => (/^(?:true|false)$/iu.test(text) ? text.toLowerCase() === 'true' : null),
  guid: readGuid,
};

/** `-`, which Windows writes for nothing, is null where the field is not text. */
export function typedValue(name: string, value: Value): Value {
  const type = fieldType(name);
  const read = readers[type];
  if (Array.isArray(value)) return (value as readonly Value[]).map((one) => typedValue(name, one));
  if (read === undefined || value === null) return value;
  if (typeof value === 'string') {
    const text = value.trim();
    return text === '' || text === '-' ? null : (read(text) ?? value);
  }
  if (type === 'time') return toIsoTime(value) ?? value;
  return typeof value === 'bigint' ? toInteger(value) : value;
}

/** As Sysmon writes it: braces, upper case. */
function readGuid(text: string): string | null {
  const digits = /^\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?$/iu.exec(text)?.[1];
  return digits === undefined ? null : `{${digits.toUpperCase()}}`;
}
