/**
 * DuckDB (https://duckdb.org/docs/stable/sql/introduction). Columns may have any type with a form as text; all are
 * compared as text without case, as `lower` folds it (all of Unicode, letter by letter), and numbers as numbers where
 * order matters. Nothing is asked of extensions.
 */
import { ANY } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import { parseNetwork } from '../network.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, KeywordWriters, Spot, ValueWriters } from './dialect.ts';
import { duckdbChain } from './duckdb-chain.ts';
import { networkMatch } from './duckdb-network.ts';
import { sqlCorrelate } from './sql-correlation.ts';
import { allCorrelations, correlationNotes, usual, sqlOptions, sqlWords } from './sql-engine.ts';
import type { SqlEngine } from './sql-engine.ts';
import { regexFor } from './sql-regex.ts';
import { duckdbWords } from './sql-words.ts';
import { bracedForms, foldsAlike, nameWriter, signs, splitLongChain, tableName } from './sql-text.ts';
import { shapeOf, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';
import type { RuleContext } from './types.ts';

const title = 'DuckDB';
const column = nameWriter({ quote: '"', reserved: duckdbWords });
const textOf = (field: string): string => `${column(field)}::VARCHAR`;
const folded = (field: string): string => `lower(${textOf(field)})`;

/** Text as an expression; NUL cannot stand in a statement. */
function literal(value: string): string {
  if (!value.includes('\0')) return `'${value.replaceAll("'", "''")}'`;
  return `(${value
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ')})`;
}

/** Text to compare with `lower(…)`: folded here where that is sure to be the same. */
function lowerLiteral(value: string): string {
  return foldsAlike(value) ? literal(value.toLowerCase()) : `lower(${literal(value)})`;
}

const likeText = (value: string): string => value.replaceAll(/[\\%_]/g, '\\$&');

/** A comparison of the text `subject` with a value. */
function textMatch(subject: string, parts: readonly StringPart[], quote: (value: string) => string): string {
  const shape = shapeOf(parts);
  switch (shape.kind) {
    case 'exact':
      return `${subject} = ${quote(shape.text)}`;
    case 'startsWith':
      return `starts_with(${subject}, ${quote(shape.text)})`;
    case 'endsWith':
      return `ends_with(${subject}, ${quote(shape.text)})`;
    case 'contains':
      return `contains(${subject}, ${quote(shape.text)})`;
    case 'any':
      return `${subject} IS NOT NULL`;
    case 'pattern':
      return `${subject} LIKE ${quote(writeParts(parts, likeText, '%', '_'))} ESCAPE '\\'`;
  }
}

function stringMatch(
  field: string,
  { parts, cased }: { parts: readonly StringPart[]; cased: boolean },
): string {
  if (parts.length === 1 && parts[0] === ANY) return `${column(field)} IS NOT NULL`;
  if (cased) return textMatch(textOf(field), parts, literal);
  const exact = exactText({ kind: 'string', parts, cased });
  return exact === null ? textMatch(folded(field), parts, lowerLiteral) : oneOf(field, [exact]);
}

/** The text that a value is equal to without regard to case; null where it is no such value. */
function exactText(value: SigmaValue): string | null {
  if (value.kind === 'number') return String(value.value);
  if (value.kind !== 'string' || value.cased) return null;
  const shape = shapeOf(value.parts);
  return shape.kind === 'exact' ? shape.text : null;
}

function oneOf(field: string, texts: readonly string[]): string {
  const all = texts.flatMap(bracedForms);
  const subject = all.every((text) => /^[^a-zA-Z\u0080-\uffff]*$/.test(text)) ? textOf(field) : folded(field);
  const literals = all.map(lowerLiteral);
  return literals.length === 1 ? `${subject} = ${literals[0]}` : `${subject} IN (${literals.join(', ')})`;
}

/** A number as DuckDB reads it from text that is one; null for all else (also `inf`, `1_000`, ` 5`). */
const numberPattern = '^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$';
const numberOf = (field: string): string =>
  `TRY_CAST(regexp_extract(${textOf(field)}, '${numberPattern}') AS DOUBLE)`;

function regexOf(subject: string, source: string, flags: string, spot: Spot): string {
  const made = regexFor('re2', source, flags);
  if ('lacks' in made)
    throw unsupported(spot.context, title, `a regular expression with ${made.lacks} (RE2)`);
  return `regexp_matches(${subject}, ${literal(made.text)})`;
}

const values: ValueWriters = {
  string: (field, value) => stringMatch(field, value),
  number: (field, { value }) => oneOf(field, [String(value)]),
  bool: (field, { value }) => `${folded(field)} = '${value}'`,
  null: (field) => `${column(field)} IS NULL`,
  regex: (field, { source, flags }, spot) => regexOf(textOf(field), source, flags, spot),
  cidr: (field, { network }, spot) => {
    const parsed = parseNetwork(network);
    if (typeof parsed === 'string') throw unsupported(spot.context, title, parsed);
    return networkMatch(textOf(field), parsed);
  },
  compare: (field, { op, value }) => {
    // A double holds no integer beyond 2^53.
    if (Number.isSafeInteger(Number(value)) || String(value).includes('.'))
      return `${numberOf(field)} ${signs[op]} ${value}`;
    return `TRY_CAST(regexp_extract(${textOf(field)}, '^[+-]?\\d+$') AS HUGEINT) ${signs[op]} ${value}`;
  },
  exists: (field, { value }) => `${column(field)} IS ${value ? 'NOT ' : ''}NULL`,
  fieldref: (field, { field: other, startsWith, endsWith, cased }) => {
    const [left, right] = cased ? [textOf(field), textOf(other)] : [folded(field), folded(other)];
    if (startsWith && endsWith) return `contains(${left}, ${right})`;
    if (startsWith) return `starts_with(${left}, ${right})`;
    return endsWith ? `ends_with(${left}, ${right})` : `${left} = ${right}`;
  },
  timepart: (field, { unit, op, value }) =>
    `date_part('${unit}', TRY_CAST(${textOf(field)} AS TIMESTAMP)) ${signs[op]} ${value}`,
  query: (field, { text }) => text.replaceAll('{field}', () => column(field)),
};

function rawColumn(spot: Spot): string {
  const raw = spot.context.options['raw'] ?? '';
  if (raw !== '') return raw;
  throw unsupported(
    spot.context,
    title,
    'keywords (values without a field) without a column that holds the text of the whole event',
    'Name that column with the option raw.',
  );
}

const keywords: KeywordWriters = {
  string: ({ parts, cased }, spot) => stringMatch(rawColumn(spot), { parts: around(parts), cased }),
  number: ({ value }, spot) =>
    stringMatch(rawColumn(spot), { parts: [ANY, String(value), ANY], cased: false }),
  regex: ({ source, flags }, spot) => regexOf(textOf(rawColumn(spot)), source, flags, spot),
};

function around(parts: readonly StringPart[]): StringPart[] {
  const inner = parts.filter((part) => part !== '');
  return [
    ...(inner[0] === ANY ? [] : [ANY as StringPart]),
    ...inner,
    ...(inner.at(-1) === ANY ? [] : [ANY as StringPart]),
  ];
}

const engine: SqlEngine = {
  ...usual,
  title,
  perSecond: 1_000_000,
  column,
  time: (options) => column(options['timestamp'] ?? 'timestamp'),
  table: (options) => tableName(options['table'], column),
  ticks: (name) => `epoch_us(TRY_CAST(${name}::VARCHAR AS TIMESTAMP))`,
  shown: (ticks) => `make_timestamp(${ticks})`,
  folded: (name) => `lower(${name}::VARCHAR)`,
  number: (name) => `TRY_CAST(regexp_extract(trim(${name}::VARCHAR), '${numberPattern}') AS DOUBLE)`,
  no: 'false',
  distinctOver: (value, window) => `count(DISTINCT ${value}) OVER ${window}`,
  percentileOver: (value, part, window) => `quantile_cont(${value}, ${part}) OVER ${window}`,
  percentileOf: (rows, part) => `(SELECT quantile_cont(v, ${part}) FROM (${rows}))`,
};

/** The table that a rule asks: where it is wanted, the view of its category. */
function source({ rule, options }: RuleContext): string {
  const { category } = rule.logsource;
  return options['views'] === 'yes' && category !== undefined ? column(category) : engine.table(options);
}

const dialect: Dialect = {
  ...sqlWords,
  name: 'duckdb',
  title,
  manual: 'https://duckdb.org/docs/stable/sql/introduction',
  options: {
    ...sqlOptions,
    views: {
      description:
        'yes: rules of a category ask the view of that name, as huntbook sql has them; with -p none',
      default: 'no',
    },
    raw: { description: 'column that holds the text of the whole event, for keywords', default: '' },
  },
  supports: {
    keywords: 'part',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'yes',
    correlations: [...allCorrelations, 'process_chain'],
    notes: [
      'keywords: need a column with the text of the whole event (option raw)',
      'regex: RE2, so no look-around, back references or possessive quantifiers',
      ...correlationNotes,
      'process_chain: over the tables of huntbook sql (set table=events)',
      'numbers are compared as text: 1 is not 1.0 of a column of type DOUBLE',
    ],
    ranOn: 'DuckDB 1.5 (@duckdb/node-api)',
  },
  suggests: [{ when: { product: 'windows' }, pipelines: ['sysmon', 'windows-logsources'] }],
  grouping: 'needed',
  values,
  keywords,
  list: (field, items, link) => {
    if (link === 'and') return null;
    const exact: string[] = [];
    const others: string[] = [];
    for (const item of items) {
      const text = exactText(item);
      if (text !== null) exact.push(text);
      else if (item.kind === 'string') others.push(stringMatch(field, item));
    }
    if (exact.length < 2 || others.length > 100) return null;
    return [oneOf(field, exact), ...others].join(' OR ');
  },
  node: (expression, spot, walk) =>
    splitLongChain(expression, spot, walk, (items) => items.every((item) => exactText(item) !== null)),
  correlate: (context) =>
    context.correlation.chain ? duckdbChain(context, { ...engine, source }) : sqlCorrelate(engine)(context),
  query: (search, context) => `SELECT * FROM ${source(context)} WHERE ${search}`,
};

export const duckdb = textTarget(dialect);
