/**
 * Lucene's query string syntax as Elasticsearch and OpenSearch read it
 * (https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query): how fields, values
 * and expressions are written. On fields of the type keyword a value stands for the whole and case counts, unless the
 * index says otherwise; that is a matter of the mapping and no query can change it.
 */
import type { Expression, SigmaValue, StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Spot, ValueOf } from './dialect.ts';
import { luceneRegex } from './lucene-regex.ts';
import { withoutDoubleNot } from './absence.ts';
import { comparisonSigns, hasWildcard, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';
import type { RuleContext, Target, TargetSupport } from './types.ts';

export const luceneSyntax: Pick<
  Dialect,
  'precedence' | 'grouping' | 'and' | 'or' | 'not' | 'group' | 'values' | 'keywords' | 'list' | 'expansion'
> = {
  precedence: ['not', 'and', 'or'],
  grouping: 'always',
  and: ' AND ',
  or: ' OR ',
  not: (operand) => `NOT ${operand}`,
  group: (text) => `(${text})`,
  values: {
    string: (field, { parts }) => `${luceneField(field)}:${term(parts)}`,
    number: (field, { value }) => `${luceneField(field)}:${number(value)}`,
    bool: (field, { value }) => `${luceneField(field)}:${value}`,
    null: (field, _, spot) => absent(field, spot),
    regex: (field, value, spot) => `${luceneField(field)}:${regex(value, spot)}`,
    cidr: (field, { network }) => `${luceneField(field)}:${escapeText(network)}`,
    compare: (field, { op, value }) => `${luceneField(field)}:${comparisonSigns[op]}${value}`,
    exists: (field, { value }, spot) => (value ? present(field) : absent(field, spot)),
    query: (field, { text }) => text.replaceAll('{field}', () => luceneField(field)),
  },
  keywords: {
    string: ({ parts }) => `*${parts.length === 0 ? '' : writeParts(parts, escapeText, '*', '?')}*`,
    number: ({ value }) => number(value),
    regex,
  },
  list: (field, values, link) => (link === 'or' ? oneOf(field, values) : null),
  expansion: (field, values) => oneOf(field, values),
};

export const luceneSupport: TargetSupport = {
  keywords: 'yes',
  regex: 'part',
  cidr: 'part',
  cased: 'part',
  fieldref: 'no',
  exists: 'yes',
  compare: 'yes',
  timeparts: 'no',
  correlations: [],
  notes: [
    'regex: written for Lucene, which has no look-around, back references nor word boundaries within',
    'cidr: for fields of the type ip',
    'case: counts on keyword fields, and does not on fields with a lower-casing normaliser or analyser',
  ],
  ranOn: null,
};

/** Characters with a meaning in the syntax, and all that ends a word. */
const special = /[+\-=&|<>!(){}[\]^"~*?:\\/ \t\n\r\u3000]/g;
/** Within a word a sign means nothing. */
const specialInName = /^[-+]|[=&|<>!(){}[\]^"~*?:\\/ \t\n\r\u3000]/g;
const specialInQuotes = /[+\-=&|<>!(){}[\]^"~*?:\\/]/g;
/** Read as operators when they stand alone; and what a field takes for a range, escaped or not. */
const needsQuotes = /^(?:AND|OR|NOT|[<>].*)$|[ \t\n\r\u3000]/s;

/**
 * The query string of a part that holds nothing but keywords, for languages that search all fields by a function;
 * null: there are fields in it, or no keywords. A `not` of both is refused: such functions stand alone.
 */
export function keywordQuery(expression: Expression, context: RuleContext, title: string): string | null {
  const found = sidesOf(expression);
  if ((found & keywords) === 0) return null;
  if ((found & fields) === 0) return plain.search(expression, context);
  if (expression.op === 'not') throw unsupported(context, title, 'a not of keywords together with fields');
  return null;
}

const keywords = 1;
const fields = 2;
/** Asked for every part of an expression: each is looked into once. */
const sides = new WeakMap<Expression, number>();

function sidesOf(expression: Expression): number {
  if (expression.op === 'match') return expression.field === null ? keywords : fields;
  let found = sides.get(expression);
  if (found === undefined) {
    found = 0;
    if (expression.op === 'not') found = sidesOf(expression.item);
    else for (const item of expression.items) found |= sidesOf(item);
    sides.set(expression, found);
  }
  return found;
}

/** A dialect of this syntax as a target. */
export function luceneTarget(dialect: Omit<Dialect, keyof typeof luceneSyntax>): Target {
  const target = textTarget({ ...dialect, ...luceneSyntax });
  return { ...target, search: (expression, context) => target.search(withoutDoubleNot(expression), context) };
}

export function luceneField(name: string): string {
  return name.replaceAll(specialInName, '\\$&');
}

function escapeText(text: string): string {
  return text.replaceAll(special, '\\$&');
}

function term(parts: readonly StringPart[]): string {
  if (hasWildcard(parts)) return writeParts(parts, escapeText, '*', '?');
  const text = parts.join('');
  if (text !== '' && !needsQuotes.test(text)) return escapeText(text);
  return `"${text.replaceAll(specialInQuotes, '\\$&')}"`;
}

/** A minus sign would be read as "must not". */
function number(value: number | string): string {
  const text = String(value);
  return text.startsWith('-') ? `\\${text}` : text;
}

function oneOf(field: string, values: readonly SigmaValue[]): string {
  const terms: string[] = [];
  for (const value of values) {
    if (value.kind === 'string') terms.push(term(value.parts));
    else if (value.kind === 'number') terms.push(number(value.value));
  }
  return `${luceneField(field)}:(${terms.join(' OR ')})`;
}

function present(field: string): string {
  return `_exists_:${luceneField(field)}`;
}

function absent(field: string, spot: Spot): string {
  const text = `NOT ${present(field)}`;
  return spot.parent === null ? text : `(${text})`;
}

function regex({ source, flags }: ValueOf<'regex'>, { context }: Spot): string {
  const text = luceneRegex(source, flags, (reason) => {
    throw unsupported(context, 'Lucene', reason);
  });
  return slashed(text);
}

/** A backslash before the closing slash would be taken for the slash's. */
export function slashed(text: string): string {
  return `/${text.endsWith('\\\\') ? `${text.slice(0, -2)}[\\\\]` : text}/`;
}

const plain = luceneTarget({
  name: 'lucene',
  title: 'Lucene',
  manual: '',
  formats: {},
  supports: luceneSupport,
  suggests: [],
});
