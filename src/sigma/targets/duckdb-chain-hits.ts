/** The events that chains of processes are made of, in DuckDB's SQL, each with the process that acts in it. */
import { anyOf, fieldOf } from './correlation-words.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { CorrelationContext, CorrelationPart, RuleContext } from './types.ts';

export interface ChainNames extends Pick<SqlEngine, 'column' | 'folded'> {
  /** The table that a rule asks. */
  readonly source: (context: RuleContext) => string;
}

/** Of every step: its process (`actor`), when, which row, and its group: to compare (`g0` …) and as written (`n0` …). */
export function chainHits(context: CorrelationContext, names: ChainNames): string {
  return context.parts.map((part, at) => hitsOf(context, names, part, at + 1)).join(' UNION ALL ');
}

function hitsOf(
  { correlation }: CorrelationContext,
  names: ChainNames,
  part: CorrelationPart,
  step: number,
): string {
  const { column, folded } = names;
  const fields = correlation.groupBy.map((key) => column(fieldOf(correlation, key, part)));
  const inner = [
    '_row',
    ...fields.map((field, at) => `${folded(field)} AS g${at}`),
    ...fields.map((field, at) => `${field}::VARCHAR AS n${at}`),
  ];
  const outer = [
    `${step} AS step`,
    'o.Process AS actor',
    'epoch_ns(o.Time) AS ns',
    'e._row AS event',
    ...fields.map((_, at) => `e.g${at}`),
    ...fields.map((_, at) => `e.n${at}`),
  ];
  const known = ['o.Process', 'o.Time', ...fields.map((_, at) => `e.g${at}`)];
  return (
    `SELECT ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${matchesOf(part, names)}) e ` +
    `JOIN process_of o ON o._row = e._row WHERE ${known.map((name) => `${name} IS NOT NULL`).join(' AND ')}`
  );
}

/** Processes that may not stand between steps. */
export function excludedProcesses(parts: readonly CorrelationPart[], names: ChainNames): string {
  const each = parts.map((part) => `SELECT _row FROM ${matchesOf(part, names)}`);
  return (
    `SELECT DISTINCT o.Process AS actor FROM (${each.join(' UNION ALL ')}) e ` +
    'JOIN process_of o ON o._row = e._row WHERE o.Process IS NOT NULL'
  );
}

function matchesOf({ context, searches }: CorrelationPart, { source }: ChainNames): string {
  const conditions = searches.map(({ search }) => search);
  return `${source(context as RuleContext)} WHERE ${anyOf(conditions, ' OR ')}`;
}
