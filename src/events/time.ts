/**
 * Times of events: text and numbers of all shippers to ISO 8601 in UTC, with up to seven decimals because Windows
 * counts 100 ns (FILETIME, MS-DTYP 2.3.3). Text without a zone is taken as UTC. Numbers are told apart by size:
 * seconds, milliseconds, microseconds or nanoseconds since 1970, or 100 ns since 1601 (FILETIME).
 */
import type { Value } from './value.ts';

/** 100 ns ticks between 1601 and 1970. */
const FILETIME_EPOCH = 116_444_736_000_000_000n;
const TICKS_PER_MS = 10_000n;
/** The year 10000, after which ISO text would need a sign. */
const YEAR_10000 = 253_402_300_800n * 10_000_000n;

const isoText =
  /^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?\s*$/iu;
const usText =
  /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.](\d{1,9}))?)?\s*(AM|PM)?\s*$/iu;
const jsonDate = /^\/Date\((-?\d{1,17})(?:[+-]\d{4})?\)\/$/u;
const digits = /^-?\d{1,20}(?:\.\d{1,20})?$/u;

/** The time as ISO 8601 in UTC (`2020-09-22T08:37:45.1234567Z`; trailing zeros of the second are dropped), or null. */
export function toIsoTime(value: Value | undefined): string | null {
  const ticks = toTicks(value);
  return ticks === null ? null : ticksToIso(ticks);
}

/** Milliseconds since 1970, with 100 ns as fraction as far as a double holds them, or null. */
export function toMillis(value: Value | undefined): number | null {
  const ticks = toTicks(value);
  if (ticks === null) return null;
  return Number(ticks / TICKS_PER_MS) + Number(ticks % TICKS_PER_MS) / 10_000;
}

/** 100 ns ticks since 1970, exact, or null when the value is no time between the years 1601 and 9999. */
export function toTicks(value: Value | undefined): bigint | null {
  const ticks = readTicks(value);
  return ticks === null || ticks < -FILETIME_EPOCH || ticks >= YEAR_10000 ? null : ticks;
}

/** True for a calendar time that names no zone, so that it depends on the reader where it lies. */
export function lacksZone(value: Value | undefined): boolean {
  return (
    typeof value === 'string' &&
    value.length <= 64 &&
    /[T ,]\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: *[AP]M)?\s*$/iu.test(value)
  );
}

/** A wall clock time of a zone `offset` minutes east of UTC as ISO 8601 in UTC; text that is no time stays. */
export function shiftTime(text: string, offset: number): string {
  const ticks = toTicks(text);
  return ticks === null ? text : ticksToIso(ticks - BigInt(offset) * 60_000n * TICKS_PER_MS);
}

/**
 * How many quarters of an hour a zone is east of UTC, from one moment told in that zone without naming it and in
 * UTC; 0 when they cannot be the same moment within minutes.
 */
export function zoneQuarters(local: Value | undefined, utc: Value | undefined): number {
  if (!lacksZone(local) || lacksZone(utc) || typeof utc !== 'string') return 0;
  const localTime = toMillis(local);
  const utcTime = toMillis(utc);
  if (localTime === null || utcTime === null) return 0;
  const minutes = (localTime - utcTime) / 60_000;
  const quarters = Math.round(minutes / 15);
  return Math.abs(quarters) > 56 || Math.abs(minutes - quarters * 15) > 5 ? 0 : quarters;
}

function readTicks(value: Value | undefined): bigint | null {
  if (typeof value === 'number') return Number.isFinite(value) ? numberTicks(value) : null;
  if (typeof value === 'bigint') return integerTicks(value);
  return typeof value === 'string' && value.length <= 64 ? textTicks(value) : null;
}

function numberTicks(value: number): bigint | null {
  if (Number.isInteger(value)) return integerTicks(BigInt(value));
  // Fractions occur with seconds (Velociraptor, Splunk's _time) and milliseconds; a double holds them to about 1 us.
  const perUnit = Math.abs(value) < 1e11 ? 10_000_000 : 10_000;
  const whole = Math.trunc(value);
  const fraction = Math.round((value - whole) * perUnit);
  return BigInt(whole) * BigInt(perUnit) + BigInt(fraction);
}

function integerTicks(value: bigint): bigint | null {
  const size = value < 0n ? -value : value;
  if (size < 100_000_000_000n) return value * 10_000_000n;
  if (size < 100_000_000_000_000n) return value * TICKS_PER_MS;
  if (size < 10_000_000_000_000_000n) return value * 10n;
  if (size < 1_000_000_000_000_000_000n) return value - FILETIME_EPOCH;
  return value / 100n;
}

function textTicks(text: string): bigint | null {
  const iso = isoText.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return calendarTicks([year, month, day, hour, minute, second], fraction, zoneMinutes(zone));
  }
  const us = usText.exec(text);
  if (us !== null) {
    const [, month, day, year, hour, minute, second, fraction, half] = us;
    return calendarTicks([year, month, day, halfDayHour(hour, half), minute, second], fraction, 0);
  }
  const json = jsonDate.exec(text);
  if (json !== null) return BigInt(json[1] as string) * TICKS_PER_MS;
  if (!digits.test(text)) return null;
  const dot = text.indexOf('.');
  if (dot < 0) return integerTicks(BigInt(text));
  // Text keeps all decimals, which a double would round.
  const whole = integerTicks(BigInt(text.slice(0, dot)));
  if (whole === null || dot > 12) return whole;
  const fraction = fractionTicks(text.slice(dot + 1));
  return text.startsWith('-') ? whole - fraction : whole + fraction;
}

function calendarTicks(parts: readonly (string | undefined)[], fraction = '', offset = 0): bigint | null {
  const [year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0));
  if (!inRange(month, 1, 12) || !inRange(day, 1, 31) || !inRange(hour, 0, 24)) return null;
  if (!inRange(minute, 0, 59) || !inRange(second, 0, 60)) return null;
  const date = new Date(0);
  date.setUTCFullYear(year as number, (month as number) - 1, day);
  if (date.getUTCDate() !== day) return null;
  date.setUTCHours(hour as number, (minute as number) - offset, second as number);
  return BigInt(date.getTime()) * TICKS_PER_MS + fractionTicks(fraction);
}

function fractionTicks(fraction: string): bigint {
  return BigInt(fraction.slice(0, 7).padEnd(7, '0'));
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/u.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

function halfDayHour(hour: string | undefined, half: string | undefined): string {
  if (half === undefined) return hour ?? '0';
  return String((Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0));
}

function inRange(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}

function ticksToIso(ticks: bigint): string {
  let ms = ticks / TICKS_PER_MS;
  let rest = ticks % TICKS_PER_MS;
  if (rest < 0n) {
    ms -= 1n;
    rest += TICKS_PER_MS;
  }
  const text = new Date(Number(ms)).toISOString();
  const decimals = (text.slice(20, 23) + rest.toString().padStart(4, '0')).replace(/0+$/u, '');
  return decimals === '' ? `${text.slice(0, 19)}Z` : `${text.slice(0, 19)}.${decimals}Z`;
}
