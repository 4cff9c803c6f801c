/**
 * Functions of `stats`, `eventstats` and `streamstats` (Search Reference, "Statistical and charting functions"). Values
 * that are missing do not count; of several values each does. Percentiles are those of the nearest rank, and the
 * median of an even number of values is the higher of the two in the middle.
 */
import type { Aggregate } from '../ast.ts';
import type { OrderKey, ValueType } from './relation.ts';
import { orderText } from './relation.ts';
import { numberText, toNumber, X } from './sql-text.ts';
import { toNumeric, toText } from './value.ts';
import type { Value } from './value.ts';

/** Values that `list` keeps at most. */
const MAX_LIST = 100;

export interface AggregateInput {
  /** Null for a plain `count`. */
  readonly value: Value | null;
  /** The `_time` of a row, for `earliest` and `latest`. */
  readonly time: string | null;
  readonly order: readonly OrderKey[];
  /** ` OVER (…)`, or nothing in a GROUP BY. */
  readonly over: string;
}

export interface AggregateSql {
  readonly sql: string;
  readonly type: ValueType;
}

/** Null where the function cannot be had in this place. */
export function aggregateSql(aggregate: Aggregate, input: AggregateInput): AggregateSql | null {
  const { value, over } = input;
  const name = aggregate.function;
  if (value === null) return number(`CAST(count(*)${over} AS DOUBLE)`);
  if (value.type === 'boolean') {
    // count(eval(x=1)) counts the rows where it is true.
    if (name === 'count') return number(`CAST(count(*) FILTER (WHERE ${value.sql})${over} AS DOUBLE)`);
    return aggregateSql(aggregate, { ...input, value: { sql: toText(value), type: 'text' } });
  }
  if (value.type === 'list') return over === '' ? ofLists(aggregate, input, value.sql) : null;
  return ofValues(aggregate, input, value);
}

function number(sql: string): AggregateSql {
  return { sql, type: 'number' };
}

function ofValues(aggregate: Aggregate, input: AggregateInput, value: Value): AggregateSql | null {
  const { time, over } = input;
  const text = toText(value);
  const numeric = toNumeric(value);
  const inOrder = input.order.length === 0 ? '' : ` ORDER BY ${orderText(input.order)}`;
  const present = ` FILTER (WHERE ${value.sql} IS NOT NULL)`;
  const keep = (sql: string): AggregateSql => (value.type === 'number' ? number(sql) : { sql, type: 'text' });
  switch (aggregate.function) {
    case 'count':
      return number(`CAST(count(${value.sql})${over} AS DOUBLE)`);
    case 'dc':
      return number(`CAST(count(DISTINCT ${value.sql})${over} AS DOUBLE)`);
    case 'sum':
    case 'avg':
      return number(`${aggregate.function}(${numeric})${over}`);
    case 'sumsq':
      return number(`sum(${numeric} * ${numeric})${over}`);
    case 'stdev':
    case 'stdevp':
    case 'var':
    case 'varp':
      return number(`${statistics[aggregate.function]}(${numeric})${over}`);
    case 'range':
      return number(`(max(${numeric})${over} - min(${numeric})${over})`);
    case 'min':
    case 'max': {
      const extreme = (sql: string): string => `${aggregate.function}(${sql})${over}`;
      if (value.type === 'number') return number(extreme(value.sql));
      // Numbers only where all values are numbers; else the order of the texts.
      const all = `count(${numeric})${over} = count(${text})${over}`;
      return {
        sql: `CASE WHEN ${all} THEN ${numberText(extreme(numeric))} ELSE ${extreme(text)} END`,
        type: 'text',
      };
    }
    case 'first':
    case 'last':
      if (over !== '') return keep(`${aggregate.function}_value(${value.sql} IGNORE NULLS)${over}`);
      return keep(`${aggregate.function}(${value.sql}${inOrder})${present}`);
    case 'earliest':
    case 'latest':
      if (time === null) return null;
      return keep(`arg_${aggregate.function === 'earliest' ? 'min' : 'max'}(${value.sql}, ${time})${over}`);
    case 'earliest_time':
    case 'latest_time':
      if (time === null) return null;
      return number(`${aggregate.function === 'earliest_time' ? 'min' : 'max'}(${time})${present}${over}`);
    case 'mode':
      return keep(`mode(${value.sql})${over}`);
    case 'values':
      return { sql: `list_sort(list(DISTINCT ${text})${present}${over})`, type: 'list' };
    case 'list':
      return { sql: `(list(${text}${inOrder})${present}${over})[1:${MAX_LIST}]`, type: 'list' };
    default: {
      const all = `list_sort(list(${numeric}) FILTER (WHERE ${numeric} IS NOT NULL)${over})`;
      return percentile(aggregate, all);
    }
  }
}

const statistics: Readonly<Record<string, string>> = {
  stdev: 'stddev_samp',
  stdevp: 'stddev_pop',
  var: 'var_samp',
  varp: 'var_pop',
};

function percentile(
  { function: name, percentile: rank = 50 }: Aggregate,
  sorted: string,
): AggregateSql | null {
  if (name === 'median') return number(`(${sorted})[len(${sorted}) // 2 + 1]`);
  if (!name.endsWith('perc')) return null;
  return number(`(${sorted})[greatest(1, CAST(ceil(${rank} * len(${sorted}) / 100.0) AS BIGINT))]`);
}

/** All values of all rows in one list, in the order of the rows. */
function ofLists(aggregate: Aggregate, input: AggregateInput, value: string): AggregateSql | null {
  const inOrder = input.order.length === 0 ? '' : ` ORDER BY ${orderText(input.order)}`;
  const all = `flatten(list(${value}${inOrder}) FILTER (WHERE ${value} IS NOT NULL))`;
  const numbers = `list_filter(list_transform(${all}, lambda ${X}: ${toNumber(X)}), lambda ${X}: ${X} IS NOT NULL)`;
  switch (aggregate.function) {
    case 'count':
      return number(`COALESCE(CAST(len(${all}) AS DOUBLE), 0)`);
    case 'dc':
      return number(`COALESCE(CAST(len(list_distinct(${all})) AS DOUBLE), 0)`);
    case 'values':
      return { sql: `list_sort(list_distinct(${all}))`, type: 'list' };
    case 'list':
      return { sql: `(${all})[1:${MAX_LIST}]`, type: 'list' };
    case 'first':
      return { sql: `(${all})[1]`, type: 'text' };
    case 'last':
      return { sql: `(${all})[-1]`, type: 'text' };
    case 'min':
    case 'max':
      return {
        sql: `CASE WHEN len(${numbers}) = len(${all}) THEN ${numberText(`list_${aggregate.function}(${numbers})`)} ELSE list_${aggregate.function}(${all}) END`,
        type: 'text',
      };
    case 'sum':
    case 'avg':
      return number(`list_${aggregate.function}(${numbers})`);
    case 'mode':
      return { sql: `list_mode(${all})`, type: 'text' };
    default:
      return percentile(aggregate, `list_sort(${numbers})`);
  }
}
