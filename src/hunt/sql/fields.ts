/** Which fields of events a SQL hunt may look at, so that no others are loaded into tables. */
import { logSourceTable } from '../../detect/index.ts';
import { foldFieldName } from '../../events/index.ts';
import type { SqlHunt } from '../../rules/index.ts';

/** Fields that findings are made of, whatever the SQL says. */
const always = ['EventID', 'Channel', 'Computer', 'Provider_Name', 'EventRecordID', 'SystemTime', 'UtcTime'];
/** Words of SQL that stand in most statements; a field of such a name would be quoted, and is loaded too then. */
const keywords = new Set(
  'select from where and or not in is null as on join left right inner outer cross using group by order having limit offset union all distinct case when then else end with recursive over partition rows range between like ilike exists asc desc count sum min max avg lower upper coalesce cast try_cast interval to_seconds true false'.split(
    ' ',
  ),
);

/** The names in the SQL of hunts, which include all fields that they name; undefined: all fields (`SELECT *`). */
export function fieldsOfSql(hunts: readonly Pick<SqlHunt, 'names'>[]): string[] | undefined {
  if (hunts.some(({ names }) => names.star)) return undefined;
  const fields = new Map(always.map((name) => [foldFieldName(name), name]));
  const add = (name: string): void => {
    const key = foldFieldName(name);
    if (!keywords.has(key) && !fields.has(key)) fields.set(key, name);
  };
  for (const { names } of hunts) for (const word of names.words) add(word);
  // Views of categories fill a column from a field of another name where the log is another.
  for (const selectors of Object.values(logSourceTable.categories['windows'] ?? {})) {
    for (const { fields: aliases = {} } of selectors)
      for (const [name, own] of Object.entries(aliases)) if (fields.has(foldFieldName(name))) add(own);
  }
  return [...fields.values()];
}
