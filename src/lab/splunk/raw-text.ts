/**
 * The text of an event as Splunk's inputs for Windows write it, as SQL over a table of events: lines of
 * `WinEventLog` with the rendered message, or the XML of `XmlWinEventLog`. A recording that has its message keeps it;
 * Sysmon's messages are rendered otherwise. Other events have their fields in the place of a message.
 */
import { sysmonMessages, type MessageTemplate } from './sysmon-messages.ts';
import type { RawForm } from './types.ts';

export interface TextSql {
  /** NULL for events whose message is not known. */
  readonly message: string;
  readonly raw: string;
}

/** What is known of the events; without it everything is provided for, which makes long statements. */
export interface TextFacts {
  /** Sysmon's events whose message is missing. */
  readonly rendered?: readonly number[];
  /** Columns with values in events that have no message, or for XML, that are not of Sysmon. */
  readonly bare?: readonly string[];
  /** Where `raw` finds the message; default: it makes it. */
  readonly message?: string;
}

/** `names` are the columns of the table. */
export function rawText(names: readonly string[], form: RawForm, facts: TextFacts = {}): TextSql {
  const columns = new Columns(names, facts.bare);
  const message = messageSql(columns, facts.rendered ?? [...sysmonMessages.keys()]);
  return { message, raw: form === 'xml' ? xmlSql(columns) : linesSql(columns, facts.message ?? message) };
}

/** Identifiers of the columns that are there; names of columns come from hostile data. */
class Columns {
  readonly #byName: ReadonlyMap<string, string>;

  readonly #bare: readonly string[] | undefined;

  constructor(names: readonly string[], bare?: readonly string[]) {
    this.#bare = bare;
    this.#byName = new Map(names.map((name) => [name.toLowerCase(), name]));
  }

  /** NULL where there is no such column. */
  sql(name: string): string {
    const found = this.#byName.get(name.toLowerCase());
    return found === undefined ? 'NULL' : identifier(found);
  }

  has(name: string): boolean {
    return this.#byName.has(name.toLowerCase());
  }

  /** The columns that are an event's own data. */
  data(): string[] {
    return [...(this.#bare ?? this.#byName.values())].filter((name) => !system.has(name.toLowerCase()));
  }
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const system = new Set(
  `_row _source _position _raw _more message time provider_name provider_guid provider_eventsourcename eventid
   eventid_qualifiers version level task opcode keywords systemtime eventrecordid correlation_activityid
   correlation_relatedactivityid execution_processid execution_threadid channel computer security_userid category
   tags host port @timestamp @version eventreceivedtime eventtime sourcemoduletype sourcemodulename severity
   severityvalue accounttype accountname domain recordnumber opcodevalue eventtypeorignal`.split(/\s+/),
);

/** As SQL over the columns of a table. */
export function isSysmonSql(names: readonly string[]): string {
  return isSysmon(new Columns(names));
}

function isSysmon(columns: Columns): string {
  return `(lower(${columns.sql('Provider_Name')}) = 'microsoft-windows-sysmon' OR lower(${columns.sql('Channel')}) = 'microsoft-windows-sysmon/operational')`;
}

/** One branch for each event of Sysmon. */
function bySysmonEvent(
  columns: Columns,
  branch: (template: MessageTemplate) => string,
  ids: readonly number[] = [...sysmonMessages.keys()],
): string {
  const branches = ids.flatMap((id) => {
    const template = sysmonMessages.get(id);
    return template === undefined ? [] : [`WHEN ${literal(String(id))} THEN ${branch(template)}`];
  });
  return branches.length === 0 ? 'NULL' : `CASE ${columns.sql('EventID')} ${branches.join(' ')} END`;
}

function messageSql(columns: Columns, ids: readonly number[]): string {
  const line = ({ heading, fields }: MessageTemplate): string => {
    const lines = fields
      .filter((name) => columns.has(name))
      .map((name) => `${literal(`\r\n${name}: `)} || ${shown(name, columns.sql(name))}`);
    return `concat(${[literal(heading), ...lines].join(', ')})`;
  };
  const known = columns.has('Message') ? columns.sql('Message') : 'NULL::VARCHAR';
  if (ids.length === 0) return known;
  const rendered = bySysmonEvent(columns, line, ids);
  return `coalesce(${known}, CASE WHEN ${isSysmon(columns)} THEN ${rendered} END)`;
}

/** Windows shows these numbers with capital digits, whatever the event holds. */
const hexadecimal = new Set(['GrantedAccess', 'LogonId']);

function shown(name: string, sql: string): string {
  return hexadecimal.has(name)
    ? `CASE WHEN ${sql} LIKE '0x%' THEN '0x' || upper(substr(${sql}, 3)) ELSE ${sql} END`
    : sql;
}

function linesSql(columns: Columns, message: string): string {
  const time = `strftime(TRY_CAST(${columns.sql('SystemTime')} AS TIMESTAMP), '%m/%d/%Y %I:%M:%S %p')`;
  const task = `CASE WHEN ${isSysmon(columns)} THEN ${bySysmonEvent(columns, (template) => literal(template.task))} ELSE ${columns.sql('Task')} END`;
  const heads: [string, string][] = [
    ['LogName', columns.sql('Channel')],
    ['SourceName', columns.sql('Provider_Name')],
    ['EventCode', columns.sql('EventID')],
    ['ComputerName', columns.sql('Computer')],
    ['TaskCategory', task],
    ['RecordNumber', columns.sql('EventRecordID')],
    ['Keywords', columns.sql('Keywords')],
  ];
  const lines = heads.map(([name, sql]) => `${literal(`\n${name}=`)} || ${sql}`);
  const others = columns.data().map((name) => `${literal(`\n${name}=`)} || ${identifier(name)}`);
  const body = `CASE WHEN ${message} IS NULL THEN ${concat(others)} ELSE concat('\nMessage=', ${message}) END`;
  return concat([`coalesce(${time}, '')`, ...lines, body]);
}

function xmlSql(columns: Columns): string {
  const element = (name: string, column: string): string =>
    columns.has(column) ? `'<${name}>' || ${escaped(columns.sql(column))} || '</${name}>'` : 'NULL';
  const attribute = (name: string, column: string): string =>
    `coalesce(' ${name}=''' || ${escaped(columns.sql(column))} || '''', '')`;
  const datum = (name: string): string =>
    `${literal(`<Data Name='${attributeText(name)}'>`)} || ${escaped(columns.sql(name))} || '</Data>'`;
  const sysmon = bySysmonEvent(columns, ({ fields }) =>
    concat(fields.filter((name) => columns.has(name)).map(datum)),
  );
  const data = `CASE WHEN ${isSysmon(columns)} THEN ${sysmon} ELSE ${concat(columns.data().map(datum))} END`;
  return concat([
    `'<Event xmlns=''http://schemas.microsoft.com/win/2004/08/events/event''><System><Provider'`,
    attribute('Name', 'Provider_Name'),
    attribute('Guid', 'Provider_Guid'),
    `'/>'`,
    ...['EventID', 'Version', 'Level', 'Task', 'Opcode', 'Keywords'].map((name) => element(name, name)),
    `'<TimeCreated SystemTime=''' || ${escaped(isoTime(columns.sql('SystemTime')))} || '''/>'`,
    element('EventRecordID', 'EventRecordID'),
    `'<Execution' || ${attribute('ProcessID', 'Execution_ProcessID')} || ${attribute('ThreadID', 'Execution_ThreadID')} || '/>'`,
    element('Channel', 'Channel'),
    element('Computer', 'Computer'),
    `'<Security' || ${attribute('UserID', 'Security_UserID')} || '/></System><EventData>'`,
    data,
    `'</EventData></Event>'`,
  ]);
}

/** As Windows writes times, where the recording has them in another spelling. */
function isoTime(sql: string): string {
  return `CASE WHEN ${sql} LIKE '____-__-__ %' THEN replace(rtrim(${sql}, 'Z'), ' ', 'T') || 'Z' ELSE ${sql} END`;
}

/** NULL parts are left out. */
function concat(parts: readonly string[]): string {
  return parts.length === 0 ? "''" : `concat(${parts.join(', ')})`;
}

function escaped(sql: string): string {
  const pairs = [
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ["'", '&apos;'],
  ] as const;
  const text = pairs.reduce(
    (so, [from, to]) => `replace(${so}, ${literal(from)}, ${literal(to)})`,
    `(${sql})::VARCHAR`,
  );
  return `regexp_replace(${text}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]', '\ufffd', 'g')`;
}

function attributeText(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
