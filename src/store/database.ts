/**
 * An embedded DuckDB in memory or in a file. Everything huntbook runs itself goes through `run` and `all`; SQL of
 * users goes through the sandbox.
 */
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { HuntbookError } from '../errors.ts';
import { loadDuckDb } from './duckdb.ts';
import type { SqlValues } from './types.ts';

export interface DatabaseOptions {
  /** Default: in memory. */
  readonly file?: string;
  readonly threads?: number;
}

export class Database {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  static async open({ file = ':memory:', threads }: DatabaseOptions = {}): Promise<Database> {
    const { DuckDBInstance } = await loadDuckDb();
    const instance = await DuckDBInstance.create(file, {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(threads !== undefined && { threads: String(threads) }),
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new Database(instance, connection);
  }

  /** Runs statements. Throws HB_SQL. */
  async run(sql: string, values?: SqlValues): Promise<void> {
    try {
      await this.connection.run(sql, values as DuckDBValue[] | Record<string, DuckDBValue> | undefined);
    } catch (error) {
      throw sqlError(error);
    }
  }

  /** All rows of a query, as DuckDB gives them in JavaScript (bigint for 64 bits). For small results. */
  async all(sql: string, values?: SqlValues): Promise<Record<string, unknown>[]> {
    try {
      const reader = await this.connection.runAndReadAll(
        sql,
        values as DuckDBValue[] | Record<string, DuckDBValue> | undefined,
      );
      return reader.getRowObjectsJS();
    } catch (error) {
      throw sqlError(error);
    }
  }

  close(): void {
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}

export function sqlError(error: unknown): HuntbookError {
  const text = error instanceof Error ? error.message : String(error);
  return new HuntbookError('HB_SQL', text.trimEnd(), { cause: error });
}
