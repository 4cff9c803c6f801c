/**
 * Databricks SQL (https://docs.databricks.com/sql/language-manual/). A query is the condition alone, to be put behind
 * WHERE or into DataFrame.filter. Dots in names of fields go into structs. Regular expressions are Java's.
 */
import { sqlWords } from './sql-engine.ts';
import { ANY, ONE } from '../ast.ts';
import type { SigmaValue, StringPart } from '../ast.ts';
import type { Dialect, KeywordWriters, Spot, ValueWriters } from './dialect.ts';
import { signs, splitLongChain } from './sql-text.ts';
import { hasWildcard, shapeOf } from './strings.ts';
import { textTarget } from './text-target.ts';

const title = 'Databricks SQL';
const plainName = /^[A-Za-z0-9_.]*[A-Za-z_][A-Za-z0-9_.]*$/;
/** `1e5` and `10L` are numbers. */
const likeNumber = /^[0-9.]+(?:e[0-9]+)?(?:[bdfls]|bd)?$/i;

function column(name: string): string {
  return plainName.test(name) && !likeNumber.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;
const lower = (text: string): string => `lower(${text})`;
const lowerColumn = (field: string): string => lower(column(field));
const regexText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|\-&~# \t\n\r\v\f]/g, '\\$&');

function pattern(parts: readonly StringPart[]): string {
  let text = '';
  for (const part of parts) {
    if (part === ANY) text += '.*';
    else if (part === ONE) text += '.';
    else if (typeof part === 'string') text += regexText(part);
  }
  return `^${text}$`;
}

function textMatch(field: string, parts: readonly StringPart[], cased: boolean): string {
  const subject = cased ? column(field) : lowerColumn(field);
  const literal = (text: string): string => (cased ? quoted(text) : lower(quoted(text)));
  const shape = shapeOf(parts);
  switch (shape.kind) {
    case 'exact':
      return `${subject} = ${literal(shape.text)}`;
    case 'startsWith':
      return `startswith(${subject}, ${literal(shape.text)})`;
    case 'any':
      return `startswith(${subject}, ${literal('')})`;
    case 'endsWith':
      return `endswith(${subject}, ${literal(shape.text)})`;
    case 'contains':
      return `contains(${subject}, ${literal(shape.text)})`;
    case 'pattern':
      return `${column(field)} rlike ${quoted(`(?${cased ? 's' : 'isu'})${pattern(parts)}`)}`;
  }
}

/** Three or more texts that begin, end or stand anywhere: one regular expression. */
function alternatives(field: string, items: readonly SigmaValue[]): string | null {
  if (items.length < 3) return null;
  const texts: string[] = [];
  let kind: string | null = null;
  for (const item of items) {
    if (item.kind !== 'string' || item.cased) return null;
    const shape = shapeOf(item.parts);
    if (shape.kind !== 'startsWith' && shape.kind !== 'endsWith' && shape.kind !== 'contains') return null;
    if (kind !== null && kind !== shape.kind) return null;
    kind = shape.kind;
    texts.push(regexText(shape.text));
  }
  const joined = `(${texts.join('|')})`;
  const whole = kind === 'contains' ? `.*${joined}.*` : kind === 'startsWith' ? `^${joined}` : `${joined}$`;
  return `${column(field)} rlike ${quoted(`(?iu)${whole}`)}`;
}

function regex(subject: string, source: string, flags: string): string {
  // Java folds only ASCII without u.
  const head = flags === '' ? '' : `(?${flags}${flags.includes('i') ? 'u' : ''})`;
  return `${subject} rlike ${quoted(head + source)}`;
}

const timeFunctions = {
  minute: 'minute',
  hour: 'hour',
  day: 'day',
  week: 'weekofyear',
  month: 'month',
  year: 'year',
} as const;

const values: ValueWriters = {
  string: (field, { parts, cased }) => textMatch(field, parts, cased),
  number: (field, { value }) => `${column(field)} = ${value}`,
  bool: (field, { value }) => `${column(field)} = ${value}`,
  null: (field) => `${column(field)} is null`,
  regex: (field, { source, flags }) => regex(column(field), source, flags),
  cidr: (field, { network }) => `ip_cidr_contains('${network}', try_ip_as_binary(${column(field)}))`,
  compare: (field, { op, value }) => `${column(field)} ${signs[op]} ${value}`,
  exists: (field, { value }) => `${column(field)} is ${value ? 'not ' : ''}null`,
  fieldref: (field, { field: other, startsWith, endsWith, cased }) => {
    const [left, right] = cased ? [column(field), column(other)] : [lowerColumn(field), lowerColumn(other)];
    if (startsWith && endsWith) return `contains(${left}, ${right})`;
    if (startsWith) return `startswith(${left}, ${right})`;
    return endsWith ? `endswith(${left}, ${right})` : `${left} = ${right}`;
  },
  timepart: (field, { unit, op, value }) =>
    `${timeFunctions[unit]}(try_to_timestamp(${column(field)})) ${signs[op]} ${value}`,
  query: (field, { text }) => text.replaceAll('{field}', () => column(field)),
};

const raw = ({ context }: Spot): string => context.options['raw'] ?? 'raw';

const keywords: KeywordWriters = {
  string: ({ parts, cased }, spot) => {
    if (!hasWildcard(parts)) return textMatch(raw(spot), [ANY, parts.join(''), ANY], cased);
    const inner = parts.slice(parts[0] === ANY ? 1 : 0, parts.at(-1) === ANY ? -1 : undefined);
    return textMatch(raw(spot), [ANY, ...inner, ANY], cased);
  },
  number: ({ value }, spot) => textMatch(raw(spot), [ANY, String(value), ANY], false),
  regex: ({ source, flags }, spot) => regex(column(raw(spot)), source, flags),
};

const dialect: Dialect = {
  ...sqlWords,
  name: 'databricks',
  title,
  manual: 'https://docs.databricks.com/sql/language-manual/',
  formats: { default: { description: 'conditions, for WHERE' } },
  options: {
    raw: { description: 'column that holds the text of the whole event, for keywords', default: 'raw' },
  },
  supports: {
    keywords: 'yes',
    regex: 'yes',
    cidr: 'part',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'yes',
    correlations: [],
    notes: [
      'cidr: calls ip_cidr_contains and try_ip_as_binary, which are functions of DASL, not of every workspace',
      'values with wildcards and lists: `$` also stands before a line end that ends the value',
      'parts of times are those of the session time zone',
    ],
    ranOn: null,
  },
  suggests: [{ when: { product: 'windows' }, pipelines: ['sysmon', 'windows-logsources'] }],
  grouping: 'needed',
  values,
  keywords,
  list: (field, items, link) => (link === 'or' ? alternatives(field, items) : null),
  expansion: (field, items, spot) => {
    const text = alternatives(field, items);
    return text !== null && spot.parent === 'and' ? `(${text})` : text;
  },
  node: (expression, spot, walk) =>
    splitLongChain(expression, spot, walk, (items) => alternatives('', items) !== null),
};

export const databricks = textTarget(dialect);
