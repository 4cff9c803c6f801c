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
  one,
  text,
  toBoolean,
  toNumeric,
  toText,
  unify,
} from './value.ts';
import type { Call, EvalContext, EvalFunction, Value } from './value.ts';
import { listFunctions } from './list-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { regexMatch, regexReplace } from './regex-sql.ts';
import { anyItem, call, ITEM, literal } from './sql-text.ts';

/** Of several values each, for functions of one text. */
const eachText = (write: (sql: string) => string): EvalFunction =>
  one((value) =>
    value.type === 'list'
      ? list(`list_transform(${value.sql}, lambda ${ITEM}: ${write(ITEM)})`)
      : text(write(toText(value))),
  );

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
      return text(call('duration', `CAST(${toNumeric(value)} AS VARCHAR)`, literal('')));
    throw given.context.fail(`tostring: the format ${format} is not known`, given.at);
  },
};

function choose(pairs: readonly Value[], fallback: Value | null, { context, at }: Call): Value {
  const values = pairs.filter((_, index) => index % 2 === 1);
  const { type, convert } = unify(fallback === null ? values : [...values, fallback]);
  const whens = values.map(
    (value, i) => `WHEN ${toBoolean(pairs[i * 2] as Value, context, at)} THEN ${convert(value)}`,
  );
  return {
    sql: `(CASE ${whens.join(' ')}${fallback === null ? '' : ` ELSE ${convert(fallback)}`} END)`,
    type,
  };
}

const own: Readonly<Record<string, EvalFunction>> = {
  if: { min: 3, max: 3, compile: (given) => choose(given.args.slice(0, 2), given.args[2] as Value, given) },
  case: {
    min: 2,
    max: 1000,
    compile: (given) => {
      const { args, context, at } = given;
      if (args.length % 2 === 1) throw context.fail('case wants pairs of a condition and a value', at);
      return choose(args, null, given);
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
  tostring,
  searchmatch: {
    min: 1,
    max: 1,
    compile: (given) => boolean(`((${given.context.searchTest(constantText(given, 0), given.at)}) IS TRUE)`),
  },
};

const functions: Readonly<Record<string, EvalFunction>> = {
  __proto__: null as never,
  ...own,
  len: one((value) => number(`CAST(length(${toText(value)}) AS DOUBLE)`)),
  ...numberFunctions,
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
