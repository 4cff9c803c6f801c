/** Types of fields, from `_field_caps`, as columns and as what rules may ask of them. */
import { fieldType, type FieldType } from '../../events/index.ts';
import { HuntbookError } from '../../errors.ts';
import type { Column } from '../../store/index.ts';
import { isObject } from './faults.ts';
import type { CallOptions, Wire } from './wire.ts';

/** What an index pattern knows of a field: its types over all indexes, and whether it can be searched. */
export interface FieldCap {
  readonly types: readonly string[];
  readonly searchable: boolean;
}
export type FieldCaps = ReadonlyMap<string, FieldCap>;

/** Throws HB_QUERY for a pattern that no index matches. */
export async function readFieldCaps(
  wire: Wire,
  index: string,
  options: Pick<CallOptions, 'signal' | 'timeout'> = {},
): Promise<FieldCaps> {
  const body = await wire.call('GET', `/${pathOf(index)}/_field_caps`, {
    ...options,
    query: { fields: '*' },
  });
  const { indices, fields } = body as { indices?: unknown; fields?: unknown };
  if (Array.isArray(indices) && indices.length === 0) {
    throw new HuntbookError('HB_QUERY', `${wire.name}: no index matches ${index}`, {
      hint: 'huntbook source test lists the indexes that there are.',
    });
  }
  const caps = new Map<string, FieldCap>();
  for (const [name, byType] of Object.entries(isObject(fields) ? fields : {})) {
    if (name.startsWith('_') || !isObject(byType)) continue;
    const types = Object.keys(byType).filter(
      (type) => type !== 'object' && type !== 'nested' && type !== 'unmapped',
    );
    if (types.length === 0) continue;
    const searchable = Object.values(byType).every((cap) => !isObject(cap) || cap['searchable'] !== false);
    caps.set(name, { types, searchable });
  }
  return caps;
}

/** An index pattern in a path. Commas and stars stay what they are. */
export function pathOf(index: string): string {
  return index
    .split(',')
    .map((part) => encodeURIComponent(part.trim()).replaceAll('%3A', ':'))
    .join(',');
}

/** Fields that a document holds itself: not the second forms (`Image.keyword`) of others. */
export function isSecondForm(name: string, caps: FieldCaps): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && caps.has(name.slice(0, dot));
}

/** Columns of a search, in the order of their names. */
export function columnsOf(caps: FieldCaps): Column[] {
  return [...caps]
    .filter(([name]) => !isSecondForm(name, caps))
    .map(([name, { types }]) => ({ name, type: columnType(name, types) }));
}

export function columnType(name: string, types: readonly string[]): FieldType {
  const found = new Set(types.map((type) => byType[type] ?? 'text'));
  const [only] = found;
  if (found.size !== 1 || only === undefined) return 'text';
  // Text in an index may still be known for more by its name.
  return only === 'text' ? fieldType(name.slice(name.lastIndexOf('.') + 1)) : only;
}

const byType: Readonly<Record<string, FieldType>> = {
  long: 'integer',
  integer: 'integer',
  short: 'integer',
  byte: 'integer',
  unsigned_long: 'integer',
  double: 'float',
  float: 'float',
  half_float: 'float',
  scaled_float: 'float',
  boolean: 'boolean',
  date: 'time',
  date_nanos: 'time',
  ip: 'ip',
};
