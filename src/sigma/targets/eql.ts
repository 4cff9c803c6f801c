/**
 * EQL of Elasticsearch (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax). `:` and `like~` compare
 * text without case and with wildcards that cannot be escaped: text with a literal `*` or `?` is compared by `in~`, and
 * a pattern with one by an expression. They take no numbers. Fields of the type text cannot be asked.
 */
import type { SigmaValue, StringPart } from '../ast.ts';
import { parseAddress } from '../network.ts';
import { withoutDoubleNot } from './absence.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Spot, ValueOf } from './dialect.ts';
import { correlateEql } from './eql-correlation.ts';
import { ecsSuggestions } from './lucene.ts';
import { luceneRegex, luceneRegexOf } from './lucene-regex.ts';
import { comparisonSigns, hasWildcard, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';
import type { Target } from './types.ts';

const plainName = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const reserved = new Set(
  'and any by false in join like maxspan missing not null of or regex runs sample sequence true until where with'.split(
    ' ',
  ),
);

const dialect: Dialect = {
  name: 'eql',
  title: 'EQL',
  manual: 'https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax',
  formats: { default: { description: 'EQL queries' } },
  options: { category: { description: 'event category to search, or any', default: 'any' } },
  supports: {
    keywords: 'no',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'no',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'no',
    correlations: ['event_count', 'temporal', 'temporal_ordered', 'expression', 'aliases'],
    notes: [
      'regex: written for Lucene, which has no look-around, back references nor word boundaries within',
      'fields of the type text cannot be asked; use those of the types keyword and wildcard',
      'cidr: for fields of the type ip',
      'correlations: a query for each order of the events; counts up to 100; no upper bounds; an event stands for one rule only; groups are told apart by case',
    ],
    ranOn: null,
  },
  suggests: ecsSuggestions,
  precedence: ['not', 'and', 'or'],
  grouping: 'always',
  and: ' and ',
  or: ' or ',
  not: (operand) => `not ${operand}`,
  group: (text) => `(${text})`,
  values: {
    string: (field, { parts, cased }) => compareText(eqlField(field), parts, cased),
    number: (field, { value }) => `${eqlField(field)} == ${value}`,
    bool: (field, { value }) => `${eqlField(field)} == ${value}`,
    null: absent,
    regex: (field, value, spot) => `${eqlField(field)} ${eqlRegex(value, spot)}`,
    cidr: (field, { network }) => `cidrMatch(${eqlField(field)}, ${eqlString(network)})`,
    compare: (field, { op, value }) => `${eqlField(field)} ${comparisonSigns[op]} ${value}`,
    exists: (field, { value }, spot) =>
      value ? `?${eqlField(field)} != null` : absent(field, { kind: 'null' }, spot),
    query: (field, { text }) => text.replaceAll('{field}', () => eqlField(field)),
  },
  list: (field, values, link) => (link === 'or' ? oneOf(field, values).join(' or ') : null),
  expansion: (field, values) => {
    const pieces = oneOf(field, values);
    return pieces.length === 1 ? (pieces[0] as string) : `(${pieces.join(' or ')})`;
  },
  query: (search, { options }) => `${categoryOf(options['category'] ?? 'any')} where ${search}`,
  correlate: (context) =>
    correlateEql(context, { field: eqlField, category: categoryOf(context.options['category'] ?? 'any') }),
};

const target = textTarget(dialect);

export const eql: Target = {
  ...target,
  search: (expression, context) => target.search(withoutDoubleNot(expression), context),
};

export function eqlField(name: string): string {
  const plain = plainName.test(name) && !name.split('.').some((part) => reserved.has(part));
  return plain ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** Control characters have escapes of their own; all others stand for themselves. */
export function eqlString(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\p{Cc}/gu, controlEscape);
  return `"${escaped}"`;
}

function controlEscape(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  return `\\u{${char.charCodeAt(0).toString(16).padStart(4, '0')}}`;
}

function categoryOf(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : eqlString(name);
}

/** Parts as `:` and `like` take them; null: a literal asterisk or question mark is among them. */
function pattern(parts: readonly StringPart[]): string | null {
  if (parts.some((part) => typeof part === 'string' && /[*?]/.test(part))) return null;
  return eqlString(writeParts(parts, (text) => text, '*', '?'));
}

/** Fields of the type ip know only `==`. */
function isAddress(text: string): boolean {
  return /^[\da-fA-F.:]+$/.test(text) && parseAddress(text) !== null;
}

function compareText(field: string, parts: readonly StringPart[], cased: boolean): string {
  const exact = hasWildcard(parts) ? null : parts.join('');
  if (exact === '' || (exact !== null && isAddress(exact))) return `${field}==${eqlString(exact)}`;
  if (exact !== null && cased) return `${field} == ${eqlString(exact)}`;
  const text = pattern(parts);
  if (text !== null) return cased ? `${field} like ${text}` : `${field}:${text}`;
  if (exact !== null) return `${field} in~ (${eqlString(exact)})`;
  return `${field} regex${cased ? '' : '~'} ${eqlString(luceneRegexOf(parts))}`;
}

/** In order: texts that follow each other in one list, the others one by one. */
function oneOf(name: string, values: readonly SigmaValue[]): string[] {
  const field = eqlField(name);
  const pieces: string[] = [];
  let texts: string[] = [];
  const close = (): void => {
    if (texts.length === 1) pieces.push(`${field}:${texts[0]}`);
    else if (texts.length > 1) pieces.push(`${field} like~ (${texts.join(', ')})`);
    texts = [];
  };
  for (const value of values) {
    const text = value.kind === 'string' ? listed(value) : null;
    if (text !== null) {
      texts.push(text);
      continue;
    }
    close();
    if (value.kind === 'number') pieces.push(`${field} == ${value.value}`);
    else if (value.kind === 'string') pieces.push(compareText(field, value.parts, value.cased));
  }
  close();
  return pieces;
}

function listed({ parts, cased }: ValueOf<'string'>): string | null {
  if (cased || (parts.length === 1 && typeof parts[0] === 'string' && isAddress(parts[0]))) return null;
  return pattern(parts);
}

/** The question mark: also where no index has the field. */
function absent(field: string, _: unknown, spot: Spot): string {
  const text = `?${eqlField(field)} == null`;
  return spot.parent === null ? text : `(${text})`;
}

function eqlRegex({ source, flags }: ValueOf<'regex'>, { context }: Spot): string {
  const folded = flags.includes('i');
  const text = luceneRegex(source, flags.replace('i', ''), (reason) => {
    throw unsupported(context, 'EQL', reason);
  });
  return `regex${folded ? '~' : ''} ${eqlString(text)}`;
}
