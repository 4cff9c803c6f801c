/**
 * Any object that a search returns to one flat record that a person can read and a table can hold: canonical names,
 * typed values, and columns made from what Windows packs into one text. Described for users in docs/sysmon.md.
 *
 * Reads what `canonicalise` reads (rows of Splunk with `_raw`, `Message` or extracted fields, documents of
 * Elasticsearch, flat objects), and besides rows of which only `Message` was asked for.
 */
import { canonicalise } from './canonicalise.ts';
import { foldFieldName } from './field-table.ts';
import { sysmonName } from './field-types.ts';
import { splitHashes } from './hashes.ts';
import { messageFields, sysmonEventOfMessage } from './message.ts';
import { rightNames, rightsOfObject } from './rights.ts';
import { typedValue } from './typed-value.ts';
import { splitUser } from './users.ts';
import type { Value } from './value.ts';

export type ReadableRow = Record<string, Value>;

/** Accounts that are one text in Sysmon's events, and how their parts are called. */
const accounts: readonly (readonly [field: string, domain: string, name: string])[] = [
  ['User', 'UserDomain', 'UserName'],
  ['ParentUser', 'ParentUserDomain', 'ParentUserName'],
  ['SourceUser', 'SourceUserDomain', 'SourceUserName'],
  ['TargetUser', 'TargetUserDomain', 'TargetUserName'],
];

/** What an event is without its data: nothing to read in a message means nothing was rendered. */
const sysmon = 'Microsoft-Windows-Sysmon';
const security = 'Microsoft-Windows-Security-Auditing';

/** `source` is a name for messages. Members of the result are in the order of the row; it has no prototype. */
export function readable(row: Record<string, unknown>, source = ''): ReadableRow {
  const { fields } = canonicalise(row, source);
  const result = Object.create(null) as ReadableRow;
  const names = new Map<string, string>();
  const put = (name: string, value: Value, own: boolean): void => {
    const key = foldFieldName(name);
    const known = names.get(key);
    if (known !== undefined && !own) return;
    const spelling = known ?? sysmonName(name);
    names.set(key, spelling);
    result[spelling] = typedValue(spelling, value);
  };
  for (const name of Object.keys(fields)) put(name, fields[name] as Value, true);
  readMessage(result, (name, value) => put(name, value, false));
  // In rows of Splunk `host` is the endpoint; elsewhere it may be the collector.
  if (typeof row['_time'] === 'string' && typeof row['host'] === 'string')
    put('Computer', row['host'], false);
  derive(result, (name, value) => put(name, value, false));
  return result;
}

/** A message whose provider was not asked for tells by itself what it renders. */
function readMessage(result: ReadableRow, add: (name: string, value: Value) => void): void {
  const text = result['Message'];
  if (typeof text !== 'string' || result['Provider_Name'] !== undefined) return;
  const event = sysmonEventOfMessage(text);
  const id = event ?? Number(result['EventID']);
  const provider = event === undefined ? security : sysmon;
  const pairs = Number.isInteger(id) ? messageFields(provider, id, text) : [];
  if (pairs.length === 0) return;
  add('Provider_Name', provider);
  add('EventID', id);
  for (const [name, value] of pairs) add(name, value);
}

function derive(result: ReadableRow, add: (name: string, value: Value) => void): void {
  const hashes = result['Hashes'] ?? result['Hash'];
  if (typeof hashes === 'string')
    for (const [kind, value] of Object.entries(splitHashes(hashes))) add(kind, value);
  const granted = result['GrantedAccess'];
  if (isInteger(granted)) add('GrantedAccessNames', rightNames(granted));
  const mask = result['AccessMask'];
  if (isInteger(mask)) add('AccessMaskNames', rightNames(mask, rightsOfObject(result['ObjectType'])));
  for (const [field, domain, name] of accounts) {
    const user = result[field];
    if (typeof user !== 'string') continue;
    const parts = splitUser(user);
    if (parts.domain !== null) add(domain, parts.domain);
    if (parts.name !== null) add(name, parts.name);
  }
}

function isInteger(value: Value | undefined): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}
