/**
 * What SQL of users may be: one statement that reads. Decided by DuckDB's own parser before anything runs; the
 * first word is looked at too, because some statements (PRAGMA) are rewritten to a SELECT by the parser.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { HuntbookError } from '../errors.ts';
import { loadDuckDb } from './duckdb.ts';
import { sqlError } from './sql-error.ts';
import type { SqlValues } from './types.ts';

/** Longest statement; the parser's memory grows with it. */
const maxLength = 1024 * 1024;

const tables = new Set(['select', 'with', 'from', 'values', 'table', 'pivot', 'unpivot', '(']);
const others = new Set(['describe', 'desc', 'summarize', 'show']);

export interface Statement {
  readonly sql: string;
  /** Whether its result can be kept by CREATE TABLE AS. */
  readonly keeps: boolean;
}

/** Throws HB_SQL where a value is missing, or given and not asked for. */
function checkValues(wanted: readonly string[], values: SqlValues | undefined): void {
  const given = new Set(
    Array.isArray(values) ? values.map((_, at) => String(at + 1)) : Object.keys(values ?? {}),
  );
  const hint = 'Give one value for each $name of the query: --param NAME=VALUE.';
  const missing = wanted.filter((name) => !given.has(name));
  if (missing.length > 0) throw new HuntbookError('HB_SQL', `no value for $${missing.join(', $')}`, { hint });
  const more = [...given].filter((name) => !wanted.includes(name));
  if (more.length > 0) throw new HuntbookError('HB_SQL', `the query has no $${more.join(', $')}`, { hint });
}

/** Throws HB_SQL where it can not be parsed, HB_SQL_REFUSED where it is not one that reads. */
export async function checkStatement(
  connection: DuckDBConnection,
  sql: string,
  values?: SqlValues,
): Promise<Statement> {
  if (sql.length > maxLength)
    throw new HuntbookError('HB_SQL_REFUSED', `the statement is longer than ${maxLength} characters`);
  if (sql.includes('\0')) throw new HuntbookError('HB_SQL', 'the statement holds a NUL character');
  const words = leadingWords(sql);
  const [first = ''] = words;
  if (first === '') throw new HuntbookError('HB_SQL', 'the statement is empty');
  const explained = first === 'explain' ? (words[1] ?? '') : null;
  const kind = explained ?? first;
  if (!tables.has(kind) && !others.has(kind))
    throw refused(explained === 'analyze' ? 'explain analyze' : kind);
  // EXPLAIN (ANALYZE, …): its options stand in parentheses, and would run the statement.
  if (explained === '(' && !tables.has(words[2] ?? '')) throw refused('explain (');
  const { StatementType } = await loadDuckDb();
  try {
    const extracted = await connection.extractStatements(sql);
    if (extracted.count !== 1) throw several(extracted.count, kind);
    const prepared = await extracted.prepare(0);
    const type = prepared.statementType;
    const names = Array.from({ length: prepared.parameterCount }, (_, at) => prepared.parameterName(at + 1));
    prepared.destroySync();
    const expected = explained === null ? StatementType.SELECT : StatementType.EXPLAIN;
    if (type !== expected) throw refused(StatementType[type] ?? kind);
    checkValues(names, values);
  } catch (error) {
    throw sqlError(error);
  }
  return { sql, keeps: explained === null && tables.has(kind) };
}

function refused(word: string): HuntbookError {
  return new HuntbookError(
    'HB_SQL_REFUSED',
    `${word.toUpperCase()} is not run: only statements that read are`,
  );
}

function several(count: number, kind: string): HuntbookError {
  // DuckDB makes two statements of a PIVOT: the first looks up the values that become columns.
  const pivot = kind === 'pivot';
  return new HuntbookError(
    'HB_SQL_REFUSED',
    `${count} statements; one at a time is run`,
    pivot
      ? { hint: "PIVOT needs the values that become columns: PIVOT t ON c IN ('a', 'b') USING count(*)." }
      : {},
  );
}

/** The first words of a statement in lower case, without comments; an opening parenthesis is a word. */
function leadingWords(sql: string): string[] {
  const words: string[] = [];
  let rest = sql;
  while (words.length < 3) {
    const before = rest;
    rest = rest.replace(/^(?:[\s;\uFEFF\u00A0]+|--[^\n\r]*|\/\*[\s\S]*?\*\/)/, '');
    if (rest !== before) continue;
    const word = /^(?:\w+|.)/s.exec(rest)?.[0];
    if (word === undefined) break;
    words.push(word.toLowerCase());
    rest = rest.slice(word.length);
  }
  return words;
}
