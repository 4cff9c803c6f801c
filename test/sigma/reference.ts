/**
 * What an expression means, decided the slow and obvious way, straight from the words of the rules. The matcher is
 * compared with this, so it shares nothing with it beyond the parsed tree: no prepared patterns, no address code.
 *
 * Logic has two values: a field that is missing makes a comparison false, and `not` of it true. Decisions where
 * the specification is silent:
 *  - a number in a rule equals the same number in the event, and text that is its decimal form ("1" but not "01");
 *  - text in a rule meets a number or boolean in the event as its text ("true", "4688");
 *  - without `cased`, texts are compared in Unicode lower case;
 *  - of a list in the event, any element may match; null matches a field that is missing, null, or has a null element;
 *  - comparisons (`gt`) read decimal text as a number, and are false for anything else;
 *  - parts of a time are of UTC; a week is that of ISO 8601.
 */
import { BlockList, isIP } from 'node:net';
import { foldFieldName } from '../../src/events/index.ts';
import { ANY, ONE, compileRegex } from '../../src/sigma/index.ts';
import type { Expression, SigmaValue, StringPart } from '../../src/sigma/index.ts';

type Of<Kind extends SigmaValue['kind']> = Extract<SigmaValue, { kind: Kind }>;

export function evaluate(expression: Expression, event: Readonly<Record<string, unknown>>): boolean {
  switch (expression.op) {
    case 'and':
      return expression.items.every((item) => evaluate(item, event));
    case 'or':
      return expression.items.some((item) => evaluate(item, event));
    case 'not':
      return !evaluate(expression.item, event);
    default:
      if (expression.field === null) return matchesKeyword(expression.value, event);
      return matchesField(expression.value, fieldValues(event, expression.field), event);
  }
}

/**
 * All values of a field: names are compared folded, and one event may have a field under several spellings. Lists are
 * laid flat. A missing field has none.
 */
function fieldValues(event: Readonly<Record<string, unknown>>, field: string): unknown[] {
  let fields = folded.get(event);
  if (fields === undefined) {
    fields = new Map();
    for (const [name, value] of Object.entries(event)) {
      if (value === undefined) continue;
      const key = foldFieldName(name);
      fields.set(key, [...(fields.get(key) ?? []), ...flatten(value)]);
    }
    folded.set(event, fields);
  }
  return fields.get(foldFieldName(field)) ?? [];
}

/** Events must not change between calls. */
const folded = new WeakMap<object, Map<string, unknown[]>>();

function flatten(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flatten) : [value];
}

function matchesField(
  value: SigmaValue,
  found: unknown[],
  event: Readonly<Record<string, unknown>>,
): boolean {
  const present = found.filter((item) => item !== null);
  switch (value.kind) {
    case 'null':
      return found.length === 0 || present.length < found.length;
    case 'exists':
      return present.length > 0 === value.value;
    case 'fieldref': {
      const others = fieldValues(event, value.field).filter((item) => item !== null);
      return present.some((item) => others.some((other) => matchesReference(value, item, other)));
    }
    default:
      return present.some((item) => matchesOne(value, item));
  }
}

function matchesOne(value: Exclude<SigmaValue, Of<'null' | 'exists' | 'fieldref'>>, found: unknown): boolean {
  switch (value.kind) {
    case 'query':
      throw new Error('text for another language');
    case 'string':
      return textMatches(value, textOf(found), false);
    case 'number':
      return equalsNumber(value.value, found);
    case 'bool':
      return textOf(found).toLowerCase() === String(value.value);
    case 'regex':
      return regexOf(value).test(textOf(found));
    case 'cidr':
      return inNetwork(value.network, textOf(found));
    case 'compare': {
      const order = compareNumbers(found, value.value);
      return order !== null && holds(value.op, order);
    }
    case 'timepart': {
      const part = timePart(textOf(found), value.unit);
      return part !== null && holds(value.op, part - value.value);
    }
  }
}

function regexOf(value: Of<'regex'>): RegExp {
  let regex = regexes.get(value);
  if (regex === undefined) regexes.set(value, (regex = compileRegex(value.source, value.flags)));
  return regex;
}

const regexes = new WeakMap<SigmaValue, RegExp>();

/** Keywords are looked for within every value of the event, whatever its field. */
function matchesKeyword(value: SigmaValue, event: Readonly<Record<string, unknown>>): boolean {
  const found = Object.values(event)
    .flatMap(flatten)
    .filter((item) => item !== null && item !== undefined);
  switch (value.kind) {
    case 'string':
      return found.some((item) => textMatches(value, textOf(item), true));
    case 'number':
    case 'bool':
      return found.some((item) => textOf(item).toLowerCase().includes(String(value.value)));
    case 'null':
    case 'exists':
    case 'fieldref':
      return false;
    default:
      return found.some((item) => matchesOne(value, item));
  }
}

export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Compares the parts with the whole text, or with any stretch of it. */
function textMatches(value: Of<'string'>, text: string, anywhere: boolean): boolean {
  const cache = anywhere ? stretches : wholes;
  let pattern = cache.get(value);
  if (pattern === undefined) {
    const source = value.parts.map((part) => patternOf(part, value.cased)).join('');
    pattern = new RegExp(anywhere ? source : `^${source}$`, 'su');
    cache.set(value, pattern);
  }
  return pattern.test(value.cased ? text : text.toLowerCase());
}

const wholes = new WeakMap<SigmaValue, RegExp>();
const stretches = new WeakMap<SigmaValue, RegExp>();

function patternOf(part: StringPart, cased: boolean): string {
  if (part === ANY) return '.*';
  if (part === ONE) return '.';
  if (typeof part === 'object') throw new Error(`the placeholder ${part.placeholder} was not filled`);
  return (cased ? part : part.toLowerCase()).replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function equalsNumber(wanted: number | string, found: unknown): boolean {
  if (typeof found === 'number' || typeof found === 'bigint') return compareNumbers(found, wanted) === 0;
  return textOf(found) === String(wanted);
}

/** Below, equal or above zero; null when either is no number. Integers are compared exactly. */
function compareNumbers(found: unknown, wanted: number | string): number | null {
  const left = numberOf(found);
  const right = numberOf(wanted);
  if (left === null || right === null) return null;
  return left < right ? -1 : left > right ? 1 : left == right ? 0 : null;
}

function numberOf(value: unknown): number | bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value !== 'string') return null;
  if (/^[-+]?\d+$/.test(value)) return BigInt(value.replace(/^\+/, ''));
  return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value) ? Number(value) : null;
}

function holds(op: 'eq' | 'gt' | 'gte' | 'lt' | 'lte', order: number): boolean {
  switch (op) {
    case 'eq':
      return order === 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
  }
}

function inNetwork(network: string, address: string): boolean {
  const [start = '', bits] = network.split('/');
  const version = isIP(start);
  // The lists of Node also know mapped addresses; a network of Sigma holds addresses of its own version only.
  if (version === 0 || isIP(address) !== version) return false;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(start, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family);
  return list.check(address.replace(/%.*$/, ''), family);
}

function matchesReference(reference: Of<'fieldref'>, found: unknown, other: unknown): boolean {
  const fold = (value: unknown): string => (reference.cased ? textOf(value) : textOf(value).toLowerCase());
  const text = fold(found);
  const part = fold(other);
  if (reference.startsWith && reference.endsWith) return text.includes(part);
  if (reference.startsWith) return text.startsWith(part);
  if (reference.endsWith) return text.endsWith(part);
  return text === part;
}

/** A date and time of day as Windows, Sysmon and ISO 8601 write it; without a zone it is UTC. */
function timePart(text: string, unit: Of<'timepart'>['unit']): number | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:?\d\d)?)?$/.exec(
    text.trim(),
  );
  if (found === null) return null;
  const zone = found[3] === undefined ? 'Z' : found[3].replace(/^(.\d\d)(\d\d)$/, '$1:$2');
  const time = new Date(`${found[1]}T${found[2] ?? '00:00'}${zone}`);
  if (Number.isNaN(time.getTime())) return null;
  switch (unit) {
    case 'minute':
      return time.getUTCMinutes();
    case 'hour':
      return time.getUTCHours();
    case 'day':
      return time.getUTCDate();
    case 'month':
      return time.getUTCMonth() + 1;
    case 'year':
      return time.getUTCFullYear();
    case 'week':
      return isoWeek(time);
  }
}

/** The first week of a year is that of its first Thursday. */
function isoWeek(time: Date): number {
  const thursday = new Date(time);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - first) / (7 * 86_400_000)) + 1;
}
