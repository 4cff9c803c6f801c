/**
 * Conditions of the command `search`, which is also the first command without its name
 * (Search Reference, "search"; Search Manual, "Boolean expressions": parentheses, then NOT, then OR, then AND).
 */
import type { Comparison, Pattern, Pipeline, SearchExpression, TimeEdge } from '../ast.ts';
import { MAX_TERMS } from '../limits.ts';
import type { Cursor } from './cursor.ts';

type ReadSubsearch = (cursor: Cursor) => Pipeline;

/** All conditions up to the end of the command. */
export function parseSearchExpression(cursor: Cursor, subsearch: ReadSubsearch): SearchExpression {
  return cursor.atEnd() ? { kind: 'all' } : readAnd(cursor, subsearch);
}

function readAnd(cursor: Cursor, subsearch: ReadSubsearch): SearchExpression {
  return cursor.nest(() => {
    const items = [readOr(cursor, subsearch)];
    for (;;) {
      if (operator(cursor, 'AND')) items.push(readOr(cursor, subsearch));
      else if (cursor.atEnd() || cursor.peek() === ')') break;
      else items.push(readOr(cursor, subsearch));
    }
    return join('and', items);
  });
}

function readOr(cursor: Cursor, subsearch: ReadSubsearch): SearchExpression {
  const items = [readNot(cursor, subsearch)];
  while (operator(cursor, 'OR')) items.push(readNot(cursor, subsearch));
  return join('or', items);
}

function readNot(cursor: Cursor, subsearch: ReadSubsearch): SearchExpression {
  if (++cursor.terms > MAX_TERMS) throw cursor.fail(`more than ${MAX_TERMS} terms`);
  if (operator(cursor, 'NOT')) return { kind: 'not', item: cursor.nest(() => readNot(cursor, subsearch)) };
  const at = cursor.at;
  const next = cursor.peek();
  if (next === '(') {
    cursor.at++;
    if (cursor.take(')')) return { kind: 'all' };
    const inner = readAnd(cursor, subsearch);
    if (!cursor.take(')')) throw cursor.fail('a parenthesis is not closed', at);
    return inner;
  }
  if (next === '[') return { kind: 'subsearch', at: cursor.at, pipeline: subsearch(cursor) };
  for (const word of ['AND', 'OR', 'XOR'])
    if (operator(cursor, word))
      throw cursor.fail(
        word === 'XOR' ? 'XOR is not known to search' : `search: ${word} has nothing before it`,
        at,
      );
  return readTerm(cursor);
}

function join(kind: 'and' | 'or', items: SearchExpression[]): SearchExpression {
  const flat = items.flatMap((item) => (item.kind === kind ? item.items : [item]));
  return flat.length === 1 ? (flat[0] as SearchExpression) : { kind, items: flat };
}

const ends = /(?=[\s|()[\]"]|$)/.source;
const operators: Readonly<Record<string, RegExp>> = {
  AND: new RegExp(`AND${ends}`, 'y'),
  OR: new RegExp(`OR${ends}`, 'y'),
  XOR: new RegExp(`XOR${ends}`, 'y'),
  NOT: new RegExp(`NOT${ends}`, 'y'),
};
/** A word that may be a field name; `=`, `<`, `>`, `!=` end it. */
const word = /(?:[^\s|()[\]"=<>!\\`]|!(?!=)|\\[^])+/y;
/** A value may hold signs of comparison. */
const value = /(?:[^\s|()[\]"\\`]|\\[^])+/y;
const listed = /(?:[^\s|()[\]",\\`]|\\[^])+/y;
const comparison = /==|!=|<=|>=|=|<|>/y;
const directive = /(CASE|TERM)\(/y;

function operator(cursor: Cursor, name: string): boolean {
  cursor.skipBlanks();
  return cursor.read(operators[name] as RegExp) !== null;
}

function readTerm(cursor: Cursor): SearchExpression {
  const at = cursor.at;
  const wrapped = readDirective(cursor);
  if (wrapped !== null) return { kind: 'term', pattern: wrapped, at };
  const isQuoted = cursor.peek() === '"';
  const text = isQuoted ? cursor.quoted() : cursor.read(word)?.[0];
  if (text === undefined) throw cursor.unexpected('search');
  const end = cursor.at;
  cursor.skipBlanks();
  const sign = cursor.read(comparison)?.[0];
  if (sign !== undefined) {
    const name = readName(text);
    const op = (sign === '==' ? '=' : sign) as Comparison;
    const pattern = readValue(cursor, value, `the comparison with ${name}`);
    return timeTerm(cursor, name, op, pattern, at) ?? { kind: 'compare', field: name, op, pattern, at };
  }
  if (cursor.read(/IN\s*\(/iy) !== null) return readList(cursor, readName(text), at);
  cursor.at = end;
  return { kind: 'term', pattern: toPattern(text), at };
}

function readName(text: string): string {
  return text.replaceAll(/\\([^])/g, '$1');
}

function readList(cursor: Cursor, field: string, at: number): SearchExpression {
  const patterns: Pattern[] = [];
  for (;;) {
    patterns.push(readValue(cursor, listed, `the list of ${field}`));
    if (++cursor.terms > MAX_TERMS) throw cursor.fail(`more than ${MAX_TERMS} terms`);
    cursor.take(',');
    if (cursor.take(')')) return { kind: 'in', field, patterns, at };
  }
}

function readValue(cursor: Cursor, bare: RegExp, what: string): Pattern {
  const next = cursor.peek();
  const wrapped = readDirective(cursor);
  if (wrapped !== null) return wrapped;
  if (next === '"') return toPattern(cursor.quoted());
  const text = cursor.read(bare)?.[0];
  if (text === undefined) throw cursor.fail(`search: ${what} lacks a value`);
  return toPattern(text);
}

function readDirective(cursor: Cursor): Pattern | null {
  const found = cursor.read(directive);
  if (found === null) return null;
  const inner =
    cursor.peek() === '"' ? cursor.quoted() : (cursor.read(/(?:[^()"\\]|\\[^])+/y)?.[0] ?? '').trim();
  cursor.expect(')', `${found[1]}(`);
  if (inner === '') throw cursor.fail(`${found[1]}() is empty`);
  return { ...toPattern(inner), directive: found[1] === 'CASE' ? 'case' : 'term' };
}

/** Escapes resolved, split at the wildcards, which cannot be escaped; several in a row are one. */
export function toPattern(text: string): Pattern {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < text.length; i++) {
    const next = text[i + 1];
    if (text[i] === '\\' && (next === '\\' || next === '"')) part += text[++i] as string;
    else if (text[i] !== '*') part += text[i] as string;
    else if (parts.length === 0 || part !== '') {
      parts.push(part);
      part = '';
    }
  }
  parts.push(part);
  return { parts };
}

function timeTerm(
  cursor: Cursor,
  name: string,
  op: Comparison,
  { parts }: Pattern,
  at: number,
): SearchExpression | null {
  const edge = /^_?(?:index_)?(?:earliest|latest|starttime|endtime)/.exec(name)?.[0];
  if (edge === undefined || edge !== name) return null;
  if (name !== 'earliest' && name !== 'latest')
    throw cursor.fail(`the time modifier ${name} is not known`, at, 'Use earliest and latest.');
  if (op !== '=' || parts.length !== 1) throw cursor.fail(`${name} wants = and a time`, at);
  return { kind: 'time', edge: name as TimeEdge, value: parts[0] as string, at };
}
