/**
 * ClickHouse (https://clickhouse.com/docs/sql-reference). Backslashes escape in its literals, and once more in LIKE.
 * Regular expressions are RE2's.
 */
import { ANY } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, KeywordWriters, Spot, ValueWriters } from './dialect.ts';
import { sqlCorrelate } from './sql-correlation.ts';
import { allCorrelations, correlationNotes, sqlOptions, sqlWords } from './sql-engine.ts';
import type { SqlEngine } from './sql-engine.ts';
import { regexFor } from './sql-regex.ts';
import { nameWriter, signs, tableName } from './sql-text.ts';
import { hasWildcard, shapeOf, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';

const title = 'ClickHouse';
const quoteName = nameWriter({ quote: '`', reserved: new Set() });
/** Backslashes escape in names, too. */
const column = (name: string): string => quoteName(name.replaceAll('\\', '\\\\'));

const inLiteral = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0');
const quoted = (text: string): string => `'${inLiteral(text)}'`;
const likeText = (text: string): string => inLiteral(text.replaceAll(/[\\%_]/g, '\\$&'));
const lower = (text: string): string => `lowerUTF8(${text})`;

function textMatch(name: string, parts: readonly StringPart[], cased: boolean): string {
  const shape = shapeOf(parts);
  if (shape.kind === 'exact' && cased) return `${name}=${quoted(shape.text)}`;
  if (shape.kind === 'exact' && !/[\\%_]/.test(shape.text))
    return `${lower(name)}=${lower(quoted(shape.text))}`;
  return `${name} ${cased ? 'LIKE' : 'ILIKE'} '${writeParts(parts, likeText, '%', '_')}'`;
}

/** Values that fit into one list: texts without wildcards, or numbers. */
function listOf(field: string, items: readonly SigmaValue[]): string | null {
  const texts: string[] = [];
  const numbers: string[] = [];
  for (const item of items) {
    if (item.kind === 'number') numbers.push(String(item.value));
    else if (item.kind === 'string' && !item.cased && !hasWildcard(item.parts))
      texts.push(item.parts.join(''));
    else return null;
  }
  if (texts.length > 0 && numbers.length > 0) return null;
  const name = column(field);
  return numbers.length > 0
    ? `${name} IN (${numbers.join(', ')})`
    : `${lower(name)} IN (${texts.map((text) => lower(quoted(text))).join(', ')})`;
}

/** In ClickHouse `.` also matches line ends, unless told otherwise. */
function regex(name: string, source: string, flags: string, spot: Spot): string {
  const known = regexFor('re2', source, flags);
  if ('lacks' in known)
    throw unsupported(spot.context, title, `a regular expression with ${known.lacks} (RE2)`);
  const head = `${flags}${flags.includes('s') || !/(?<!\\)(?:\\\\)*\./.test(source) ? '' : '-s'}`;
  return `match(${name}, ${quoted(head === '' ? source : `(?${head})${source}`)})`;
}

const timeFunctions = {
  minute: 'toMinute',
  hour: 'toHour',
  day: 'toDayOfMonth',
  week: 'toISOWeek',
  month: 'toMonth',
  year: 'toYear',
} as const;

const values: ValueWriters = {
  string: (field, { parts, cased }) => textMatch(column(field), parts, cased),
  number: (field, { value }) => `${column(field)}=${value}`,
  bool: (field, { value }) => `${column(field)}=${value}`,
  null: (field) => `isNull(${column(field)})`,
  regex: (field, { source, flags }, spot) => regex(column(field), source, flags, spot),
  // What is no address would end the query with an error.
  cidr: (field, { network }) => {
    const name = column(field);
    return `isIPAddressInRange(if(isIPv4String(${name}) OR isIPv6String(${name}), ${name}, NULL), '${network}')`;
  },
  compare: (field, { op, value }) => `${column(field)}${signs[op]}${value}`,
  exists: (field, { value }) => `is${value ? 'Not' : ''}Null(${column(field)})`,
  fieldref: (field, { field: other, startsWith, endsWith, cased }) => {
    const [left, right] = cased
      ? [column(field), column(other)]
      : [lower(column(field)), lower(column(other))];
    if (startsWith && endsWith) return `position(${left}, ${right}) > 0`;
    if (startsWith) return `startsWith(${left}, ${right})`;
    return endsWith ? `endsWith(${left}, ${right})` : `${left}=${right}`;
  },
  timepart: (field, { unit, op, value }) =>
    `${timeFunctions[unit]}(parseDateTime64BestEffortOrNull(toString(${column(field)}), 3, 'UTC'))${signs[op]}${value}`,
  query: (field, { text }) => text.replaceAll('{field}', () => column(field)),
};

function rawColumn(spot: Spot): string {
  const raw = spot.context.options['raw'] ?? '';
  if (raw === '') throw unsupported(spot.context, title, 'keywords without a column of the whole event');
  return column(raw);
}

const keywords: KeywordWriters = {
  string: ({ parts, cased }, spot) => {
    const inner = parts.slice(
      parts[0] === ANY ? 1 : 0,
      parts.length > 1 && parts.at(-1) === ANY ? -1 : undefined,
    );
    return textMatch(rawColumn(spot), [ANY, ...inner, ANY], cased);
  },
  number: ({ value }, spot) => textMatch(rawColumn(spot), [ANY, String(value), ANY], false),
  regex: ({ source, flags }, spot) => regex(rawColumn(spot), source, flags, spot),
};

const engine: SqlEngine = {
  title,
  perSecond: 1000,
  column,
  time: (options) => column(options['timestamp'] ?? 'timestamp'),
  table: (options) => tableName(options['table'], column),
  ticks: (name) => `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(toString(${name}), 3, 'UTC'))`,
  shown: (ticks) => `fromUnixTimestamp64Milli(toInt64(${ticks}), 'UTC')`,
  folded: (name) => lower(`toString(${name})`),
  number: (name) => `toFloat64OrNull(toString(${name}))`,
  joined: (parts) => `concat(${parts.map((part) => `toString(${part})`).join(', ')})`,
  no: 'false',
  distinctOver: (value, window) => `uniqExact(${value}) OVER ${window}`,
  percentileOver: (value, part, window) => `quantileExactInclusive(${part})(${value}) OVER ${window}`,
  percentileOf: (rows, part) => `(SELECT quantileExactInclusive(${part})(v) FROM (${rows}))`,
};

const dialect: Dialect = {
  ...sqlWords,
  name: 'clickhouse',
  title,
  manual: 'https://clickhouse.com/docs/sql-reference',
  options: {
    ...sqlOptions,
    raw: { description: 'column that holds the text of the whole event, for keywords', default: 'full_log' },
  },
  supports: {
    keywords: 'yes',
    regex: 'part',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'yes',
    correlations: allCorrelations,
    notes: [
      'columns hold text, but numbers (or true and false) where a rule asks for them: other types are an error there',
      'regex: RE2, so no look-around, back references or possessive quantifiers',
      ...correlationNotes,
    ],
    ranOn: null,
  },
  suggests: [],
  grouping: 'always',
  values,
  keywords,
  list: (field, items, link) => (link === 'or' ? listOf(field, items) : null),
  correlate: sqlCorrelate(engine),
  query: (search, { options }) => `SELECT * FROM ${tableName(options['table'], column)} WHERE ${search}`,
};

export const clickhouse = textTarget(dialect);
