/**
 * One table of events in DuckDB and in SQLite, for questions in SQL. A column is there for every name of a field that
 * a rule may ask for; it holds the text of the value, null where the event lacks it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { compileRegex } from '../../src/sigma/index.ts';

export type Row = readonly (string | null)[];

export interface Engine {
  readonly name: 'duckdb' | 'sqlite' | 'postgres';
  /** Numbers of the rows, from 0, for which each condition holds; or why the engine refused it. */
  search(conditions: readonly string[]): Promise<(Set<number> | string)[]>;
  /** Takes these rows in place of all. */
  replace(rows: readonly Row[]): Promise<void>;
  /** All rows of a query. */
  all(query: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `numeric`: columns whose values SQLite may keep as numbers. Column `_id` is the number of the row. */
export function openSqlite(columns: readonly string[], rows: readonly Row[]): Engine {
  const db = new DatabaseSync(':memory:');
  const regexes = new Map<string, RegExp>();
  db.function('regexp', { deterministic: true }, (pattern, value) => {
    if (typeof pattern !== 'string' || typeof value !== 'string') return null;
    let regex = regexes.get(pattern);
    if (regex === undefined) regexes.set(pattern, (regex = compileRegex(pattern, '')));
    return regex.test(value) ? 1 : 0;
  });
  const types = columns.map((name) => `${quoted(name)} TEXT COLLATE NOCASE`).join(', ');
  db.exec(`CREATE TABLE logs (_id INTEGER PRIMARY KEY${types === '' ? '' : `, ${types}`})`);
  const insert = db.prepare(`INSERT INTO logs VALUES (?${', ?'.repeat(columns.length)})`);
  const replace = (next: readonly Row[]): void => {
    db.exec('BEGIN; DELETE FROM logs');
    next.forEach((row, id) => insert.run(id, ...row));
    db.exec('COMMIT');
  };
  replace(rows);
  const all = (query: string): Record<string, unknown>[] => db.prepare(query).all();
  return {
    name: 'sqlite',
    search: (conditions) => inBatches(conditions, 40, (query) => Promise.resolve(all(query))),
    replace: (next) => Promise.resolve(replace(next)),
    all: (query) => Promise.resolve(all(query)),
    close: () => db.close(),
  };
}

export async function openDuckdb(columns: readonly string[], rows: readonly Row[]): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection: DuckDBConnection = await instance.connect();
  const types = columns.map((name) => `${quoted(name)} VARCHAR`).join(', ');
  await connection.run(`CREATE TABLE logs (_id INTEGER${types === '' ? '' : `, ${types}`})`);
  await fill(connection, columns, rows);
  await connection.run("SET TimeZone = 'UTC'");
  const all = async (query: string): Promise<Record<string, unknown>[]> =>
    (await connection.runAndReadAll(query)).getRowObjectsJS();
  return {
    name: 'duckdb',
    // Its optimizer takes longer over one long statement than over the parts of it.
    search: (conditions) => inBatches(conditions, 1, all),
    replace: async (next) => {
      await connection.run('DELETE FROM logs');
      await fill(connection, columns, next);
    },
    all,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** By way of a file of JSON arrays: rows one by one take minutes. */
async function fill(
  connection: DuckDBConnection,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-parity-'));
  try {
    for (let from = 0; from < rows.length; from += 20_000) {
      const file = path.join(folder, 'rows.json');
      const lines = rows.slice(from, from + 20_000).map((row, i) => JSON.stringify({ i: from + i, v: row }));
      writeFileSync(file, lines.join('\n'));
      const values = columns.map((_, at) => `v[${at + 1}]`);
      await connection.run(
        `INSERT INTO logs SELECT ${['i', ...values].join(', ')} FROM read_json('${file}', ` +
          "format = 'newline_delimited', maximum_object_size = 67108864, columns = {i: 'INTEGER', v: 'VARCHAR[]'})",
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Many conditions in one pass; a batch that fails is asked one by one. */
async function inBatches(
  conditions: readonly string[],
  size: number,
  all: (query: string) => Promise<Record<string, unknown>[]>,
): Promise<(Set<number> | string)[]> {
  const found: (Set<number> | string)[] = [];
  for (let from = 0; from < conditions.length; from += size) {
    const batch = conditions.slice(from, from + size);
    try {
      found.push(...(await passOf(batch, all)));
    } catch {
      for (const condition of batch) {
        try {
          found.push(...(await passOf([condition], all)));
        } catch (error) {
          found.push(String(error).slice(0, 300));
        }
      }
    }
  }
  return found;
}

async function passOf(
  batch: readonly string[],
  all: (query: string) => Promise<Record<string, unknown>[]>,
): Promise<Set<number>[]> {
  if (batch.length === 1) {
    const rows = await all(`SELECT _id FROM logs WHERE ${batch[0]}`);
    return [new Set(rows.map(({ _id }) => Number(_id)))];
  }
  const sets = batch.map(() => new Set<number>());
  const marks = batch.map((condition, i) => `CASE WHEN ${condition} THEN '${i} ' ELSE '' END`);
  // In groups, as chains of operators nest.
  const groups: string[] = [];
  for (let from = 0; from < marks.length; from += 10)
    groups.push(`(${marks.slice(from, from + 10).join(' || ')})`);
  const query = `SELECT * FROM (SELECT _id, ${groups.join(' || ')} AS hits FROM logs) WHERE hits <> ''`;
  for (const { _id, hits } of await all(query)) {
    for (const mark of String(hits).trim().split(' ')) sets[Number(mark)]?.add(Number(_id));
  }
  return sets;
}
