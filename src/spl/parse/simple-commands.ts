/** Commands that keep, drop, name and order results (Search Reference, one page for each). */
import type { CommandBody, SortKey } from '../ast.ts';
import { unescape } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readName, readNames, readOptions, readWord, takeWord, toBoolean, toCount } from './words.ts';

export function readFields(cursor: Cursor): CommandBody {
  cursor.skipBlanks();
  const sign = cursor.read(/[-+]/y)?.[0];
  const names = readNames(cursor, 'fields');
  if (names.length === 0) throw cursor.fail('fields wants names of fields');
  return { kind: 'fields', remove: sign === '-', names };
}

export function readTable(cursor: Cursor): CommandBody {
  const names = readNames(cursor, 'table');
  if (names.length === 0) throw cursor.fail('table wants names of fields');
  return { kind: 'table', names };
}

export function readRename(cursor: Cursor): CommandBody {
  const pairs: { from: ReturnType<typeof readName>; to: string }[] = [];
  while (!cursor.atEnd()) {
    const from = readName(cursor, 'rename');
    if (!takeWord(cursor, /as\b/iy)) throw cursor.fail('rename lacks AS');
    const to = readName(cursor, 'rename');
    const stars = (text: string): number => text.split('*').length - 1;
    if (stars(from.name) !== stars(to.name) && stars(to.name) > 0)
      throw cursor.fail('rename: both names want the same number of wildcards', to.at);
    pairs.push({ from, to: to.name });
    cursor.take(',');
  }
  if (pairs.length === 0) throw cursor.fail('rename wants FIELD AS NAME');
  return { kind: 'rename', pairs };
}

export function readHead(kind: 'head' | 'tail'): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    const { limit } = readOptions(cursor, kind, ['limit']);
    let count = 10;
    if (limit !== undefined) count = toCount(cursor, limit, kind);
    else if (!cursor.atEnd()) {
      const at = cursor.at;
      const text = readWord(cursor, kind);
      if (kind === 'head' && !/^\d/.test(text)) throw cursor.fail('head: conditions are not known', at);
      count = toCount(cursor, text, kind, at);
    }
    return { kind, count };
  };
}

export function readReverse(): CommandBody {
  return { kind: 'reverse' };
}

export function readSort(cursor: Cursor): CommandBody {
  let limit = 10_000;
  cursor.skipBlanks();
  const given = cursor.read(/(?:limit\s*=\s*)?(\d+)(?=[\s,|\]]|$)/y)?.[1];
  if (given !== undefined) limit = toCount(cursor, given, 'sort');
  cursor.take(',');
  const keys = readSortKeys(cursor, 'sort', /(?:d|desc)(?=\s*(?:\||$|\]))/iy);
  const flip = takeWord(cursor, /(?:d|desc)(?=\s*(?:\||$|\]))/iy);
  if (keys.length === 0) throw cursor.fail('sort wants names of fields');
  return { kind: 'sort', limit, keys, flip };
}

const casts: Readonly<Record<string, SortKey['cast']>> = { auto: 'auto', num: 'num', str: 'str', ip: 'ip' };

function readSortKeys(cursor: Cursor, command: string, until?: RegExp): SortKey[] {
  const keys: SortKey[] = [];
  while (!cursor.atEnd()) {
    cursor.skipBlanks();
    if (keys.length > 0 && until !== undefined) {
      until.lastIndex = cursor.at;
      if (until.test(cursor.text)) break;
    }
    const descending = cursor.read(/[-+]/y)?.[0] === '-';
    cursor.skipBlanks();
    const cast = cursor.read(/(auto|num|str|ip)\s*\(/iy)?.[1]?.toLowerCase();
    const name = readName(cursor, command);
    if (cast !== undefined) cursor.expect(')', `${command}: ${cast}(`);
    keys.push({ ...name, descending, cast: casts[cast ?? 'auto'] ?? 'auto' });
    cursor.take(',');
  }
  return keys;
}

export function readDedup(cursor: Cursor): CommandBody {
  cursor.skipBlanks();
  const count = Number(cursor.read(/(\d{1,9})(?=\s)/y)?.[1] ?? 1);
  if (count < 1) throw cursor.fail('dedup wants a number above 0');
  const optionNames = ['keepevents', 'keepempty', 'consecutive'] as const;
  let options = readOptions(cursor, 'dedup', optionNames);
  const names = readNames(cursor, 'dedup', /sortby\b|(?:keepevents|keepempty|consecutive)\s*=/iy);
  options = { ...options, ...readOptions(cursor, 'dedup', optionNames) };
  const sortBy = takeWord(cursor, /sortby\b/iy) ? readSortKeys(cursor, 'dedup') : [];
  if (names.length === 0) throw cursor.fail('dedup wants names of fields');
  return {
    kind: 'dedup',
    count,
    names,
    keepEvents: toBoolean(cursor, options.keepevents, false),
    keepEmpty: toBoolean(cursor, options.keepempty, false),
    consecutive: toBoolean(cursor, options.consecutive, false),
    sortBy,
  };
}

export function readFillnull(cursor: Cursor): CommandBody {
  const { value = '0' } = readOptions(cursor, 'fillnull', ['value']);
  return { kind: 'fillnull', value, names: readNames(cursor, 'fillnull') };
}

export function readMvexpand(cursor: Cursor): CommandBody {
  const field = readName(cursor, 'mvexpand');
  const { limit = '0' } = readOptions(cursor, 'mvexpand', ['limit']);
  return { kind: 'mvexpand', field, limit: toCount(cursor, limit, 'mvexpand') };
}

export function readMakemv(cursor: Cursor): CommandBody {
  const { delim, allowempty } = readOptions(cursor, 'makemv', ['delim', 'allowempty']);
  const field = readName(cursor, 'makemv');
  const allowEmpty = toBoolean(cursor, allowempty, false);
  return { kind: 'makemv', field, delimiter: delim ?? ' ', allowEmpty };
}

export function readNomv(cursor: Cursor): CommandBody {
  return { kind: 'nomv', field: readName(cursor, 'nomv') };
}

export function readMakeresults(cursor: Cursor): CommandBody {
  const { count = '1' } = readOptions(cursor, 'makeresults', ['count']);
  return { kind: 'makeresults', count: toCount(cursor, count, 'makeresults') };
}

export function readRegex(cursor: Cursor): CommandBody {
  if (cursor.peek() === '"') {
    const at = cursor.at;
    const text = unescape(cursor.quoted());
    if (cursor.atEnd()) return { kind: 'regex', field: { name: '_raw', at }, negated: false, pattern: text };
    cursor.at = at;
  }
  const field = readName(cursor, 'regex');
  cursor.skipBlanks();
  const sign = cursor.read(/!=|=/y)?.[0];
  if (sign === undefined) throw cursor.fail('regex wants FIELD="PATTERN"');
  const pattern = readPattern(cursor, 'regex');
  return { kind: 'regex', field, negated: sign === '!=', pattern };
}

export function readRex(cursor: Cursor): CommandBody {
  const at = cursor.at;
  const names = ['field', 'max_match', 'mode', 'offset_field'] as const;
  const before = readOptions(cursor, 'rex', names);
  if (cursor.atEnd()) throw cursor.fail('rex wants a pattern in quotes');
  const pattern = readPattern(cursor, 'rex');
  const options = { ...before, ...readOptions(cursor, 'rex', names) };
  if (options.offset_field !== undefined) throw cursor.fail('rex: offset_field is not known', at);
  if (options.mode !== undefined && options.mode !== 'sed')
    throw cursor.fail(`rex: the mode ${options.mode} is not known`, at);
  return {
    kind: 'rex',
    field: { name: options.field ?? '_raw', at },
    pattern,
    mode: options.mode === 'sed' ? 'sed' : 'extract',
    maxMatch: toCount(cursor, options.max_match ?? '1', 'rex: max_match', at),
  };
}

/**
 * A quoted pattern is a text like any other: `\\` is one backslash for the expression, `\"` a quotation mark, and
 * `\d` stays what it is.
 */
function readPattern(cursor: Cursor, command: string): string {
  return cursor.peek() === '"' ? unescape(cursor.quoted()) : readWord(cursor, command);
}
