/**
 * A frame: a typed table, complete when it is made and read when it is asked for. Results of searches, of files and
 * of SQL are frames. DuckDB is loaded when SQL is asked for, not before.
 *
 * A frame made from another lives as long as that one: close the first, and all are closed.
 */
import type { Readable, Writable } from 'node:stream';
import { rowMaker } from './frame-rows.ts';
import { gatherArrow, writeArrow } from './arrow.ts';
import { gatherCsv, gatherNdjson, type FromCsvOptions } from './from-text.ts';
import type { GatherOptions } from './gather.ts';
import { htmlLimit, renderHtml, type HtmlOptions } from './html.ts';
import { LazyRelation } from './lazy-relation.ts';
import { readParquet } from './parquet.ts';
import type { FrameParts, Relation, SelectOptions } from './relation.ts';
import { describeSql, frequentSql, groupSql, joinSql, type JoinOptions } from './sql-verbs.ts';
import { remarkText, renderText, textLimit, type Shown, type TextOptions } from './text.ts';
import type { Column, FrameRow, FrameValue, SqlValues } from './types.ts';
import { headOf, selectOf, whereOf, type Equalities } from './verbs.ts';
import { writeCsv, type CsvOptions } from './write-csv.ts';
import { writeJson, writeNdjson } from './write-json.ts';

/** Where Deno's Jupyter kernel looks for what to display. */
const display = Symbol.for('Jupyter.display');

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

  /** CSV with a header line. Lists come back as their text. */
  static async fromCsv(from: string | Readable, options: FromCsvOptions = {}): Promise<Frame> {
    return new Frame(await gatherCsv(from, options));
  }

  static async fromNdjson(from: string | Readable, options: GatherOptions = {}): Promise<Frame> {
    return new Frame(await gatherNdjson(from, options));
  }

  static async fromParquet(file: string): Promise<Frame> {
    return new Frame({ relation: await readParquet(file) });
  }

  /** Bytes of Arrow's IPC format, stream or file. Throws HB_MISSING_DEP. */
  static async fromArrow(bytes: Uint8Array): Promise<Frame> {
    return new Frame(await gatherArrow(bytes));
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

  /** The first rows. */
  head(rows = 10): Frame {
    return this.#derive(headOf(this.#relation, rows));
  }

  /** These columns, in this order. Throws HB_USAGE for one that is not there. */
  select(...names: string[]): Frame {
    return this.#derive(selectOf(this.#relation, names));
  }

  /** Rows for which an expression of SQL holds, or whose columns have these values (of several, one). */
  where(condition: string | Equalities, values?: SqlValues): Frame {
    if (typeof condition !== 'string') return this.#derive(whereOf(this.#relation, condition));
    const query = `FROM frame WHERE (${condition}\n)`;
    return this.#derive(new LazyRelation(this.#relation, () => this.#select(query, { values })));
  }

  /** A query over the table `frame`, in the sandbox. Throws HB_SQL, HB_SQL_REFUSED. */
  async sql(
    query: string,
    values?: SqlValues,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Frame> {
    return this.#derive(await this.#select(query, { values, signal: options.signal }));
  }

  async join(other: Frame, options: JoinOptions): Promise<Frame> {
    const { engine } = await this.#relation.table();
    const there = await other.#relation.table();
    const from = there.engine === engine ? there.from : await engine.load(other.#relation);
    const joined = this.#derive(await this.#select(joinSql(this.columns, other.columns, from, options)));
    return new Frame({
      relation: joined.#relation,
      notices: [...new Set([...this.notices, ...other.notices])],
      truncated: this.truncated ?? other.truncated,
    });
  }

  /** How often each combination of values of these columns occurs, in a column `count`. */
  async groupBy(...names: string[]): Promise<Frame> {
    return this.#derive(await this.#select(groupSql(this.columns, names)));
  }

  /** The most frequent values of a column. */
  async top(name: string, rows = 10): Promise<Frame> {
    return this.#derive(await this.#select(frequentSql(this.columns, name, rows, 'DESC')));
  }

  /** The least frequent values of a column. */
  async rare(name: string, rows = 10): Promise<Frame> {
    return this.#derive(await this.#select(frequentSql(this.columns, name, rows, 'ASC')));
  }

  /** For each column its type, how many values and different values it has, the least and the greatest. */
  async describe(): Promise<Frame> {
    return this.#derive(await this.#select(describeSql(this.columns)));
  }

  async toText(options: TextOptions = {}): Promise<string> {
    const text = renderText(await this.#shown(options.limit ?? textLimit), options);
    if (this.truncated === null || options.remark === false) return text;
    return text + remarkText(`not the whole result: ${this.truncated}`);
  }

  async toHtml(options: HtmlOptions = {}): Promise<string> {
    const cut = this.truncated === null ? [] : [`Not the whole result: ${this.truncated}`];
    return renderHtml(await this.#shown(options.limit ?? htmlLimit), [...cut, ...this.notices]);
  }

  async [display](): Promise<Record<string, string>> {
    return { 'text/html': await this.toHtml(), 'text/plain': await this.toText() };
  }

  /** With a header line, and guarded against spreadsheet formulas unless `safe` is false. */
  writeCsv(out: Writable, options: CsvOptions = {}): Promise<void> {
    return writeCsv(this.columns, this.#relation.rows(), out, options);
  }

  /** JSON lines: one object a row. */
  writeNdjson(out: Writable): Promise<void> {
    return writeNdjson(this.rows(), out);
  }

  /** One JSON array. */
  writeJson(out: Writable): Promise<void> {
    return writeJson(this.rows(), out);
  }

  /** A Parquet file that keeps the types. Replaces one that is there. */
  async toParquet(file: string): Promise<void> {
    const { engine, from } = await this.#relation.table();
    const wide = this.columns.filter(({ name }) => this.#relation.wide.has(name)).map(({ name }) => name);
    await engine.writeParquet(from, file, wide);
  }

  /** Bytes of Arrow's IPC stream format. Throws HB_MISSING_DEP. */
  toArrow(): Promise<Uint8Array> {
    return writeArrow(this.#relation);
  }

  /** Frees its rows. */
  close(): void {
    this.#relation.close();
  }

  #derive(relation: Relation): Frame {
    return new Frame({ relation, notices: this.notices, truncated: this.truncated });
  }

  async #select(query: string, options: SelectOptions = {}): Promise<Relation> {
    const { engine, from } = await this.#relation.table();
    return engine.keepUser(query, { ...options, as: { name: 'frame', from } });
  }

  async #shown(limit: number): Promise<Shown> {
    const rows: (readonly FrameValue[])[] = [];
    for await (const row of headOf(this.#relation, limit).rows()) rows.push(row);
    const count = rows.length < limit ? rows.length : await this.count();
    return { columns: this.columns, rows, count };
  }
}
