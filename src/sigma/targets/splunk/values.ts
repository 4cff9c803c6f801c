/** How each kind of value is compared in SPL's search command. */
import { comparisonSigns } from '../strings.ts';
import type { SigmaValue } from '../../ast.ts';
import { unsupported } from '../dialect.ts';
import type { KeywordWriters, Spot, ValueOf, ValueWriters } from '../dialect.ts';
import { addFilter, addFlag, addRegex } from './later.ts';
import { evalField, field, isExact, pattern, quoted, regexField, searchText } from './text.ts';

export const values: ValueWriters = {
  string: (name, value, spot) => {
    const text = `${field(name)}=${searchText(value.parts)}`;
    if (!value.cased && isExact(value.parts)) return text;
    return asPattern(name, patternFlags(value) + pattern(value.parts), text, spot);
  },
  number: (name, { value }) => `${field(name)}=${value}`,
  bool: (name, { value }) => `${field(name)}=${value}`,
  null: (name) => `NOT ${field(name)}=*`,
  exists: (name, { value }) => `${value ? '' : 'NOT '}${field(name)}=*`,
  cidr: (name, { network }) => `${field(name)}=${quoted(network)}`,
  compare: (name, { op, value }) => `${field(name)}${comparisonSigns[op]}${value}`,
  regex: (name, value, spot) => addRegex(name, regexSource(value), spot),
  fieldref: writeReference,
  query: (name, { text }) => text.replaceAll('{field}', () => field(name)),
};

export const keywords: KeywordWriters = {
  string: (value, spot) => {
    const text = searchText(value.parts);
    if (!value.cased && isExact(value.parts)) return text;
    return asPattern('_raw', patternFlags(value) + pattern(value.parts, false), text, spot);
  },
  number: ({ value }) => String(value),
  regex: (value, spot) => addRegex('_raw', regexSource(value), spot),
  query: ({ text }) => text.replaceAll('{field}', '_raw'),
};

/** Several texts or numbers of one field: `IN`, and patterns for what a search does not find exactly. */
export function writeList(
  name: string,
  list: readonly SigmaValue[],
  link: 'and' | 'or',
  spot: Spot,
): string | null {
  if (link === 'and') return null;
  const hard = list.filter(isHard);
  if (hard.length === 0) return inList(name, list);
  const flags = patternFlags(hard[0] as ValueOf<'string'>);
  const alike = hard.every((value) => patternFlags(value as ValueOf<'string'>) === flags);
  if (!alike || (flags !== folded && hard.length < list.length && spot.required)) return null;
  const whole = (list: readonly SigmaValue[]): string => flags + list.map(patternOf).join('|');
  if (spot.required && !spot.negated) {
    addFilter(`| regex ${regexField(name)}=${quoted(whole(list))}`, spot);
    return inList(name, list);
  }
  const easy = list.filter((value) => !isHard(value));
  const text = asPattern(name, whole(hard), '', spot);
  if (easy.length === 0) return text;
  return `${easy.length === 1 ? `${field(name)}=${plainText(easy[0] as SigmaValue)}` : inList(name, easy)} OR ${text}`;
}

const folded = '(?is)';

function patternFlags(value: ValueOf<'string'>): string {
  return value.cased ? '(?s)' : folded;
}

function patternOf(value: SigmaValue): string {
  return pattern(value.kind === 'string' ? value.parts : [String((value as ValueOf<'number'>).value)]);
}

function inList(name: string, list: readonly SigmaValue[]): string {
  return `${field(name)} IN (${list.map(plainText).join(', ')})`;
}

function plainText(value: SigmaValue): string {
  return value.kind === 'string' ? searchText(value.parts) : String((value as ValueOf<'number'>).value);
}

function isHard(value: SigmaValue): boolean {
  return value.kind === 'string' && (value.cased || !isExact(value.parts));
}

function regexSource({ source, flags }: ValueOf<'regex'>): string {
  return flags === '' ? source : `(?${[...flags].sort().join('')})${source}`;
}

/** A value that only a pattern finds exactly; `text` is a search that finds all of it and perhaps more. */
function asPattern(name: string, source: string, text: string, spot: Spot): string {
  if (spot.required && !spot.negated) {
    addFilter(`| regex ${regexField(name)}=${quoted(source)}`, spot);
    return text;
  }
  const own = evalField(name) ?? refuseName(name, spot);
  const test = `match(${own}, ${quoted(source)})`;
  if (!spot.required) return addFlag(name, test, spot);
  addFilter(`| where isnull(${own}) OR NOT ${test}`, spot);
  return '';
}

function writeReference(name: string, value: ValueOf<'fieldref'>, spot: Spot): string {
  const own = evalField(name) ?? refuseName(name, spot);
  const other = evalField(value.field) ?? refuseName(value.field, spot);
  const fold = (text: string): string => (value.cased ? text : `lower(${text})`);
  let test = `${fold(own)}=${fold(other)}`;
  if (value.startsWith && value.endsWith) test = `mvcount(split(${fold(own)}, ${fold(other)}))>1`;
  else if (value.startsWith) test = `${fold(`substr(${own}, 1, len(${other}))`)}=${fold(other)}`;
  else if (value.endsWith) {
    test = `${fold(`substr(${own}, 1+len(${own})-len(${other}))`)}=${fold(other)}`;
  }
  if (!spot.required) return addFlag(name, test, spot);
  addFilter(
    spot.negated ? `| where isnull(${own}) OR isnull(${other}) OR NOT ${test}` : `| where ${test}`,
    spot,
  );
  return '';
}

function refuseName(name: string, spot: Spot): never {
  throw unsupported(
    spot.context,
    'Splunk',
    `the field name ${JSON.stringify(name)} in eval`,
    'Map the field to a name without quotes and backslashes.',
  );
}
