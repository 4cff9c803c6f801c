/**
 * `JSON.parse` that keeps integers beyond 2^53 as bigint (Windows keywords and LUIDs are such), for the slow path.
 */
import type { Value } from '../../events/index.ts';

/** Longer integers than this are not worth their exact value. */
const MAX_DIGITS = 40;

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: SourceReviver) => unknown;

/** The value of a JSON text; throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): unknown {
  return /\d{16}/u.test(text) ? parse(text, exactIntegers) : parse(text);
}

/** The bigint of the digits of an integer that a double would round; undefined for all else. */
export function integer(text: string): bigint | undefined {
  if (text.length > MAX_DIGITS || !/^-?\d{16,}$/u.test(text)) return undefined;
  return Number.isSafeInteger(Number(text)) ? undefined : BigInt(text);
}

/** An array of JSON without objects as the value of a field. */
export function listOf(value: unknown): Value {
  return value as Value;
}

function exactIntegers(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  return integer(context.source) ?? value;
}
