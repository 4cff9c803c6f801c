/** Expressions of `eval` and `where` as SQL (Search Reference, "eval" and "where"). */
import type { BinaryOperator, EvalExpression } from '../ast.ts';
import { callFunction } from './functions.ts';
import { literal, numberLiteral, numberText } from './sql-text.ts';
import { compare, like, toBoolean, toNumeric, toText } from './value.ts';
import type { EvalContext, Value } from './value.ts';

/** Functions write their arguments down several times, so that nested ones grow without end. */
const MAX_SQL = 500_000;

export function compileEval(expression: EvalExpression, context: EvalContext): Value {
  const value = compileOne(expression, context);
  if (value.sql.length > MAX_SQL) throw context.fail('the expression is too large', placeOf(expression));
  return value;
}

/** The place of an expression, or of the first part that has one. */
export function placeOf(expression: EvalExpression): number {
  if ('at' in expression) return expression.at;
  return expression.kind === 'logic' ? placeOf(expression.items[0] as EvalExpression) : 0;
}

function compileOne(expression: EvalExpression, context: EvalContext): Value {
  switch (expression.kind) {
    case 'number':
      return { sql: numberLiteral(expression.value), type: 'number', constant: expression.value };
    case 'string':
      return { sql: literal(expression.value), type: 'text', constant: expression.value };
    case 'field': {
      const field = context.relation.use(expression.name);
      if (field !== undefined) return { sql: field.sql, type: field.type };
      const word = expression.name.toLowerCase();
      if (word === 'true' || word === 'false') return { sql: word.toUpperCase(), type: 'boolean' };
      return { sql: 'NULL', type: 'null' };
    }
    case 'call': {
      const args = expression.args.map((arg) => compileEval(arg, context));
      return callFunction(expression.name, args, expression.at, context);
    }
    case 'unary': {
      const item = compileEval(expression.item, context);
      if (expression.op === 'NOT')
        return { sql: `(NOT ${toBoolean(item, context, expression.at)})`, type: 'boolean' };
      return { sql: `(${expression.op}${toNumeric(item)})`, type: 'number' };
    }
    case 'logic': {
      const tests = expression.items.map((item) => compileTest(item, context));
      return { sql: `(${tests.join(` ${expression.op} `)})`, type: 'boolean' };
    }
    case 'binary': {
      if (expression.op === '+') return plus(summands(expression).map((item) => compileEval(item, context)));
      const left = compileEval(expression.left, context);
      const right = compileEval(expression.right, context);
      if (expression.op === 'XOR') {
        const [a, b] = [left, right].map((side) => toBoolean(side, context, expression.at));
        return { sql: `(${a} <> ${b})`, type: 'boolean' };
      }
      return binary(expression.op, left, right);
    }
  }
}

export function compileTest(expression: EvalExpression, context: EvalContext): string {
  return toBoolean(compileEval(expression, context), context, placeOf(expression));
}

function binary(op: Exclude<BinaryOperator, 'XOR' | '+'>, left: Value, right: Value): Value {
  switch (op) {
    case '.':
      return { sql: `(${toText(left)} || ${toText(right)})`, type: 'text' };
    case '-':
    case '*':
      return { sql: `(${toNumeric(left)} ${op} ${toNumeric(right)})`, type: 'number' };
    case '/':
    case '%':
      return { sql: `(${toNumeric(left)} ${op} NULLIF(${toNumeric(right)}, 0))`, type: 'number' };
    case 'LIKE':
      return { sql: like(left, right), type: 'boolean' };
    default:
      return { sql: compare(op, left, right), type: 'boolean' };
  }
}

/** `a + b + c` as a list. */
function summands(expression: EvalExpression): EvalExpression[] {
  const items: EvalExpression[] = [];
  let rest = expression;
  while (rest.kind === 'binary' && rest.op === '+') {
    items.push(rest.right);
    rest = rest.left;
  }
  return [rest, ...items.toReversed()];
}

/** Numbers are added, texts joined; numbers and texts together are nothing (Search Reference, "eval"). */
function plus(items: readonly Value[]): Value {
  const joined = items.map(toText).join(' || ');
  if (items.some(({ constant }) => typeof constant === 'string')) return { sql: `(${joined})`, type: 'text' };
  const numbers = items.map(toNumeric);
  const sum = `(${numbers.join(' + ')})`;
  if (items.some(({ type }) => type !== 'text')) return { sql: sum, type: 'number' };
  const none = numbers.map((item) => `${item} IS NULL`).join(' AND ');
  const otherwise = `CASE WHEN ${none} THEN ${joined} END`;
  return {
    sql: `(CASE WHEN ${sum} IS NOT NULL THEN ${numberText(sum)} ELSE ${otherwise} END)`,
    type: 'text',
  };
}
