/** Times as nanoseconds since 1970, for the columns that tell when a row happened. */
import { toTicks } from '../../events/index.ts';

/** What a timestamp with nanoseconds holds: 1677-09-22 to 2262-04-11. */
const limit = 9_223_372_036_854_775_807n;

/** Null when the text is no time, or none that 64 bits hold. */
export function nanosOf(text: string): bigint | null {
  const usual = usualNanos(text);
  if (usual !== null) return usual;
  const ticks = toTicks(text);
  if (ticks === null) return null;
  const nanos = ticks * 100n;
  return nanos > limit || nanos < -limit ? null : nanos;
}

/**
 * `2020-09-22T08:37:45.1234567Z`, with a blank for the `T`, without the `Z` or with fewer decimals: the shortcut for
 * what nearly all times look like. `toTicks` is its slow twin.
 */
function usualNanos(text: string): bigint | null {
  const { length } = text;
  if (length < 19 || length > 28) return null;
  const separator = text.charCodeAt(10);
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return null;
  if (separator !== 0x54 && separator !== 0x20) return null;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > days(month)) return null;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null;
  const end = text.charCodeAt(length - 1) === 0x5a ? length - 1 : length;
  let fraction = 0;
  if (end > 19) {
    const decimals = end - 20;
    if (text.charCodeAt(19) !== 0x2e || decimals < 1 || decimals > 7) return null;
    fraction = digits(text, 20, end);
    if (fraction < 0) return null;
    for (let i = decimals; i < 9; i++) fraction *= 10;
  }
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
}

/** Days of a month in an ordinary year; the 29th of February goes the long way. */
function days(month: number): number {
  return month === 2 ? 28 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Below zero when there is anything but digits. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
