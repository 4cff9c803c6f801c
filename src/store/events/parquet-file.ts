/**
 * A Parquet file, row group after row group (https://github.com/apache/parquet-format). Columns may be added while
 * rows come: row groups written before get an empty chunk for them at the end, because the schema stands in the
 * footer. All columns are optional, pages are not compressed.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { asHuntbookError } from '../../errors.ts';
import { HybridEncoder } from './hybrid.ts';
import { ThriftWriter } from './thrift.ts';

export type ColumnKind = 'text' | 'integer' | 'time';

/** Encodings by their numbers in the format. */
export const Encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
const physical = { text: 6, integer: 2, time: 2 } as const;
const DICTIONARY_PAGE = 2;
const DATA_PAGE = 0;

interface Chunk {
  readonly column: number;
  readonly dictionary: number | null;
  readonly data: number;
  readonly size: number;
  readonly encoding: number;
}

interface Group {
  readonly rows: number;
  readonly chunks: (Chunk | undefined)[];
}

export class ParquetFile {
  readonly path: string;
  readonly #file: number;
  readonly #names: string[] = [];
  readonly #kinds: ColumnKind[] = [];
  readonly #groups: Group[] = [];
  #at = 0;
  #open = true;

  /** Creates the file; nobody else may read it. Throws HB_WRITE. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', path);
    }
    this.#write(Buffer.from('PAR1'));
  }

  /** Number of the column. Names must differ without regard to case. */
  addColumn(name: string, kind: ColumnKind): number {
    this.#names.push(name);
    this.#kinds.push(kind);
    return this.#names.length - 1;
  }

  beginGroup(rows: number): void {
    this.#groups.push({ rows, chunks: [] });
  }

  /** The values of a column in the row group: a page body, and the dictionary it refers to. */
  writeChunk(
    column: number,
    page: Uint8Array,
    encoding: number,
    dictionary?: { readonly bytes: Uint8Array; readonly count: number },
  ): void {
    const group = this.#groups.at(-1) as Group;
    group.chunks[column] = this.#chunk(column, group.rows, page, encoding, dictionary);
  }

  /** Writes the footer. Until then nobody can read the file. */
  close(): void {
    const empty = new HybridEncoder();
    for (const group of this.#groups) {
      for (let column = 0; column < this.#names.length; column++)
        group.chunks[column] ??= this.#chunk(
          column,
          group.rows,
          noValues(empty, group.rows),
          Encoding.plain,
          undefined,
        );
    }
    const footer = this.#footer();
    const tail = Buffer.alloc(8, 'PAR1');
    tail.writeUInt32LE(footer.length, 0);
    tail.write('PAR1', 4);
    this.#write(footer);
    this.#write(tail);
    this.abandon();
  }

  /** Lets go of the file, whatever its state. */
  abandon(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  #chunk(
    column: number,
    rows: number,
    page: Uint8Array,
    encoding: number,
    dictionary: { readonly bytes: Uint8Array; readonly count: number } | undefined,
  ): Chunk {
    const start = this.#at;
    if (dictionary) {
      this.#write(
        pageHeader(DICTIONARY_PAGE, dictionary.bytes.length, (out) =>
          out.struct(7, () => {
            out.i32(1, dictionary.count);
            out.i32(2, Encoding.plain);
          }),
        ),
      );
      this.#write(dictionary.bytes);
    }
    const data = this.#at;
    this.#write(
      pageHeader(DATA_PAGE, page.length, (out) =>
        out.struct(5, () => {
          out.i32(1, rows);
          out.i32(2, encoding);
          out.i32(3, Encoding.rle);
          out.i32(4, Encoding.rle);
        }),
      ),
    );
    this.#write(page);
    return { column, dictionary: dictionary ? start : null, data, size: this.#at - start, encoding };
  }

  #footer(): Buffer {
    const out = new ThriftWriter();
    const columns = this.#names.map((name, index) => ({ name, kind: this.#kinds[index] as ColumnKind }));
    out.fields(() => {
      out.i32(1, 2);
      out.structs(2, [null, ...columns], (column) => {
        if (column === null) {
          out.text(4, 'events');
          out.i32(5, columns.length);
          return;
        }
        out.i32(1, physical[column.kind]);
        out.i32(3, 1);
        out.text(4, column.name);
        if (column.kind === 'text') {
          out.i32(6, 0);
          out.struct(10, () => out.struct(1, () => {}));
        } else if (column.kind === 'time') {
          out.struct(10, () =>
            out.struct(8, () => {
              out.bool(1, false);
              out.struct(2, () => out.struct(3, () => {}));
            }),
          );
        }
      });
      out.i64(
        3,
        this.#groups.reduce((sum, { rows }) => sum + rows, 0),
      );
      out.structs(4, this.#groups, (group) => this.#writeGroup(out, group));
      out.text(6, 'huntbook');
    });
    return out.result();
  }

  #writeGroup(out: ThriftWriter, { rows, chunks }: Group): void {
    out.structs(1, chunks as Chunk[], (chunk) => {
      out.i64(2, 0);
      out.struct(3, () => {
        out.i32(1, physical[this.#kinds[chunk.column] as ColumnKind]);
        out.i32s(2, [Encoding.plain, Encoding.rle, chunk.encoding]);
        out.texts(3, [this.#names[chunk.column] as string]);
        out.i32(4, 0);
        out.i64(5, rows);
        out.i64(6, chunk.size);
        out.i64(7, chunk.size);
        out.i64(9, chunk.data);
        if (chunk.dictionary !== null) out.i64(11, chunk.dictionary);
      });
    });
    out.i64(
      2,
      chunks.reduce((sum, chunk) => sum + (chunk as Chunk).size, 0),
    );
    out.i64(3, rows);
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let from = 0; from < bytes.length;) from += writeSync(this.#file, bytes, from);
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', this.path);
    }
    this.#at += bytes.length;
  }
}

function pageHeader(type: number, size: number, write: (out: ThriftWriter) => void): Buffer {
  const out = new ThriftWriter();
  out.fields(() => {
    out.i32(1, type);
    out.i32(2, size);
    out.i32(3, size);
    write(out);
  });
  return out.result();
}

/** The page of a column that no row of the group has. */
function noValues(encoder: HybridEncoder, rows: number): Uint8Array {
  encoder.clear();
  for (let i = 0; i < 4; i++) encoder.byte(0);
  encoder.run(0, rows, 1);
  encoder.setLength(0, encoder.length - 4);
  return encoder.bytes.subarray(0, encoder.length);
}
