/** What has to be known of a table of events before the text of its events is made: found in a few scans of it. */
import type { Database } from '../../store/index.ts';
import { identifier, isSysmonSql, type TextFacts } from './raw-text.ts';
import { sysmonMessages } from './sysmon-messages.ts';
import type { RawForm } from './types.ts';

export interface TableFacts extends TextFacts {
  readonly rendered: readonly number[];
  readonly bare: readonly string[];
  /** The columns with several values in some cell, which is the text of a JSON array then. */
  readonly several: ReadonlySet<string>;
}

/** What every event has once; a recording that has it twice is read as text there. */
const single = /^(?:_.*|Channel|Computer|EventID|EventRecordID|Provider_Name|SystemTime|UtcTime|Message)$/i;

export async function textFacts(
  database: Database,
  table: string,
  names: readonly string[],
  form: RawForm,
): Promise<TableFacts> {
  const find = (name: string): string | undefined =>
    names.find((one) => one.toLowerCase() === name.toLowerCase());
  const id = find('EventID');
  const sysmon = id === undefined ? 'FALSE' : isSysmonSql(names);
  const message = find('Message');
  const unsaid = message === undefined ? 'TRUE' : `${identifier(message)} IS NULL`;
  const rows =
    id === undefined
      ? []
      : await database.all(
          `SELECT DISTINCT ${identifier(id)} AS id FROM ${identifier(table)} WHERE ${sysmon} AND ${unsaid}`,
        );
  const rendered = rows
    .map((row) => String(row['id']))
    .filter((one) => sysmonMessages.has(Number(one)) && String(Number(one)) === one)
    .map(Number);
  const ids = [...sysmonMessages.keys()].map((one) => `'${one}'`).join(', ');
  const templated = id === undefined ? 'FALSE' : `(${sysmon} AND ${identifier(id)} IN (${ids}))`;
  const bareRow = `${templated} IS NOT TRUE${form === 'xml' ? '' : ` AND ${unsaid}`}`;
  const asked = names.filter((name) => !name.startsWith('_'));
  const several = await columnsWhere(
    database,
    table,
    asked.filter((name) => !single.test(name)),
    (cell) => `prefix(${cell}, '["') AND json_valid(${cell})`,
  );
  const bare = await columnsWhere(database, table, asked, (cell) => `${cell} IS NOT NULL`, bareRow);
  return { rendered, bare, several: new Set(several) };
}

/** The columns for which the test is true in some row. */
async function columnsWhere(
  database: Database,
  table: string,
  names: readonly string[],
  test: (cell: string) => string,
  where = 'TRUE',
): Promise<string[]> {
  if (names.length === 0) return [];
  const tests = names.map((name, at) => `bool_or(${test(identifier(name))}) AS c${at}`);
  const [found] = await database.all(`SELECT ${tests.join(', ')} FROM ${identifier(table)} WHERE ${where}`);
  return names.filter((_, at) => found?.[`c${at}`] === true);
}
