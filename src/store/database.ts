/**
 * An embedded DuckDB in memory or in a file. Everything huntbook runs itself goes through `run`, `all` and `query`;
 * SQL of users goes through `userQuery`, the sandbox.
 */
import { Engine, type DatabaseOptions } from './engine.ts';
import { Frame } from './frame.ts';
import { readTypedColumns, writeTypedColumns, type ColumnArray, type TypedColumns } from './typed-columns.ts';
import type { SqlValues } from './types.ts';

export interface UserQueryOptions {
  /** Stops the query. */
  readonly signal?: AbortSignal;
}

export class Database extends Engine {
  static override async open(options: DatabaseOptions = {}): Promise<Database> {
    return new Database(await Engine.connect(options));
  }

  /** The result of our own SQL. Throws HB_SQL. */
  async query(sql: string, values?: SqlValues, options: UserQueryOptions = {}): Promise<Frame> {
    return new Frame({ relation: await this.keep(sql, { values, signal: options.signal }) });
  }

  /** The result of our own SQL as typed arrays; see `readTypedColumns`. Throws HB_SQL. */
  columns(sql: string, expected?: number): Promise<TypedColumns> {
    return readTypedColumns(this.connection, sql, expected);
  }

  /** A new table of typed arrays. Throws HB_SQL. */
  addTable(name: string, columns: Readonly<Record<string, ColumnArray>>): Promise<void> {
    return writeTypedColumns(this.connection, name, columns);
  }

  /**
   * The result of a user's SQL: one statement that reads, over the tables that are there. Seals the database.
   * Throws HB_SQL, HB_SQL_REFUSED.
   */
  async userQuery(sql: string, values?: SqlValues, options: UserQueryOptions = {}): Promise<Frame> {
    return new Frame({ relation: await this.keepUser(sql, { values, signal: options.signal }) });
  }
}

export type { ColumnArray, DatabaseOptions, TypedColumns };
