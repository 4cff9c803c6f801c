/**
 * Detections as the rule cache holds them: items and plain text values as arrays, since the names of their keys would
 * be most of the file. `unpackDetections` gives what `packDetections` was given.
 */
import type { Detection, SigmaValue, StringPart } from '../sigma/index.ts';

type Item = Extract<Detection, { kind: 'item' }>;
/** Text that is not cased: its parts. */
type PackedValue = readonly StringPart[] | SigmaValue;
/** Field, modifiers, 1 for `and` with 2 for negated, line, column, values, groups. */
type PackedItem = readonly [
  string | null,
  string,
  number,
  number,
  number,
  PackedValue[],
  (readonly number[])?,
];
export type PackedDetection =
  PackedItem | { readonly kind: 'and' | 'or'; readonly items: readonly PackedDetection[] };

export function packDetections(
  detections: Readonly<Record<string, Detection>>,
): readonly (readonly [string, PackedDetection])[] {
  return Object.entries(detections).map(([name, detection]) => [name, pack(detection)]);
}

/** The result inherits nothing: keys that users name are looked up in it. */
export function unpackDetections(
  packed: readonly (readonly [string, PackedDetection])[],
): Record<string, Detection> {
  const detections = Object.create(null) as Record<string, Detection>;
  for (const [name, detection] of packed) detections[name] = unpack(detection);
  return detections;
}

function pack(detection: Detection): PackedDetection {
  if (detection.kind !== 'item') return { kind: detection.kind, items: detection.items.map(pack) };
  const { field, modifiers, link, negated, position, values, groups } = detection;
  const flags = (link === 'and' ? 1 : 0) + (negated ? 2 : 0);
  const packed = values.map((value) => (value.kind === 'string' && !value.cased ? value.parts : value));
  const { line, column } = position;
  const joined = modifiers.join('|');
  return groups === undefined
    ? [field, joined, flags, line, column, packed]
    : [field, joined, flags, line, column, packed, groups];
}

/** Lists of modifiers by their text, since there are few; bounded, since rules may name any number. */
const modifierLists = new Map<string, readonly string[]>();
const maxLists = 1000;

function unpack(packed: PackedDetection): Detection {
  if ('kind' in packed) return { kind: packed.kind, items: packed.items.map(unpack) };
  const [field, joined, flags, line, column, packedValues, groups] = packed;
  let modifiers = modifierLists.get(joined);
  if (modifiers === undefined) {
    modifiers = joined === '' ? [] : joined.split('|');
    if (modifierLists.size >= maxLists) modifierLists.clear();
    modifierLists.set(joined, modifiers);
  }
  const values = packedValues as (PackedValue | SigmaValue)[];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as PackedValue;
    if ('length' in value) values[i] = { kind: 'string', parts: value, cased: false };
  }
  const item: Item = {
    kind: 'item',
    field,
    modifiers,
    values: values as SigmaValue[],
    link: flags % 2 === 1 ? 'and' : 'or',
    negated: flags >= 2,
    position: { line, column },
  };
  return groups === undefined ? item : { ...item, groups };
}
