/** Functions about numbers, bits and times (Search Reference, "Mathematical", "Bitwise", "Date and time functions"). */
import { call, literal, numberLiteral } from './sql-text.ts';
import { number, text, one, toNumeric, toText } from './value.ts';
import type { EvalFunction, Value } from './value.ts';

const math = (write: (sql: string) => string): EvalFunction =>
  one((value) => number(write(toNumeric(value))));

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
