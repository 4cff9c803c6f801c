/** Functions about several values (Search Reference, "Multivalue eval functions"). */
import { toList, toNumeric, toText } from './value.ts';
import type { EvalFunction, Value } from './value.ts';
import { INDEX, literal, X } from './sql-text.ts';

const whole = (value: Value): string => `TRY_CAST(${toNumeric(value)} AS BIGINT)`;

export const listFunctions: Readonly<Record<string, EvalFunction>> = {
  mvcount: {
    min: 1,
    max: 1,
    compile: ({ args: [value] }) => ({
      sql: `CAST(NULLIF(len(${toList(value as Value)}), 0) AS DOUBLE)`,
      type: 'number',
    }),
  },
  mvindex: {
    min: 2,
    max: 3,
    // From 0, negative from the end; DuckDB counts from 1.
    compile: ({ args: [value, first, last] }) => {
      const list = toList(value as Value);
      const place = (index: Value): string =>
        `(CASE WHEN ${whole(index)} < 0 THEN ${whole(index)} ELSE ${whole(index)} + 1 END)`;
      if (last === undefined) return { sql: `(${list})[${place(first as Value)}]`, type: 'text' };
      return { sql: `(${list})[${place(first as Value)}:${place(last)}]`, type: 'list' };
    },
  },
  mvjoin: {
    min: 2,
    max: 2,
    compile: ({ args: [value, delimiter] }) => ({
      sql: `array_to_string(${toList(value as Value)}, ${toText(delimiter as Value)})`,
      type: 'text',
    }),
  },
  mvappend: {
    min: 1,
    max: 100,
    compile: ({ args }) => ({
      sql: args
        .map((value) => `COALESCE(${toList(value)}, []::VARCHAR[])`)
        .reduce((a, b) => `list_concat(${a}, ${b})`),
      type: 'list',
    }),
  },
  mvdedup: {
    min: 1,
    max: 1,
    compile: ({ args: [value] }) => {
      const list = toList(value as Value);
      return {
        sql: `list_filter(${list}, lambda ${X}, ${INDEX}: list_position(${list}, ${X}) = ${INDEX})`,
        type: 'list',
      };
    },
  },
  mvsort: {
    min: 1,
    max: 1,
    compile: ({ args: [value] }) => ({ sql: `list_sort(${toList(value as Value)})`, type: 'list' }),
  },
  split: {
    min: 2,
    max: 2,
    compile: ({ args: [value, delimiter] }) => ({
      sql: `string_split(${toText(value as Value)}, ${delimiter === undefined ? literal(' ') : toText(delimiter)})`,
      type: 'list',
    }),
  },
};
