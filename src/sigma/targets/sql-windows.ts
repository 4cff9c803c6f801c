/**
 * The windows of a correlation in SQL: from its matches (`ts`, `slot`, group `g0…`, as written `n0…`, value `v`) to
 * runs of overlapping windows in which the condition holds (`starts`, `ends`, `value`, `run`).
 */
import type { CorrelationBound } from '../ast.ts';
import type { SqlEngine, SqlSteps } from './sql-engine.ts';
import { groupTerms } from './sql-terms.ts';
import type { SlotTerm } from './sql-terms.ts';
import type { CorrelationContext } from './types.ts';

/** Over a window, or by a subquery for each; `rows` is its FROM and WHERE. */
type Metric = { readonly over: string } | { readonly each: (rows: string) => string };

const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', neq: '<>' } as const;

/** Adds the steps; returns the name of the last. */
export function addWindows(
  steps: SqlSteps,
  engine: SqlEngine,
  context: CorrelationContext,
  matches: string,
): string {
  return new Windows(steps, engine, context).add(matches);
}

/** Whether the value is a number of the events, not a count. */
export function isNumeric({ correlation }: CorrelationContext): boolean {
  return /^value_(?:sum|avg|median|percentile)$/.test(correlation.type);
}

class Windows {
  readonly #steps: SqlSteps;
  readonly #engine: SqlEngine;
  readonly #context: CorrelationContext;
  readonly #span: number;
  readonly #terms: readonly SlotTerm[] | null;
  /** Windows with a `not` begin at a match, as only their end tells that nothing came. */
  readonly #forward: boolean;
  /** Sequences of slots that must come one after the other. */
  readonly #orders: readonly (readonly number[])[];
  readonly #keys: readonly string[];
  readonly #names: readonly string[];
  readonly #partition: string;

  constructor(steps: SqlSteps, engine: SqlEngine, context: CorrelationContext) {
    const { condition, rules, groupBy, timespan } = context.correlation;
    this.#steps = steps;
    this.#engine = engine;
    this.#context = context;
    this.#span = Math.round(timespan.seconds * engine.perSecond);
    this.#terms =
      condition.kind === 'expression'
        ? groupTerms(
            condition.tree,
            (name) => rules.indexOf(name),
            (what) => steps.unsupported(what),
          )
        : null;
    this.#forward = this.#terms?.some(({ none }) => none.length > 0) ?? false;
    this.#orders = this.#readOrders();
    this.#keys = groupBy.map((_, at) => `g${at}`);
    this.#names = groupBy.map((_, at) => `n${at}`);
    this.#partition = this.#keys.length === 0 ? '' : `PARTITION BY ${this.#keys.join(', ')} `;
  }

  add(matches: string): string {
    const measured = this.#measured(this.#chains(matches));
    const [begins, ends] = this.#edges();
    const edges = [`${begins} AS starts`, `${ends} AS ends`];
    const hits = this.#steps.add(
      'hits',
      `SELECT ${list(this.#keys, this.#names, edges, 'value')} FROM ${measured} WHERE ${this.#condition()}`,
    );
    // A window that begins before the one before it is over belongs to the same run.
    const marks = this.#steps.add(
      'marks',
      `SELECT *, CASE WHEN lag(ends) OVER (${this.#partition}ORDER BY ends) >= starts THEN 0 ELSE 1 END AS fresh ` +
        `FROM ${hits}`,
    );
    return this.#steps.add(
      'runs',
      `SELECT *, sum(fresh) OVER (${this.#partition}ORDER BY ends ROWS UNBOUNDED PRECEDING) AS run FROM ${marks}`,
    );
  }

  #edges(): [begins: string, ends: string] {
    return this.#forward ? ['ts', `ts + ${this.#span}`] : [`ts - ${this.#span}`, 'ts'];
  }

  #readOrders(): readonly (readonly number[])[] {
    const { type, condition } = this.#context.correlation;
    if (type !== 'temporal_ordered') return [];
    if (condition.kind === 'expression') return (this.#terms ?? []).map(({ all }) => all);
    const count = this.#context.parts.length;
    for (let n = 1; n <= count; n++) {
      if (holds(n, condition.bounds) !== (n === count))
        throw this.#steps.unsupported('temporal_ordered with other than all rules in order');
    }
    return [Array.from({ length: count }, (_, slot) => slot)];
  }

  /** Of chains of matches, each later than the one before, that end at a match: where the latest of them begins. */
  #chains(matches: string): string {
    let source = matches;
    this.#orders.forEach((slots, order) => {
      slots.forEach((slot, place) => {
        const frame = `(${this.#partition}ORDER BY ts RANGE BETWEEN ${this.#span} PRECEDING AND 1 PRECEDING)`;
        const from = place === 0 ? 'ts' : `max(q${order}_${place - 1}) OVER ${frame}`;
        source = this.#steps.add(
          `chain${order}_${place}`,
          `SELECT *, CASE WHEN slot = ${slot} THEN ${from} END AS q${order}_${place} FROM ${source}`,
        );
      });
    });
    return source;
  }

  /** One row for each window, by the match it ends (or begins) at. */
  #measured(source: string): string {
    const range = this.#forward
      ? `CURRENT ROW AND ${this.#span} FOLLOWING`
      : `${this.#span} PRECEDING AND CURRENT ROW`;
    const window = `(${this.#partition}ORDER BY ts RANGE BETWEEN ${range})`;
    const metric = this.#metric(window);
    const names = this.#names.map((name) => `min(${name}) AS ${name}`);
    const group = `GROUP BY ${list(this.#keys, 'ts')}`;
    if ('each' in metric) {
      const ends = this.#steps.add('ends', `SELECT ${list(this.#keys, names, 'ts')} FROM ${source} ${group}`);
      const same = this.#keys.map((key) => `m.${key} = e.${key} AND `).join('');
      const rows = `FROM ${source} m WHERE ${same}m.ts BETWEEN e.ts - ${this.#span} AND e.ts`;
      return this.#steps.add('measured', `SELECT e.*, ${metric.each(rows)} AS value FROM ${ends} e`);
    }
    const flags = this.#flags(window);
    const windows = this.#steps.add(
      'windows',
      `SELECT ${list(
        this.#keys,
        this.#names,
        ['slot', 'ts', `${metric.over} AS value`],
        flags.map(([name, value]) => `${value} AS ${name}`),
      )} FROM ${source}`,
    );
    return this.#steps.add(
      'measured',
      `SELECT ${list(
        this.#keys,
        names,
        ['ts', 'max(value) AS value'],
        flags.map(([name]) => `max(${name}) AS ${name}`),
      )} FROM ${windows} ${this.#beginning()}${group}`,
    );
  }

  #metric(window: string): Metric {
    const { distinctOver, percentileOver, percentileOf } = this.#engine;
    const { correlation, parts } = this.#context;
    const { type, condition } = correlation;
    const distinct: Metric = distinctOver
      ? { over: distinctOver('v', window) }
      : { each: (rows) => `(SELECT count(DISTINCT m.v) ${rows})` };
    switch (type) {
      case 'event_count':
        return parts.every(({ context }) => 'rule' in context)
          ? { over: `count(*) OVER ${window}` }
          : distinct;
      case 'value_count':
        return distinct;
      case 'value_sum':
        return { over: `sum(v) OVER ${window}` };
      case 'value_avg':
        return { over: `avg(v) OVER ${window}` };
      case 'temporal':
      case 'temporal_ordered':
        return { over: parts.map((_, slot) => this.#present(slot, window)).join(' + ') };
      default: {
        const percentile = condition.kind === 'threshold' ? condition.percentile : null;
        if (type === 'value_percentile' && percentile === null)
          throw this.#steps.unsupported('value_percentile without the percentile');
        const part = type === 'value_median' ? 0.5 : (percentile as number) / 100;
        if (percentileOver) return { over: percentileOver('v', part, window) };
        return { each: (rows) => percentileOf(`SELECT m.v ${rows} AND m.v IS NOT NULL`, part) };
      }
    }
  }

  #present(slot: number, window: string): string {
    return `max(CASE WHEN slot = ${slot} THEN 1 ELSE 0 END) OVER ${window}`;
  }

  /** What else a window is asked: which rules matched in it, and where the last chain begins that ends in it. */
  #flags(window: string): readonly (readonly [name: string, value: string])[] {
    const slots = new Set((this.#terms ?? []).flatMap(({ all, none }) => [...all, ...none]));
    return [
      ...[...slots].map((slot) => [`p${slot}`, this.#present(slot, window)] as const),
      ...this.#orders.map(
        (order, at) => [`c${at}`, `max(q${at}_${order.length - 1}) OVER ${window}`] as const,
      ),
    ];
  }

  /** Windows begin at the rules that must match. */
  #beginning(): string {
    if (!this.#forward) return '';
    const slots = new Set((this.#terms ?? []).flatMap(({ all }) => all));
    return `WHERE slot IN (${[...slots].join(', ')}) `;
  }

  #condition(): string {
    const { condition } = this.#context.correlation;
    const [begins] = this.#edges();
    const chain = (order: number): string[] => (this.#orders[order] ? [`c${order} >= ${begins}`] : []);
    if (condition.kind === 'threshold') {
      const bounds = condition.bounds.map(({ op, value }) => `value ${signs[op]} ${value}`);
      return [...chain(0), ...bounds].join(' AND ');
    }
    const { ticks, time, table } = this.#engine;
    const { options } = this.#context;
    const over = `ts + ${this.#span} <= (SELECT max(${ticks(time(options))}) FROM ${table(options)})`;
    return (this.#terms ?? [])
      .map(({ all, none }, order) =>
        [
          ...all.map((slot) => `p${slot} = 1`),
          ...none.map((slot) => `p${slot} = 0`),
          ...(none.length > 0 ? [over] : []),
          ...chain(order),
        ].join(' AND '),
      )
      .map((term) => `(${term})`)
      .join(' OR ');
  }
}

function holds(value: number, bounds: readonly CorrelationBound[]): boolean {
  return bounds.every(({ op, value: bound }) => {
    const order = Math.sign(value - bound);
    switch (op) {
      case 'gt':
        return order > 0;
      case 'gte':
        return order >= 0;
      case 'lt':
        return order < 0;
      case 'lte':
        return order <= 0;
      case 'eq':
        return order === 0;
      case 'neq':
        return order !== 0;
    }
  });
}

function list(...parts: readonly (string | readonly string[])[]): string {
  return parts.flat().join(', ');
}
