/**
 * ES|QL of Elasticsearch (https://www.elastic.co/docs/reference/query-languages/esql). Comparisons of text are exact, so
 * both sides are lowered unless the option says that the fields were lowered when indexed. A comparison with a missing
 * field is neither true nor false: below `not` it is taken for false. Escapes of LIKE and RLIKE stand inside of those
 * of string literals. Keywords need QSTR, which cannot stand within other functions.
 */
import { parseAddress } from '../network.ts';
import type { Expression, SigmaValue, StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Spot, ValueOf } from './dialect.ts';
import { correlateEsql } from './esql-correlation.ts';
import { esqlField, esqlIndex, esqlString } from './esql-text.ts';
import { ecsSuggestions } from './lucene.ts';
import { keywordQuery } from './lucene-syntax.ts';
import { luceneRegex } from './lucene-regex.ts';
import { hasWildcard, shapeOf, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';
import type { RuleContext } from './types.ts';

const signs = { eq: '==', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
/** ISO weeks are missing: the field of that name counts weeks from the first of January. */
const timeparts = {
  minute: 'minute_of_hour',
  hour: 'hour_of_day',
  day: 'day_of_month',
  week: null,
  month: 'month_of_year',
  year: 'year',
} as const;

const dialect: Dialect = {
  name: 'esql',
  title: 'ES|QL',
  manual: 'https://www.elastic.co/docs/reference/query-languages/esql',
  formats: { default: { description: 'ES|QL queries' } },
  options: {
    index: { description: 'index pattern to search', default: '*' },
    case: {
      description: 'insensitive: both sides are lowered; as_indexed: compared as they are',
      default: 'insensitive',
    },
    time: { description: 'field with the time of the event', default: '@timestamp' },
  },
  supports: {
    keywords: 'part',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'part',
    correlations: [
      'event_count',
      'value_count',
      'temporal',
      'temporal_ordered',
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
      'expression',
      'aliases',
    ],
    notes: [
      'keywords: by QSTR (since 8.17), not below a not together with fields',
      'regex: written for Lucene, which has no look-around, back references nor word boundaries within',
      'timeparts: all but week',
      'fields with several values compare as null; a field must have one type in all indexes',
      'cidr: for fields of the type ip',
      'correlations: fixed buckets of the time span, as there are no sliding windows; groups and distinct values are told apart by case',
      'value_count, value_median and value_percentile are estimates of Elasticsearch',
      'temporal_ordered: of two rules',
    ],
    ranOn: null,
  },
  suggests: ecsSuggestions,
  precedence: ['not', 'and', 'or'],
  grouping: 'needed',
  and: ' and ',
  or: ' or ',
  not: (operand, single) => {
    if (single && / is (?:not )?null$|^qstr\(/.test(operand)) return `not ${operand}`;
    return `not coalesce(${single ? operand : operand.slice(1, -1)}, false)`;
  },
  group: (text) => `(${text})`,
  values: {
    string: compareText,
    number: (field, { value }) => `${esqlField(field)}==${value}`,
    bool: (field, { value }) => `${esqlField(field)}==${value}`,
    null: (field) => `${esqlField(field)} is null`,
    regex: (field, value, spot) => `${esqlField(field)} rlike ${regex(value, spot)}`,
    cidr: (field, { network }) => `cidr_match(${esqlField(field)}, ${esqlString(network)})`,
    compare: (field, { op, value }) => `${esqlField(field)}${signs[op]}${value}`,
    exists: (field, { value }) => `${esqlField(field)} is ${value ? 'not ' : ''}null`,
    fieldref: compareFields,
    timepart: (field, { unit, op, value }, { context }) => {
      const part = timeparts[unit];
      if (part === null) throw unsupported(context, 'ES|QL', 'weeks of the year');
      return `date_extract("${part}", ${esqlField(field)})${signs[op]}${value}`;
    },
    query: (field, { text }) => text.replaceAll('{field}', () => esqlField(field)),
  },
  list: (field, values, link, { context }) => (link === 'or' ? oneOf(field, values, context) : null),
  node: keywordSearch,
  query: (search, { options }) =>
    `from ${esqlIndex(options['index'] ?? '*')} metadata _id, _index, _version | where ${search}`,
  correlate: correlateEsql,
};

export const esql = textTarget(dialect);

/** The field and the text as they are compared: both lowered where case is not to count and there is case at all. */
function folded(
  field: string,
  text: string,
  cased: boolean,
  { options }: RuleContext,
): { field: string; text: string } {
  if (cased || options['case'] === 'as_indexed' || isCaseless(text)) return { field: esqlField(field), text };
  return { field: `to_lower(${esqlField(field)})`, text: text.toLowerCase() };
}

/** Addresses too: fields of the type ip cannot be lowered. */
function isCaseless(text: string): boolean {
  if (text.toLowerCase() === text.toUpperCase()) return true;
  return /^[\da-fA-F.:]+$/.test(text) && parseAddress(text) !== null;
}

function compareText(name: string, { parts, cased }: ValueOf<'string'>, { context }: Spot): string {
  const shape = shapeOf(parts);
  if (shape.kind === 'any') return `starts_with(${esqlField(name)}, "")`;
  if (shape.kind === 'pattern' || shape.kind === 'contains') {
    const { field, text } = folded(name, likePattern(parts), cased, context);
    return `${field} like ${esqlString(text)}`;
  }
  const { field, text } = folded(name, shape.text, cased, context);
  const literal = esqlString(text);
  if (shape.kind === 'startsWith') return `starts_with(${field}, ${literal})`;
  return shape.kind === 'endsWith' ? `ends_with(${field}, ${literal})` : `${field}==${literal}`;
}

function likePattern(parts: readonly StringPart[]): string {
  return writeParts(parts, (text) => text.replaceAll(/[\\*?]/g, '\\$&'), '*', '?');
}

function oneOf(name: string, values: readonly SigmaValue[], context: RuleContext): string | null {
  const texts: string[] = [];
  let numbers = false;
  let cased = false;
  let lowered = false;
  for (const value of values) {
    if (value.kind === 'string') {
      if (hasWildcard(value.parts)) return null;
      const text = value.parts.join('');
      texts.push(text);
      if (value.cased) cased = true;
      else if (context.options['case'] !== 'as_indexed' && !isCaseless(text)) lowered = true;
    } else if (value.kind === 'number') {
      numbers = true;
      texts.push(String(value.value));
    }
  }
  // What is lowered cannot be mixed with what is not.
  if (lowered && (cased || numbers)) return null;
  const literals = texts.map((text, index) =>
    values[index]?.kind === 'number' ? text : esqlString(lowered ? text.toLowerCase() : text),
  );
  return `${lowered ? `to_lower(${esqlField(name)})` : esqlField(name)} in (${literals.join(', ')})`;
}

function regex({ source, flags }: ValueOf<'regex'>, { context }: Spot): string {
  const text = luceneRegex(source, flags, (reason) => {
    throw unsupported(context, 'ES|QL', reason);
  });
  return esqlString(text);
}

function compareFields(
  name: string,
  { field: other, startsWith, endsWith, cased }: ValueOf<'fieldref'>,
  { context }: Spot,
): string {
  const plain = cased || context.options['case'] === 'as_indexed';
  const [left, right] = [name, other].map((field) =>
    plain ? esqlField(field) : `to_lower(to_string(${esqlField(field)}))`,
  ) as [string, string];
  if (startsWith && endsWith) return `locate(${left}, ${right})>0`;
  if (startsWith) return `starts_with(${left}, ${right})`;
  return endsWith ? `ends_with(${left}, ${right})` : `${left}==${right}`;
}

/** A part of the condition that holds nothing but keywords is one search of all fields. */
function keywordSearch(expression: Expression, { context }: Spot): string | null {
  const query = keywordQuery(expression, context, 'ES|QL');
  return query === null ? null : `qstr(${esqlString(query)})`;
}
