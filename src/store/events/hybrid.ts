/**
 * Parquet's hybrid of run lengths and bit packing, for dictionary ids and definition levels
 * (https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE). Eight or more equal values become a run.
 */
export class HybridEncoder {
  bytes: Buffer = Buffer.alloc(64 * 1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.#room(1);
    this.bytes[this.length++] = value;
  }

  /** Four bytes, little endian, at a place that was written before. */
  setLength(at: number, value: number): void {
    this.bytes.writeUInt32LE(value, at);
  }

  /** `count` times the same value. */
  run(value: number, count: number, width: number): void {
    if (count === 0) return;
    this.#room(16);
    this.#varint(count * 2);
    for (let shift = 0; shift < width; shift += 8) this.bytes[this.length++] = (value >>> shift) & 0xff;
  }

  /** The first `count` values, each of `width` bits (1 to 31). */
  encode(values: Int32Array, count: number, width: number): void {
    let packed = 0; // first of the values that wait to be packed, always a multiple of 8 before `at`
    let at = 0;
    while (at < count) {
      const value = values[at] as number;
      let end = at + 1;
      while (end < count && values[end] === value) end++;
      // Packed values come in groups of eight: the run gives the last group what it lacks.
      const lacking = (8 - ((at - packed) & 7)) & 7;
      if (end - at - lacking < 8) {
        at = end;
        continue;
      }
      this.#pack(values, packed, at + lacking, width);
      this.run(value, end - at - lacking, width);
      packed = at = end;
    }
    this.#pack(values, packed, count, width);
  }

  #pack(values: Int32Array, from: number, to: number, width: number): void {
    if (to === from) return;
    const groups = (to - from + 7) >>> 3;
    this.#room(groups * width + 8);
    this.#varint(groups * 2 + 1);
    const { bytes } = this;
    let out = this.length;
    let low = 0;
    let bits = 0;
    for (let at = from; at < to; at++) {
      const value = values[at] as number;
      // `low` holds fewer than 8 bits, so that with up to 24 more it stays within 32.
      if (width <= 24) {
        low |= value << bits;
        bits += width;
      } else {
        low |= (value & 0xffff) << bits;
        bits += 16;
        while (bits >= 8) {
          bytes[out++] = low & 0xff;
          low >>>= 8;
          bits -= 8;
        }
        low |= (value >>> 16) << bits;
        bits += width - 16;
      }
      while (bits >= 8) {
        bytes[out++] = low & 0xff;
        low >>>= 8;
        bits -= 8;
      }
    }
    const end = this.length + groups * width;
    if (bits > 0) bytes[out++] = low & 0xff;
    bytes.fill(0, out, end);
    this.length = end;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  #room(length: number): void {
    if (this.length + length <= this.bytes.length) return;
    const next = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + length));
    this.bytes.copy(next, 0, 0, this.length);
    this.bytes = next;
  }
}

/** Bits that hold the values 0 to `count` - 1; at least one. */
export function bitWidth(count: number): number {
  return count <= 2 ? 1 : 32 - Math.clz32(count - 1);
}
