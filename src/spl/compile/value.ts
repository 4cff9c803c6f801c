/**
 * Values of `eval` and `where` in SQL and how they are compared. Texts are compared with case; values that look like numbers are compared
 * as numbers; a missing field makes a comparison neither true nor false; of several values any one is enough
 * (Search Reference, "eval" and "where").
 */
import type { Comparison } from '../ast.ts';
import type { Relation, ValueType } from './relation.ts';
import { asNumber, asText } from './relation.ts';
import { anyItem, ITEM, toNumber } from './sql-text.ts';
import type { HuntbookError } from '../../errors.ts';

/** `constant`: a literal, whose kind is known; a text of a field may be a number. */
export interface Value {
  readonly sql: string;
  readonly type: ValueType | 'boolean' | 'null';
  readonly constant?: string | number;
}

export interface EvalContext {
  readonly relation: Relation;
  readonly now: number;
  fail(message: string, at: number): HuntbookError;
  searchTest(text: string, at: number): string;
}

export interface Call {
  readonly args: readonly Value[];
  readonly context: EvalContext;
  readonly at: number;
  readonly name: string;
}

export interface EvalFunction {
  readonly min: number;
  readonly max: number;
  compile(call: Call): Value;
}

export const text = (sql: string): Value => ({ sql, type: 'text' });
export const number = (sql: string): Value => ({ sql, type: 'number' });
export const boolean = (sql: string): Value => ({ sql, type: 'boolean' });
export const list = (sql: string): Value => ({ sql, type: 'list' });

export const one = (compile: (value: Value) => Value): EvalFunction => ({
  min: 1,
  max: 1,
  compile: ({ args }) => compile(args[0] as Value),
});

/** A literal argument that the function wants to know beforehand. */
export function constantText({ args, context, at, name }: Call, index: number): string {
  const constant = args[index]?.constant;
  if (typeof constant !== 'string')
    throw context.fail(`${name} wants a text in quotes as argument ${index + 1}`, at);
  return constant;
}

/** A condition. A field or a text is none, and Splunk refuses it as one. */
export function toBoolean({ sql, type }: Value, { fail }: Pick<EvalContext, 'fail'>, at: number): string {
  if (type === 'boolean') return sql;
  if (type === 'null') return 'NULL::BOOLEAN';
  throw fail('a condition is wanted here; compare the value with something', at);
}

export function toNumeric({ sql, type }: Value): string {
  if (type === 'null') return 'NULL::DOUBLE';
  if (type === 'boolean') return `CAST(${sql} AS DOUBLE)`;
  return asNumber({ sql, type });
}

export function toText({ sql, type }: Value): string {
  if (type === 'null') return 'NULL::VARCHAR';
  if (type === 'boolean') return `CASE WHEN ${sql} THEN 'True' WHEN NOT ${sql} THEN 'False' END`;
  return asText({ sql, type });
}

export function toList({ sql, type, ...rest }: Value): string {
  if (type === 'list') return sql;
  if (type === 'null') return 'NULL::VARCHAR[]';
  const text = toText({ sql, type, ...rest });
  return `CASE WHEN ${text} IS NOT NULL THEN [${text}] END`;
}

/** `%` and `_` are wildcards, and nothing takes that from them: a backslash is itself, as hunters write paths. */
export function like(value: Value, pattern: Value): string {
  // Without an escape character; DuckDB has none of its own.
  const test = (text: string): string => `(${text} LIKE ${toText(pattern)})`;
  return value.type === 'list' ? `(${anyItem(value.sql, test(ITEM))})` : test(toText(value));
}

/** Of several values any one; both sides may have several, but only one lambda is needed for the usual case. */
export function compare(op: Comparison, left: Value, right: Value): string {
  if (left.type === 'list')
    return `(${anyItem(left.sql, compare(op, { sql: ITEM, type: 'text' }, flat(right)))})`;
  if (right.type === 'list')
    return `(${anyItem(right.sql, compare(op, flat(left), { sql: ITEM, type: 'text' }))})`;
  const sign = op === '!=' ? '<>' : op;
  const text = `${toText(left)} ${sign} ${toText(right)}`;
  // A literal in quotes is a text; two of them, or a truth value, are nothing else.
  if (left.type === 'null' || right.type === 'null') return 'NULL::BOOLEAN';
  if (left.type === 'boolean' || right.type === 'boolean')
    return `(lower(${toText(left)}) ${sign} lower(${toText(right)}))`;
  if (typeof left.constant === 'string' || typeof right.constant === 'string') return `(${text})`;
  if (left.type === 'number' && right.type === 'number') return `(${left.sql} ${sign} ${right.sql})`;
  if (left.type === 'number' || right.type === 'number') {
    const other = left.type === 'number' ? right : left;
    const number = toNumber(other.sql);
    const both = left.type === 'number' ? `${left.sql} ${sign} ${number}` : `${number} ${sign} ${right.sql}`;
    return `(CASE WHEN ${number} IS NOT NULL THEN ${both} ELSE ${text} END)`;
  }
  // Two fields: beyond 15 digits two integers may be one double, so that their texts decide.
  const a = toNumber(left.sql);
  const b = toNumber(right.sql);
  const numbers = `length(${left.sql}) <= 15 AND length(${right.sql}) <= 15 AND ${a} IS NOT NULL AND ${b} IS NOT NULL`;
  return `(CASE WHEN ${numbers} THEN ${a} ${sign} ${b} ELSE ${text} END)`;
}

function flat(value: Value): Value {
  return value.type === 'list' ? { sql: toText(value), type: 'text' } : value;
}

/** One type for the branches of `if` and `case`. */
export function unify(values: readonly Value[]): {
  type: ValueType | 'boolean';
  convert: (value: Value) => string;
} {
  const types = new Set(values.map(({ type }) => type).filter((type) => type !== 'null'));
  if (types.size === 1) {
    const type = [...types][0] as ValueType | 'boolean';
    return { type, convert: (value) => (value.type === 'null' ? 'NULL' : value.sql) };
  }
  if (types.has('list')) return { type: 'list', convert: toList };
  return { type: 'text', convert: toText };
}
