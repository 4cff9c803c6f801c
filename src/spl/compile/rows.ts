/** Commands that keep, drop and order results, as SQL: head, tail, reverse, sort, dedup, mvexpand. */
import type { Command, SortKey } from '../ast.ts';
import type { CommandContext } from './context.ts';
import { asNumber, asText, orderText } from './relation.ts';
import type { OrderKey, Relation } from './relation.ts';
import { call, literal } from './sql-text.ts';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

export function head(relation: Relation, count: number): void {
  relation.wrap(`${relation.orderBy()} LIMIT ${count}`);
}

export function reverse(relation: Relation): void {
  relation.order = relation.order.map(({ sql, descending, nullsFirst }) => ({
    sql,
    descending: !descending,
    nullsFirst: nullsFirst !== true,
  }));
}

export function sort({ keys, limit, flip }: Of<'sort'>, context: CommandContext): void {
  const { relation } = context;
  const turned = flip ? keys.map((key) => ({ ...key, descending: !key.descending })) : keys;
  const sorted = sortKeys(turned, relation);
  // What was sorted by before decides no more.
  const known = new Set(sorted.map(({ sql }) => sql));
  relation.order = [...sorted, ...relation.order.filter(({ sql }) => !known.has(sql))];
  if (limit > 0) head(relation, limit);
}

function sortKeys(keys: readonly SortKey[], relation: Relation): OrderKey[] {
  return keys.flatMap(({ name, descending, cast }) => {
    const field = relation.use(name);
    if (field === undefined) return [];
    const text = field.type === 'list' ? `${field.sql}[1]` : asText(field);
    if (cast === 'str') return [{ sql: text, descending }];
    if (cast === 'ip') return [{ sql: call('ipkey', text, literal('')), descending }];
    const number = { sql: asNumber(field), descending };
    return cast === 'num' || field.type === 'number' ? [number] : anyKeys(text, number);
  });
}

/**
 * The order of `auto`: numbers by their size, addresses by theirs, other texts by their letters. As letters stand
 * behind digits, numbers come before texts, and behind them where the order is descending.
 */
function anyKeys(text: string, number: OrderKey): OrderKey[] {
  const { descending } = number;
  const address = `CASE WHEN regexp_matches(${text}, '^[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]*$') THEN ${call('ipkey', text, literal(''))} END`;
  const kind = `CASE WHEN ${text} IS NULL THEN NULL WHEN ${number.sql} IS NOT NULL THEN 0 ELSE 1 END`;
  return [{ sql: kind, descending }, number, { sql: address, descending }, { sql: text, descending }];
}

export function dedup(command: Of<'dedup'>, context: CommandContext): void {
  const { relation } = context;
  if (command.keepEvents) throw context.fail('dedup: keepevents=true is not known', command.at);
  if (command.consecutive && command.count !== 1)
    throw context.fail('dedup: consecutive=true wants a count of 1', command.at);
  relation.order = [...sortKeys(command.sortBy, relation), ...relation.order];
  const keys = command.names.map(({ name }) => relation.use(name)?.sql ?? 'NULL');
  if (!command.keepEmpty) relation.keep(...keys.map((key) => `${key} IS NOT NULL`));
  const order = relation.order.length === 0 ? '' : `ORDER BY ${orderText(relation.order)}`;
  if (!command.consecutive) {
    const missing = command.keepEmpty ? ` OR ${keys.map((key) => `${key} IS NULL`).join(' OR ')}` : '';
    const place = `row_number() OVER (PARTITION BY ${keys.join(', ')} ${order}) <= ${command.count}`;
    relation.wrap(` QUALIFY ${place}${missing}`);
    return;
  }
  const changed = keys.map((key) => `${key} IS DISTINCT FROM lag(${key}) OVER (${order})`);
  relation.wrap(` QUALIFY row_number() OVER (${order}) = 1 OR ${changed.join(' OR ')}`);
}

export function mvexpand({ field: { name }, limit }: Of<'mvexpand'>, context: CommandContext): void {
  const { relation } = context;
  const field = relation.use(name);
  if (field?.type !== 'list') return;
  const [value, place] = [relation.scope.fresh(), relation.scope.fresh()];
  const some = limit === 0 ? field.sql : `(${field.sql})[1:${limit}]`;
  // A result without values stays one result.
  const full = `CASE WHEN len(${some}) > 0 THEN ${some} ELSE [NULL] END`;
  relation.wrap('', [`unnest(${full}) AS ${value}`, `generate_subscripts(${full}, 1) AS ${place}`]);
  relation.fields.set(name, { sql: value, type: 'text', stable: true });
  relation.order.push({ sql: place, descending: false });
}
