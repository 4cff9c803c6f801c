/**
 * The text values of one column in the row group that is being filled: distinct values in Parquet's plain encoding,
 * and which row has which. Rows without a value take no room.
 */
import { bitWidth, type HybridEncoder } from './hybrid.ts';
import { Encoding, type ParquetFile } from './parquet-file.ts';

/** After so many values it shows whether they repeat. */
const sample = 2048;
const firstBytes = 256;
/** Used by one column after the other. */
let levels = new Int32Array(0);

export class ColumnBuilder {
  /** Number in the file. */
  readonly column: number;
  count = 0;
  /** Bytes of the distinct values. */
  size = 0;
  /** The row that was given a value last. */
  lastRow = -1;
  /** Values hardly repeat: they are not looked up any more. */
  unique = false;
  /** Ids of values that are lists; null while there are none. */
  lists: Set<number> | null = null;
  /** By text, for values that come as JavaScript values; those of lists begin with U+0000. */
  readonly texts = new Map<string, number>();
  #rows = new Int32Array(16);
  #ids = new Int32Array(16);
  #bytes = Buffer.allocUnsafe(firstBytes);
  #distinct = 0;
  /** Each id is the number of its value: no value was repeated. */
  #sequential = true;

  constructor(column: number) {
    this.column = column;
  }

  /** Adds a distinct value; returns its id. */
  addText(text: string): number {
    const most = text.length * 3 + 4;
    if (this.size + most > this.#bytes.length) this.#growBytes(most);
    const length = this.#bytes.write(text, this.size + 4);
    const bytes = this.#bytes;
    bytes[this.size++] = length;
    bytes[this.size++] = length >>> 8;
    bytes[this.size++] = length >>> 16;
    bytes[this.size++] = length >>> 24;
    this.size += length;
    return this.#distinct++;
  }

  /** Gives a row the value. */
  put(row: number, id: number): void {
    const { count } = this;
    if (count === this.#rows.length) this.#growRows();
    if (id !== count) this.#sequential = false;
    this.#rows[count] = row;
    this.#ids[count] = id;
    this.count = count + 1;
    this.lastRow = row;
    if (count === sample) this.unique = this.#distinct > sample * 0.9;
  }

  /** The id of the value that was put last. */
  get lastId(): number {
    return this.#ids[this.count - 1] as number;
  }

  /** Takes back what was put last. */
  unput(): void {
    this.count--;
    this.lastRow = -1;
  }

  flush(file: ParquetFile, encoder: HybridEncoder, rows: number): void {
    encoder.clear();
    this.#levels(encoder, rows);
    const plain = this.#sequential && this.#distinct === this.count;
    if (plain) {
      const page = Buffer.concat([
        encoder.bytes.subarray(0, encoder.length),
        this.#bytes.subarray(0, this.size),
      ]);
      file.writeChunk(this.column, page, Encoding.plain);
    } else {
      const width = bitWidth(this.#distinct);
      encoder.byte(width);
      encoder.encode(this.#ids, this.count, width);
      file.writeChunk(this.column, encoder.bytes.subarray(0, encoder.length), Encoding.rleDictionary, {
        bytes: this.#bytes.subarray(0, this.size),
        count: this.#distinct,
      });
    }
    this.#clear();
  }

  /** Which rows have a value, as definition levels with their length in front. */
  #levels(encoder: HybridEncoder, rows: number): void {
    for (let i = 0; i < 4; i++) encoder.byte(0);
    if (this.count === rows) encoder.run(1, rows, 1);
    else {
      if (levels.length < rows) levels = new Int32Array(rows);
      else levels.fill(0, 0, rows);
      for (let i = 0; i < this.count; i++) levels[this.#rows[i] as number] = 1;
      encoder.encode(levels, rows, 1);
    }
    encoder.setLength(0, encoder.length - 4);
  }

  #clear(): void {
    this.unique = this.unique && this.#distinct > this.count * 0.5;
    this.count = this.size = this.#distinct = 0;
    this.lastRow = -1;
    this.#sequential = true;
    this.texts.clear();
    this.lists = null;
  }

  #growBytes(more: number): void {
    const next = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.size + more));
    this.#bytes.copy(next, 0, 0, this.size);
    this.#bytes = next;
  }

  #growRows(): void {
    // Few steps: a row group has many columns, and each step copies.
    const size = this.#rows.length * 4;
    const rows = new Int32Array(size);
    rows.set(this.#rows);
    this.#rows = rows;
    const ids = new Int32Array(size);
    ids.set(this.#ids);
    this.#ids = ids;
  }
}

/** A number of 64 bits for each row, or none. */
export class NumberBuilder {
  readonly column: number;
  #values = new BigInt64Array(1024);
  #missing: Uint8Array | null = null;
  #count = 0;

  constructor(column: number) {
    this.column = column;
  }

  add(value: bigint | null): void {
    if (this.#count === this.#values.length) {
      const next = new BigInt64Array(this.#count * 2);
      next.set(this.#values);
      this.#values = next;
    }
    if (value === null) (this.#missing ??= new Uint8Array(1 << 20))[this.#count] = 1;
    this.#values[this.#count++] = value ?? 0n;
  }

  flush(file: ParquetFile, encoder: HybridEncoder): void {
    encoder.clear();
    for (let i = 0; i < 4; i++) encoder.byte(0);
    let present = this.#values.subarray(0, this.#count);
    const missing = this.#missing;
    if (missing === null) encoder.run(1, this.#count, 1);
    else {
      encoder.encode(
        Int32Array.from({ length: this.#count }, (_, row) => 1 - (missing[row] as number)),
        this.#count,
        1,
      );
      present = present.filter((_, row) => missing[row] === 0);
    }
    encoder.setLength(0, encoder.length - 4);
    const values = Buffer.from(present.buffer, present.byteOffset, present.byteLength);
    const page = Buffer.concat([encoder.bytes.subarray(0, encoder.length), values]);
    file.writeChunk(this.column, page, Encoding.plain);
    this.#count = 0;
    this.#missing = null;
  }
}
