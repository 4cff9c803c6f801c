/** Runs a search over a table of events, and gives its results as texts, as a search engine's REST interface does. */
import { HuntbookError } from '../../errors.ts';
import { sqlErrorText } from './sql-error.ts';
import type { Database, Frame } from '../../store/index.ts';
import type { CompiledSpl, CompileOptions } from '../compile/compile.ts';
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
  /** The search is run when they are first asked for, and once. */
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
  let kept: Promise<Frame> | undefined;
  const { signal } = options;
  const answer = (): Promise<Frame> =>
    (kept ??= database
      .query(sql, undefined, signal === undefined ? {} : { signal })
      .catch((error: unknown) => rethrow(error, signal)));
  return {
    fields: fields.map(({ name }) => name),
    sql,
    rows: { [Symbol.asyncIterator]: () => read(answer, fields) },
    count: async () => (await answer()).count(),
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
    return `COALESCE(bool_or(CASE WHEN prefix(${cell}, '["') THEN json_valid(${cell}) ELSE FALSE END), FALSE) AS c${index}`;
  });
  const [found] = await database.all(`SELECT ${tests.join(', ')} FROM ${identifier(table)}`);
  const several = new Set(texts.filter((_, index) => found?.[`c${index}`] === true).map(({ name }) => name));
  return names.map(({ name }) => ({ name, several: several.has(name) }));
}

/** The results lie in the database while they are read: searches run beside each other, each on its own connection. */
async function* read(
  answer: () => Promise<Frame>,
  fields: CompiledSpl['fields'],
): AsyncGenerator<Record<string, SplValue>> {
  const frame = await answer();
  for await (const cells of frame.rows()) {
    const row: Record<string, SplValue> = {};
    fields.forEach(({ name, type }, index) => {
      row[name] = valueOf(cells[`c${index}`], type, name);
    });
    yield row;
  }
}

function valueOf(cell: unknown, type: ValueType, name: string): SplValue {
  if (cell === null || cell === undefined) return null;
  if (type === 'number') {
    if (name === '_time') return formatTime(cell as number, '%Y-%m-%dT%H:%M:%S.%3N+00:00');
    return formatNumber(cell as number);
  }
  if (type === 'text') return String(cell);
  const items = (cell as readonly unknown[]).filter((item) => item !== null).map(String);
  return items.length === 0 ? null : items.length === 1 ? (items[0] as string) : items;
}

/** As `printf('%.15g')`; times keep their microseconds. */
export function formatNumber(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number === 0 ? 0 : number);
  if (Math.abs(number) >= 1e8 && Math.abs(number) < 1e12)
    return number.toFixed(6).replace(/0+$/, '').replace(/\.$/, '');
  return String(Number(number.toPrecision(15)));
}

function rethrow(error: unknown, signal?: AbortSignal): never {
  // What stopped the search is said as it is.
  if (signal?.aborted === true || !(error instanceof HuntbookError) || error.code !== 'HB_SQL') throw error;
  throw new HuntbookError('HB_SPL', `the search cannot be run: ${sqlErrorText(error)}`, { cause: error });
}
