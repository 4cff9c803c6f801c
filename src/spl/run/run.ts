/** Runs a search over a table of events, and gives its results as texts, as a search engine's REST interface does. */
import { HuntbookError } from '../../errors.ts';
import { sqlErrorText } from './sql-error.ts';
import type { Database } from '../../store/index.ts';
import type { CompileOptions } from '../compile/compile.ts';
import { compileSpl } from '../compile/compile.ts';
import type { ValueType } from '../compile/relation.ts';
import { identifier } from '../compile/sql-text.ts';
import type { EventColumn } from '../compile/base.ts';
import { parseSpl } from '../parse/pipeline.ts';
import { registerFunctions } from './functions.ts';
import { formatTime } from './time-format.ts';

export type SplValue = string | readonly string[] | null;

export interface SplOptions extends Partial<CompileOptions> {
  /** Default `events_text`. */
  readonly table?: string;
  /** Default: what the table has. */
  readonly columns?: readonly EventColumn[];
  readonly signal?: AbortSignal;
}

export interface SplResult {
  /** In Splunk's order. */
  readonly fields: readonly string[];
  /** The statement that is run. */
  readonly sql: string;
  /** Reads them once; each call runs the search anew. */
  readonly rows: AsyncIterable<Record<string, SplValue>>;
  count(): Promise<number>;
}

/** Throws HB_SPL for what the language does not have, before anything is run. */
export async function runSpl(database: Database, text: string, options: SplOptions = {}): Promise<SplResult> {
  const pipeline = parseSpl(text);
  const table = options.table ?? 'events_text';
  await registerFunctions(database);
  const columns = options.columns ?? (await tableColumns(database, table));
  const { sql, fields } = compileSpl(pipeline, text, { ...options, table, columns });
  return {
    fields: fields.map(({ name }) => name),
    sql,
    rows: { [Symbol.asyncIterator]: () => read(database, sql, fields, options.signal) },
    async count() {
      const [row] = await database.all(`SELECT count(*) AS n FROM (${sql})`).catch(rethrow);
      return Number(row?.['n']);
    },
  };
}

const known = new WeakMap<Database, Map<string, Promise<readonly EventColumn[]>>>();

/** The columns of a table, and which of them hold JSON arrays of values. Remembered: the table does not change. */
export function tableColumns(database: Database, table: string): Promise<readonly EventColumn[]> {
  let tables = known.get(database);
  if (tables === undefined) known.set(database, (tables = new Map()));
  let columns = tables.get(table);
  if (columns === undefined) {
    columns = readColumns(database, table);
    tables.set(table, columns);
    columns.catch(() => tables.delete(table));
  }
  return columns;
}

async function readColumns(database: Database, table: string): Promise<readonly EventColumn[]> {
  const rows = await database.all(`DESCRIBE SELECT * FROM ${identifier(table)}`);
  const names = rows.map((row) => ({
    name: String(row['column_name']),
    text: row['column_type'] === 'VARCHAR',
  }));
  const texts = names.filter(({ text, name }) => text && !name.startsWith('_'));
  if (texts.length === 0) return names.map(({ name }) => ({ name }));
  const tests = texts.map(({ name }, index) => {
    const cell = identifier(name);
    return `COALESCE(bool_or(prefix(${cell}, '["') AND suffix(${cell}, '"]') AND json_valid(${cell})), FALSE) AS c${index}`;
  });
  const [found] = await database.all(`SELECT ${tests.join(', ')} FROM ${identifier(table)}`);
  const several = new Set(texts.filter((_, index) => found?.[`c${index}`] === true).map(({ name }) => name));
  return names.map(({ name }) => ({ name, several: several.has(name) }));
}

async function* read(
  database: Database,
  sql: string,
  fields: readonly { readonly name: string; readonly type: ValueType }[],
  signal?: AbortSignal,
): AsyncGenerator<Record<string, SplValue>> {
  signal?.throwIfAborted();
  const stop = (): void => database.connection.interrupt();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await database.connection.stream(sql).catch(rethrow);
    for await (const chunk of chunks(result)) {
      signal?.throwIfAborted();
      for (const cells of chunk) {
        const row: Record<string, SplValue> = {};
        fields.forEach(({ name, type }, index) => {
          row[name] = valueOf(cells[index], type, name);
        });
        yield row;
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function* chunks(result: {
  fetchChunk(): Promise<{ rowCount: number; getRows(): unknown[][] } | null>;
}): AsyncGenerator<unknown[][]> {
  for (;;) {
    const chunk = await result.fetchChunk().catch(rethrow);
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}

function valueOf(cell: unknown, type: ValueType, name: string): SplValue {
  if (cell === null || cell === undefined) return null;
  if (type === 'number') {
    if (name === '_time') return formatTime(cell as number, '%Y-%m-%dT%H:%M:%S.%3N+00:00');
    return formatNumber(cell as number);
  }
  if (type === 'text') return String(cell);
  const items = (cell as { items: readonly unknown[] }).items.filter((item) => item !== null).map(String);
  return items.length === 0 ? null : items.length === 1 ? (items[0] as string) : items;
}

/** As `printf('%.15g')`; times keep their microseconds. */
export function formatNumber(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number === 0 ? 0 : number);
  if (Math.abs(number) >= 1e8 && Math.abs(number) < 1e12)
    return number.toFixed(6).replace(/0+$/, '').replace(/\.$/, '');
  return String(Number(number.toPrecision(15)));
}

function rethrow(error: unknown): never {
  throw new HuntbookError('HB_SPL', `the search cannot be run: ${sqlErrorText(error)}`, { cause: error });
}
