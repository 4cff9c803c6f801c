/**
 * Writes Thrift's compact protocol, in which Parquet keeps its headers and its footer
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Fields are written in rising
 * order of their ids.
 */
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

export class ThriftWriter {
  #bytes = Buffer.alloc(1024);
  #length = 0;
  #last = 0;
  readonly #outer: number[] = [];

  /** What was written, as a copy. */
  result(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  i32(id: number, value: number): void {
    this.#field(id, I32);
    this.#zigzag(value);
  }

  i64(id: number, value: number): void {
    this.#field(id, I64);
    this.#zigzag(value);
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TRUE : FALSE);
  }

  text(id: number, value: string): void {
    this.#field(id, BINARY);
    this.#textValue(value);
  }

  struct(id: number, write: () => void): void {
    this.#field(id, STRUCT);
    this.fields(write);
  }

  structs<T>(id: number, items: readonly T[], write: (item: T) => void): void {
    this.#list(id, STRUCT, items.length);
    for (const item of items) this.fields(() => write(item));
  }

  i32s(id: number, items: readonly number[]): void {
    this.#list(id, I32, items.length);
    for (const item of items) this.#zigzag(item);
  }

  texts(id: number, items: readonly string[]): void {
    this.#list(id, BINARY, items.length);
    for (const item of items) this.#textValue(item);
  }

  /** The fields of a struct, and its end. */
  fields(write: () => void): void {
    this.#outer.push(this.#last);
    this.#last = 0;
    write();
    this.#byte(STOP);
    this.#last = this.#outer.pop() as number;
  }

  #field(id: number, type: number): void {
    this.#byte(((id - this.#last) << 4) | type);
    this.#last = id;
  }

  #list(id: number, type: number, length: number): void {
    this.#field(id, LIST);
    if (length < 15) this.#byte((length << 4) | type);
    else {
      this.#byte(0xf0 | type);
      this.#varint(length);
    }
  }

  #textValue(value: string): void {
    const length = Buffer.byteLength(value);
    this.#varint(length);
    this.#room(length);
    this.#bytes.write(value, this.#length);
    this.#length += length;
  }

  /** Values stay far below 2^52, where doubling is exact. */
  #zigzag(value: number): void {
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const next = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + length));
    this.#bytes.copy(next, 0, 0, this.#length);
    this.#bytes = next;
  }
}
