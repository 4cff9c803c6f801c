/**
 * How reading goes on after an object that is broken, too deep or too long, so that no neighbour is lost:
 *
 * - `line`: the next line (JSON lines);
 * - `indent`: the next line that opens an object and is indented no deeper than the broken one (pretty-printed);
 * - `close`: the bracket that closes the broken object, or the next line (arrays on one line);
 * - `item`: the comma or bracket after an item that is no object, or the next line.
 */
const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

export class Resync {
  /** Line feeds passed. */
  newlines = 0;
  readonly #kind: 'line' | 'indent' | 'close' | 'item';
  readonly #indent: number;
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** Bytes of white space at the start of the line, or -1 when the line is not that of a neighbour. */
  #column = -1;

  constructor(kind: 'line' | 'indent' | 'close' | 'item', indent = 0) {
    this.#kind = kind;
    this.#indent = indent;
  }

  /** Where reading goes on, or -1 when the bytes end before. */
  skip(bytes: Buffer, from: number, end: number): number {
    if (this.#kind === 'line') return this.#skipLine(bytes, from, end);
    return this.#kind === 'indent'
      ? this.#skipIndented(bytes, from, end)
      : this.#skipObject(bytes, from, end);
  }

  #skipLine(bytes: Buffer, from: number, end: number): number {
    const at = bytes.indexOf(LF, from);
    return at < 0 || at >= end ? -1 : at;
  }

  #skipIndented(bytes: Buffer, from: number, end: number): number {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === LF) {
        this.newlines++;
        this.#column = 0;
      } else if (this.#column >= 0) {
        if (byte === OPEN && this.#column <= this.#indent) return at;
        this.#column = byte === 0x20 || byte === 0x09 ? this.#column + 1 : -1;
      }
    }
    return -1;
  }

  #skipObject(bytes: Buffer, from: number, end: number): number {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === LF) return at;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = this.#inText;
      else if (byte === QUOTE) this.#inText = !this.#inText;
      else if (this.#inText) continue;
      else if (this.#kind === 'item') {
        if (byte === COMMA || byte === CLOSE_LIST) return at;
      } else if (byte === OPEN) this.#depth++;
      else if (byte === CLOSE && --this.#depth <= 0) return at + 1;
    }
    return -1;
  }
}
