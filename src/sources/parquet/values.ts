/** Parquet values as those of events: numbers where exact, ISO 8601 for time, text for bytes. */
import type { ParquetParsers } from 'hyparquet';

/** Time keeps the digits that the file has; JavaScript's Date would cut them to milliseconds. */
export const parquetParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => isoTime(millis, 3),
  timestampFromMicroseconds: (micros) => isoTime(micros, 6),
  timestampFromNanoseconds: (nanos) => isoTime(nanos, 9),
  jsonFromBytes: (bytes) => jsonOr(bytes && bytesText(bytes)),
  dateFromDays: (days) => isoTime(BigInt(days) * 86_400_000n, 3).slice(0, 10),
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A row without its nulls. */
export function plainRow(row: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === undefined) continue;
    plain[name === '__proto__' ? '_proto_' : name] = plainValue(value);
  }
  return plain;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  return plainRow(value);
}

function jsonOr(text: string | undefined): unknown {
  if (text === undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Binary columns of logs hold text more often than not; what is not UTF-8 is given in hexadecimal. */
function bytesText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  }
}

/** ISO 8601 in UTC with as many decimals as `digits` (at most seven, 100 ns). */
function isoTime(value: bigint, digits: 3 | 6 | 9): string {
  const unit = 10n ** BigInt(digits);
  let seconds = value / unit;
  let fraction = value % unit;
  if (fraction < 0n) {
    fraction += unit;
    seconds -= 1n;
  }
  const date = new Date(Number(seconds) * 1000);
  // Beyond the range of Date there is no calendar to show.
  if (Number.isNaN(date.getTime())) return value.toString();
  const decimals = fraction.toString().padStart(digits, '0').slice(0, 7);
  return `${date.toISOString().slice(0, -5)}.${decimals}Z`;
}
