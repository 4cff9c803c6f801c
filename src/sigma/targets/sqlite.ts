/**
 * SQLite (https://www.sqlite.org/lang_expr.html). Text columns must be declared `COLLATE NOCASE`, as `=` is exact
 * otherwise; LIKE folds the case of ASCII letters only. REGEXP needs a user function.
 */
import { textTarget, valuesOfOneField } from './text-target.ts';
import { hasWildcard, writeParts } from './strings.ts';
import type { Dialect, ValueWriters } from './dialect.ts';

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function field(name: string): string {
  return plainName.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const likeText = (value: string): string => value.replaceAll(/[\\%_]/g, '\\$&').replaceAll("'", "''");

const values: ValueWriters = {
  string: (name, { parts }) => {
    const plain = parts.every((part) => typeof part === 'string' && !/[\\%_]/.test(part));
    if (plain) return `${field(name)}=${text(parts.join(''))}`;
    return `${field(name)} LIKE '${writeParts(parts, likeText, '%', '_')}' ESCAPE '\\'`;
  },
  number: (name, { value }) => `${field(name)}=${value}`,
  null: (name) => `${field(name)} IS NULL`,
};

const dialect: Dialect = {
  name: 'sqlite',
  title: 'SQLite',
  manual: 'https://www.sqlite.org/lang_expr.html',
  formats: { default: { description: 'SELECT statements' } },
  options: { table: { description: 'table to select from', default: 'logs' } },
  supports: {
    keywords: 'no',
    regex: 'yes',
    cidr: 'yes',
    cased: 'yes',
    fieldref: 'yes',
    exists: 'yes',
    compare: 'yes',
    timeparts: 'yes',
    correlations: [],
    notes: [],
    ranOn: 'SQLite (node:sqlite)',
  },
  suggests: [],
  precedence: ['not', 'and', 'or'],
  grouping: 'always',
  and: ' AND ',
  or: ' OR ',
  not: (operand, single) => `NOT COALESCE(${single ? `(${operand})` : operand}, 0)`,
  group: (inner) => `(${inner})`,
  values,
  query: (search, { options }) => `SELECT * FROM ${options['table'] ?? 'logs'} WHERE ${search}`,
};

export const sqlite = textTarget(dialect);
void valuesOfOneField;
void hasWildcard;
