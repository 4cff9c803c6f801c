/** Rows of a relation into a new table of DuckDB, a chunk at a time. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { loadDuckDb } from './duckdb.ts';
import { quoteName } from './names.ts';
import type { Relation } from './relation.ts';
import { tableColumn } from './to-duckdb.ts';

/** DuckDB's own size of a vector. */
const chunkRows = 2048;

/** The table gets `name` in the store of frames. */
export async function appendRows(
  connection: DuckDBConnection,
  relation: Relation,
  name: string,
): Promise<void> {
  const duck = await loadDuckDb();
  const columns = relation.columns.map((column) => tableColumn(duck, column, relation.wide.has(column.name)));
  const names = sqlNames(relation.columns.map((column) => column.name));
  const declared = columns.map(({ sql }, at) => `${quoteName(names[at] ?? '')} ${sql}`);
  await connection.run(`CREATE TABLE frame_store.main.${name} (${declared.join(', ') || 'nothing VARCHAR'})`);
  if (columns.length === 0) return;
  const appender = await connection.createAppender(name, 'main', 'frame_store');
  const types = columns.map(({ type }) => type);
  let pending: DuckDBValue[][] = columns.map(() => []);
  let rows = 0;
  const flush = (): void => {
    if (rows === 0) return;
    const chunk = duck.DuckDBDataChunk.create(types, rows);
    chunk.setColumns(pending);
    appender.appendDataChunk(chunk);
    pending = columns.map(() => []);
    rows = 0;
  };
  for await (const row of relation.rows()) {
    for (let at = 0; at < columns.length; at++)
      pending[at]?.push(columns[at]?.convert(row[at] ?? null) ?? null);
    if (++rows === chunkRows) flush();
  }
  flush();
  appender.closeSync();
}

/** Names that differ by case only are one name to SQL: the second gets a number, as in DuckDB's own results. */
function sqlNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name === '' ? 'column' : name;
    let given = base;
    for (let number = 1; taken.has(given.toLowerCase()); number++) given = `${base}_${number}`;
    taken.add(given.toLowerCase());
    return given;
  });
}
