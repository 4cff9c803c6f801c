/** Numbers and time parts in event values: text is read as a number where it is one. */
import { toMillis } from '../events/index.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const integer = /^[+-]?\d+$/;

type Exact = number | bigint;

/** The number that a value is or spells in decimal, or null. Exact beyond 2^53. */
export function readNumber(value: string | number | bigint | boolean): Exact | null {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return null;
  if (value.length > 400) return null;
  if (integer.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value.startsWith('+') ? value.slice(1) : value);
  }
  return decimal.test(value) ? Number(value) : null;
}

export function compareNumber(
  value: string | number | bigint | boolean,
  op: 'gt' | 'gte' | 'lt' | 'lte',
  bound: number | string,
): boolean {
  const left = readNumber(value);
  const right = readNumber(bound);
  if (left === null || right === null) return false;
  // Mixed comparison of number and bigint is exact in JavaScript.
  switch (op) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
  }
}

export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** A part of a time in UTC; the week is ISO 8601's. Null when the value is no time. */
export function readTimePart(value: string | number | bigint | boolean, unit: TimeUnit): number | null {
  const ms = toMillis(value);
  if (ms === null) return null;
  const date = new Date(ms);
  switch (unit) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
}

function isoWeek(date: Date): number {
  // The week of a day is the week of its Thursday.
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.ceil(((thursday.getTime() - start) / 86_400_000 + 1) / 7);
}
