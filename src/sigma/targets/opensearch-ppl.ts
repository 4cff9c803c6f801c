/**
 * PPL of OpenSearch 3.3 and later (https://docs.opensearch.org/latest/sql-and-ppl/ppl/). LIKE takes no account of case
 * unless told to, `=` does. A comparison with a missing field is null: below `NOT` it is taken for false. The backslash
 * escapes in patterns of LIKE and, before a quote or itself, in literals. Expressions are those of Java.
 */
import type { Expression, LogSource, SigmaValue, StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Spot, ValueOf } from './dialect.ts';
import { ecsSuggestions } from './lucene.ts';
import { keywordQuery } from './lucene-syntax.ts';
import { correlatePpl } from './opensearch-ppl-correlation.ts';
import { UnwritableName, pplField, pplString } from './opensearch-ppl-text.ts';
import { hasWildcard, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';
import type { RuleContext, Target } from './types.ts';

const signs = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const timeparts = {
  minute: 'minute',
  hour: 'hour',
  day: 'dayofmonth',
  week: null,
  month: 'month',
  year: 'year',
} as const;

const dialect: Dialect = {
  name: 'opensearch_ppl',
  alias: 'open_search_ppl',
  title: 'OpenSearch PPL',
  manual: 'https://docs.opensearch.org/latest/sql-and-ppl/ppl/',
  formats: { default: { description: 'PPL queries' } },
  options: {
    index: {
      description:
        'index pattern to search; empty: product, category and service of the rule with -* behind them',
      default: '',
    },
    time: { description: 'field with the time of the event', default: '@timestamp' },
  },
  supports: {
    keywords: 'part',
    regex: 'yes',
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
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
      'expression',
      'aliases',
    ],
    notes: [
      'for OpenSearch 3.3 and later, with plugins.ppl.syntax.legacy.preferred as it comes: LIKE takes no account of case',
      'keywords: by query_string, not below a not together with fields',
      'timeparts: all but week',
      'servers up to 3.3 read a backslash right before a wildcard of LIKE as its escape',
      'correlations: fixed buckets of the time span, as there are no sliding windows; groups and distinct values are told apart by case',
      'value_count, value_median and value_percentile are estimates of OpenSearch',
    ],
    ranOn: null,
  },
  suggests: ecsSuggestions,
  precedence: ['not', 'and', 'or'],
  grouping: 'needed',
  and: ' AND ',
  or: ' OR ',
  not: (operand, single) => {
    if (single && /^(?:isnull|isnotnull|query_string)\(/.test(operand)) return `NOT ${operand}`;
    return `NOT coalesce(${single ? operand : operand.slice(1, -1)}, false)`;
  },
  group: (text) => `(${text})`,
  values: {
    string: (field, { parts, cased }) => compareText(pplField(field), parts, cased),
    number: (field, { value }) => `${pplField(field)}=${value}`,
    bool: (field, { value }) => `${pplField(field)}=${value}`,
    null: (field) => `isnull(${pplField(field)})`,
    regex: (field, value) => `regexp_match(${pplField(field)}, ${pplString(javaRegex(value))})`,
    cidr: (field, { network }) => `cidrmatch(${pplField(field)}, ${pplString(network)})`,
    compare: (field, { op, value }) => `${pplField(field)}${signs[op]}${value}`,
    exists: (field, { value }) => `${value ? 'isnotnull' : 'isnull'}(${pplField(field)})`,
    fieldref: compareFields,
    timepart: (field, { unit, op, value }, { context }) => {
      const part = timeparts[unit];
      if (part === null) throw unsupported(context, 'OpenSearch PPL', 'weeks of the year');
      return `${part}(${pplField(field)})${signs[op]}${value}`;
    },
    query: (field, { text }) => text.replaceAll('{field}', () => pplField(field)),
  },
  list: (field, values, link) => (link === 'or' ? oneOf(field, values) : null),
  node: (expression: Expression, { context }: Spot) => {
    const query = keywordQuery(expression, context, 'OpenSearch PPL');
    return query === null ? null : `query_string(['*'], ${pplString(query)})`;
  },
  query: (search, { rule, options }) =>
    `source=${pplSource(rule.logsource, options['index'] ?? '')} | where ${search}`,
  correlate: correlatePpl,
};

const target = textTarget(dialect);

export const opensearchPpl: Target = {
  ...target,
  search: (expression, context) => located(context, () => target.search(expression, context)),
  query: (search, context) => located(context, () => target.query(search, context)),
};

/** Names the place of the rule where a name cannot be written. */
function located(context: RuleContext, write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof UnwritableName) throw unsupported(context, 'OpenSearch PPL', error.message);
    throw error;
  }
}

export function pplSource({ product, category, service }: LogSource, index: string): string {
  const named = [product, category, service].filter((part) => part !== undefined && part !== '');
  const source = index === '' ? [...named, '*'].join('-') : index;
  return /^[\w.*,-]+$/.test(source) ? source : pplField(source);
}

/** Case is no matter where there is none. */
function isCaseless(text: string): boolean {
  return text.toLowerCase() === text.toUpperCase();
}

function compareText(field: string, parts: readonly StringPart[], cased: boolean): string {
  if (!hasWildcard(parts)) {
    const text = parts.join('');
    if (cased || isCaseless(text)) return `${field}=${pplString(text)}`;
  }
  const pattern = writeParts(parts, (text) => text.replaceAll(/[\\%_]/g, '\\$&'), '%', '_');
  return `LIKE(${field}, ${pplPattern(pattern)}${cased ? ', true' : ''})`;
}

/** A backslash before `%` and `_` need not be doubled in a literal. */
function pplPattern(pattern: string): string {
  return `"${pattern.replaceAll(/\\\\|"/g, (found) => (found === '"' ? '\\"' : '\\\\\\\\'))}"`;
}

function oneOf(field: string, values: readonly SigmaValue[]): string | null {
  const literals: string[] = [];
  for (const value of values) {
    if (value.kind === 'number') literals.push(String(value.value));
    else if (value.kind === 'string') {
      const text = hasWildcard(value.parts) ? null : value.parts.join('');
      if (text === null || !(value.cased || isCaseless(text))) return null;
      literals.push(pplString(text));
    }
  }
  return `${pplField(field)} in (${literals.join(', ')})`;
}

/**
 * Within brackets Java gives a meaning to `[` and `&&`, and has other names for classes; named groups have no P, and
 * letters and digits only in their names.
 */
function javaRegex({ source, flags }: ValueOf<'regex'>): string {
  const text = source.replaceAll(javaPieces, (piece, back?: string, group?: string, python?: string) => {
    if (group !== undefined) return `(?<${javaName(group)}>`;
    const name = back ?? python;
    if (name !== undefined) return `\\k<${javaName(name)}>`;
    return piece[0] === '[' ? javaClass(piece) : piece;
  });
  return flags === '' ? text : `(?${flags})${text}`;
}

const javaPieces =
  /\\k[<{'](\w+)[>}']|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?P?<(\w+)>|\(\?P=(\w+)\)/gs;

function javaName(name: string): string {
  return name.replaceAll('_', 'U');
}

function javaClass(piece: string): string {
  const head = piece[1] === '^' ? '[^' : '[';
  const inner = piece
    .slice(head.length, -1)
    .replaceAll(/\\.|\[:(\w+):\]|^\]|\[|&/gs, (found, posix?: string) => {
      if (posix !== undefined && Object.hasOwn(javaClasses, posix)) return javaClasses[posix] as string;
      return found[0] === '\\' ? found : found.replaceAll(/[[\]&]/g, '\\$&');
    });
  return `${head}${inner}]`;
}

const javaClasses: Readonly<Record<string, string>> = {
  alnum: '\\p{Alnum}',
  alpha: '\\p{Alpha}',
  blank: '\\p{Blank}',
  cntrl: '\\p{Cntrl}',
  digit: '\\d',
  graph: '\\p{Graph}',
  lower: '\\p{Lower}',
  print: '\\p{Print}',
  punct: '\\p{Punct}',
  space: '\\s',
  upper: '\\p{Upper}',
  word: '\\w',
  xdigit: '\\p{XDigit}',
};

function compareFields(
  name: string,
  { field: other, startsWith, endsWith, cased }: ValueOf<'fieldref'>,
): string {
  const [left, right] = [name, other].map((field) =>
    cased ? pplField(field) : `lower(${pplField(field)})`,
  ) as [string, string];
  if (startsWith && endsWith) return `locate(${right}, ${left})>0`;
  if (startsWith) return `locate(${right}, ${left})=1`;
  if (endsWith) return `right(${left}, length(${right}))=${right}`;
  return `${left}=${right}`;
}
