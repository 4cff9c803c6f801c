/**
 * The tables that SQL sees: `events_text` (every value as its text stands in the event), `events` (the same, typed) and
 * a view for each Sigma category of Windows, for which the table of log sources says which events belong to it and
 * under which name another log keeps a field.
 */
import { logSourceTable, type EventSelector } from '../../detect/index.ts';
import { foldFieldName, sysmonEvents } from '../../events/index.ts';
import type { Column, EventKind } from '../../store/index.ts';
import { columnType, identifier, literal, typedColumn } from './columns.ts';

export interface View {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly sql: string;
}

/** What stands at the front of `events` and of every category. */
const front = ['EventID', 'Channel', 'Computer', 'Provider_Name', 'EventRecordID'];
const back: readonly Column[] = [
  { name: '_row', type: 'integer' },
  { name: '_source', type: 'text' },
  { name: '_position', type: 'integer' },
];
const backSql = '_row, _source, _position';
/** Of Security events, what the categories are filled from or what hunts ask for. */
const security = `SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName
  TargetDomainName TargetLogonId LogonType IpAddress IpPort WorkstationName AuthenticationPackageName LogonProcessName
  ObjectServer ObjectType ObjectName AccessMask AccessList ProcessName NewProcessName NewProcessId ParentProcessName
  TokenElevationType MandatoryLabel ShareName RelativeTargetName ServiceName Status SubStatus NewValue Application
  DestAddress DestPort SourceAddress ScriptBlockText Hashes MD5 SHA1 SHA256 IMPHASH`
  .trim()
  .split(/\s+/u);

/** What a relation of events has. */
export interface EventColumns {
  /** Columns of fields, in order. */
  readonly fields: readonly string[];
  readonly kinds: readonly EventKind[];
  /** Whether there is a column `_more`. */
  readonly more: boolean;
}

/** All views over `base`, a relation with the columns of the Parquet files. */
export function eventViews(base: string, { fields, kinds, more }: EventColumns): View[] {
  const known = new Map(fields.map((name) => [foldFieldName(name), name]));
  const basic = unique([...front, 'SystemTime', ...sysmonFields(...sysmonEvents.keys()), ...security]);
  const present = (name: string): boolean => known.has(foldFieldName(name));
  // What the data have comes first; columns that are there for the sake of queries are last.
  const ordered = unique([...front, ...basic.filter(present), ...fields, ...basic]);
  return [
    textView(base, fields, more),
    {
      name: 'events',
      columns: withEnds(ordered),
      sql: select(base, ordered, known, {}),
    },
    ...categories().map(([name, selectors]) => categoryView(name, selectors, base, kinds, known)),
  ];
}

function textView(base: string, fields: readonly string[], more: boolean): View {
  const names = more ? [...fields, '_more'] : fields;
  return {
    name: 'events_text',
    columns: [...back, ...names.map((name): Column => ({ name, type: 'text' }))],
    sql: `SELECT ${[backSql, ...names.map(identifier)].join(', ')} FROM ${base}`,
  };
}

function categoryView(
  name: string,
  selectors: readonly EventSelector[],
  base: string,
  kinds: readonly EventKind[],
  known: ReadonlyMap<string, string>,
): View {
  const sysmonIds = selectors.flatMap((one) => (one.variant === 'sysmon' ? (one.eventId ?? []) : []));
  const aliases = selectors.flatMap((one) => Object.keys(one.fields ?? {}));
  const own = kinds.filter((kind) => selectors.some((selector) => maySelect(selector, kind)));
  const columns = unique([
    ...front,
    ...sysmonFields(...sysmonIds),
    ...aliases,
    ...own.flatMap((kind) => kind.columns),
  ]);
  const parts = selectors.map(
    (selector) =>
      `${select(base, columns, known, selector.fields ?? {})} WHERE ${condition(selector, known)}`,
  );
  return { name, columns: withEnds(columns), sql: parts.join(' UNION ALL ') };
}

/** Whether events of a kind can be those of a selector. */
function maySelect({ channel, eventId }: EventSelector, kind: EventKind): boolean {
  const isChannel = channel?.some((name) => name.toLowerCase() === kind.channel?.toLowerCase()) ?? true;
  return isChannel && (eventId?.some((id) => String(id) === kind.eventId) ?? true);
}

/** `aliases`: name of the column -> field that fills it. */
function select(
  base: string,
  columns: readonly string[],
  known: ReadonlyMap<string, string>,
  aliases: Readonly<Record<string, string>>,
): string {
  const list = columns.map((name) => typedColumn(name, known.get(foldFieldName(aliases[name] ?? name))));
  return `SELECT _time AS "Time", ${list.join(', ')}, ${backSql} FROM ${base}`;
}

function condition(
  { channel, provider, eventId }: EventSelector,
  known: ReadonlyMap<string, string>,
): string {
  const parts = [
    ...(channel ? [oneOf('Channel', channel, known)] : []),
    ...(provider ? [oneOf('Provider_Name', provider, known)] : []),
    ...(eventId ? [oneOf('EventID', eventId.map(String), known)] : []),
  ];
  return parts.join(' AND ');
}

function oneOf(field: string, values: readonly string[], known: ReadonlyMap<string, string>): string {
  const column = known.get(foldFieldName(field));
  if (column === undefined) return 'false';
  return `lower(${identifier(column)}) IN (${values.map((value) => literal(value.toLowerCase())).join(', ')})`;
}

function withEnds(names: readonly string[]): Column[] {
  return [
    { name: 'Time', type: 'time' },
    ...names.map((name): Column => ({ name, type: columnType(name) })),
    ...back,
  ];
}

function sysmonFields(...ids: readonly number[]): string[] {
  return ids.flatMap((id) => sysmonEvents.get(id)?.fields ?? []);
}

function categories(): [string, readonly EventSelector[]][] {
  return Object.entries(logSourceTable.categories['windows'] ?? {});
}

/** The first of names that are one field. */
function unique(names: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const name of names) {
    const key = foldFieldName(name);
    if (!found.has(key)) found.set(key, name);
  }
  return [...found.values()];
}
