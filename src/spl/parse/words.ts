/** What the arguments of commands are made of: names, lists of names, options `name=value`, numbers, widths. */
import type { Name, Span } from '../ast.ts';
import { unescape } from './cursor.ts';
import type { Cursor } from './cursor.ts';

const bareName = /(?:[^\s|()[\]"',=<>`!]|!(?!=))+/y;

/** A field name: a word, or in quotes. */
export function readName(cursor: Cursor, command: string): Name {
  const next = cursor.peek();
  const at = cursor.at;
  if (next === '"') return { name: unescape(cursor.quoted()), at };
  if (next === "'") {
    const name = cursor.read(/'([^'\\]+)'/y)?.[1];
    if (name === undefined) throw cursor.fail(`${command}: a name in single quotes is not closed, or empty`);
    return { name, at };
  }
  const name = cursor.read(bareName)?.[0];
  if (name === undefined) throw cursor.unexpected(command);
  return { name, at };
}

/** Names up to the end of the command or one of the words given; commas are as good as blanks. */
export function readNames(cursor: Cursor, command: string, until?: RegExp): Name[] {
  const names: Name[] = [];
  while (!cursor.atEnd()) {
    if (until !== undefined && peekWord(cursor, until)) break;
    names.push(readName(cursor, command));
    cursor.take(',');
  }
  return names;
}

export function peekWord(cursor: Cursor, word: RegExp): boolean {
  cursor.skipBlanks();
  word.lastIndex = cursor.at;
  return word.test(cursor.text);
}

export function takeWord(cursor: Cursor, word: RegExp): boolean {
  cursor.skipBlanks();
  return cursor.read(word) !== null;
}

/** A value of an option or a command: a word or a text in quotes. */
export function readWord(cursor: Cursor, command: string): string {
  if (cursor.peek() === '"') return unescape(cursor.quoted());
  const word = cursor.read(/[^\s|()[\]",]+/y)?.[0];
  if (word === undefined) throw cursor.unexpected(command);
  return word;
}

/** Options that stand here, by name in lower case; others than those named are errors. */
export function readOptions<K extends string>(
  cursor: Cursor,
  command: string,
  names: readonly K[],
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (;;) {
    cursor.skipBlanks();
    const at = cursor.at;
    const name = cursor.read(/([A-Za-z_]+)\s*=(?!=)/y)?.[1]?.toLowerCase();
    if (name === undefined) return found;
    if (!(names as readonly string[]).includes(name))
      throw cursor.fail(`${command}: the option ${name} is not known`, at);
    found[name as K] = readWord(cursor, command);
    cursor.take(',');
  }
}

export function toCount(cursor: Cursor, text: string, what: string, at = cursor.at): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count)) throw cursor.fail(`${what} wants a whole number, not ${text}`, at);
  return count;
}

export function toBoolean(cursor: Cursor, text: string | undefined, fallback: boolean): boolean {
  if (text === undefined) return fallback;
  if (/^(?:t|true|1|yes)$/i.test(text)) return true;
  if (/^(?:f|false|0|no)$/i.test(text)) return false;
  throw cursor.fail(`true or false is wanted, not ${text}`);
}

const units: Readonly<Record<string, readonly [number, Span['unit']]>> = {
  us: [1e-6, 'second'],
  ms: [1e-3, 'second'],
  cs: [1e-2, 'second'],
  ds: [1e-1, 'second'],
  s: [1, 'second'],
  m: [60, 'second'],
  h: [3600, 'second'],
  d: [86_400, 'second'],
  w: [604_800, 'second'],
  mon: [1, 'month'],
  q: [3, 'month'],
  y: [12, 'month'],
};

const spellings: Readonly<Record<string, string>> = {
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  week: 'w',
  weeks: 'w',
  month: 'mon',
  months: 'mon',
  qtr: 'q',
  qtrs: 'q',
  quarter: 'q',
  quarters: 'q',
  yr: 'y',
  yrs: 'y',
  year: 'y',
  years: 'y',
};

/** `5m`, `1h`, `2mon`, `10` (Search Reference, "bin", time scale units). */
export function toSpan(cursor: Cursor, text: string, command: string, at = cursor.at): Span {
  const found = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const value = Number(found?.[1]);
  if (found === null || !(value > 0) || value > 1e12)
    throw cursor.fail(`${command}: the span ${text} is not known`, at);
  const unit = (found[2] as string) === 'M' ? 'mon' : (found[2] as string).toLowerCase();
  if (unit === '') return { value, unit: 'none' };
  const known = units[spellings[unit] ?? unit];
  if (known === undefined) throw cursor.fail(`${command}: the unit ${found[2]} is not known`, at);
  return { value: value * known[0], unit: known[1] };
}
