/**
 * SQLite (https://www.sqlite.org/lang_expr.html). Columns of text must be declared `COLLATE NOCASE`, as `=` is exact
 * otherwise; LIKE and NOCASE fold the case of ASCII letters only. REGEXP calls a function that the program must bring.
 */
import type { StringPart } from '../ast.ts';
import { unsupported } from './dialect.ts';
import type { Dialect, Spot, ValueWriters } from './dialect.ts';
import { sqlCorrelate } from './sql-correlation.ts';
import { allCorrelations, correlationNotes, usual, sqlOptions, sqlWords } from './sql-engine.ts';
import type { SqlEngine } from './sql-engine.ts';
import { networkTexts } from './sql-network.ts';
import { sqliteWords } from './sql-words.ts';
import { nameWriter, signs, splitLongChain, tableName, withoutNul } from './sql-text.ts';
import { hasWildcard, writeParts } from './strings.ts';
import { textTarget } from './text-target.ts';

const title = 'SQLite';
const column = nameWriter({ quote: '`', reserved: sqliteWords });

const literal = (value: string): string => value.replaceAll("'", "''");
const quoted = (value: string): string => `'${literal(value)}'`;
const likeSpecial = /[\\%_]/;
const likeText = (value: string): string => literal(value.replaceAll(/[\\%_]/g, '\\$&'));
const globText = (value: string): string => literal(value.replaceAll(/[[*?]/g, '[$&]'));
const like = (name: string, pattern: string): string => `${name} LIKE '${pattern}' ESCAPE '\\'`;

function equals(name: string, value: string): string {
  return likeSpecial.test(value) ? like(name, likeText(value)) : `${name}=${quoted(value)}`;
}

function checked(parts: readonly StringPart[], spot: Spot): void {
  for (const part of parts) if (typeof part === 'string') withoutNul(part, spot, title);
}

const likeLiteral = (name: string): string =>
  `REPLACE(REPLACE(REPLACE(${name}, '\\', '\\\\'), '%', '\\%'), '_', '\\_')`;

const values: ValueWriters = {
  string: (field, { parts, cased }, spot) => {
    checked(parts, spot);
    const name = column(field);
    if (cased) return `${name} GLOB '${writeParts(parts, globText, '*', '?')}'`;
    if (!hasWildcard(parts)) return equals(name, parts.join(''));
    return like(name, writeParts(parts, likeText, '%', '_'));
  },
  number: (field, { value }) => `${column(field)}=${value}`,
  bool: (field, { value }) => {
    const name = column(field);
    return `(${name}='${value}' OR ${name}=${value ? 1 : 0})`;
  },
  null: (field) => `${column(field)} IS NULL`,
  regex: (field, { source, flags }, spot) =>
    `${column(field)} REGEXP ${quoted(withoutNul(flags === '' ? source : `(?${flags})${source}`, spot, title))}`,
  cidr: (field, { network }, spot) => {
    const name = column(field);
    // A whole family has no beginning in common: any text of its shape.
    if (network === '0.0.0.0/0') return `${name} GLOB '[0-9]*.[0-9]*.[0-9]*.[0-9]*'`;
    if (network === '::/0') return `${name} GLOB '*:*:*'`;
    const texts = networkTexts(network);
    if (texts === null) throw unsupported(spot.context, title, `the network ${network}`);
    const items = texts.map(({ text, whole }) => (whole ? `${name}=${quoted(text)}` : like(name, text)));
    const joined = joinLong(items);
    return items.length > 1 && spot.parent === 'and' ? `(${joined})` : joined;
  },
  // A cast has numeric affinity, which text on the other side takes on where it is a number. What is none is above all
  // numbers, also above infinity.
  compare: (field, { op, value }) => {
    const name = column(field);
    const holds = `${name} ${signs[op]} CAST(${value} AS NUMERIC)`;
    return op === 'lt' || op === 'lte' ? holds : `(${holds} AND ${name} <= CAST(9e999 AS NUMERIC))`;
  },
  exists: (field, { value }) => `${column(field)} IS ${value ? 'NOT ' : ''}NULL`,
  fieldref: (field, { field: other, startsWith, endsWith, cased }) => {
    const name = column(field);
    const second = column(other);
    if (cased) return casedReference(name, second, startsWith, endsWith);
    if (!startsWith && !endsWith) return `${name}=${second}`;
    const before = endsWith ? "'%' || " : '';
    const after = startsWith ? " || '%'" : '';
    return `${name} LIKE ${before}${likeLiteral(second)}${after} ESCAPE '\\'`;
  },
  timepart: (field, { unit, op, value }) =>
    `CAST(strftime('${timeParts[unit]}', ${column(field)}) AS INTEGER)${signs[op]}${value}`,
  query: (field, { text }) => text.replaceAll('{field}', () => column(field)),
};

/** `%V`, the week of ISO 8601, came with SQLite 3.46. */
const timeParts = { minute: '%M', hour: '%H', day: '%d', week: '%V', month: '%m', year: '%Y' } as const;

function casedReference(name: string, other: string, startsWith: boolean, endsWith: boolean): string {
  if (startsWith && endsWith) return `instr(${name}, ${other}) > 0`;
  if (startsWith) return `instr(${name}, ${other}) = 1`;
  if (endsWith) return `substr(${name}, length(${name}) - length(${other}) + 1)=${other} COLLATE BINARY`;
  return `${name}=${other} COLLATE BINARY`;
}

function joinLong(items: readonly string[]): string {
  if (items.length <= 100) return items.join(' OR ');
  const pieces: string[] = [];
  for (let from = 0; from < items.length; from += 50)
    pieces.push(`(${items.slice(from, from + 50).join(' OR ')})`);
  return pieces.join(' OR ');
}

/** Percentiles as in percentile_cont: between the two nearest ranks in proportion. */
const percentileOf = (rows: string, part: number): string =>
  `(SELECT sum(v * CASE WHEN r = CAST(x AS INTEGER) THEN 1 - (x - CAST(x AS INTEGER)) ELSE x - CAST(x AS INTEGER) END) ` +
  `FROM (SELECT v, row_number() OVER (ORDER BY v) - 1 AS r, (count(*) OVER () - 1) * ${part} AS x FROM (${rows})) ` +
  `WHERE r IN (CAST(x AS INTEGER), CAST(x AS INTEGER) + 1))`;

const engine: SqlEngine = {
  ...usual,
  title,
  perSecond: 1000,
  column,
  time: (options) => column(options['timestamp'] ?? 'timestamp'),
  table: (options) => tableName(options['table'], column),
  ticks: (name) => `CAST(round((julianday(${name}) - 2440587.5) * 86400000) AS INTEGER)`,
  shown: (ticks) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${ticks} / 1000.0, 'unixepoch')`,
  folded: (name) => `lower(CAST(${name} AS TEXT))`,
  number: (name) =>
    `CASE WHEN ${name} BETWEEN CAST(-9e999 AS NUMERIC) AND CAST(9e999 AS NUMERIC) THEN CAST(${name} AS REAL) END`,
  no: '0',
  percentileOf,
};

const dialect: Dialect = {
  ...sqlWords,
  name: 'sqlite',
  title,
  manual: 'https://www.sqlite.org/lang_expr.html',
  options: {
    ...sqlOptions,
  },
  supports: {
    keywords: 'no',
    regex: 'part',
    cidr: 'part',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'yes',
    correlations: allCorrelations,
    notes: [
      'text columns must be declared COLLATE NOCASE; only ASCII letters are folded',
      'regex: the program that runs the query must define the function REGEXP',
      'cidr: compared as text, so addresses must be in their usual form',
      'the week of a time needs SQLite 3.46',
      ...correlationNotes,
    ],
    ranOn: 'SQLite 3.50 (node:sqlite)',
  },
  suggests: [{ when: { product: 'windows' }, pipelines: ['sysmon', 'windows-logsources'] }],
  grouping: 'always',
  not: (operand, single) => `NOT COALESCE(${single ? `(${operand})` : operand}, 0)`,
  values,
  node: splitLongChain,
  correlate: sqlCorrelate(engine),
  query: (search, { options }) => `SELECT * FROM ${tableName(options['table'], column)} WHERE ${search}`,
};

export const sqlite = textTarget(dialect);
