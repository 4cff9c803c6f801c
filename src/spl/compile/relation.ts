/**
 * Results between two commands: a table expression, the fields as expressions over it, conditions not yet applied, and
 * the order. Commands that only change expressions cost no level of SQL; `wrap` makes one where it is needed. A level
 * keeps all columns below it (`SELECT *`), so that expressions over them stay true.
 */
import { literal, numberText, OWN, toNumber } from './sql-text.ts';

export type ValueType = 'text' | 'list' | 'number';

/** `stable`: over columns that every level keeps, and cheap enough to be written twice. */
export interface Field {
  readonly sql: string;
  readonly type: ValueType;
  readonly stable: boolean;
}

export interface OrderKey {
  readonly sql: string;
  readonly descending: boolean;
  /** Rows without a value come last, unless the order was turned round. */
  readonly nullsFirst?: boolean;
}

/** Names of columns and tables made by one search, and its common table expressions. */
export class Scope {
  readonly #ctes: string[] = [];
  #count = 0;

  fresh(): string {
    return `${OWN}_${++this.#count}`;
  }

  /** Gives a query a name, so that it is written once and may be used twice. */
  share(query: string): string {
    const name = this.fresh();
    this.#ctes.push(`${name} AS (${query})`);
    return name;
  }

  statement(query: string): string {
    return this.#ctes.length === 0 ? query : `WITH ${this.#ctes.join(', ')} ${query}`;
  }
}

export class Relation {
  readonly scope: Scope;
  from: string;
  fields: Map<string, Field>;
  order: OrderKey[];
  /** Other spellings of the fields of events, by the name in lower case. */
  folded: ReadonlyMap<string, Field> | null;
  /** Conditions that are not yet applied. */
  #where: readonly string[] = [];

  constructor(
    scope: Scope,
    from: string,
    fields: Map<string, Field>,
    order: OrderKey[] = [],
    folded: ReadonlyMap<string, Field> | null = null,
  ) {
    this.scope = scope;
    this.from = from;
    this.fields = fields;
    this.order = order;
    this.folded = folded;
  }

  /** The field of this name: exact, else, for fields of events, without case. */
  find(name: string): Field | undefined {
    return this.fields.get(name) ?? this.folded?.get(name.toLowerCase());
  }

  /** A field that may be used in expressions; what was computed gets a column of its own first. */
  use(name: string): Field | undefined {
    const field = this.find(name);
    if (field === undefined || field.stable) return field;
    this.wrap();
    return this.find(name);
  }

  set(name: string, sql: string, type: ValueType): void {
    this.fields.set(name, { sql, type, stable: false });
  }

  /**
   * Keeps the results for which all tests are true. A method, so that the tests are written first: a field that they use
   * may make a level, which takes the conditions before them with it.
   */
  keep(...tests: readonly string[]): void {
    this.#where = [...this.#where, ...tests];
  }

  remove(name: string): void {
    this.fields.delete(name);
    if (this.folded?.has(name.toLowerCase()) === true) {
      const folded = new Map(this.folded);
      folded.delete(name.toLowerCase());
      this.folded = folded;
    }
  }

  get tail(): string {
    return this.#where.length === 0 ? '' : ` WHERE ${this.#where.map((test) => `(${test})`).join(' AND ')}`;
  }

  orderBy(keys = this.order): string {
    return keys.length === 0 ? '' : ` ORDER BY ${orderText(keys)}`;
  }

  /** One level of SQL; what was computed becomes columns. `after` is put at its end (LIMIT, QUALIFY). */
  wrap(after = '', extra: readonly string[] = []): void {
    const columns = ['*', ...extra];
    for (const [name, field] of this.fields) {
      if (field.stable) continue;
      const column = this.scope.fresh();
      columns.push(`${field.sql} AS ${column}`);
      this.fields.set(name, { sql: column, type: field.type, stable: true });
    }
    this.from = `(SELECT ${columns.join(', ')} FROM ${this.from}${this.tail}${after}) AS ${this.scope.fresh()}`;
    this.#where = [];
  }

  /** The same results under a name that may be used twice. */
  share(): string {
    this.wrap();
    this.from = this.scope.share(`SELECT * FROM ${this.from}`);
    return this.from;
  }
}

export function orderText(keys: readonly OrderKey[]): string {
  return keys
    .map(
      ({ sql, descending, nullsFirst }) =>
        `${sql} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst === true ? 'FIRST' : 'LAST'}`,
    )
    .join(', ');
}

export function asText({ sql, type }: Pick<Field, 'sql' | 'type'>): string {
  if (type === 'text') return sql;
  return type === 'number' ? numberText(sql) : `array_to_string(${sql}, ${literal('\n')})`;
}

export function asNumber({ sql, type }: Pick<Field, 'sql' | 'type'>): string {
  if (type === 'number') return sql;
  if (type === 'text') return toNumber(sql);
  // Several values are no number.
  return `CASE WHEN len(${sql}) = 1 THEN ${toNumber(`${sql}[1]`)} END`;
}

export function asList({ sql, type }: Pick<Field, 'sql' | 'type'>): string {
  if (type === 'list') return sql;
  const text = type === 'number' ? numberText(sql) : sql;
  return `CASE WHEN ${sql} IS NOT NULL THEN [${text}] END`;
}
