/** A table of DuckDB as a relation: rows are streamed from it by chunks, as often as they are asked for. */
import type * as DuckDb from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBResult, DuckDBType } from '@duckdb/node-api';
import { loadDuckDb } from './duckdb.ts';
import { resultColumn } from './from-duckdb.ts';
import { partSql } from './part-sql.ts';
import type { Relation, RelationPart, SqlEngine, SqlPlace } from './relation.ts';
import { sqlError } from './sql-error.ts';
import type { Column, FrameValue } from './types.ts';

interface Chunks {
  readonly columns: readonly Column[];
  readonly types: readonly DuckDBType[];
  readonly wide: ReadonlySet<string>;
  readonly chunks: AsyncIterable<(readonly FrameValue[])[]>;
}

/** The rest of a result, by chunks of rows. */
export function readChunks(duck: typeof DuckDb, result: DuckDBResult): Chunks {
  const names = result.deduplicatedColumnNames();
  const types = result.columnTypes();
  const converters = types.map((type, at) => resultColumn(duck, type, names[at] ?? ''));
  return {
    columns: names.map((name, at) => ({ name, type: converters[at]?.type ?? 'text' })),
    types,
    wide: new Set(names.filter((_, at) => converters[at]?.wide)),
    chunks: (async function* () {
      for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
        const { rowCount } = chunk;
        if (rowCount === 0) return;
        const values = converters.map(({ convert }, at) => (chunk?.getColumnValues(at) ?? []).map(convert));
        yield Array.from({ length: rowCount }, (_, row) => values.map((column) => column[row] ?? null));
      }
    })(),
  };
}

export class TableRelation implements Relation {
  readonly columns: readonly Column[];
  readonly wide: ReadonlySet<string>;
  readonly #duck: typeof DuckDb;
  readonly #types: readonly DuckDBType[];
  readonly #place: SqlPlace;
  readonly #connect: () => Promise<DuckDBConnection>;
  readonly #drop: () => void;

  private constructor(
    duck: typeof DuckDb,
    { columns, wide, types }: Omit<Chunks, 'chunks'>,
    place: SqlPlace,
    connect: () => Promise<DuckDBConnection>,
    drop: () => void,
  ) {
    this.columns = columns;
    this.wide = wide;
    this.#duck = duck;
    this.#types = types;
    this.#place = place;
    this.#connect = connect;
    this.#drop = drop;
  }

  static async of(
    engine: SqlEngine,
    from: string,
    connect: () => Promise<DuckDBConnection>,
    drop: () => void,
  ): Promise<TableRelation> {
    const duck = await loadDuckDb();
    const connection = await connect();
    try {
      const description = readChunks(duck, await connection.run(`FROM ${from} LIMIT 0`));
      return new TableRelation(duck, description, { engine, from }, connect, drop);
    } finally {
      connection.closeSync();
    }
  }

  async *rows(): AsyncGenerator<readonly FrameValue[]> {
    const connection = await this.#connect();
    try {
      const result = await connection.stream(`FROM ${this.#place.from}`);
      for await (const rows of readChunks(this.#duck, result).chunks) yield* rows;
    } catch (error) {
      throw sqlError(error);
    } finally {
      connection.closeSync();
    }
  }

  async count(): Promise<number> {
    const connection = await this.#connect();
    try {
      const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${this.#place.from}`);
      return Number(reader.value(0, 0));
    } finally {
      connection.closeSync();
    }
  }

  async table(): Promise<SqlPlace> {
    return this.#place;
  }

  part(part: RelationPart): Relation | null {
    const described = this.columns.map(({ name }, at) => ({ name, type: this.#types[at] as DuckDBType }));
    const from = partSql(this.#duck, this.#place.from, described, part);
    if (from === null) return null;
    const places = part.places ?? this.columns.map((_, at) => at);
    const columns = places.map((place) => this.columns[place] as Column);
    const types = places.map((place) => this.#types[place] as DuckDBType);
    const { engine } = this.#place;
    const description = { columns, wide: this.wide, types };
    return new TableRelation(this.#duck, description, { engine, from }, this.#connect, () => {});
  }

  close(): void {
    this.#drop();
  }
}
