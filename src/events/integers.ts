/**
 * Integers as logs write them: decimal, or hexadecimal behind `0x`. Exact: what a double can not hold is a bigint.
 */

/** Text longer than any integer of an event. */
const MAX_TEXT = 64;

/** An integer in decimal, or in hexadecimal where it says so; null when the text is none. */
export function parseInteger(text: string): number | bigint | null {
  return parse(text, /^([+-]?)(0x)?([0-9a-f]+)$/iu, false);
}

/** An integer in hexadecimal, with or without `0x`; null when the text is none. */
export function parseHex(text: string): number | bigint | null {
  return parse(text, /^([+-]?)(0x)?([0-9a-f]+)$/iu, true);
}

function parse(text: string, form: RegExp, hex: boolean): number | bigint | null {
  if (text.length > MAX_TEXT) return null;
  const found = form.exec(text.trim());
  if (found === null) return null;
  const digits = found[3] as string;
  const isHex = hex || found[2] !== undefined;
  if (!isHex && !/^\d+$/u.test(digits)) return null;
  const value = BigInt(isHex ? `0x${digits}` : digits);
  return toInteger(found[1] === '-' ? -value : value);
}

/** A number where that is exact. */
export function toInteger(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
