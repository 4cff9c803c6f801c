/** Commands that count, group, and put results together (Search Reference, one page for each). */
import type { CommandBody, Name, Pipeline, Subsearch } from '../ast.ts';
import { readStats } from './aggregates.ts';
import type { Cursor } from './cursor.ts';
import { readName, readNames, readOptions, takeWord, toBoolean, toCount, toSpan } from './words.ts';

export type ReadPipeline = (cursor: Cursor) => Pipeline;

export function readStatsCommand(kind: 'stats' | 'eventstats'): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    const { allnum, partitions } = readOptions(cursor, kind, ['allnum', 'partitions']);
    if (toBoolean(cursor, allnum, false)) throw cursor.fail(`${kind}: allnum=true is not known`);
    if (partitions !== undefined) toCount(cursor, partitions, `${kind}: partitions`);
    return { kind, ...readStats(cursor, kind) };
  };
}

export function readStreamstats(cursor: Cursor): CommandBody {
  const names = ['current', 'window', 'time_window', 'global', 'allnum'] as const;
  const options = readOptions(cursor, 'streamstats', names);
  const at = cursor.at;
  if (toBoolean(cursor, options.allnum, false))
    throw cursor.fail('streamstats: allnum=true is not known', at);
  const body = readStats(cursor, 'streamstats');
  if (options.global !== undefined && options.window !== undefined && body.by.length > 0)
    if (toBoolean(cursor, options.global, true))
      throw cursor.fail('streamstats: a window with by wants global=false', at);
  if (options.window !== undefined && options.global === undefined && body.by.length > 0)
    throw cursor.fail('streamstats: a window with by wants global=false', at);
  const span =
    options.time_window === undefined ? null : toSpan(cursor, options.time_window, 'streamstats', at);
  if (span?.unit === 'month') throw cursor.fail('streamstats: time_window in months is not known', at);
  return {
    kind: 'streamstats',
    current: toBoolean(cursor, options.current, true),
    window: toCount(cursor, options.window ?? '0', 'streamstats: window', at),
    timeWindow: span === null ? null : span.value,
    ...body,
  };
}

export function readJoin(pipeline: ReadPipeline): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    const at = cursor.at;
    const names = ['type', 'max', 'overwrite', 'usetime', 'earlier'] as const;
    const options = readOptions(cursor, 'join', names);
    if (options.usetime !== undefined || options.earlier !== undefined)
      throw cursor.fail('join: usetime and earlier are not known', at);
    const type = (options.type ?? 'inner').toLowerCase();
    if (type !== 'inner' && type !== 'left' && type !== 'outer')
      throw cursor.fail(`join: the type ${type} is not known`, at);
    const fields: Name[] = [];
    while (cursor.peek() !== '[') {
      if (cursor.atEnd()) throw cursor.fail('join wants a subsearch in brackets');
      fields.push(readName(cursor, 'join'));
      cursor.take(',');
    }
    return {
      kind: 'join',
      left: type !== 'inner',
      max: toCount(cursor, options.max ?? '1', 'join: max', at),
      overwrite: toBoolean(cursor, options.overwrite, true),
      names: fields,
      subsearch: readSubsearch(cursor, 'join', pipeline),
    };
  };
}

function readSubsearch(cursor: Cursor, command: string, pipeline: ReadPipeline): Subsearch {
  if (cursor.peek() !== '[') throw cursor.fail(`${command} wants a subsearch in brackets`);
  return { at: cursor.at, pipeline: pipeline(cursor) };
}

export function readAppend(pipeline: ReadPipeline): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    // Bounds of time, which no search here comes near.
    readOptions(cursor, 'append', ['maxtime', 'timeout']);
    return { kind: 'append', subsearch: readSubsearch(cursor, 'append', pipeline) };
  };
}

export function readUnion(pipeline: ReadPipeline, command: string): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    const subsearches: Subsearch[] = [];
    while (!cursor.atEnd()) {
      subsearches.push(readSubsearch(cursor, command, pipeline));
      cursor.take(',');
    }
    if (subsearches.length < 2) throw cursor.fail(`${command} wants two subsearches or more`);
    return { kind: 'union', subsearches };
  };
}

export function readTop(kind: 'top' | 'rare'): (cursor: Cursor) => CommandBody {
  return (cursor) => {
    const optionNames = ['limit', 'showperc', 'showcount', 'countfield', 'percentfield', 'useother'] as const;
    const option = new RegExp(`(?:${optionNames.join('|')})\\s*=`, 'iy');
    cursor.skipBlanks();
    const plain = cursor.read(/(\d+)(?=\s)/y)?.[1];
    let options = readOptions(cursor, kind, optionNames);
    const names = readNames(cursor, kind, new RegExp(`by\\b|${option.source}`, 'iy'));
    options = { ...options, ...readOptions(cursor, kind, optionNames) };
    const by = takeWord(cursor, /by\b/iy) ? readNames(cursor, kind, option) : [];
    options = { ...options, ...readOptions(cursor, kind, optionNames) };
    if (names.length === 0) throw cursor.fail(`${kind} wants names of fields`);
    if (toBoolean(cursor, options.useother, false)) throw cursor.fail(`${kind}: useother is not known`);
    return {
      kind,
      limit: toCount(cursor, options.limit ?? plain ?? '10', `${kind}: limit`),
      names,
      by,
      showCount: toBoolean(cursor, options.showcount, true),
      showPercent: toBoolean(cursor, options.showperc, true),
      countField: options.countfield ?? 'count',
      percentField: options.percentfield ?? 'percent',
    };
  };
}

export function readBin(cursor: Cursor): CommandBody {
  const at = cursor.at;
  let options = readOptions(cursor, 'bin', ['span']);
  const field = readName(cursor, 'bin');
  options = { ...options, ...readOptions(cursor, 'bin', ['span']) };
  let as = field.name;
  if (takeWord(cursor, /as\b/iy)) as = readName(cursor, 'bin').name;
  options = { ...options, ...readOptions(cursor, 'bin', ['span']) };
  if (options.span === undefined) throw cursor.fail('bin wants a span, for example span=1h', at);
  return { kind: 'bin', field, span: toSpan(cursor, options.span, 'bin', at), as };
}
