/** Functions about numbers, bits and times (Search Reference, "Mathematical", "Bitwise", "Date and time functions"). */
import { ALL, call, literal, numberLiteral, numberText, toNumber, X } from './sql-text.ts';
import { constantText, number, text, one, toList, toNumeric, toText } from './value.ts';
import type { Call, EvalFunction, Value } from './value.ts';
import { isRead, isWritten } from '../run/time-format.ts';
import { parseTimeModifier } from '../run/time-modifier.ts';

const math = (write: (sql: string) => string): EvalFunction =>
  one((value) => number(write(toNumeric(value))));

function extreme(name: 'greatest' | 'least'): EvalFunction {
  return {
    min: 1,
    max: 100,
    compile: ({ args }) =>
      args.every(({ type }) => type === 'number')
        ? number(`${name}(${args.map(({ sql }) => sql).join(', ')})`)
        : text(extremeOf(name === 'least' ? 'min' : 'max', args)),
  };
}

/** Texts are greater than numbers; each of several values counts, what is missing does not. */
function extremeOf(name: 'min' | 'max', args: readonly Value[]): string {
  const all = args
    .map((value) => `COALESCE(${toList(value)}, []::VARCHAR[])`)
    .reduce((a, b) => `list_concat(${a}, ${b})`);
  const numbers = `list_filter(list_transform(${ALL}, lambda ${X}: ${toNumber(X)}), lambda ${X}: ${X} IS NOT NULL)`;
  const texts = `list_filter(${ALL}, lambda ${X}: ${toNumber(X)} IS NULL)`;
  const [number, other] = [numberText(`list_${name}(${numbers})`), `list_${name}(${texts})`];
  const found = name === 'max' ? `COALESCE(${other}, ${number})` : `COALESCE(${number}, ${other})`;
  return `(list_transform([${all}], lambda ${ALL}: ${found}))[1]`;
}

function bits(write: (a: string, b: string) => string): EvalFunction {
  const whole = (value: Value): string => `TRY_CAST(${toNumeric(value)} AS BIGINT)`;
  return {
    min: 2,
    max: 16,
    compile: ({ args }) => number(`CAST(${args.map(whole).reduce((a, b) => write(a, b))} AS DOUBLE)`),
  };
}

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

/** The format of a time, which must be one that is known: a letter that is not would stand there as it is. */
function format(given: Call, known: (letter: string) => boolean): string {
  const written = constantText(given, 1);
  for (const [all, letter] of written.matchAll(/%\d?(.?)/gsu))
    if (!known(letter as string))
      throw given.context.fail(`${given.name}: ${all} is not known in a format`, given.at);
  return written;
}

export const numberFunctions: Readonly<Record<string, EvalFunction>> = {
  tonumber,
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
  log: {
    min: 1,
    max: 2,
    compile: ({ args: [value, base] }) => {
      const [a, b] = [toNumeric(value as Value), base === undefined ? '10::DOUBLE' : toNumeric(base)];
      return number(`(CASE WHEN ${a} > 0 AND ${b} > 0 AND ${b} <> 1 THEN ln(${a}) / ln(${b}) END)`);
    },
  },
  now: { min: 0, max: 0, compile: ({ context }) => number(numberLiteral(Math.floor(context.now))) },
  time: { min: 0, max: 0, compile: ({ context }) => number(numberLiteral(context.now)) },
  strftime: {
    min: 2,
    max: 2,
    // All digits of the time, which %.15g does not keep.
    compile: (given) =>
      text(
        call(
          'strftime',
          `CAST(${toNumeric(given.args[0] as Value)} AS VARCHAR)`,
          literal(format(given, isWritten)),
        ),
      ),
  },
  strptime: {
    min: 2,
    max: 2,
    compile: (given) =>
      number(
        `TRY_CAST(${call('strptime', toText(given.args[0] as Value), literal(format(given, isRead)))} AS DOUBLE)`,
      ),
  },
  relative_time: {
    min: 2,
    max: 2,
    compile: (given) => {
      const modifier = constantText(given, 1);
      if (parseTimeModifier(modifier, 0) === null || !/^[-+@]/.test(modifier.trim()))
        throw given.context.fail(`relative_time: ${modifier} is not known`, given.at);
      const time = `CAST(${toNumeric(given.args[0] as Value)} AS VARCHAR)`;
      return number(`TRY_CAST(${call('relative_time', time, literal(modifier))} AS DOUBLE)`);
    },
  },
};
