/** Small pieces of text that several formats share. All pure, all in UTC, none depending on the locale. */
import { toJson, type Value } from '../events/index.ts';
import type { FindingMatch } from './types.ts';

/** A value as a person reads it: strings as they are, lists joined, null as nothing. */
export function valueText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (!Array.isArray(value)) return String(value);
  return value.map((item: Value) => (Array.isArray(item) ? toJson(item) : valueText(item))).join(', ');
}

/** 1234567 -> 1,234,567 */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 rule`, `2 rules`: the plural is the word with s unless given. */
export function countOf(count: number, word: string, plural = `${word}s`): string {
  return `${countText(count)} ${count === 1 ? word : plural}`;
}

export function bytesText(bytes: number): string {
  let size = bytes;
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (size < 1000) return `${size < 10 && unit !== 'B' ? size.toFixed(1) : Math.round(size)} ${unit}`;
    size /= 1000;
  }
  return `${size.toFixed(1)} TB`;
}

export function secondsText(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `2020-01-02T03:04:05.1234567Z` -> `2020-01-02 03:04:05`; text of another form stays as it is. */
export function timeText(time: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time) ? `${time.slice(0, 10)} ${time.slice(11, 19)}` : time;
}

/** First and last time in one text; the date is not said twice. */
export function timeSpan(first: string | null, last: string | null, arrow = '→'): string {
  if (first === null || last === null) return '';
  const from = timeText(first);
  const to = timeText(last);
  if (from === to) return from;
  const sameDay = from.length === 19 && from.slice(0, 11) === to.slice(0, 11);
  return `${from} ${arrow} ${sameDay ? to.slice(11) : to}`;
}

/** Orders ISO 8601 times in UTC whatever their number of decimals. */
export function isBefore(a: string, b: string): boolean {
  return (a.endsWith('Z') ? a.slice(0, -1) : a) < (b.endsWith('Z') ? b.slice(0, -1) : b);
}

/** The first of the named fields that says something. Windows writes `-` for "none". */
export function pickField(fields: Record<string, Value>, names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (value === undefined || value === null || value === '' || value === '-') continue;
    return valueText(value);
  }
  return '';
}

/** The matches without those that show the same value of the same field again: several patterns often do. */
export function distinctMatches(matched: readonly FindingMatch[]): FindingMatch[] {
  return matched.filter(
    (match, i) =>
      matched.findIndex((other) => other.field === match.field && other.value === match.value) === i,
  );
}
