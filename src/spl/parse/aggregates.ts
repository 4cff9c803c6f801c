/** `count, dc(user) as users, perc95(x) by host` (Search Reference, "Statistical and charting functions"). */
import type { Aggregate, EvalExpression, Name, StatsBody } from '../ast.ts';
import { parseEvalExpression } from './eval-expression.ts';
import type { Cursor } from './cursor.ts';
import { readName, readNames, takeWord } from './words.ts';

/** Other spellings of one function. */
const aliases: Readonly<Record<string, string>> = {
  c: 'count',
  distinct_count: 'dc',
  mean: 'avg',
  estdc: 'dc',
  p: 'perc',
};

const known = new Set(
  'count dc values list min max sum sumsq avg median mode stdev stdevp var varp first last earliest latest earliest_time latest_time range perc exactperc upperperc'.split(
    ' ',
  ),
);

export function readStats(cursor: Cursor, command: string): StatsBody {
  const aggregates = readAggregates(cursor, command, /by\b/iy);
  const by = takeWord(cursor, /by\b/iy) ? readNames(cursor, command) : [];
  if (!cursor.atEnd()) throw cursor.unexpected(command);
  return { aggregates, by };
}

export function readAggregates(cursor: Cursor, command: string, until: RegExp): Aggregate[] {
  const list: Aggregate[] = [];
  while (!cursor.atEnd()) {
    cursor.skipBlanks();
    until.lastIndex = cursor.at;
    if (until.test(cursor.text)) break;
    list.push(readAggregate(cursor, command));
    cursor.take(',');
  }
  if (list.length === 0) throw cursor.fail(`${command} wants a function, for example count`);
  return list;
}

function readAggregate(cursor: Cursor, command: string): Aggregate {
  cursor.skipBlanks();
  const at = cursor.at;
  const written = cursor.read(/[A-Za-z_]+(?:\d+(?:\.\d+)?)?/y)?.[0];
  if (written === undefined) throw cursor.unexpected(command);
  const parts = /^([A-Za-z_]+?)(\d+(?:\.\d+)?)?$/.exec(written) as RegExpExecArray;
  const base = (parts[1] as string).toLowerCase();
  const name = aliases[base] ?? base;
  if (!known.has(name)) throw cursor.fail(`${command}: the function ${written} is not known`, at);
  const percentile = parts[2] === undefined ? undefined : Number(parts[2]);
  const isPercentile = name.endsWith('perc');
  if (isPercentile !== (percentile !== undefined) || (percentile !== undefined && percentile > 100))
    throw cursor.fail(`${command}: the function ${written} is not known`, at);
  let argument: Name | EvalExpression | null = null;
  if (cursor.take('(')) {
    if (takeWord(cursor, /eval\s*\(/iy)) {
      argument = parseEvalExpression(cursor);
      cursor.expect(')', `${command}: eval(`);
    } else if (cursor.peek() !== ')') argument = readName(cursor, command);
    cursor.expect(')', `${command}: ${written}(`);
  }
  if (argument === null && name !== 'count') throw cursor.fail(`${command}: ${written} wants a field`, at);
  const end = cursor.at;
  const as = takeWord(cursor, /as\b/iy) ? readName(cursor, command).name : cursor.text.slice(at, end).trim();
  return { function: name, ...(percentile !== undefined && { percentile }), argument, as, at };
}
