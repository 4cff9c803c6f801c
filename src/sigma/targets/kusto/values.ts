/**
 * How each kind of value is compared in KQL (https://learn.microsoft.com/kusto/query/datatypes-string-operators).
 *
 * Functions that cannot read their argument give null, and `not(null)` is null, which drops the row: below a `not` they
 * are wrapped in coalesce. Text columns are never null, so that missing and empty are the same.
 */
import type { SigmaValue, StringPart } from '../../ast.ts';
import { unsupported } from '../dialect.ts';
import type { KeywordWriters, Spot, ValueOf, ValueWriters } from '../dialect.ts';
import { hasWildcard, shapeOf } from '../strings.ts';
import type { TextShape } from '../strings.ts';
import { kustoRegex, missingConstruct } from './regex.ts';
import { field, pattern, quoted } from './text.ts';

export const values: ValueWriters = {
  string: (name, value, spot) => writeText(own(name, spot), value),
  number: (name, { value }, spot) => `${own(name, spot)} == ${value}`,
  bool: (name, { value }, spot) => `tostring(${own(name, spot)}) =~ "${value}"`,
  null: (name, _, spot) => `isempty(${own(name, spot)})`,
  exists: (name, { value }, spot) => `${value ? 'isnotempty' : 'isempty'}(${own(name, spot)})`,
  cidr: (name, { network }, spot) => {
    const version = network.includes(':') ? 6 : 4;
    return knownFalse(`ipv${version}_is_in_range(${own(name, spot)}, ${quoted(network)})`, spot);
  },
  compare: (name, { op, value }, spot) => knownFalse(`${own(name, spot)} ${operators[op]} ${value}`, spot),
  regex: (name, value, spot) => writeRegex(own(name, spot), value, spot),
  fieldref: (name, value, spot) => {
    const shape = (['exact', 'startsWith', 'endsWith', 'contains'] as const)[
      (value.startsWith ? 1 : 0) + (value.endsWith ? 2 : 0)
    ] as keyof typeof folded;
    const operator = value.cased ? cased[shape] : folded[shape];
    const other = own(value.field, spot);
    // Two texts that are missing are equal here.
    return `(isnotempty(${other}) and ${own(name, spot)} ${operator} ${other})`;
  },
  timepart: (name, { unit, op, value }, spot) => {
    const part = unit === 'week' ? 'week_of_year' : unit;
    const text = `datetime_part("${part}", todatetime(${own(name, spot)})) ${operators[op]} ${value}`;
    return op === 'eq' ? text : knownFalse(text, spot);
  },
  query: (name, { text }, spot) => text.replaceAll('{field}', () => own(name, spot)),
};

/** Keywords are looked for in every column. */
export const keywords: KeywordWriters = {
  string: (value) => {
    const inner = value.parts.filter(
      (part, index) => typeof part !== 'number' || !isOuter(value.parts, index),
    );
    const [only] = inner;
    const plain = value.cased || !foldsBeyondAscii(inner);
    if (plain && inner.length < 2 && (only === undefined || typeof only === 'string')) {
      return `* ${value.cased ? cased.contains : folded.contains} ${quoted(only ?? '')}`;
    }
    return `* matches regex ${quoted((value.cased ? '(?s)' : '(?is)') + pattern(value.parts, false))}`;
  },
  number: ({ value }) => `* contains ${quoted(String(value))}`,
  regex: (value, spot) => writeRegex('*', value, spot),
};

/** Several texts or numbers of one field: what is plain goes into one `in`. */
export function writeList(
  name: string,
  list: readonly SigmaValue[],
  link: 'and' | 'or',
  spot: Spot,
): string | null {
  if (link === 'and') return null;
  const subject = own(name, spot);
  if (list.every(({ kind }) => kind === 'number')) {
    return `${subject} in (${list.map((value) => (value as ValueOf<'number'>).value).join(', ')})`;
  }
  const plain: string[] = [];
  const exact: string[] = [];
  const texts: string[] = [];
  for (const value of list) {
    if (value.kind === 'number') plain.push(quoted(String(value.value)));
    else if (value.kind === 'string') {
      if (hasWildcard(value.parts) || (!value.cased && foldsBeyondAscii(value.parts)))
        texts.push(writeText(subject, value));
      else (value.cased ? exact : plain).push(quoted(value.parts.join('')));
    }
  }
  if (exact.length > 0) texts.unshift(`${subject} in (${exact.join(', ')})`);
  if (plain.length > 0) texts.unshift(`${subject} in~ (${plain.join(', ')})`);
  return texts.join(' or ');
}

export function column(name: string, options: Readonly<Record<string, string>>): string {
  return field(name, options['dotted_names'] === 'column');
}

const operators = { eq: '==', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const folded = { exact: '=~', startsWith: 'startswith', endsWith: 'endswith', contains: 'contains' } as const;
const cased = {
  exact: '==',
  startsWith: 'startswith_cs',
  endsWith: 'endswith_cs',
  contains: 'contains_cs',
} as const;

function own(name: string, { context }: Spot): string {
  return column(name, context.options);
}

function writeText(subject: string, { parts, cased: isCased }: ValueOf<'string'>): string {
  const shape: TextShape = shapeOf(parts);
  if (shape.kind === 'any') return `isnotempty(${subject})`;
  if (shape.kind !== 'pattern' && (isCased || !foldsBeyondAscii(parts))) {
    return `${subject} ${(isCased ? cased : folded)[shape.kind]} ${quoted(shape.text)}`;
  }
  return `${subject} matches regex ${quoted((isCased ? '(?s)' : '(?is)') + pattern(parts, true))}`;
}

const beyondAscii = /\P{ASCII}/u;

/** Letters whose case the text operators do not ignore. */
function foldsBeyondAscii(parts: readonly StringPart[]): boolean {
  for (const part of parts) {
    if (typeof part !== 'string' || !beyondAscii.test(part)) continue;
    const letters = part.replaceAll(/\p{ASCII}+/gu, '');
    if (letters.toLowerCase() !== letters.toUpperCase()) return true;
  }
  return false;
}

function writeRegex(subject: string, { source, flags }: ValueOf<'regex'>, spot: Spot): string {
  const missing = missingConstruct(source);
  if (missing !== null) throw unsupported(spot.context, 'Kusto', `${missing} in a regular expression`);
  const head = flags === '' ? '' : `(?${[...flags].sort().join('')})`;
  return `${subject} matches regex ${quoted(head + kustoRegex(source))}`;
}

function knownFalse(text: string, spot: Spot): string {
  return spot.negated ? `coalesce(${text}, false)` : text;
}

/** A `*` at the beginning or the end, where keywords need none. */
function isOuter(parts: readonly StringPart[], index: number): boolean {
  if (parts[index] !== 0) return false;
  const before = parts.slice(0, index).every((part) => part === 0);
  return before || parts.slice(index).every((part) => part === 0);
}
