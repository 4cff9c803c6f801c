/**
 * The tables that SQL sees: `events_text` (every value as its text stands in the event), `events` (the same, typed) and
 * a view for each Sigma category of Windows, for which the table of log sources says which events belong to it and
 * under which name another log keeps a field.
 */
import { logSourceTable, type EventSelector } from '../../detect/index.ts';
import { foldFieldName, sysmonEvents, sysmonName } from '../../events/index.ts';
import { quoteName, quoteText, type Column, type EventKind } from '../../store/index.ts';
import { columnType } from './columns.ts';
import type { EventRelation } from './relation.ts';

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
/** Of Security events, what the categories are filled from or what hunts ask for. */
const security = `SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName
  TargetDomainName TargetLogonId LogonType IpAddress IpPort WorkstationName AuthenticationPackageName LogonProcessName
  ObjectServer ObjectType ObjectName AccessMask AccessList ProcessName NewProcessName NewProcessId ParentProcessName
  TokenElevationType MandatoryLabel ShareName RelativeTargetName ServiceName Status SubStatus NewValue Application
  DestAddress DestPort SourceAddress ScriptBlockText Hashes MD5 SHA1 SHA256 IMPHASH Keywords Level Task Opcode
  Version Message`
  .trim()
  .split(/\s+/u);

/** All views over relations, which follow each other. */
export function eventViews(relations: readonly EventRelation[]): View[] {
  const fields = unique(relations.flatMap((relation) => relation.fields));
  const known = new Set(fields.map(foldFieldName));
  const basic = unique([...front, 'SystemTime', ...sysmonFields(...sysmonEvents.keys()), ...security]);
  const present = (name: string): boolean => known.has(foldFieldName(name));
  // What the data have comes first; columns that are there for the sake of queries are last.
  const ordered = unique([...front, ...basic.filter(present), ...fields, ...basic]);
  return [
    textView(relations, fields),
    {
      name: 'events',
      columns: withEnds(ordered),
      sql: relations.map((relation) => select(relation, ordered, {})).join(union),
    },
    ...categories().map(([name, selectors]) => categoryView(name, selectors, relations)),
  ];
}

const union = ' UNION ALL ';

function textView(relations: readonly EventRelation[], fields: readonly string[]): View {
  const more = relations.some((relation) => relation.more);
  const parts = relations.map((relation) => {
    const own = new Map(relation.fields.map((name) => [foldFieldName(name), name]));
    const list = fields.map((name) => {
      const column = own.get(foldFieldName(name));
      return `${column === undefined ? 'CAST(NULL AS VARCHAR)' : relation.text(column)} AS ${quoteName(name)}`;
    });
    if (more) list.push(relation.more ? '_more' : 'CAST(NULL AS VARCHAR) AS _more');
    return `SELECT ${[ends(relation), ...list].join(', ')} FROM ${relation.from}`;
  });
  const names = more ? [...fields, '_more'] : fields;
  return {
    name: 'events_text',
    columns: [...back, ...names.map((name): Column => ({ name, type: 'text' }))],
    sql: parts.join(union),
  };
}

function categoryView(
  name: string,
  selectors: readonly EventSelector[],
  relations: readonly EventRelation[],
): View {
  const sysmonIds = selectors.flatMap((one) => (one.variant === 'sysmon' ? (one.eventId ?? []) : []));
  const aliases = selectors.flatMap((one) => Object.keys(one.fields ?? {}));
  const own = relations
    .flatMap(({ kinds }) => kinds)
    .filter((kind) => selectors.some((selector) => maySelect(selector, kind)));
  const columns = unique([
    ...front,
    ...sysmonFields(...sysmonIds),
    ...aliases,
    ...own.flatMap((kind) => kind.columns),
  ]);
  const parts = relations.flatMap((relation) =>
    selectors.map(
      (selector) =>
        `${select(relation, columns, selector.fields ?? {})} WHERE ${condition(selector, relation)}`,
    ),
  );
  return { name, columns: withEnds(columns), sql: parts.join(union) };
}

/** Whether events of a kind can be those of a selector. */
function maySelect({ channel, eventId }: EventSelector, kind: EventKind): boolean {
  const isChannel = channel?.some((name) => name.toLowerCase() === kind.channel?.toLowerCase()) ?? true;
  return isChannel && (eventId?.some((id) => String(id) === kind.eventId) ?? true);
}

/** `aliases`: name of the column -> field that fills it. */
function select(
  relation: EventRelation,
  columns: readonly string[],
  aliases: Readonly<Record<string, string>>,
): string {
  const list = columns.map((name) => `${relation.typed(name, aliases[name] ?? name)} AS ${quoteName(name)}`);
  return `SELECT ${relation.time} AS "Time", ${list.join(', ')}, ${ends(relation)} FROM ${relation.from}`;
}

function ends({ row }: EventRelation): string {
  return `${row} AS _row, _source, _position`;
}

function condition({ channel, provider, eventId }: EventSelector, relation: EventRelation): string {
  const ids = eventId && `${relation.typed('EventID', 'EventID')} IN (${eventId.join(', ')})`;
  return [
    ...(channel ? [oneOf('Channel', channel, relation)] : []),
    ...(provider ? [oneOf('Provider_Name', provider, relation)] : []),
    ...(ids ? [ids] : []),
  ].join(' AND ');
}

function oneOf(field: string, values: readonly string[], relation: EventRelation): string {
  const list = values.map((value) => quoteText(value.toLowerCase())).join(', ');
  return `lower(${relation.typed(field, field)}) IN (${list})`;
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

/** Names of which none are one field, in the spelling of Sysmon. */
function unique(names: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const name of names) {
    const key = foldFieldName(name);
    if (!found.has(key)) found.set(key, sysmonName(name));
  }
  return [...found.values()];
}
