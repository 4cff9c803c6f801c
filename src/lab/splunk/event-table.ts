/**
 * The events as an index of Splunk has them: the table with `_raw` and `Message` for every event, and searches over
 * it. `_raw` and messages are made when they are asked for: searches of fields pay nothing for them.
 */
import { randomBytes } from 'node:crypto';
import { compileSpl, parseSpl, runSpl } from '../../spl/index.ts';
import type { Column, Database } from '../../store/index.ts';
import type { Search } from './job.ts';
import { identifier, rawText } from './raw-text.ts';
import { textFacts } from './text-facts.ts';
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
  const kept = names.filter((name) => !/^(?:Message|_raw)$/i.test(name));
  const facts = await textFacts(database, table, names, form);
  const { message, raw } = rawText(names, form, { ...facts, message: '"Message"' });
  const view = `splunk_${randomBytes(6).toString('hex')}`;
  await database.run(
    `CREATE VIEW ${view} AS SELECT ${kept.map(identifier).join(', ')}, ${message} AS "Message" FROM ${identifier(table)}`,
  );
  const columns = [...kept, 'Message'].map((name) => ({ name, several: facts.several.has(name) }));
  const time = names.find((name) => name.toLowerCase() === 'systemtime');
  const span = time === undefined ? 'NULL' : identifier(time);
  const [counted] = await database.all(
    `SELECT count(*) AS events, min(${span}) AS "from", max(${span}) AS "to" FROM ${identifier(table)}`,
  );
  const over = {
    table: view,
    columns,
    raw,
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
      events: Number(counted?.['events'] ?? 0),
      from: textOf(counted?.['from']),
      to: textOf(counted?.['to']),
    },
    close: () => database.run(`DROP VIEW IF EXISTS ${view}`),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
