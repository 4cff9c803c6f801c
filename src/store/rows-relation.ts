/** Rows that a function gives: a part of another relation, or rows in memory. */
import type { Relation, SqlEngine, SqlPlace } from './relation.ts';
import type { Column, FrameValue } from './types.ts';

type Rows = AsyncIterable<readonly FrameValue[]> | Iterable<readonly FrameValue[]>;

export interface RowsParts {
  readonly columns: readonly Column[];
  readonly wide: ReadonlySet<string>;
  readonly rows: () => Rows;
  readonly count?: () => Promise<number>;
  readonly engine: () => SqlEngine | Promise<SqlEngine>;
  readonly close?: () => void;
}

export class RowsRelation implements Relation {
  readonly columns: readonly Column[];
  readonly wide: ReadonlySet<string>;
  readonly #parts: RowsParts;
  #place: Promise<SqlPlace> | undefined;

  constructor(parts: RowsParts) {
    this.columns = parts.columns;
    this.wide = parts.wide;
    this.#parts = parts;
  }

  async *rows(): AsyncGenerator<readonly FrameValue[]> {
    yield* this.#parts.rows();
  }

  async count(): Promise<number> {
    if (this.#parts.count) return this.#parts.count();
    let count = 0;
    for await (const _ of this.#parts.rows()) count++;
    return count;
  }

  table(): Promise<SqlPlace> {
    return (this.#place ??= this.#load());
  }

  close(): void {
    this.#parts.close?.();
  }

  async #load(): Promise<SqlPlace> {
    const engine = await this.#parts.engine();
    return { engine, from: await engine.load(this) };
  }
}
