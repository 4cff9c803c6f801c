/** Commands that put results together, as SQL: join, append, union, subsearches in conditions. */
import type { Command, SearchExpression } from '../ast.ts';
import { MAX_SUBSEARCH_RESULTS } from '../limits.ts';
import type { CommandContext } from './context.ts';
import { asList, asText, orderText, Relation } from './relation.ts';
import type { Field, OrderKey, ValueType } from './relation.ts';
import { ITEM, literal } from './sql-text.ts';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

export function join(command: Of<'join'>, context: CommandContext): void {
  const { relation } = context;
  const { scope } = relation;
  const right = context.pipeline(command.subsearch.pipeline);
  const names =
    command.names.length > 0
      ? command.names.map(({ name }) => name)
      : [...relation.fields.keys()].filter((name) => !name.startsWith('_') && right.fields.has(name));
  if (names.length === 0) throw context.fail('join: the two sides have no field in common', command.at);
  for (const name of names)
    if (relation.find(name)?.type === 'list' || right.find(name)?.type === 'list')
      throw context.fail(`join: ${name} has several values; mvexpand or nomv it first`, command.at);
  const rightKeys = names.map((name) => ({ field: right.use(name), column: scope.fresh() }));
  const leftKeys = names.map((name) => ({ field: relation.use(name), column: scope.fresh() }));
  const key = (field: Field | undefined): string => (field === undefined ? 'NULL::VARCHAR' : asText(field));
  const place = scope.fresh();
  // An event stays the event that it was: its time and its text are not those of the subsearch.
  const others = [...right.fields].filter(([name]) => !names.includes(name) && !name.startsWith('_'));
  const columns = others.map(([name, field]) => ({ name, field, column: scope.fresh() }));
  const selected = [
    ...rightKeys.map(({ field, column }) => `${key(field)} AS ${column}`),
    ...columns.map(({ field, column }) => `${field.sql} AS ${column}`),
    `row_number() OVER (PARTITION BY ${rightKeys.map(({ field }) => key(field)).join(', ')}${right.orderBy()}) AS ${place}`,
  ];
  relation.wrap(
    '',
    leftKeys.map(({ field, column }) => `${key(field)} AS ${column}`),
  );
  const limit = command.max === 0 ? '' : ` QUALIFY ${place} <= ${command.max}`;
  const on = names.map((_, i) => `${leftKeys[i]?.column} = ${rightKeys[i]?.column}`).join(' AND ');
  relation.from = `${relation.from} ${command.left ? 'LEFT' : 'INNER'} JOIN (SELECT ${selected.join(', ')} FROM ${right.from}${right.tail}${limit}) AS ${scope.fresh()} ON ${on}`;
  for (const { name, field, column } of columns) {
    const old = relation.find(name);
    if (old !== undefined && !command.overwrite) continue;
    if (old === undefined || old.type === field.type) {
      const sql = old === undefined ? column : `COALESCE(${column}, ${old.sql})`;
      relation.fields.set(name, { sql, type: field.type, stable: old === undefined });
    } else {
      const type = common([old.type, field.type]);
      relation.set(
        name,
        `COALESCE(${convert({ ...field, sql: column }, type)}, ${convert(old, type)})`,
        type,
      );
    }
  }
  relation.order = [...relation.order, { sql: place, descending: false }];
  relation.wrap();
}

function common(types: readonly ValueType[]): ValueType {
  const distinct = new Set(types);
  if (distinct.size === 1) return types[0] as ValueType;
  return distinct.has('list') ? 'list' : 'text';
}

function convert(field: Field, type: ValueType): string {
  if (field.type === type) return field.sql;
  return type === 'list' ? asList(field) : asText(field);
}

/** The results of all, the first's first; events are put in the order of time where `mix` says so. */
export function stack(parts: readonly Relation[], mix: boolean): Relation {
  const { scope } = parts[0] as Relation;
  const types = new Map<string, ValueType[]>();
  for (const part of parts)
    for (const [name, { type }] of part.fields) types.set(name, [...(types.get(name) ?? []), type]);
  const [branch, place] = [scope.fresh(), scope.fresh()];
  const fields = new Map<string, Field>();
  const wanted = [...types].map(([name, list]) => ({ name, type: common(list), column: scope.fresh() }));
  for (const { name, type, column } of wanted) fields.set(name, { sql: column, type, stable: true });
  const selects = parts.map((part, index) => {
    const columns = wanted.map(({ name, type, column }) => {
      const field = part.fields.get(name);
      return `${field === undefined ? `NULL::${sqlTypes[type]}` : convert(field, type)} AS ${column}`;
    });
    const number = part.order.length === 0 ? '1' : `row_number() OVER (${part.orderBy().trim()})`;
    return `SELECT ${columns.join(', ')}, ${index} AS ${branch}, ${number} AS ${place} FROM ${part.from}${part.tail}`;
  });
  const order: OrderKey[] = [
    { sql: branch, descending: false },
    { sql: place, descending: false },
  ];
  const time = fields.get('_time');
  if (mix && time !== undefined) order.unshift({ sql: time.sql, descending: true });
  return new Relation(
    scope,
    `(${selects.join(' UNION ALL ')}) AS ${scope.fresh()}`,
    fields,
    order,
    foldedOf(parts, fields),
  );
}

const sqlTypes = { text: 'VARCHAR', list: 'VARCHAR[]', number: 'DOUBLE' } as const;

function foldedOf(parts: readonly Relation[], fields: ReadonlyMap<string, Field>): Map<string, Field> | null {
  if (parts.some(({ folded }) => folded === null)) return null;
  return new Map([...fields].map(([name, field]) => [name.toLowerCase(), field]));
}

/**
 * `[search … | fields a, b]` in a condition: results that agree with one of its rows in all fields the row has. The
 * rows are compared as values, never read as text of a search, so that they can say nothing else.
 */
export function subsearchTest(
  expression: Extract<SearchExpression, { kind: 'subsearch' }>,
  context: CommandContext,
): string {
  const found = context.pipeline(expression.pipeline);
  const names = [...found.fields.keys()].filter((name) => !name.startsWith('_'));
  // As a subsearch without results: there is nothing to agree with.
  if (names.length === 0) return 'FALSE';
  if (names.some((name) => name === 'search' || name === 'query'))
    throw context.fail('a subsearch that gives text of a search is not known', expression.at);
  const columns = names.map(() => context.relation.scope.fresh());
  const values = names.map((name) => found.find(name) as Field);
  const order = found.order.length === 0 ? '' : ` ORDER BY ${orderText(found.order)}`;
  // Splunk goes on with the first of them and says so; here nothing would say it.
  const most = `CASE WHEN row_number() OVER (${order}) > ${MAX_SUBSEARCH_RESULTS} THEN error(${literal(`the subsearch has more than ${MAX_SUBSEARCH_RESULTS} results`)}) ELSE TRUE END`;
  const rows = `SELECT * FROM (SELECT ${values.map((field, i) => `${convert(field, 'list')} AS ${columns[i]}`).join(', ')} FROM ${found.from}${found.tail} QUALIFY ${most})`;
  const tests = names.map((name, i) => {
    const field = context.relation.use(name);
    const column = columns[i] as string;
    if (field === undefined) return `${column} IS NULL`;
    const own = `list_transform(${convert(field, 'list')}, lambda ${ITEM}: lower(${ITEM}))`;
    const other = `list_transform(${column}, lambda ${ITEM}: lower(${ITEM}))`;
    return `(${column} IS NULL OR list_has_any(${own}, ${other}))`;
  });
  const some = columns.map((column) => `${column} IS NOT NULL`).join(' OR ');
  if (names.length === 1 && values[0]?.type !== 'list') {
    const field = context.relation.use(names[0] as string);
    if (field === undefined) return 'FALSE';
    if (field.type !== 'list')
      return `lower(${asText(field)}) IN (SELECT lower(${columns[0]}[1]) FROM (${rows}) WHERE ${columns[0]} IS NOT NULL)`;
  }
  return `EXISTS (SELECT 1 FROM (${rows}) WHERE (${some}) AND ${tests.join(' AND ')})`;
}
