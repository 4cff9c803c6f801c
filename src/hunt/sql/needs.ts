/** Which events and which of their fields SQL hunts may look at, so that nothing else is loaded into tables. */
import { logSourceTable, type EventSelector } from '../../detect/index.ts';
import { foldFieldName } from '../../events/index.ts';
import type { SqlHunt } from '../../rules/index.ts';
import { processTables } from '../store/processes-tables.ts';

type Names = Pick<SqlHunt, 'names'>;

/** The tables of processes, and the views whose events they are made of. */
const processNames = new Set(processTables.map(({ name }) => name));
const processViews = ['process_creation', 'process_termination'];

/** Fields that findings are made of, whatever the SQL says. */
const always = ['EventID', 'Channel', 'Computer', 'Provider_Name', 'EventRecordID', 'SystemTime', 'UtcTime'];
/** Tables of all events, and functions that may read any table. */
const wholes = new Set(['events', 'events_text', 'query', 'query_table']);
const categories = Object.entries(logSourceTable.categories['windows'] ?? {});

/** Whether SQL may read the tables of processes, by any mention of them. */
export function processesOfSql(hunts: readonly { readonly sql: string }[]): boolean {
  return hunts.some(({ sql }) => [...wordsOf(sql)].some((word) => processNames.has(word)));
}

/** Strings too, since a table may be named by one. */
function wordsOf(sql: string): Set<string> {
  return new Set(sql.toLowerCase().match(/\w+/gu));
}

/** The names in the SQL of hunts, which include all fields that they name; undefined: all fields (`SELECT *`). */
export function fieldsOfSql(hunts: readonly Names[]): string[] | undefined {
  if (hunts.some(({ names }) => names.star)) return undefined;
  const fields = new Map(always.map((name) => [foldFieldName(name), name]));
  const add = (name: string): void => {
    const key = foldFieldName(name);
    if (!fields.has(key)) fields.set(key, name);
  };
  for (const { names } of hunts) for (const word of names.words) add(word);
  // Views of categories fill a column from a field of another name where the log is another.
  for (const [, selectors] of categories) {
    for (const { fields: aliases = {} } of selectors)
      for (const [name, own] of Object.entries(aliases)) if (fields.has(foldFieldName(name))) add(own);
  }
  return [...fields.values()];
}

/** The views that a hunt may read, by any mention of them; null: it may read all events. */
export function viewsOfSql({ sql }: Pick<SqlHunt, 'sql'>): string[] | null {
  const words = wordsOf(sql);
  if ([...wholes].some((name) => words.has(name))) return null;
  const processes = processesOfSql([{ sql }]);
  return categories
    .map(([name]) => name)
    .filter((name) => words.has(name) || (processes && processViews.includes(name)));
}

/** The events of those views; undefined: all. */
export function eventsOfSql(hunts: readonly Pick<SqlHunt, 'sql'>[]): EventSelector[] | undefined {
  const wanted = new Set<string>();
  for (const hunt of hunts) {
    const views = viewsOfSql(hunt);
    if (views === null) return undefined;
    for (const view of views) wanted.add(view);
  }
  return categories.flatMap(([name, selectors]) => (wanted.has(name) ? selectors : []));
}
