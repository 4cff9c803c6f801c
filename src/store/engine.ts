/**
 * An embedded DuckDB in memory or in a file: statements, results that are kept as tables, and the sandbox. Each
 * query runs on a connection of its own, so that rows can be read while others run.
 *
 * Kept results lie in an attached database in memory, `frame_store`, never in the user's file.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import { rename, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asHuntbookError } from '../errors.ts';
import { loadDuckDb } from './duckdb.ts';
import { appendRows } from './append.ts';
import { decimalLiterals } from './hex-literals.ts';
import { quoteName, quoteText } from './names.ts';
import type { Relation, SelectOptions, SqlEngine } from './relation.ts';
import { RowsRelation } from './rows-relation.ts';
import { Sandbox } from './sandbox.ts';
import { makeScratch } from './scratch.ts';
import { sqlError } from './sql-error.ts';
import { checkStatement } from './statement.ts';
import { TableRelation, readChunks } from './table-relation.ts';
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
      const { sql: checked, keeps } = await checkStatement(connection, decimalLiterals(sql));
      return keeps ? this.#keep(connection, checked, options) : this.#readAll(connection, checked, options);
    }, options);
  }

  async load(relation: Relation): Promise<string> {
    const name = this.#newTable();
    try {
      await appendRows(this.connection, relation, name);
    } catch (error) {
      throw sqlError(error);
    }
    return `${store}.${name}`;
  }

  async writeParquet(from: string, file: string, wide: readonly string[]): Promise<void> {
    const scratch = this.#sandbox.folder === null ? makeScratch() : null;
    const made = join(scratch?.folder ?? this.#sandbox.folder ?? '', `${this.#newTable()}.parquet`);
    try {
      const casts = await this.#narrowed(from, wide);
      const columns = casts.length === 0 ? '*' : `* REPLACE (${casts.join(', ')})`;
      await this.run(
        `COPY (SELECT ${columns} FROM ${from}) TO ${quoteText(made)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      await rename(made, file).catch(() => copyFile(made, file));
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', `${file}: cannot be written`);
    } finally {
      rmSync(made, { force: true });
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

  async #keep(
    connection: DuckDBConnection,
    sql: string,
    { values, signal }: SelectOptions,
  ): Promise<Relation> {
    const name = this.#newTable();
    // On a line of its own: errors name the line, and a comment at its end ends there.
    const made = `CREATE TABLE ${store}.${name} AS\n${sql}`;
    try {
      await connection.run(made, boundValues(await loadDuckDb(), values));
    } catch (error) {
      throw sqlError(error, 1, signal);
    }
    return this.#tableRelation(name);
  }

  async #tableRelation(name: string): Promise<Relation> {
    const from = `${store}.${name}`;
    return TableRelation.of(
      this,
      from,
      () => this.#instance.connect(),
      () => this.#drop(from),
    );
  }

  /** Parquet has no integers of 128 bits; DuckDB would write them as floats and round them. */
  async #narrowed(from: string, wide: readonly string[]): Promise<string[]> {
    const casts: string[] = [];
    for (const name of wide) {
      const column = quoteName(name);
      const [range] = await this.all(
        `SELECT min(${column})::HUGEINT AS low, max(${column})::HUGEINT AS high FROM ${from}`,
      );
      const [low, high] = [(range?.['low'] ?? 0n) as bigint, (range?.['high'] ?? 0n) as bigint];
      const type =
        low >= -(2n ** 63n) && high < 2n ** 63n
          ? 'BIGINT'
          : low >= 0n && high < 2n ** 64n
            ? 'UBIGINT'
            : 'VARCHAR';
      casts.push(`${column}::${type} AS ${column}`);
    }
    return casts;
  }

  #drop(from: string): void {
    if (!this.#closed) this.connection.run(`DROP TABLE IF EXISTS ${from}`).catch(() => {});
  }

  async #readAll(
    connection: DuckDBConnection,
    sql: string,
    { values, signal }: SelectOptions,
  ): Promise<Relation> {
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
      throw sqlError(error, 0, signal);
    }
  }

  async #withConnection<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    { signal, as }: SelectOptions,
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
      if (as) await connection.run(`CREATE TEMP VIEW ${quoteName(as.name)} AS FROM ${as.from}`);
      return await work(connection);
    } finally {
      signal?.removeEventListener('abort', stop);
      clearInterval(pressing);
      connection.closeSync();
    }
  }
}
