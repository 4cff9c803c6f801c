/**
 * Values of BinXML as JavaScript values. A cell's kind is the value type, so equal kind and bytes are an equal value.
 * Integers are numbers (bigint beyond 2^53), HexInt is lower-case `0x` text, a GUID upper case without braces, times
 * are ISO 8601 in UTC with seven decimals, binary is upper-case hex. Damaged values give what their bytes still say.
 */
import type { Value } from '../../events/index.ts';
import { asBuffer, u16, u32, u64, utf16 } from './bytes.ts';
import { ValueType } from './format.ts';

export function decodeValue(bytes: Uint8Array, kind: number, start: number, end: number): Value {
  const size = end - start;
  switch (kind) {
    case ValueType.NULL:
      return null;
    case ValueType.STRING:
      return utf16(bytes, start, utf16End(bytes, start, end));
    case ValueType.ANSI:
      return windows1252(bytes, start, end);
    case ValueType.INT8:
    case ValueType.INT16:
    case ValueType.INT32:
    case ValueType.INT64:
      return signed(bytes, start, Math.min(size, 8));
    case ValueType.UINT8:
    case ValueType.UINT16:
    case ValueType.UINT32:
    case ValueType.UINT64:
      return narrow(unsigned(bytes, start, Math.min(size, 8)));
    case ValueType.REAL32:
      return size < 4 ? null : real(new DataView(bytes.buffer, bytes.byteOffset + start).getFloat32(0, true));
    case ValueType.REAL64:
      return size < 8 ? null : real(new DataView(bytes.buffer, bytes.byteOffset + start).getFloat64(0, true));
    case ValueType.BOOL: {
      // Windows stores bit masks in some booleans: anything but 0 and 1 stays a number.
      const number = signed(bytes, start, Math.min(size, 4));
      return number === 0 ? false : number === 1 ? true : number;
    }
    case ValueType.GUID:
      return size < 16 ? hex(bytes, start, end) : guid(bytes, start);
    case ValueType.SIZE:
    case ValueType.HEX32:
    case ValueType.HEX64:
      return `0x${unsigned(bytes, start, Math.min(size, 8)).toString(16)}`;
    case ValueType.FILETIME:
      return fileTime(unsigned(bytes, start, Math.min(size, 8)));
    case ValueType.SYSTEMTIME:
      return size < 16 ? hex(bytes, start, end) : systemTime(bytes, start);
    case ValueType.SID:
      return size < 8 ? hex(bytes, start, end) : sid(bytes, start, end);
    default:
      return hex(bytes, start, end);
  }
}

/** A FILETIME (100 ns since 1601-01-01 UTC) as ISO text. Years past 9999 keep their last four digits. */
export function fileTime(ticks: bigint): string {
  if (ticks > 0x7fffffffffffffffn) return '0000-00-00T00:00:00.0000000Z';
  const seconds = Number(ticks / 10_000_000n);
  const [year, month, day] = civilDate(Math.floor(seconds / 86_400));
  const rest = seconds % 86_400;
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${isoDate(year, month, day)}T${clock}.${String(ticks % 10_000_000n).padStart(7, '0')}Z`;
}

/** Eight 16-bit fields; what is no valid time reads as the first FILETIME, as Windows shows it. */
function systemTime(bytes: Uint8Array, at: number): string {
  const [year, month, , day, hour, minute, second, milli] = Array.from({ length: 8 }, (_, i) =>
    u16(bytes, at + 2 * i),
  ) as [number, number, number, number, number, number, number, number];
  const monthDays = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  const valid = year >= 1601 && year <= 30827 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays;
  if (!valid || hour > 23 || minute > 59 || second > 59 || milli > 999) return '1601-01-01T00:00:00.0000000Z';
  const clock = `${two(hour)}:${two(minute)}:${two(second)}.${String(milli).padStart(3, '0')}0000Z`;
  return `${isoDate(year, month, day)}T${clock}`;
}

/** Days since 1601-01-01 to the date: shift to 400-year cycles that begin on 1 March, so leap days come last. */
function civilDate(days: number): [number, number, number] {
  const shifted = days + 584_694;
  const cycle = Math.floor(shifted / 146_097);
  const dayOfCycle = shifted % 146_097;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return [cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day];
}

function isoDate(year: number, month: number, day: number): string {
  return `${String(year % 10_000).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

function guid(bytes: Uint8Array, at: number): string {
  const group = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const text = `${group(u32(bytes, at), 8)}-${group(u16(bytes, at + 4), 4)}-${group(u16(bytes, at + 6), 4)}`;
  const tail = hex(bytes, at + 8, at + 16);
  return `${text.toUpperCase()}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Revision, number of parts, 48-bit authority (big-endian), parts. */
function sid(bytes: Uint8Array, start: number, end: number): string {
  let authority = 0;
  for (let i = 2; i < 8; i++) authority = authority * 256 + (bytes[start + i] as number);
  let text = `S-${bytes[start]}-${authority}`;
  const parts = Math.min(bytes[start + 1] as number, (end - start - 8) >> 2);
  for (let i = 0; i < parts; i++) text += `-${u32(bytes, start + 8 + 4 * i)}`;
  return text;
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('hex', start, end).toUpperCase();
}

function unsigned(bytes: Uint8Array, at: number, size: number): bigint {
  if (size === 8) return u64(bytes, at);
  let value = 0;
  for (let i = Math.min(size, 6) - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number);
  return BigInt(value);
}

function signed(bytes: Uint8Array, at: number, size: number): number | bigint {
  return narrow(BigInt.asIntN(size * 8, unsigned(bytes, at, size)));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** JSON has no NaN and no infinity: they are text, as in XML. */
function real(value: number): Value {
  return Number.isFinite(value) ? value : String(value);
}

/** Text ends at the first NUL. */
function utf16End(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 1 < end; at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at;
  }
  return end;
}

/** Windows-1252 without NULs. Node's own TextDecoder (24.9) reads 0x80 to 0x9F as Latin-1. */
function windows1252(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes)
    .toString('latin1', start, end)
    .replaceAll('\0', '')
    .replace(/[\x80-\x9f]/g, (unit) => HIGH_CONTROLS[unit.charCodeAt(0) - 0x80] as string);
}

/** Characters of 0x80 to 0x9F; five codes are not assigned and stay. */
const HIGH_CONTROLS = [
  ...'\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f',
].concat([...'\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178']);
