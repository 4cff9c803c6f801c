/** Expressions of `eval` and `where` as SQL (Search Reference, "eval" and "where"). */
import type { BinaryOperator, EvalExpression } from '../ast.ts';
import { callFunction } from './functions.ts';
import { literal, numberLiteral } from './sql-text.ts';
import { compare, like, toBoolean, toNumeric, toText } from './value.ts';
import type { EvalContext, Value } from './value.ts';

export function compileEval(expression: EvalExpression, context: EvalContext): Value {
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
      if (expression.op === 'NOT') return { sql: `(NOT ${toBoolean(item)})`, type: 'boolean' };
      return { sql: `(${expression.op}${toNumeric(item)})`, type: 'number' };
    }
    case 'logic': {
      const tests = expression.items.map((item) => toBoolean(compileEval(item, context)));
      return { sql: `(${tests.join(` ${expression.op} `)})`, type: 'boolean' };
    }
    case 'binary': {
      const left = compileEval(expression.left, context);
      const right = compileEval(expression.right, context);
      return binary(expression.op, left, right);
    }
  }
}

export function compileTest(expression: EvalExpression, context: EvalContext): string {
  return toBoolean(compileEval(expression, context));
}

function binary(op: BinaryOperator, left: Value, right: Value): Value {
  switch (op) {
    case '.':
      return { sql: `(${toText(left)} || ${toText(right)})`, type: 'text' };
    case '+':
      if (typeof left.constant === 'string' || typeof right.constant === 'string')
        return { sql: `(${toText(left)} || ${toText(right)})`, type: 'text' };
      return { sql: `(${toNumeric(left)} + ${toNumeric(right)})`, type: 'number' };
    case '-':
    case '*':
      return { sql: `(${toNumeric(left)} ${op} ${toNumeric(right)})`, type: 'number' };
    case '/':
    case '%':
      return { sql: `(${toNumeric(left)} ${op} NULLIF(${toNumeric(right)}, 0))`, type: 'number' };
    case 'XOR':
      return { sql: `(${toBoolean(left)} <> ${toBoolean(right)})`, type: 'boolean' };
    case 'LIKE':
      return { sql: like(left, right), type: 'boolean' };
    default:
      return { sql: compare(op, left, right), type: 'boolean' };
  }
}
