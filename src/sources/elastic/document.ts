/** An event as a document: canonical names, every value as its text, and the hexadecimal numbers among them as numbers. */
import { createHash } from 'node:crypto';
import {
  fieldType,
  toJson,
  type EventFields,
  type HuntEvent,
  type Scalar,
  type Value,
} from '../../events/index.ts';
import { everythingField, hexObject, longestKeyword, longObject } from './template.ts';

export interface EventDocument {
  /** Equal for equal events, wherever they were read. */
  readonly digest: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields with a value that is longer than a keyword may be. */
  readonly long: readonly string[];
}

/** What a field of the type date_nanos holds. */
const firstTime = '1970-01-01';
const lastTime = '2262-04-11';

/** Names that are the server's own, or of the loader's second forms. */
const reserved = new Set(
  (
    '_id _index _source _type _routing _field_names _ignored _seq_no _version _nested_path _tier _doc_count _size ' +
    `_primary_term _data_stream_timestamp ${hexObject} ${longObject} ${everythingField}`
  ).split(' '),
);

/** Names that servers refuse: an underscore more, or for the dots where a part between them is empty. */
function fieldNameOf(name: string, fields: EventFields): string {
  const parts = name.split('.');
  let free = name;
  if (parts.some((part) => part.trim() === '')) free = name === '' ? '_' : name.replaceAll('.', '_');
  if (reserved.has(free.split('.')[0] as string)) free = free.replace(/^[^.]+/, '$&_');
  while (free !== name && Object.hasOwn(fields, free)) free += '_';
  return free;
}

const hexadecimal = /^0x[0-9a-f]{1,15}$/i;

export function documentOf(event: HuntEvent): EventDocument {
  const body = Object.create(null) as Record<string, unknown>;
  const hex = Object.create(null) as Record<string, number>;
  const long = Object.create(null) as Record<string, readonly string[]>;
  for (const [name, value] of Object.entries(event.fields)) {
    const texts = textsOf(value);
    const [first] = texts;
    if (first === undefined) continue;
    body[fieldNameOf(name, event.fields)] = Array.isArray(value) ? texts : first;
    const tooLong = texts.filter((text) => text.length > longestKeyword);
    if (tooLong.length > 0) long[name] = tooLong;
    if (fieldType(name) === 'hex' && hexadecimal.test(first)) hex[name] = Number(first);
  }
  // Before what is added, which may change from version to version.
  const digest = createHash('sha256').update(toJson(body)).digest('base64url').slice(0, 27);
  const names = Object.keys(long);
  if (Object.keys(hex).length > 0) body[hexObject] = hex;
  if (names.length > 0) body[longObject] = { ...long, [everythingField]: Object.values(long).flat() };
  // The field is a time here, and what a shipper wrote there may be none.
  if (body['@timestamp'] !== undefined) body['@timestamp_text'] = body['@timestamp'];
  const { time } = event;
  if (time !== null && time >= firstTime && time < lastTime) body['@timestamp'] = time;
  else delete body['@timestamp'];
  return { digest, body, long: names };
}

function textsOf(value: Value): string[] {
  if (value === null) return [];
  return Array.isArray(value) ? value.flatMap(textsOf) : [String(value as Scalar)];
}
