/**
 * Expressions of `eval` and `where` (Search Manual, "Boolean expressions": parentheses, then NOT, then AND, then OR,
 * then XOR; Search Reference, "eval"). Words are fields, texts stand in double quotes, fields with other characters in
 * single quotes. `NOT` takes in the comparison after it.
 */
import type { BinaryOperator, EvalExpression } from '../ast.ts';
import { MAX_CHAIN, MAX_TERMS } from '../limits.ts';
import { unescape } from './cursor.ts';
import type { Cursor } from './cursor.ts';

export function parseEvalExpression(cursor: Cursor): EvalExpression {
  return cursor.nest(() => chain(cursor, 0));
}

/** From the weakest to the strongest; names of operators are read in any case. */
const levels: readonly (RegExp | 'not')[] = [
  /XOR\b/iy,
  /OR\b/iy,
  /AND\b/iy,
  'not',
  /==|!=|<=|>=|=|<|>|LIKE\b/iy,
  /[-+.]/y,
  /\*|\/|%/y,
];

function chain(cursor: Cursor, level: number): EvalExpression {
  const signs = levels[level];
  if (signs === undefined) return unary(cursor);
  if (signs === 'not') {
    cursor.skipBlanks();
    const at = cursor.at;
    if (cursor.read(/NOT\b/iy) === null) return chain(cursor, level + 1);
    return { kind: 'unary', op: 'NOT', item: cursor.nest(() => chain(cursor, level)), at };
  }
  let left = chain(cursor, level + 1);
  let length = 0;
  for (;;) {
    cursor.skipBlanks();
    const at = cursor.at;
    const sign = cursor.read(signs)?.[0];
    if (sign === undefined) {
      if (level === 4) {
        const list = inList(cursor, left);
        if (list !== null) return list;
      }
      return left;
    }
    const op = (sign === '==' ? '=' : sign.toUpperCase()) as BinaryOperator | 'AND' | 'OR';
    if (++cursor.terms > MAX_TERMS) throw cursor.fail(`more than ${MAX_TERMS} terms`);
    if (++length > MAX_CHAIN && level > 2) throw cursor.fail(`more than ${MAX_CHAIN} ${op} in a row`);
    const right = chain(cursor, level + 1);
    if (op !== 'AND' && op !== 'OR') left = { kind: 'binary', op, left, right, at };
    else if (left.kind === 'logic' && left.op === op && length > 1)
      (left.items as EvalExpression[]).push(right);
    else left = { kind: 'logic', op, items: [left, right] };
  }
}

/** `field IN (a, b)` is the function `in`. */
function inList(cursor: Cursor, left: EvalExpression): EvalExpression | null {
  const at = cursor.at;
  if (cursor.read(/IN\s*\(/iy) === null) return null;
  return { kind: 'call', name: 'in', args: [left, ...args(cursor)], at };
}

function unary(cursor: Cursor): EvalExpression {
  cursor.skipBlanks();
  const at = cursor.at;
  const sign = cursor.read(/[-+]/y)?.[0] as '-' | '+' | undefined;
  if (sign === undefined) return atom(cursor);
  return { kind: 'unary', op: sign, item: cursor.nest(() => unary(cursor)), at };
}

function atom(cursor: Cursor): EvalExpression {
  const next = cursor.peek();
  const at = cursor.at;
  if (next === '(') {
    cursor.at++;
    const inner = parseEvalExpression(cursor);
    if (!cursor.take(')')) throw cursor.fail('a parenthesis is not closed', at);
    return inner;
  }
  if (next === '"') return { kind: 'string', value: unescape(cursor.quoted()) };
  if (next === "'") {
    const name = cursor.read(/'([^'\\]+)'/y)?.[1];
    if (name === undefined) throw cursor.fail('a name in single quotes is not closed, or empty');
    return { kind: 'field', name, at };
  }
  const digits = cursor.read(/(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w])/y)?.[0];
  if (digits !== undefined) {
    const value = Number(digits);
    if (!Number.isFinite(value)) throw cursor.fail(`the number ${digits} is too large`, at);
    return { kind: 'number', value, text: digits };
  }
  const name = cursor.read(/[A-Za-z_][A-Za-z0-9_]*(?:\{\}|:[A-Za-z0-9_]+)*/y)?.[0];
  if (name === undefined) throw cursor.unexpected('the expression');
  if (cursor.read(/\s*\(/y) !== null)
    return { kind: 'call', name: name.toLowerCase(), args: args(cursor), at };
  if (/^(?:and|or|xor|not|like|in)$/i.test(name)) throw cursor.fail(`the operator ${name} lacks a side`, at);
  return { kind: 'field', name, at };
}

function args(cursor: Cursor): EvalExpression[] {
  const list: EvalExpression[] = [];
  if (cursor.take(')')) return list;
  for (;;) {
    list.push(parseEvalExpression(cursor));
    if (cursor.take(')')) return list;
    cursor.expect(',', 'the list of arguments');
  }
}
