/** An event as a document: canonical names, every value as its text, and the hexadecimal numbers among them as numbers. */
import { createHash } from 'node:crypto';
import { fieldType, toJson, type HuntEvent, type Scalar, type Value } from '../../events/index.ts';
import { everythingField, hexObject, longestKeyword, longObject } from './template.ts';

export interface EventDocument {
  /** Equal for equal events, wherever they were read. */
  readonly digest: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields with a value that is longer than a keyword may be. */
  readonly long: readonly string[];
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
    body[name] = Array.isArray(value) ? texts : first;
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
  if (event.time === null) delete body['@timestamp'];
  else body['@timestamp'] = event.time;
  return { digest, body, long: names };
}

function textsOf(value: Value): string[] {
  if (value === null) return [];
  return Array.isArray(value) ? value.flatMap(textsOf) : [String(value as Scalar)];
}
