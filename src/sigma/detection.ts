/**
 * The detections of a rule: maps are `and`, lists are `or`, scalars are keywords. A list of scalars is one item, so
 * that long lists stay flat.
 */
import type { Detection, RulePosition, SigmaValue } from './ast.ts';
import { HuntbookError } from '../errors.ts';
import { RuleFault, at, quote } from './fault.ts';
import type { Place } from './fault.ts';
import { applyModifiers } from './modifiers.ts';
import type { ModifiedItem } from './modifiers.ts';
import type { WrittenValue } from './draft.ts';
import { compileRegex } from './regex.ts';
import { YamlScalar, keyMark } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

/** Says where a key stands; asked in the order of the document. */
export type FindKey = (key: string) => RulePosition;

/** Throws RuleFault. */
export function parseDetection(
  value: YamlValue,
  place: Place,
  position: RulePosition,
  find: FindKey,
): Detection {
  if (Array.isArray(value)) return parseList(value, place, position, find);
  if (isMap(value)) return parseMap(value, place, find);
  return keywords([value], place, () => place, position);
}

export function isMap(value: YamlValue | undefined): value is YamlMap {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof YamlScalar)
  );
}

/** A key as the message names it; keys that were numbers, dates, booleans or null are marked. */
export function keyFault(key: string, place: Place): RuleFault {
  return new RuleFault(
    'HB_RULE_INVALID',
    `the key ${key.slice(keyMark.length)} is not text: put it in quotes`,
    place,
    {
      atKey: true,
    },
  );
}

/** Splits an item whose values have alternatives of their own, which `all` and `neq` reach through. */
export function groupItem(
  field: string | null,
  modifiers: readonly string[],
  modified: ModifiedItem,
  position: RulePosition,
): Detection {
  const { values, all, negated } = modified;
  const item = (list: readonly SigmaValue[], link: 'or' | 'and', groups?: readonly number[]): Detection => ({
    kind: 'item',
    field,
    modifiers,
    values: list,
    link,
    negated,
    position,
    ...(groups === undefined ? {} : { groups }),
  });
  if (values.length === 0) return item([{ kind: 'null' }], 'or');
  if (isFlat(values)) return item(values, all && values.length > 1 ? 'and' : 'or');
  const sizes = values.map((value) => (isGroup(value) ? value.length : 1));
  if (!all || values.length === 1) return item(values.flat(), 'or', sizes);
  const items = values.map((value) =>
    isGroup(value) ? item(value, 'or', [value.length]) : item([value], 'or'),
  );
  // Not (a and b) is (not a or not b); each item carries its own not.
  return { kind: negated ? 'or' : 'and', items };
}

function isGroup(value: SigmaValue | readonly SigmaValue[]): value is readonly SigmaValue[] {
  return Array.isArray(value);
}

function isFlat(values: ModifiedItem['values']): values is readonly SigmaValue[] {
  return !values.some(isGroup);
}

function parseList(list: YamlValue[], place: Place, position: RulePosition, find: FindKey): Detection {
  if (list.every((entry) => !Array.isArray(entry) && !isMap(entry))) {
    return keywords(list, place, (index) => at(place, index), position);
  }
  const items = list.map((entry, index) => parseDetection(entry, at(place, index), position, find));
  return items.length === 1 ? (items[0] as Detection) : { kind: 'or', items };
}

function parseMap(map: YamlMap, place: Place, find: FindKey): Detection {
  const items: Detection[] = [];
  for (const key of Object.keys(map)) items.push(parseItem(key, map[key] as YamlValue, at(place, key), find));
  if (items.length === 0) throw new RuleFault('HB_RULE_INVALID', 'the detection is empty', place);
  return items.length === 1 ? (items[0] as Detection) : { kind: 'and', items };
}

function parseItem(key: string, value: YamlValue, place: Place, find: FindKey): Detection {
  if (key.startsWith(keyMark)) throw keyFault(key, place);
  const position = find(key);
  const { field, modifiers } = readKey(key);
  const list = Array.isArray(value) ? value : [value];
  const placeOf = Array.isArray(value) ? (index: number): Place => at(place, index) : (): Place => place;
  return buildItem(field, modifiers, list, place, placeOf, position);
}

interface ItemKey {
  readonly field: string | null;
  readonly modifiers: readonly string[];
}

/** The same few hundred keys stand in thousands of rules; bounded, since rules may name any number. */
const keys = new Map<string, ItemKey>();
const maxKeys = 2000;
const noModifiers: readonly string[] = [];

function readKey(key: string): ItemKey {
  let read = keys.get(key);
  if (read !== undefined) return read;
  const [field = '', ...modifiers] = key.split('|');
  read = { field: field === '' ? null : field, modifiers };
  if (keys.size >= maxKeys) keys.clear();
  keys.set(key, read);
  return read;
}

function keywords(
  list: YamlValue[],
  place: Place,
  placeOf: (index: number) => Place,
  position: RulePosition,
): Detection {
  return buildItem(null, noModifiers, list, place, placeOf, position);
}

function buildItem(
  field: string | null,
  modifiers: readonly string[],
  list: YamlValue[],
  place: Place,
  placeOf: (index: number) => Place,
  position: RulePosition,
): Detection {
  const written: WrittenValue[] = [];
  for (let i = 0; i < list.length; i++) written.push(readValue(list[i] as YamlValue, placeOf, i));
  const modified = applyModifiers(field, modifiers, written, place, placeOf);
  if (modifiers[0] === 're') checkRegexes(modified.values, placeOf);
  return groupItem(field, modifiers, modified, position);
}

function readValue(value: YamlValue, placeOf: (index: number) => Place, index: number): WrittenValue {
  if (typeof value === 'string') return value;
  if (value === null) return { kind: 'null' };
  const fault = (message: string): RuleFault => new RuleFault('HB_RULE_VALUE', message, placeOf(index));
  if (!(value instanceof YamlScalar))
    throw fault(`a ${Array.isArray(value) ? 'list' : 'map'} cannot be a value`);
  switch (value.kind) {
    case 'null':
      return { kind: 'null' };
    case 'bool':
      return { kind: 'bool', value: value.value as boolean };
    case 'number':
      if (typeof value.value === 'number' && !Number.isFinite(value.value))
        throw fault('the number is not finite');
      return { kind: 'number', value: value.value as number | string };
    case 'date':
      throw fault(`${value.value} is a date in YAML: put it in quotes`);
    default:
      throw fault(
        `${quote(String(value.value))} looks like a number or date in YAML but is none: put it in quotes`,
      );
  }
}

/** A regular expression is refused where it stands, not when the first event comes. */
function checkRegexes(values: ModifiedItem['values'], placeOf: (index: number) => Place): void {
  values.forEach((value, index) => {
    if (isGroup(value) || value.kind !== 'regex') return;
    try {
      compileRegex(
        value.placeholders === true
          ? value.source.replaceAll(/\\%|%\w+%/g, (found) => (found === '\\%' ? '%' : 'x'))
          : value.source,
        value.flags,
      );
    } catch (error) {
      if (!(error instanceof HuntbookError)) throw error;
      // Text put around the source moves its characters.
      const changed = value.source.startsWith('.*') || value.source.startsWith('(?:');
      const offset = changed ? undefined : error.position?.offset;
      throw new RuleFault('HB_RULE_REGEX', error.message, placeOf(index), { offset });
    }
  });
}
