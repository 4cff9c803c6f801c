/**
 * The fields of events as Splunk's add-on for Windows names them, over a table with one column of text for each field.
 * Names of the table are found in any case, because files of different shippers write them differently.
 */
import { Relation } from './relation.ts';
import type { Field, Scope } from './relation.ts';
import { identifier, literal } from './sql-text.ts';

export interface EventTable {
  /** Name of the table, as SQL has it in its catalogue. */
  readonly table: string;
  readonly columns: readonly EventColumn[];
  /** Default `main`. */
  readonly index?: string;
  /** What `source` begins with, and the sourcetype. Default `WinEventLog`. */
  readonly sourcetype?: 'WinEventLog' | 'XmlWinEventLog';
  /** SQL over the table for `_raw`. Never from a user. */
  readonly raw?: string;
}

export interface EventColumn {
  readonly name: string;
  /** Whether some cells hold several values as a JSON array. */
  readonly several?: boolean;
}

const aliases: readonly (readonly [string, readonly string[]])[] = [
  ['EventCode', ['EventID']],
  ['ComputerName', ['Computer']],
  ['SourceName', ['Provider_Name']],
  ['RecordNumber', ['EventRecordID']],
  ['LogName', ['Channel']],
];

const timeColumns = ['SystemTime', 'UtcTime', '@timestamp', 'TimeCreated'];

export function eventRelation(scope: Scope, events: EventTable): Relation {
  const { columns, index = 'main', sourcetype = 'WinEventLog' } = events;
  const own = new Map<string, Field>();
  const folded = new Map<string, Field>();
  for (const { name, several } of columns) {
    if (name === '_row' || name === '_source' || name === '_position') continue;
    const field: Field =
      several === true
        ? { sql: listOf(identifier(name)), type: 'list', stable: true }
        : { sql: identifier(name), type: 'text', stable: true };
    own.set(name, field);
    if (!folded.has(name.toLowerCase())) folded.set(name.toLowerCase(), field);
  }
  const find = (name: string): Field | undefined => own.get(name) ?? folded.get(name.toLowerCase());
  const hasRow = columns.some(({ name }) => name === '_row');
  const text = (sql: string): Field => ({ sql, type: 'text', stable: true });
  const channel = find('Channel')?.sql ?? 'NULL';
  const fields = new Map<string, Field>();
  fields.set('_time', { sql: timeOf(find), type: 'number', stable: true });
  fields.set('_raw', { sql: events.raw ?? rawOf(own), type: 'text', stable: false });
  fields.set('host', find('Computer') ?? text(literal('unknown')));
  fields.set('source', text(`(${literal(`${sourcetype}:`)} || ${channel})`));
  fields.set('sourcetype', text(literal(sourcetype)));
  fields.set('index', text(literal(index)));
  if (hasRow) fields.set('_cd', text(`('0:' || CAST("_row" AS VARCHAR))`));
  for (const [alias, names] of aliases) {
    const field = names.map(find).find((found) => found !== undefined);
    if (field !== undefined) fields.set(alias, field);
  }
  for (const [name, field] of own) if (!fields.has(name) && name !== '_raw') fields.set(name, field);
  for (const [name, field] of fields)
    if (!folded.has(name.toLowerCase())) folded.set(name.toLowerCase(), field);
  const order = [{ sql: (fields.get('_time') as Field).sql, descending: true }];
  if (hasRow) order.push({ sql: '"_row"', descending: true });
  return new Relation(scope, identifier(events.table), fields, order, folded);
}

/** Seconds with microseconds, as Splunk keeps them; a double has no room for more. */
function timeOf(find: (name: string) => Field | undefined): string {
  const parts = timeColumns.flatMap((name) => {
    const field = find(name);
    return field?.type === 'text' ? [`TRY_CAST(${field.sql} AS TIMESTAMP_NS)`] : [];
  });
  if (parts.length === 0) return 'NULL::DOUBLE';
  return `(epoch_us(${parts.length === 1 ? parts[0] : `COALESCE(${parts.join(', ')})`}) / 1e6)`;
}

/** A JSON array of texts as list; anything else is one value. */
function listOf(cell: string): string {
  return `CASE WHEN ${cell} IS NULL THEN NULL WHEN prefix(${cell}, '[') AND json_valid(${cell}) THEN from_json(${cell}, '["VARCHAR"]') ELSE [${cell}] END`;
}

/** The rendered message, else a line `name=value` for each field. */
function rawOf(own: ReadonlyMap<string, Field>): string {
  const lines = [...own]
    .filter(([name]) => name !== 'Message')
    .map(([name, field]) => {
      const value = field.type === 'list' ? `array_to_string(${field.sql}, ',')` : field.sql;
      return `${literal(`${name}=`)} || ${value}`;
    });
  const all = lines.length === 0 ? `''` : `concat_ws(chr(10), ${lines.join(', ')})`;
  const message = own.get('Message');
  return message === undefined
    ? all
    : `COALESCE(${message.type === 'list' ? `${message.sql}[1]` : message.sql}, ${all})`;
}
