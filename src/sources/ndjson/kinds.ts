/**
 * Kinds of the cells that the JSON scanner gives, and their values. Spans of text leave the quotes out. Equal kind
 * and equal bytes are an equal value.
 */
import { shiftTime } from '../../events/index.ts';
import type { Value } from '../../events/index.ts';
import { integer, listOf, parseJson } from './parse-json.ts';

export const Kind = {
  /** Text without escapes. */
  text: 0,
  /** Text with JSON escapes. */
  escaped: 1,
  number: 2,
  true: 3,
  false: 4,
  null: 5,
  /** A JSON array without objects in it. */
  list: 6,
  /** A time in a zone: text without escapes, the zone is `kind - shifted` quarters of an hour from UTC. */
  shifted: 184,
} as const;
const FIRST_SHIFTED = 128;

/** The value of a span; damaged text gives null. */
export function decodeCell(bytes: Buffer, kind: number, start: number, end: number): Value {
  switch (kind) {
    case Kind.text:
      return bytes.toString('utf8', start, end);
    case Kind.escaped:
      return unescape(bytes.toString('utf8', start, end));
    case Kind.number:
      return numberValue(bytes.toString('latin1', start, end));
    case Kind.true:
      return true;
    case Kind.false:
      return false;
    case Kind.list:
      return listValue(bytes.toString('utf8', start, end));
    default:
      return kind >= FIRST_SHIFTED
        ? shiftTime(bytes.toString('utf8', start, end), (kind - Kind.shifted) * 15)
        : null;
  }
}

function unescape(text: string): Value {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // A wrong escape or a raw control character: the text as it stands says more than nothing.
    return text;
  }
}

function numberValue(text: string): Value {
  return text.length > 15 ? (integer(text) ?? Number(text)) : Number(text);
}

function listValue(text: string): Value {
  try {
    return listOf(parseJson(text));
  } catch {
    return text;
  }
}
