/** `stats`, `eventstats`, `streamstats`, `top` and `rare` as SQL. */
import type { Aggregate, Command, Name } from '../ast.ts';
import { aggregateSql } from './aggregates.ts';
import type { AggregateInput } from './aggregates.ts';
import type { CommandContext } from './context.ts';
import { compileEval } from './eval.ts';
import { asText, orderText, Relation } from './relation.ts';
import type { Field, OrderKey } from './relation.ts';
import type { Value } from './value.ts';
import { expandAggregates } from './wildcards.ts';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;
type Stats = Of<'stats' | 'eventstats'>;

/** A field of several values becomes one row for each. Missing fields are NULL. */
function groupKeys(relation: Relation, names: readonly Name[]): string[] {
  for (const { name } of names) {
    const field = relation.use(name);
    if (field?.type !== 'list') continue;
    const column = relation.scope.fresh();
    relation.wrap('', [`unnest(${field.sql}) AS ${column}`]);
    relation.fields.set(name, { sql: column, type: 'text', stable: true });
  }
  return names.map(({ name }) => relation.use(name)?.sql ?? 'NULL::VARCHAR');
}

function argumentOf({ argument }: Aggregate, context: CommandContext): Value | null {
  if (argument === null) return null;
  if ('kind' in argument) return compileEval(argument, context.evalContext);
  const field = context.relation.use(argument.name);
  return field ?? { sql: 'NULL', type: 'null' };
}

function inputsOf(command: { aggregates: readonly Aggregate[] }, context: CommandContext): (Value | null)[] {
  return command.aggregates.map((aggregate) => argumentOf(aggregate, context));
}

function one(aggregate: Aggregate, input: AggregateInput, context: CommandContext) {
  const found = aggregateSql(aggregate, input);
  if (found === null) {
    const why = input.value?.type === 'list' ? 'of a field of several values' : 'in this place';
    throw context.fail(`${aggregate.function} ${why} is not known`, aggregate.at);
  }
  return found;
}

function nameTwice(names: readonly string[], context: CommandContext, at: number): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw context.fail(`the name ${twice} stands for two results`, at);
}

/** The command with a function for each field that a wildcard stands for. */
function expanded<C extends Stats | Of<'streamstats'>>(command: C, context: CommandContext): C {
  const aggregates = expandAggregates(command.aggregates, command.by, context.relation);
  if (aggregates.length === 0)
    throw context.fail(
      `${command.kind}: no field has a name like that`,
      command.aggregates[0]?.at ?? command.at,
    );
  nameTwice([...command.by.map(({ name }) => name), ...aggregates.map(({ as }) => as)], context, command.at);
  return { ...command, aggregates };
}

export function stats(written: Stats, context: CommandContext): Relation {
  const { relation } = context;
  const { scope } = relation;
  const command = expanded(written, context);
  const values = inputsOf(command, context);
  const keys = groupKeys(relation, command.by);
  const fields = new Map<string, Field>();
  const order: OrderKey[] = [];
  const columns = keys.map((key, index) => {
    const column = scope.fresh();
    const name = (command.by[index] as Name).name;
    fields.set(name, { sql: column, type: relation.use(name)?.type ?? 'text', stable: true });
    order.push({ sql: column, descending: false });
    return `${key} AS ${column}`;
  });
  const time = relation.use('_time')?.sql ?? null;
  command.aggregates.forEach((aggregate, index) => {
    const value = values[index] ?? null;
    const { sql, type } = one(aggregate, { value, time, order: relation.order, over: '' }, context);
    const column = scope.fresh();
    fields.set(aggregate.as, { sql: column, type, stable: true });
    columns.push(`${sql} AS ${column}`);
  });
  relation.keep(...keys.map((key) => `${key} IS NOT NULL`));
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`;
  const from = `(SELECT ${columns.join(', ')} FROM ${relation.from}${relation.tail}${group}) AS ${scope.fresh()}`;
  return new Relation(scope, from, fields, order);
}

/** The results of `stats` beside every row of its group; rows without a group have none. */
export function eventstats(written: Stats, context: CommandContext): void {
  const { relation } = context;
  const command = expanded(written, context);
  const values = inputsOf(command, context);
  const time = relation.use('_time')?.sql ?? null;
  const columns = command.by.map(({ name }) => {
    const field = relation.use(name);
    if (field?.type === 'list')
      throw context.fail('eventstats by a field of several values is not known', command.at);
    return {
      key: field?.sql ?? 'NULL::VARCHAR',
      own: relation.scope.fresh(),
      column: relation.scope.fresh(),
    };
  });
  relation.wrap(
    '',
    columns.map(({ key, own }) => `${key} AS ${own}`),
  );
  const shared = relation.share();
  const results = command.aggregates.map((aggregate, index) => {
    const input = { value: values[index] ?? null, time, order: relation.order, over: '' };
    return { aggregate, column: relation.scope.fresh(), ...one(aggregate, input, context) };
  });
  const selected = [
    ...columns.map(({ own, column }) => `${own} AS ${column}`),
    ...results.map(({ sql, column }) => `${sql} AS ${column}`),
  ];
  const group = columns.length === 0 ? '' : ` GROUP BY ${columns.map((_, index) => index + 1).join(', ')}`;
  const right = relation.scope.fresh();
  const on =
    columns.length === 0
      ? 'TRUE'
      : columns.map(({ own, column }) => `${shared}.${own} = ${right}.${column}`).join(' AND ');
  relation.from = `${shared} LEFT JOIN (SELECT ${selected.join(', ')} FROM ${shared}${group}) AS ${right} ON ${on}`;
  for (const { aggregate, column, type } of results)
    relation.fields.set(aggregate.as, { sql: column, type, stable: true });
  relation.wrap();
}

export function streamstats(written: Of<'streamstats'>, context: CommandContext): void {
  const { relation } = context;
  const command = expanded(written, context);
  const values = inputsOf(command, context);
  const keys = command.by.map(({ name }) =>
    asText(relation.use(name) ?? { sql: 'NULL::VARCHAR', type: 'text' }),
  );
  const time = relation.use('_time')?.sql ?? null;
  if (command.timeWindow !== null && time === null)
    throw context.fail('streamstats: time_window wants the field _time', command.at);
  let frame = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
  let order = relation.order;
  if (command.timeWindow !== null) {
    if (order[0]?.sql !== time)
      throw context.fail(
        'streamstats: time_window wants results in the order of time; sort 0 _time before it',
        command.at,
      );
    [order, frame] = timeWindow(command.timeWindow, relation, time as string);
  } else if (command.window > 0) {
    const before = command.current ? command.window - 1 : command.window;
    frame = `ROWS BETWEEN ${before} PRECEDING AND ${command.current ? 'CURRENT ROW' : '1 PRECEDING'}`;
  } else if (!command.current) frame = 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING';
  const exclude = command.timeWindow !== null && !command.current ? ' EXCLUDE CURRENT ROW' : '';
  const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
  const over = ` OVER (${partition}${order.length === 0 ? '' : `ORDER BY ${orderText(order)} `}${frame}${exclude})`;
  const missing = keys.map((key) => `${key} IS NULL`).join(' OR ');
  const extra: string[] = [];
  const added: [string, Field][] = [];
  command.aggregates.forEach((aggregate, index) => {
    const input = { value: values[index] ?? null, time, order: [], over };
    const { sql, type } = one(aggregate, input, context);
    const column = relation.scope.fresh();
    extra.push(`${missing === '' ? sql : `CASE WHEN NOT (${missing}) THEN ${sql} END`} AS ${column}`);
    added.push([aggregate.as, { sql: column, type, stable: true }]);
  });
  relation.wrap('', extra);
  for (const [name, field] of added) relation.fields.set(name, field);
}

/** Of two rows at one moment the second sees the first and not the other way round, so that the key holds the place too. */
function timeWindow(seconds: number, relation: Relation, time: string): [OrderKey[], string] {
  const [place, key, width] = [relation.scope.fresh(), relation.scope.fresh(), relation.scope.fresh()];
  const moment = (sql: string): string => `CAST(round(${sql} * 1e6) AS HUGEINT) * 1000000000`;
  const sign = relation.order[0]?.descending === true ? '-' : '';
  relation.wrap('', [`row_number() OVER (${relation.orderBy().trim()}) AS ${place}`]);
  relation.wrap('', [
    `${moment(`${sign}${time}`)} + ${place} AS ${key}`,
    `${moment(`${seconds}::DOUBLE`)} + ${place} AS ${width}`,
  ]);
  return [[{ sql: key, descending: false }], `RANGE BETWEEN ${width} PRECEDING AND CURRENT ROW`];
}

export function topOrRare(command: Of<'top' | 'rare'>, context: CommandContext): Relation {
  const { relation } = context;
  const { scope } = relation;
  const names = [...command.by, ...command.names];
  const made = [
    ...(command.showCount ? [command.countField] : []),
    ...(command.showPercent ? [command.percentField] : []),
  ];
  nameTwice([...names.map(({ name }) => name), ...made], context, command.at);
  const keys = groupKeys(relation, names);
  relation.keep(...keys.map((key) => `${key} IS NOT NULL`));
  const columns = keys.map(() => scope.fresh());
  const [count, percent] = [scope.fresh(), scope.fresh()];
  const grouped = `SELECT ${keys.map((key, i) => `${key} AS ${columns[i]}`).join(', ')}, CAST(count(*) AS DOUBLE) AS ${count} FROM ${relation.from}${relation.tail} GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`;
  const by = columns.slice(0, command.by.length);
  const partition = by.length === 0 ? '' : `PARTITION BY ${by.join(', ')}`;
  const order: OrderKey[] = [
    { sql: count, descending: command.kind === 'top' },
    ...columns.slice(by.length).map((sql) => ({ sql, descending: false })),
  ];
  const limit =
    command.limit === 0
      ? ''
      : ` QUALIFY row_number() OVER (${partition} ORDER BY ${orderText(order)}) <= ${command.limit}`;
  const share = `printf('%.6f', 100.0 * ${count} / sum(${count}) OVER (${partition}))`;
  const from = `(SELECT *, ${share} AS ${percent} FROM (${grouped}) AS ${scope.fresh()}${limit}) AS ${scope.fresh()}`;
  const fields = new Map<string, Field>();
  names.forEach(({ name }, i) => {
    fields.set(name, { sql: columns[i] as string, type: relation.find(name)?.type ?? 'text', stable: true });
  });
  if (command.showCount) fields.set(command.countField, { sql: count, type: 'number', stable: true });
  if (command.showPercent) fields.set(command.percentField, { sql: percent, type: 'text', stable: true });
  return new Relation(scope, from, fields, [...by.map((sql) => ({ sql, descending: false })), ...order]);
}
