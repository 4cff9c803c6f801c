/**
 * What a frame stands on: rows of typed cells, wherever they are kept, and a way to make them a table of SQL.
 * Types only, so that the engine, the spool and the frame need not know each other.
 */
import type { Column, FrameValue, SqlValues } from './types.ts';

export interface Relation {
  readonly columns: readonly Column[];
  /** Which columns hold integers that need more than 63 bits and a sign. */
  readonly wide: ReadonlySet<string>;
  /** Cells in the order of the columns. May be read several times. */
  rows(): AsyncIterable<readonly FrameValue[]>;
  count(): Promise<number>;
  /** The rows as a table; made at the first call. */
  table(): Promise<SqlPlace>;
  /** A part that lives as long as this; null where it has to be read row by row. */
  part?(part: RelationPart): Relation | null;
  /** Frees what the relation keeps. */
  close(): void;
}

/** Of the rows whose values are among these texts the first ones, and of them some columns. */
export interface RelationPart {
  readonly equal?: readonly { readonly place: number; readonly texts: ReadonlySet<string | null> }[];
  readonly rows?: number;
  readonly places?: readonly number[];
}

/** A table: what stands behind FROM, and the engine that knows it. */
export interface SqlPlace {
  readonly engine: SqlEngine;
  readonly from: string;
}

export interface SelectOptions {
  readonly values?: SqlValues | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A table that goes under this name while the query runs. */
  readonly as?: { readonly name: string; readonly from: string } | undefined;
}

export interface SqlEngine {
  /** The result of our own query, kept. */
  keep(sql: string, options?: SelectOptions): Promise<Relation>;
  /** The result of a user's query, kept: one SELECT, in the sandbox. Throws HB_SQL, HB_SQL_REFUSED. */
  keepUser(sql: string, options?: SelectOptions): Promise<Relation>;
  /** Makes a table of the rows of a relation; gives its name. */
  load(relation: Relation): Promise<string>;
  /** Writes a table to a Parquet file; `wide` columns get the least type that holds them. */
  writeParquet(from: string, file: string, wide: readonly string[]): Promise<void>;
}

/** What a frame is made of. */
export interface FrameParts {
  readonly relation: Relation;
  readonly notices?: readonly string[];
  readonly truncated?: string | null;
}
