/** A small table of events as `huntbook/hunt` makes it, and searches over it. */
import { runSpl } from '../../src/spl/index.ts';
import type { SplOptions, SplValue } from '../../src/spl/index.ts';
import { Database } from '../../src/store/index.ts';

export type Event = Readonly<Record<string, string | readonly string[] | null>>;

/** A time for the events that do not have one: later rows are later. */
export function timeOf(row: number): string {
  return new Date(Date.UTC(2020, 8, 22, 8, 0, row)).toISOString();
}

export async function openEvents(events: readonly Event[], names?: readonly string[]): Promise<Database> {
  const database = await Database.open();
  const columns = [
    ...new Set(['SystemTime', ...(names ?? []), ...events.flatMap((event) => Object.keys(event))]),
  ];
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  await database.run(
    `CREATE TABLE events_text ("_row" BIGINT, "_source" VARCHAR, "_position" BIGINT, ${columns.map((name) => `${quote(name)} VARCHAR`).join(', ')})`,
  );
  for (const [row, event] of events.entries()) {
    const cells = columns.map((name) => {
      const value = event[name] ?? (name === 'SystemTime' ? timeOf(row) : null);
      return Array.isArray(value) ? JSON.stringify(value) : (value as string | null);
    });
    await database.run(
      `INSERT INTO events_text VALUES (${row}, 'test', ${row}, ${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
      cells,
    );
  }
  return database;
}

export async function search(
  database: Database,
  text: string,
  options: SplOptions = {},
): Promise<Record<string, SplValue>[]> {
  const result = await runSpl(database, text, { now: Date.UTC(2020, 8, 22, 12) / 1000, ...options });
  return Array.fromAsync(result.rows);
}

/** The numbers of the events that a search finds, in their own order. */
export async function found(database: Database, text: string, options: SplOptions = {}): Promise<number[]> {
  const rows = await search(database, `${text}\n| table _cd`, options);
  return rows.map((row) => Number(String(row['_cd']).slice(2))).sort((a, b) => a - b);
}
