/**
 * Functions of `eval` and `where` (Search Reference, "Evaluation functions"). Each is a line: how many arguments it
 * takes and what SQL it is. What is not here is HB_SPL.
 */
import { parseCidr } from '../run/cidr.ts';
import {
  boolean,
  compare,
  constantText,
  like,
  list,
  number,
  text,
  toBoolean,
  toNumeric,
  toText,
  unify,
} from './value.ts';
import type { EvalContext, EvalFunction, Value } from './value.ts';
import { listFunctions } from './list-functions.ts';
import { regexMatch, regexReplace } from './regex-sql.ts';
import { anyItem, call, ITEM, literal, numberLiteral } from './sql-text.ts';

const one = (compile: (value: Value) => Value): EvalFunction => ({
  min: 1,
  max: 1,
  compile: ({ args }) => compile(args[0] as Value),
});

const math = (write: (sql: string) => string): EvalFunction =>
  one((value) => number(write(toNumeric(value))));

/** Of several values each, for functions of one text. */
const eachText = (write: (sql: string) => string): EvalFunction =>
  one((value) =>
    value.type === 'list'
      ? list(`list_transform(${value.sql}, lambda ${ITEM}: ${write(ITEM)})`)
      : text(write(toText(value))),
  );

function extreme(name: 'greatest' | 'least'): EvalFunction {
  return {
    min: 1,
    max: 100,
    compile: ({ args }) =>
      args.every(({ type }) => type === 'number')
        ? number(`${name}(${args.map(({ sql }) => sql).join(', ')})`)
        : number(`${name}(${args.map(toNumeric).join(', ')})`),
  };
}

function bits(write: (a: string, b: string) => string): EvalFunction {
  const whole = (value: Value): string => `TRY_CAST(${toNumeric(value)} AS BIGINT)`;
  return {
    min: 2,
    max: 16,
    compile: ({ args }) => number(`CAST(${args.map(whole).reduce((a, b) => write(a, b))} AS DOUBLE)`),
  };
}

const trimmed = (name: string): EvalFunction => ({
  min: 1,
  max: 2,
  compile: ({ args: [value, characters] }) =>
    text(
      `${name}(${toText(value as Value)}, ${characters === undefined ? literal(' \t') : toText(characters)})`,
    ),
});

const cidrmatch: EvalFunction = {
  min: 2,
  max: 2,
  compile: (given) => {
    const network = constantText(given, 0);
    const value = given.args[1] as Value;
    if (parseCidr(network) === null)
      throw given.context.fail(`cidrmatch: ${network} is no network`, given.at);
    const test = (sql: string): string => `${call('cidr', sql, literal(network))} = '1'`;
    return boolean(`(${value.type === 'list' ? anyItem(value.sql, test(ITEM)) : test(toText(value))})`);
  },
};

const tonumber: EvalFunction = {
  min: 1,
  max: 2,
  compile: ({ args: [value, base], context, at }) => {
    if (base === undefined) return number(toNumeric(value as Value));
    const radix = base.constant;
    if (typeof radix !== 'number' || !Number.isInteger(radix) || radix < 2 || radix > 36)
      throw context.fail('tonumber wants a base from 2 to 36', at);
    return number(`TRY_CAST(${call('tonumber', toText(value as Value), literal(String(radix)))} AS DOUBLE)`);
  },
};

const tostring: EvalFunction = {
  min: 1,
  max: 2,
  compile: (given) => {
    const value = given.args[0] as Value;
    if (given.args.length === 1) return text(toText(value));
    const format = constantText(given, 1);
    if (format === 'hex') return text(`'0x' || printf('%X', TRY_CAST(${toNumeric(value)} AS BIGINT))`);
    if (format === 'commas') return text(call('commas', toText(value), literal('')));
    if (format === 'duration')
      return text(
        `strftime(TIMESTAMP '1970-01-01' + to_seconds(TRY_CAST(${toNumeric(value)} AS BIGINT)), '%H:%M:%S')`,
      );
    throw given.context.fail(`tostring: the format ${format} is not known`, given.at);
  },
};

function choose(pairs: readonly Value[], fallback: Value | null): Value {
  const values = pairs.filter((_, index) => index % 2 === 1);
  const { type, convert } = unify(fallback === null ? values : [...values, fallback]);
  const whens = values.map((value, i) => `WHEN ${toBoolean(pairs[i * 2] as Value)} THEN ${convert(value)}`);
  return {
    sql: `(CASE ${whens.join(' ')}${fallback === null ? '' : ` ELSE ${convert(fallback)}`} END)`,
    type,
  };
}

const own: Readonly<Record<string, EvalFunction>> = {
  if: { min: 3, max: 3, compile: ({ args }) => choose(args.slice(0, 2), args[2] as Value) },
  case: {
    min: 2,
    max: 1000,
    compile: ({ args, context, at }) => {
      if (args.length % 2 === 1) throw context.fail('case wants pairs of a condition and a value', at);
      return choose(args, null);
    },
  },
  coalesce: {
    min: 1,
    max: 1000,
    compile: ({ args }) => {
      const { type, convert } = unify(args);
      return { sql: `COALESCE(${args.map(convert).join(', ')})`, type };
    },
  },
  null: { min: 0, max: 0, compile: () => ({ sql: 'NULL', type: 'null' }) },
  nullif: {
    min: 2,
    max: 2,
    compile: ({ args: [a, b] }) => {
      const value = a as Value;
      return {
        ...value,
        sql: `(CASE WHEN ${compare('=', value, b as Value)} THEN NULL ELSE ${value.sql} END)`,
      };
    },
  },
  true: { min: 0, max: 0, compile: () => boolean('TRUE') },
  false: { min: 0, max: 0, compile: () => boolean('FALSE') },
  isnull: one(({ sql }) => boolean(`(${sql} IS NULL)`)),
  isnotnull: one(({ sql }) => boolean(`(${sql} IS NOT NULL)`)),
  isnum: one((value) => boolean(`(${toNumeric(value)} IS NOT NULL)`)),
  isint: one((value) => boolean(`COALESCE(${toNumeric(value)} = trunc(${toNumeric(value)}), FALSE)`)),
  isstr: one((value) => boolean(`(${value.sql} IS NOT NULL AND ${toNumeric(value)} IS NULL)`)),
  in: {
    min: 2,
    max: 10_000,
    compile: ({ args: [value, ...items] }) =>
      boolean(`(${items.map((item) => compare('=', value as Value, item)).join(' OR ')})`),
  },
  lower: eachText((sql) => `lower(${sql})`),
  upper: eachText((sql) => `upper(${sql})`),
  trim: trimmed('trim'),
  ltrim: trimmed('ltrim'),
  rtrim: trimmed('rtrim'),
  substr: {
    min: 2,
    max: 3,
    compile: ({ args: [value, start, length] }) => {
      const from = `TRY_CAST(${toNumeric(start as Value)} AS BIGINT)`;
      const count = length === undefined ? '' : `, TRY_CAST(${toNumeric(length)} AS BIGINT)`;
      return text(`substr(${toText(value as Value)}, ${from}${count})`);
    },
  },
  urldecode: one((value) => text(`url_decode(${toText(value)})`)),
  md5: one((value) => text(`md5(${toText(value)})`)),
  sha1: one((value) => text(`sha1(${toText(value)})`)),
  sha256: one((value) => text(`sha256(${toText(value)})`)),
  like: {
    min: 2,
    max: 2,
    compile: ({ args: [value, pattern] }) => boolean(like(value as Value, pattern as Value)),
  },
  match: {
    min: 2,
    max: 2,
    compile: (given) => {
      const value = given.args[0] as Value;
      const test = (sql: string): string => regexMatch(sql, constantText(given, 1), given.context, given.at);
      return boolean(`(${value.type === 'list' ? anyItem(value.sql, test(ITEM)) : test(toText(value))})`);
    },
  },
  replace: {
    min: 3,
    max: 3,
    compile: (given) => {
      const [pattern, replacement] = [constantText(given, 1), constantText(given, 2)];
      return text(
        regexReplace(toText(given.args[0] as Value), pattern, replacement, given.context, given.at),
      );
    },
  },
  cidrmatch,
  tonumber,
  tostring,
  searchmatch: {
    min: 1,
    max: 1,
    compile: (given) => boolean(`((${given.context.searchTest(constantText(given, 0), given.at)}) IS TRUE)`),
  },
  abs: math((sql) => `abs(${sql})`),
  ceil: math((sql) => `ceil(${sql})`),
  ceiling: math((sql) => `ceil(${sql})`),
  floor: math((sql) => `floor(${sql})`),
  sqrt: math((sql) => `(CASE WHEN ${sql} >= 0 THEN sqrt(${sql}) END)`),
  exp: math((sql) => `exp(${sql})`),
  ln: math((sql) => `(CASE WHEN ${sql} > 0 THEN ln(${sql}) END)`),
  pow: {
    min: 2,
    max: 2,
    compile: ({ args: [a, b] }) => number(`pow(${toNumeric(a as Value)}, ${toNumeric(b as Value)})`),
  },
  round: {
    min: 1,
    max: 2,
    compile: ({ args: [value, digits], context, at }) => {
      const count = digits === undefined ? 0 : digits.constant;
      if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 15)
        throw context.fail('round wants a number of digits from 0 to 15', at);
      return number(`round(${toNumeric(value as Value)}, ${count})`);
    },
  },
  min: extreme('least'),
  max: extreme('greatest'),
  bit_and: bits((a, b) => `(${a} & ${b})`),
  bit_or: bits((a, b) => `(${a} | ${b})`),
  bit_xor: bits((a, b) => `xor(${a}, ${b})`),
  bit_shift_left: bits((a, b) => `(${a} << CAST(${b} AS INTEGER))`),
  bit_shift_right: bits((a, b) => `(${a} >> CAST(${b} AS INTEGER))`),
  now: { min: 0, max: 0, compile: ({ context }) => number(numberLiteral(context.now)) },
  time: { min: 0, max: 0, compile: ({ context }) => number(numberLiteral(context.now)) },
  strftime: {
    min: 2,
    max: 2,
    // All digits of the time, which %.15g does not keep.
    compile: ({ args: [time, format] }) =>
      text(call('strftime', `CAST(${toNumeric(time as Value)} AS VARCHAR)`, toText(format as Value))),
  },
  strptime: {
    min: 2,
    max: 2,
    compile: ({ args: [value, format] }) =>
      number(`TRY_CAST(${call('strptime', toText(value as Value), toText(format as Value))} AS DOUBLE)`),
  },
};

const functions: Readonly<Record<string, EvalFunction>> = {
  __proto__: null as never,
  ...own,
  len: one((value) => number(`CAST(length(${toText(value)}) AS DOUBLE)`)),
  ...listFunctions,
};

/** The functions that are there, for the page. */
export const functionNames: readonly string[] = Object.keys(functions);

export function callFunction(name: string, args: readonly Value[], at: number, context: EvalContext): Value {
  const known = functions[name];
  if (known === undefined) throw context.fail(`the function ${name} is not known`, at);
  if (args.length < known.min || args.length > known.max)
    throw context.fail(`${name} does not take ${args.length} arguments`, at);
  return known.compile({ args, context, at, name });
}
