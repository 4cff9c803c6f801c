/**
 * An embedded DuckDB in memory or in a file: statements, results that are kept as tables, and the sandbox. Each
 * query runs on a connection of its own, so that rows can be read while others run.
 *
 * Kept results lie in an attached database in memory, `frame_store`, never in the user's file.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';
import { loadDuckDb } from './duckdb.ts';
import { appendRows } from './append.ts';
import { quoteName } from './names.ts';
import type { Relation, SelectOptions, SqlEngine } from './relation.ts';
import { RowsRelation } from './rows-relation.ts';
import { Sandbox } from './sandbox.ts';
import { makeScratch } from './scratch.ts';
import { abortError, sqlError } from './sql-error.ts';
import { checkStatement } from './statement.ts';
import { TableRelation, readChunks } from './table-relation.ts';
import { copyToParquet } from './to-parquet.ts';
import { boundValues } from './to-duckdb.ts';
import type { FrameValue, SqlValues } from './types.ts';

export interface DatabaseOptions {
  /** Default: in memory. */
  readonly file?: string;
  readonly threads?: number;
}

export interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

const store = 'frame_store.main';

export class Engine implements SqlEngine {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly #sandbox: Sandbox;
  #made = 0;
  /** Tables that nobody needs; they go before the next query, so that nothing runs unwatched. */
  #dropped: string[] = [];
  #closed = false;

  protected constructor({ instance, connection }: Opened) {
    this.#instance = instance;
    this.connection = connection;
    this.#sandbox = new Sandbox(connection);
  }

  static async open(options: DatabaseOptions = {}): Promise<Engine> {
    return new Engine(await Engine.connect(options));
  }

  protected static async connect({ file = ':memory:', threads }: DatabaseOptions): Promise<Opened> {
    const { DuckDBInstance } = await loadDuckDb();
    try {
      const instance = await DuckDBInstance.create(file, {
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        ...(threads !== undefined && { threads: String(threads) }),
      });
      const connection = await instance.connect();
      await connection.run("SET GLOBAL TimeZone = 'UTC'");
      await connection.run("ATTACH ':memory:' AS frame_store");
      return { instance, connection };
    } catch (error) {
      throw sqlError(error);
    }
  }

  /** Runs statements. Throws HB_SQL. */
  async run(sql: string, values?: SqlValues): Promise<void> {
    try {
      await this.connection.run(sql, boundValues(await loadDuckDb(), values));
    } catch (error) {
      throw sqlError(error);
    }
  }

  /** All rows of a query, as DuckDB gives them in JavaScript (bigint for 64 bits). For small results. */
  async all(sql: string, values?: SqlValues): Promise<Record<string, unknown>[]> {
    try {
      const reader = await this.connection.runAndReadAll(sql, boundValues(await loadDuckDb(), values));
      return reader.getRowObjectsJS();
    } catch (error) {
      throw sqlError(error);
    }
  }

  /** A file or folder that views read; before `seal`. */
  allowFile(path: string): void {
    this.#sandbox.allow(path);
  }

  /** From here on no file, network, extension or setting can be reached by any statement. */
  async seal(): Promise<void> {
    await this.#sandbox.seal();
  }

  async keep(sql: string, options: SelectOptions = {}): Promise<Relation> {
    return this.#withConnection((connection) => this.#keep(connection, sql, options), options);
  }

  async keepUser(sql: string, options: SelectOptions = {}): Promise<Relation> {
    await this.seal();
    return this.#withConnection(async (connection) => {
      const { sql: checked, keeps } = await checkStatement(connection, sql, options.values);
      return keeps ? this.#keep(connection, checked, options) : this.#readAll(connection, checked, options);
    }, options);
  }

  load(relation: Relation): Promise<string> {
    return this.#withConnection(async (connection) => {
      const name = this.#newTable();
      try {
        await appendRows(connection, relation, name);
      } catch (error) {
        throw sqlError(error);
      }
      return `${store}.${name}`;
    });
  }

  async writeParquet(from: string, file: string, wide: readonly string[]): Promise<void> {
    const scratch = this.#sandbox.folder === null ? makeScratch() : null;
    const folder = scratch?.folder ?? this.#sandbox.folder ?? '';
    try {
      await copyToParquet(this, { from, wide }, join(folder, `${this.#newTable()}.parquet`), file);
    } finally {
      scratch?.remove();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.closeSync();
    this.#instance.closeSync();
    this.#sandbox.close();
  }

  #newTable(): string {
    return `frame_${++this.#made}`;
  }

  async #keep(connection: DuckDBConnection, sql: string, { values }: SelectOptions): Promise<Relation> {
    const name = this.#newTable();
    // On a line of its own: errors name the line, and a comment at its end ends there.
    const made = `CREATE TABLE ${store}.${name} AS\n${sql}`;
    try {
      await connection.run(made, boundValues(await loadDuckDb(), values));
    } catch (error) {
      throw sqlError(error, 1);
    }
    return this.#tableRelation(name);
  }

  async #tableRelation(name: string): Promise<Relation> {
    const from = `${store}.${name}`;
    return TableRelation.of(
      this,
      from,
      () => this.#instance.connect(),
      () => void this.#dropped.push(from),
    );
  }

  async #readAll(connection: DuckDBConnection, sql: string, { values }: SelectOptions): Promise<Relation> {
    const duck = await loadDuckDb();
    try {
      const result = await connection.run(sql, boundValues(duck, values));
      const rows: (readonly FrameValue[])[] = [];
      const { columns, wide, chunks } = readChunks(duck, result);
      for await (const chunk of chunks) rows.push(...chunk);
      return new RowsRelation({
        columns,
        wide,
        rows: () => rows,
        count: async () => rows.length,
        engine: () => this,
      });
    } catch (error) {
      throw sqlError(error);
    }
  }

  async #withConnection<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    { signal, as }: SelectOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const connection = await this.#instance.connect();
    let pressing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      connection.interrupt();
      // An interrupt between two steps of DuckDB is lost: asked until it is heard.
      pressing = setInterval(() => connection.interrupt(), 50);
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const dropped = this.#dropped.splice(0);
      if (dropped.length > 0)
        await connection.run(dropped.map((from) => `DROP TABLE IF EXISTS ${from}`).join('; '));
      if (as) await connection.run(`CREATE TEMP VIEW ${quoteName(as.name)} AS FROM ${as.from}`);
      return await work(connection);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    } finally {
      signal?.removeEventListener('abort', stop);
      clearInterval(pressing);
      connection.closeSync();
    }
  }
}
