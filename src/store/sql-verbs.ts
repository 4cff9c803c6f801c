/** What can be done with the rows of a relation by SQL: text of statements over the table `frame`. */
import { HuntbookError } from '../errors.ts';
import { quoteName } from './names.ts';
import type { Column } from './types.ts';
import { placeOf } from './verbs.ts';

export interface JoinOptions {
  /** Columns that must be equal: names that both have, or the left name to the right one. */
  readonly on: string | readonly string[] | Readonly<Record<string, string>>;
  /** Default: inner. */
  readonly how?: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  /** Put before names of the right side that the left side has too; default: right_. */
  readonly prefix?: string;
}

/** Rows of the table `frame` with those of `other`. */
export function joinSql(
  left: readonly Column[],
  right: readonly Column[],
  other: string,
  options: JoinOptions,
): string {
  const { on, how = 'inner', prefix = 'right_' } = options;
  const pairs: readonly (readonly [string, string])[] =
    typeof on === 'string'
      ? [[on, on]]
      : Array.isArray(on)
        ? (on as readonly string[]).map((name) => [name, name] as const)
        : Object.entries(on);
  if (pairs.length === 0) throw new HuntbookError('HB_USAGE', 'join: no columns to join on');
  if (!['inner', 'left', 'right', 'full', 'semi', 'anti'].includes(how))
    throw new HuntbookError(
      'HB_USAGE',
      `join: how is ${String(how)}; it can be inner, left, right, full, semi or anti`,
    );
  const conditions = pairs.map(([leftName, rightName]) => {
    const a = left[placeOf(left, leftName)] as Column;
    const b = right[placeOf(right, rightName)] as Column;
    const [x, y] = [`l.${quoteName(a.name)}`, `r.${quoteName(b.name)}`];
    // Values of two types are the same when their text is.
    return a.type === b.type ? `${x} = ${y}` : `CAST(${x} AS VARCHAR) = CAST(${y} AS VARCHAR)`;
  });
  const shown =
    how === 'semi' || how === 'anti' ? ['l.*'] : ['l.*', ...rightColumns(left, right, pairs, prefix, how)];
  return `SELECT ${shown.join(', ')} FROM frame l ${how.toUpperCase()} JOIN ${other} r ON ${conditions.join(' AND ')}`;
}

function rightColumns(
  left: readonly Column[],
  right: readonly Column[],
  pairs: readonly (readonly [string, string])[],
  prefix: string,
  how: string,
): string[] {
  const taken = new Set(left.map(({ name }) => name.toLowerCase()));
  // A key under one name says the same on both sides, except where a side may be missing.
  const same = new Set(
    how === 'right' || how === 'full'
      ? []
      : pairs.filter(([a, b]) => a.toLowerCase() === b.toLowerCase()).map(([, b]) => b.toLowerCase()),
  );
  return right
    .filter(({ name }) => !same.has(name.toLowerCase()))
    .map(({ name }) => {
      let given = name;
      while (taken.has(given.toLowerCase())) given = `${prefix || '_'}${given}`;
      taken.add(given.toLowerCase());
      return `r.${quoteName(name)} AS ${quoteName(given)}`;
    });
}

/** How often each combination of values occurs, the most frequent first. */
export function groupSql(columns: readonly Column[], names: readonly string[]): string {
  const given = namesOf(columns, names);
  const order = given.map((_, at) => `${at + 1} NULLS LAST`);
  return `SELECT ${[...given, 'count(*) AS count'].join(', ')} FROM frame GROUP BY ALL ORDER BY ${[`${given.length + 1} DESC`, ...order].join(', ')}`;
}

/** The most or least frequent values of a column, with their share of all rows. */
export function frequentSql(
  columns: readonly Column[],
  name: string,
  rows: number,
  order: 'ASC' | 'DESC',
): string {
  const [given = ''] = namesOf(columns, [name]);
  const share = 'round(100.0 * count(*) / sum(count(*)) OVER (), 2)::DOUBLE AS percent';
  return `SELECT ${given}, count(*) AS count, ${share} FROM frame WHERE ${given} IS NOT NULL GROUP BY ALL ORDER BY 2 ${order}, 1 LIMIT ${Math.max(0, Math.trunc(rows))}`;
}

/** A row for each column: how many values, how many different ones, the least and the greatest. */
export function describeSql(columns: readonly Column[]): string {
  const parts = columns.map(({ name, type }, at) => {
    const column = quoteName(name);
    const label = `'${name.replaceAll("'", "''")}'`;
    return `SELECT ${at} AS _place, ${label} AS "column", '${type}' AS type, count(${column}) AS "values", count(DISTINCT ${column}) AS "distinct", CAST(min(${column}) AS VARCHAR) AS "min", CAST(max(${column}) AS VARCHAR) AS "max" FROM frame`;
  });
  if (parts.length === 0) throw new HuntbookError('HB_USAGE', 'describe: the frame has no columns');
  return `SELECT * EXCLUDE (_place) FROM (${parts.join(' UNION ALL ')}) ORDER BY _place`;
}

function namesOf(columns: readonly Column[], names: readonly string[]): string[] {
  if (names.length === 0) throw new HuntbookError('HB_USAGE', 'no column was named');
  return names.map((name) => quoteName((columns[placeOf(columns, name)] as Column).name));
}
