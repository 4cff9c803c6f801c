/**
 * A frame: a typed table, complete when it is made and read when it is asked for. Results of searches, of files and
 * of SQL are frames. DuckDB is loaded when SQL is asked for, not before.
 */
import type { Writable } from 'node:stream';
import { rowMaker } from './frame-rows.ts';
import type { FrameParts, Relation } from './relation.ts';
import type { Column, FrameRow } from './types.ts';
import { writeNdjson } from './write-json.ts';

export class Frame {
  readonly columns: readonly Column[];
  /** What there is to know about it. */
  readonly notices: readonly string[];
  /** Why it is not the whole result; null when it is. */
  readonly truncated: string | null;
  readonly #relation: Relation;

  constructor({ relation, notices = [], truncated = null }: FrameParts) {
    this.#relation = relation;
    this.columns = relation.columns;
    this.notices = notices;
    this.truncated = truncated;
  }

  async *rows(): AsyncGenerator<FrameRow> {
    const make = rowMaker(this.columns);
    for await (const cells of this.#relation.rows()) yield make(cells);
  }

  async toArray(): Promise<FrameRow[]> {
    const rows: FrameRow[] = [];
    for await (const row of this.rows()) rows.push(row);
    return rows;
  }

  count(): Promise<number> {
    return this.#relation.count();
  }

  /** JSON lines: one object a row. */
  writeNdjson(out: Writable): Promise<void> {
    return writeNdjson(this.rows(), out);
  }

  /** Frees its rows. */
  close(): void {
    this.#relation.close();
  }
}
