/**
 * PostgreSQL 13 and later (https://www.postgresql.org/docs/current/functions-matching.html). Columns may have any type
 * with a form as text. Case is folded as the database's collation has it. Names with capitals stand in quotes, as the
 * server folds all others to small letters.
 */
import { ANY } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, KeywordWriters, Spot, ValueWriters } from './dialect.ts';
import { sqlCorrelate } from './sql-correlation.ts';
import { allCorrelations, correlationNotes, usual, sqlOptions, sqlWords } from './sql-engine.ts';
import type { SqlEngine } from './sql-engine.ts';
import { regexFor } from './sql-regex.ts';
import { bracedForms, nameWriter, signs, splitLongChain, tableName, withoutNul } from './sql-text.ts';
import { postgresWords } from './sql-words.ts';
import { shapeOf, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';

const title = 'PostgreSQL';
const column = nameWriter({ quote: '"', reserved: postgresWords, folds: true });
const textOf = (field: string): string => `${column(field)}::text`;
const folded = (field: string): string => `lower(${textOf(field)})`;

const inLiteral = (text: string): string => text.replaceAll("'", "''");
/** With `standard_conforming_strings`, the default since 9.1. */
const quoted = (text: string): string => `'${inLiteral(text)}'`;
const likeText = (text: string): string => inLiteral(text.replaceAll(/[\\%_]/g, '\\$&'));

function stringMatch(field: string, parts: readonly StringPart[], cased: boolean, spot: Spot): string {
  for (const part of parts) if (typeof part === 'string') withoutNul(part, spot, title);
  const shape = shapeOf(parts);
  if (shape.kind === 'any') return `${column(field)} IS NOT NULL`;
  if (shape.kind === 'exact')
    return cased ? `${textOf(field)} = ${quoted(shape.text)}` : oneOf(field, [shape.text]);
  return `${textOf(field)} ${cased ? 'LIKE' : 'ILIKE'} '${writeParts(parts, likeText, '%', '_')}'`;
}

function exactText(value: SigmaValue): string | null {
  if (value.kind === 'number') return String(value.value);
  if (value.kind !== 'string' || value.cased) return null;
  const shape = shapeOf(value.parts);
  return shape.kind === 'exact' ? shape.text : null;
}

function oneOf(field: string, texts: readonly string[]): string {
  const all = texts.flatMap(bracedForms);
  const plain = all.every((text) => /^[^a-zA-Z\u0080-\uffff]*$/.test(text));
  const subject = plain ? textOf(field) : folded(field);
  const literals = all.map((text) => (plain ? quoted(text) : `lower(${quoted(text)})`));
  return literals.length === 1 ? `${subject} = ${literals[0]}` : `${subject} IN (${literals.join(', ')})`;
}

/** A number where the text is one; the pattern comes first, as a cast of other text is an error. */
const numberOf = (text: string): string =>
  `substring(${text} from '^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,3})?$')::numeric`;
/** A time of ISO 8601; the pattern comes first, as a cast of other text is an error. */
const timePattern =
  '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8]|29(?<!02-29)|30(?<!02-30)|31(?<=(?:0[13578]|1[02])-31))' +
  '(?:[T ](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?)?(?:Z|[+-](?:0\\d|1[0-4]):?(?:[0-5]\\d)?)?$';
const timeOf = (text: string): string => `substring(${text} from '${timePattern}')`;

/** Text of an address and nothing else: a cast of other text is an error. */
const addressPattern =
  '^(?:(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.|$)){4}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|' +
  '(?!(?:.*[0-9a-f]:[0-9a-f]){7})(?!.*::.*::)(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)$';

function regex(subject: string, source: string, flags: string, spot: Spot): string {
  const made = regexFor('postgres', withoutNul(source, spot, title), flags);
  if ('lacks' in made) throw unsupported(spot.context, title, `a regular expression with ${made.lacks}`);
  return `${subject} ~ ${quoted(made.text)}`;
}

const values: ValueWriters = {
  string: (field, { parts, cased }, spot) => stringMatch(field, parts, cased, spot),
  number: (field, { value }) => oneOf(field, [String(value)]),
  bool: (field, { value }) => `${folded(field)} = '${value}'`,
  null: (field) => `${column(field)} IS NULL`,
  regex: (field, { source, flags }, spot) => regex(textOf(field), source, flags, spot),
  cidr: (field, { network }) =>
    `substring(${folded(field)} from '${addressPattern}')::inet <<= '${network}'::inet`,
  compare: (field, { op, value }) => `${numberOf(textOf(field))} ${signs[op]} ${value}`,
  exists: (field, { value }) => `${column(field)} IS ${value ? 'NOT ' : ''}NULL`,
  fieldref: (field, { field: other, startsWith, endsWith, cased }) => {
    const [left, right] = cased ? [textOf(field), textOf(other)] : [folded(field), folded(other)];
    if (startsWith && endsWith) return `position(${right} in ${left}) > 0`;
    if (startsWith) return `starts_with(${left}, ${right})`;
    return endsWith ? `right(${left}, length(${right})) = ${right}` : `${left} = ${right}`;
  },
  timepart: (field, { unit, op, value }) =>
    `extract(${unit} from ${timeOf(textOf(field))}::timestamptz at time zone 'UTC') ${signs[op]} ${value}`,
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
  string: ({ parts, cased }, spot) => {
    const inner = parts.slice(
      parts[0] === ANY ? 1 : 0,
      parts.length > 1 && parts.at(-1) === ANY ? -1 : undefined,
    );
    return stringMatch(rawColumn(spot), [ANY, ...inner, ANY], cased, spot);
  },
  number: ({ value }, spot) => stringMatch(rawColumn(spot), [ANY, String(value), ANY], false, spot),
  regex: ({ source, flags }, spot) => regex(textOf(rawColumn(spot)), source, flags, spot),
};

const engine: SqlEngine = {
  ...usual,
  title,
  perSecond: 1_000_000,
  column,
  time: (options) => column(options['timestamp'] ?? 'timestamp'),
  table: (options) => tableName(options['table'], column),
  ticks: (name) => `(extract(epoch from ${timeOf(`${name}::text`)}::timestamptz) * 1000000)::bigint`,
  shown: (ticks) => `to_timestamp(${ticks} / 1000000.0)`,
  folded: (name) => `lower(${name}::text)`,
  number: (name) => `${numberOf(`trim(${name}::text)`)}::double precision`,
  no: 'false',
  percentileOf: (rows, part) =>
    `(SELECT percentile_cont(${part}) WITHIN GROUP (ORDER BY v) FROM (${rows}) AS numbers)`,
};

const dialect: Dialect = {
  ...sqlWords,
  name: 'postgres',
  alias: 'postgresql',
  title,
  manual: 'https://www.postgresql.org/docs/current/sql.html',
  options: {
    ...sqlOptions,
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
    correlations: allCorrelations,
    notes: [
      'keywords: need a column with the text of the whole event (option raw)',
      'regex: no back references, atomic groups or possessive quantifiers; [^x] does not match line ends',
      'times without a zone are those of the session time zone; the 29th of February is no time for parts and windows',
      'text with NUL is refused, as PostgreSQL has none',
      ...correlationNotes,
    ],
    ranOn: 'PostgreSQL 15',
  },
  suggests: [{ when: { product: 'windows' }, pipelines: ['sysmon', 'windows-logsources'] }],
  grouping: 'needed',
  values,
  keywords,
  list: (field, items, link, spot) => {
    if (link === 'and') return null;
    const exact: string[] = [];
    const others: string[] = [];
    for (const item of items) {
      const text = exactText(item);
      if (text !== null) exact.push(withoutNul(text, spot, title));
      else if (item.kind === 'string') others.push(stringMatch(field, item.parts, item.cased, spot));
    }
    if (exact.length < 2 || others.length > 100) return null;
    return [oneOf(field, exact), ...others].join(' OR ');
  },
  node: (expression, spot, walk) =>
    splitLongChain(expression, spot, walk, (items) => items.every((item) => exactText(item) !== null)),
  correlate: sqlCorrelate(engine),
  query: (search, { options }) => `SELECT * FROM ${tableName(options['table'], column)} WHERE ${search}`,
};

export const postgres = textTarget(dialect);
