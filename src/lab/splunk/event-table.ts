/**
 * The events as an index of Splunk has them: the table with `_raw` and `Message` for every event, and searches over
 * it. `_raw` is made when it is asked for, so that searches of fields pay nothing for it.
 */
import { randomBytes } from 'node:crypto';
import { compileSpl, parseSpl, runSpl } from '../../spl/index.ts';
import type { Column, Database } from '../../store/index.ts';
import type { Search } from './job.ts';
import { identifier, rawText } from './raw-text.ts';
import type { RawForm } from './types.ts';

export interface EventTableOptions {
  readonly database: Database;
  readonly table?: string;
  readonly columns: readonly Column[];
  readonly raw?: RawForm;
  readonly index?: string;
}

export interface EventTable {
  readonly search: Search;
  /** Throws HB_SPL for a search that is none. */
  readonly check: (text: string) => void;
  readonly facts: { readonly events: number; readonly from: string | null; readonly to: string | null };
  close(): Promise<void>;
}

export async function eventTable(options: EventTableOptions): Promise<EventTable> {
  const { database, table = 'events_text', raw: form = 'message', index = 'main' } = options;
  const names = options.columns.map(({ name }) => name);
  const { message, raw } = rawText(names, form);
  const view = `splunk_${randomBytes(6).toString('hex')}`;
  const own = ['Message', '_raw'];
  const kept = names.filter((name) => !own.some((one) => one.toLowerCase() === name.toLowerCase()));
  await database.run(
    `CREATE VIEW ${view} AS SELECT ${kept.map(identifier).join(', ')}, ${message} AS "Message", ${raw} AS "_raw" FROM ${identifier(table)}`,
  );
  const several = await severalOf(database, table, kept);
  const columns = [...kept, 'Message'].map((name) => ({ name, several: several.has(name) }));
  const time = names.find((name) => name.toLowerCase() === 'systemtime');
  const span = time === undefined ? 'NULL' : identifier(time);
  const [facts] = await database.all(
    `SELECT count(*) AS events, min(${span}) AS "from", max(${span}) AS "to" FROM ${identifier(table)}`,
  );
  const over = {
    table: view,
    columns,
    raw: '"_raw"',
    sourcetype: form === 'xml' ? ('XmlWinEventLog' as const) : ('WinEventLog' as const),
    index,
  };
  return {
    search: (text, { earliest, latest, signal }) =>
      runSpl(database, text, {
        ...over,
        signal,
        ...(earliest !== undefined && { earliest }),
        ...(latest !== undefined && { latest }),
      }),
    check: (text) => void compileSpl(parseSpl(text), text, over),
    facts: {
      events: Number(facts?.['events'] ?? 0),
      from: textOf(facts?.['from']),
      to: textOf(facts?.['to']),
    },
    close: () => database.run(`DROP VIEW IF EXISTS ${view}`),
  };
}

/** What every event has once; a recording that has it twice is read as text there. */
const single = /^(?:_.*|Channel|Computer|EventID|EventRecordID|Provider_Name|SystemTime|UtcTime|Message)$/i;

/** The columns with several values in some cell, which is the text of a JSON array then. */
async function severalOf(
  database: Database,
  table: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = names.filter((name) => !single.test(name));
  if (asked.length === 0) return new Set();
  const tests = asked.map(
    (name, at) => `bool_or(prefix(${identifier(name)}, '["') AND json_valid(${identifier(name)})) AS c${at}`,
  );
  const [found] = await database.all(`SELECT ${tests.join(', ')} FROM ${identifier(table)}`);
  return new Set(asked.filter((_, at) => found?.[`c${at}`] === true));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
