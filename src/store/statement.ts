/**
 * What SQL of users may be: one statement that reads the tables. Decided by DuckDB's own parser before anything runs
 * or is bound: some functions that stand behind FROM write files (`enable_logging`) or run text as SQL, so that only
 * those known to be harmless are let through.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { HuntbookError } from '../errors.ts';
import { loadDuckDb } from './duckdb.ts';
import { decimalLiterals } from './hex-literals.ts';
import { quoteText } from './names.ts';
import { sqlError } from './sql-error.ts';
import { sqlTokens } from './sql-tokens.ts';
import type { SqlValues } from './types.ts';

/** Longest statement; the parser's memory grows with it. */
const maxLength = 1024 * 1024;

const tables = new Set(['select', 'with', 'from', 'values', 'table', 'pivot', 'unpivot', '(']);
const others = new Set(['describe', 'desc', 'summarize', 'show']);
/** Functions behind FROM that compute, or tell of the tables that are there. */
const sources = new Set(
  `range generate_series unnest repeat repeat_row json_each json_tree summary histogram histogram_values query_table
  pragma_table_info pragma_version duckdb_tables duckdb_columns duckdb_views duckdb_functions duckdb_types`.split(
    /\s+/,
  ),
);
/** Functions of a row that do more than compute. */
const acting = new Set(['write_log', 'nextval', 'setseed']);

export interface Statement {
  readonly sql: string;
  /** Whether its result can be kept by CREATE TABLE AS. */
  readonly keeps: boolean;
}

/** Throws HB_SQL where it can not be parsed, HB_SQL_REFUSED where it is not one that reads. */
export async function checkStatement(
  connection: DuckDBConnection,
  given: string,
  values?: SqlValues,
): Promise<Statement> {
  if (given.length > maxLength)
    throw new HuntbookError('HB_SQL_REFUSED', `the statement is longer than ${maxLength} characters`);
  if (given.includes('\0')) throw new HuntbookError('HB_SQL', 'the statement holds a NUL character');
  const sql = decimalLiterals(given);
  const { first, rest } = firstWord(sql);
  if (first === '') throw new HuntbookError('HB_SQL', 'the statement is empty');
  const explained = first === 'explain';
  const query = explained ? rest : sql;
  const kind = explained ? firstWord(rest).first : first;
  if (!tables.has(kind) && !others.has(kind)) throw refused(explained ? `explain ${kind}` : kind);
  const { StatementType } = await loadDuckDb();
  try {
    const extracted = await connection.extractStatements(sql);
    if (extracted.count !== 1) throw several(extracted.count, sql);
    await checkTree(connection, query, explained ? `explain ${kind}` : kind);
    const prepared = await extracted.prepare(0);
    const type = prepared.statementType;
    const names = Array.from({ length: prepared.parameterCount }, (_, at) => prepared.parameterName(at + 1));
    prepared.destroySync();
    const expected = explained ? StatementType.EXPLAIN : StatementType.SELECT;
    if (type !== expected) throw refused(StatementType[type] ?? kind);
    checkValues(names, values);
  } catch (error) {
    throw sqlError(error);
  }
  return { sql, keeps: !explained && tables.has(kind) };
}

/** The query as DuckDB parsed it, which it gives for statements that read and for no others. */
async function checkTree(connection: DuckDBConnection, query: string, kind: string): Promise<void> {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(query)})::VARCHAR`);
  const tree = JSON.parse(String(reader.value(0, 0))) as Record<string, unknown>;
  if (tree['error'] !== false) throw refused(kind);
  const open: unknown[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    checkNode(node as Record<string, unknown>);
    for (const part of Object.values(node)) if (typeof part === 'object' && part !== null) open.push(part);
  }
}

function checkNode({ type, function: called, function_name: name }: Record<string, unknown>): void {
  if (type === 'TABLE_FUNCTION') {
    const source = String((called as Record<string, unknown> | null)?.['function_name']);
    if (!sources.has(source.toLowerCase())) throw refused(`FROM ${source}()`);
  }
  if (typeof name === 'string' && acting.has(name.toLowerCase())) throw refused(`${name}()`);
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

function refused(what: string): HuntbookError {
  const shown = what.endsWith('()') ? what : what.toUpperCase();
  return new HuntbookError('HB_SQL_REFUSED', `${shown} is not run: only statements that read the tables are`);
}

function several(count: number, sql: string): HuntbookError {
  // DuckDB makes two statements of a PIVOT: the first looks up the values that become columns.
  const pivot = /\bpivot\b/i.test(sql);
  return new HuntbookError(
    'HB_SQL_REFUSED',
    `${count} statements; one at a time is run`,
    pivot
      ? { hint: "PIVOT needs the values that become columns: PIVOT t ON c IN ('a', 'b') USING count(*)." }
      : {},
  );
}

/** The first word of a statement in lower case, or the character that it begins with, and what follows. */
function firstWord(sql: string): { first: string; rest: string } {
  let at = 0;
  for (const { kind, text } of sqlTokens(sql)) {
    at += text.length;
    if (kind !== 'blank' && text !== ';') return { first: text.toLowerCase(), rest: sql.slice(at) };
  }
  return { first: '', rest: '' };
}
