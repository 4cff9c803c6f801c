/** A whole search: commands between pipes, subsearches in brackets. Anything that is not known is HB_SPL. */
import type { Command, CommandBody, Pipeline } from '../ast.ts';
import { splError } from '../error.ts';
import { MAX_COMMANDS, MAX_SUBSEARCHES, MAX_TEXT } from '../limits.ts';
import { Cursor } from './cursor.ts';
import { parseEvalExpression } from './eval-expression.ts';
import * as joining from './joining-commands.ts';
import { parseSearchExpression } from './search-expression.ts';
import * as simple from './simple-commands.ts';
import { readName } from './words.ts';

/** Throws nothing but HB_SPL. */
export function parseSpl(text: string): Pipeline {
  if (text.length > MAX_TEXT) throw splError(text, 0, `a search of more than ${MAX_TEXT} characters`);
  const nul = text.indexOf('\0');
  if (nul !== -1) throw splError(text, nul, 'the character NUL cannot be searched');
  const cursor = new Cursor(text);
  const pipeline = readPipeline(cursor);
  if (cursor.peek() !== '') throw cursor.unexpected('the search');
  return pipeline;
}

function readPipeline(cursor: Cursor): Pipeline {
  const generating = cursor.peek() === '|';
  if (generating) cursor.at++;
  const commands: Command[] = [];
  do {
    cursor.skipBlanks();
    commands.push(readCommand(cursor, commands.length === 0 && !generating));
    if (!cursor.atEnd()) throw cursor.unexpected(commands.at(-1)?.kind ?? 'the search');
    if (commands.length > MAX_COMMANDS) throw cursor.fail(`more than ${MAX_COMMANDS} commands`);
  } while (cursor.take('|'));
  return { commands, generating };
}

function readBracketed(cursor: Cursor): Pipeline {
  const at = cursor.at;
  cursor.expect('[', 'a subsearch');
  if (++cursor.subsearches > MAX_SUBSEARCHES)
    throw cursor.fail(`more than ${MAX_SUBSEARCHES} subsearches within each other`, at);
  const pipeline = readPipeline(cursor);
  if (!cursor.take(']')) throw cursor.fail('a bracket is not closed', at);
  cursor.subsearches--;
  return pipeline;
}

type ReadCommand = (cursor: Cursor) => CommandBody;

const readSearch: ReadCommand = (cursor) => ({
  kind: 'search',
  expression: parseSearchExpression(cursor, readBracketed),
});

const readEval: ReadCommand = (cursor) => {
  const assignments: Extract<CommandBody, { kind: 'eval' }>['assignments'][number][] = [];
  do {
    const { name } = readName(cursor, 'eval');
    if (!cursor.take('=')) throw cursor.fail(`eval: ${name} lacks =`);
    assignments.push({ name, expression: parseEvalExpression(cursor) });
  } while (cursor.take(','));
  return { kind: 'eval', assignments };
};

const commands: Readonly<Record<string, ReadCommand>> = {
  __proto__: null as never,
  search: readSearch,
  where: (cursor) => ({ kind: 'where', expression: parseEvalExpression(cursor) }),
  eval: readEval,
  fields: simple.readFields,
  table: simple.readTable,
  rename: simple.readRename,
  head: simple.readHead('head'),
  tail: simple.readHead('tail'),
  reverse: simple.readReverse,
  sort: simple.readSort,
  dedup: simple.readDedup,
  fillnull: simple.readFillnull,
  mvexpand: simple.readMvexpand,
  makemv: simple.readMakemv,
  nomv: simple.readNomv,
  makeresults: simple.readMakeresults,
  regex: simple.readRegex,
  rex: simple.readRex,
  stats: joining.readStatsCommand('stats'),
  eventstats: joining.readStatsCommand('eventstats'),
  streamstats: joining.readStreamstats,
  join: joining.readJoin(readBracketed),
  append: joining.readAppend(readBracketed),
  union: joining.readUnion(readBracketed, 'union'),
  multisearch: joining.readUnion(readBracketed, 'multisearch'),
  top: joining.readTop('top'),
  rare: joining.readTop('rare'),
  bin: joining.readBin,
  bucket: joining.readBin,
  discretize: joining.readBin,
};

/** What does the work of commands that hunters write often. */
const instead: Readonly<Record<string, string>> = {
  __proto__: null as never,
  timechart: 'Write bin _time span=1h | stats count by _time.',
  chart: 'Write stats … by both fields.',
  transaction: 'Write stats min(_time) as begin, max(_time) as end, values(…) by FIELD.',
  convert: 'Write eval t=strftime(_time, "%Y-%m-%d %H:%M:%S").',
  fieldformat: 'Write eval.',
  tstats: 'Write the conditions as a search, then stats.',
  spath: 'Write rex.',
  extract: 'Write rex.',
  lookup: 'Write field IN (…), or SQL with huntbook sql.',
  inputlookup: 'Write field IN (…), or SQL with huntbook sql.',
  format: 'A subsearch in brackets needs no format.',
  return: 'Write fields NAME at the end of the subsearch.',
  appendcols: 'Write join.',
};

/** The commands that are there, for `--help` and the page. */
export const commandNames: readonly string[] = Object.keys(commands);

/** The first command may leave out the name `search`; what would be another command is read as its terms then. */
function readCommand(cursor: Cursor, first: boolean): Command {
  const at = cursor.at;
  if (first) {
    cursor.read(/search(?=[\s([|"]|$)/iy);
    return { ...readSearch(cursor), at };
  }
  const word = cursor.read(/[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_]*\s*=)/y)?.[0];
  if (word === undefined)
    throw cursor.atEnd() ? cursor.fail('a command is missing') : cursor.unexpected('the search');
  const read = commands[word.toLowerCase()];
  if (read === undefined) {
    const hint = instead[word.toLowerCase()] ?? 'docs/spl.md has the commands that are.';
    throw cursor.fail(`the command ${word} is not known`, at, hint);
  }
  return { ...read(cursor), at };
}
