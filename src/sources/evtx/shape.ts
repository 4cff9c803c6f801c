/**
 * Reads the tokens of BinXML into its shape: a flat list of numbers that says which names, constants and
 * substitutions stand where. Names and constants are ids of a SpanTable, so two template definitions with equal shapes
 * mean the same, wherever in a chunk they and their names lie. Where the constants lie is kept beside the shape.
 */
import { u16, u32 } from './bytes.ts';
import { CHUNK_SIZE, DEFINITION_HEADER_SIZE, FIXED_SIZE, NO_DEPENDENCY, Token, ValueType } from './format.ts';
import type { SpanTable } from './span-table.ts';

/** Items of a shape, each followed by its numbers. */
export const Item = {
  /** name, dependency or -1 */
  OPEN: 1,
  /** name */
  ATTRIBUTE: 2,
  /** value type, span id */
  CONSTANT: 3,
  /** index */
  SUBSTITUTION: 4,
  /** UTF-16 unit */
  CHARACTER: 5,
  /** name */
  ENTITY: 6,
  CONTENT: 7,
  CLOSE: 8,
  /** a template instance standing in the text itself; counted as a constant */
  INSTANCE: 9,
} as const;

/** Deepest nesting of elements, and of BinXML values in each other. */
export const MAX_DEPTH = 64;
const MAX_NAME_UNITS = 1024;

/** Why reading stopped; the text stands in the issue. */
export type Defect =
  | ''
  | 'a token that is none'
  | 'elements nested too deep'
  | 'a name out of bounds'
  | 'a value out of bounds'
  | 'a template out of bounds'
  | 'too many values'
  | 'texts of too many pieces'
  | 'the limit of work on one chunk was reached';

export class ShapeReader {
  items = new Int32Array(4096);
  length = 0;
  hash = 0;
  /** Start and end in the chunk of each constant, in order. */
  spans = new Int32Array(256);
  constants = 0;
  /** Name ids by offset in the chunk, plus one. */
  readonly #names = new Int32Array(CHUNK_SIZE);
  readonly #named: number[] = [];
  defect: Defect = '';
  table: SpanTable;

  constructor(table: SpanTable) {
    this.table = table;
  }

  /** Forgets what belonged to the chunk before. */
  startChunk(table: SpanTable): void {
    this.table = table;
    for (const offset of this.#named) this.#names[offset] = 0;
    this.#named.length = 0;
  }

  /**
   * Reads tokens from `at`; gives the position behind them, or -1 with `defect` set. In a template definition
   * (`definition`) elements carry a dependency and constants get ids; elsewhere (text of a single record) constants
   * stay unnamed, so that record data does not fill the table, and template instances may occur.
   */
  read(bytes: Uint8Array, at: number, end: number, definition: boolean): number {
    this.length = 0;
    this.hash = 0;
    this.constants = 0;
    let depth = 0;
    let inAttributes = false;
    while (at < end) {
      const token = bytes[at++] as number;
      switch (token) {
        case Token.END:
          return at;
        case Token.OPEN_ELEMENT:
        case Token.OPEN_ELEMENT | Token.MORE: {
          if (++depth > MAX_DEPTH) return this.#fail('elements nested too deep');
          let dependency = -1;
          if (definition) {
            const id = u16(bytes, at);
            if (id !== NO_DEPENDENCY) dependency = id;
            at += 2;
          }
          const name = this.#name(bytes, at + 4, end);
          if (name < 0) return -1;
          at = this.#after(bytes, at + 4) + (token & Token.MORE ? 4 : 0);
          this.#put3(Item.OPEN, name, dependency);
          inAttributes = true;
          break;
        }
        case Token.ATTRIBUTE:
        case Token.ATTRIBUTE | Token.MORE: {
          const name = this.#name(bytes, at, end);
          if (name < 0) return -1;
          at = this.#after(bytes, at);
          if (!inAttributes) return this.#fail('a token that is none');
          this.#put2(Item.ATTRIBUTE, name);
          break;
        }
        case Token.CLOSE_START:
          inAttributes = false;
          this.#put1(Item.CONTENT);
          break;
        case Token.CLOSE_EMPTY:
        case Token.END_ELEMENT:
          if (--depth < 0) return this.#fail('a token that is none');
          inAttributes = false;
          this.#put1(Item.CLOSE);
          break;
        case Token.VALUE:
        case Token.VALUE | Token.MORE: {
          const type = bytes[at++] as number;
          const size = inlineSize(bytes, type, at);
          // BinXML in a definition, like an instance, could lead back to the definition.
          if (size < 0 || (definition && type === ValueType.BINXML))
            return this.#fail('a token that is none');
          if (type === ValueType.STRING || type === ValueType.BINXML) at += 2;
          if (at + size > end) return this.#fail('a value out of bounds');
          this.#constant(Item.CONSTANT, type, bytes, at, at + size, definition);
          at += size;
          break;
        }
        case Token.CDATA:
        case Token.CDATA | Token.MORE: {
          const size = u16(bytes, at) * 2;
          at += 2;
          if (at + size > end) return this.#fail('a value out of bounds');
          this.#constant(Item.CONSTANT, ValueType.STRING, bytes, at, at + size, definition);
          at += size;
          break;
        }
        case Token.CHAR_REF:
        case Token.CHAR_REF | Token.MORE:
          this.#put2(Item.CHARACTER, u16(bytes, at));
          at += 2;
          break;
        case Token.ENTITY_REF:
        case Token.ENTITY_REF | Token.MORE: {
          const name = this.#name(bytes, at, end);
          if (name < 0) return -1;
          at = this.#after(bytes, at);
          this.#put2(Item.ENTITY, name);
          break;
        }
        case Token.PI_TARGET: {
          if (this.#name(bytes, at, end) < 0) return -1;
          at = this.#after(bytes, at);
          break;
        }
        case Token.PI_DATA:
          at += 2 + u16(bytes, at) * 2;
          break;
        case Token.SUBSTITUTION:
        case Token.OPTIONAL_SUBSTITUTION:
          this.#put2(Item.SUBSTITUTION, u16(bytes, at));
          at += 3;
          break;
        case Token.FRAGMENT:
          at += 3;
          break;
        case Token.TEMPLATE: {
          // A definition that holds an instance could hold itself, over and over.
          if (definition) return this.#fail('a token that is none');
          const after = skipInstance(bytes, at, end);
          if (after < 0) return this.#fail('a template out of bounds');
          this.#constant(Item.INSTANCE, 0, bytes, at - 1, after, false);
          at = after;
          break;
        }
        default:
          return this.#fail('a token that is none');
      }
    }
    return at > end ? this.#fail('a value out of bounds') : at;
  }

  #fail(defect: Defect): number {
    this.defect = defect;
    return -1;
  }

  /** Id of the name whose offset stands at `at`. */
  #name(bytes: Uint8Array, at: number, end: number): number {
    if (at + 4 > end) return this.#fail('a name out of bounds');
    const offset = u32(bytes, at);
    if (offset < CHUNK_SIZE) {
      const known = this.#names[offset] as number;
      if (known > 0) return known - 1;
    }
    const units = u16(bytes, offset + 6);
    const from = offset + 8;
    if (offset < 1 || from + units * 2 > bytes.length || offset >= CHUNK_SIZE || units > MAX_NAME_UNITS) {
      return this.#fail('a name out of bounds');
    }
    const id = this.table.intern(bytes, from, from + units * 2);
    this.#names[offset] = id + 1;
    this.#named.push(offset);
    return id;
  }

  /** Position behind a name's offset, and behind the name where it stands right there (link, size, text, NUL). */
  #after(bytes: Uint8Array, at: number): number {
    return u32(bytes, at) === at + 4 ? at + 14 + u16(bytes, at + 10) * 2 : at + 4;
  }

  #constant(item: number, type: number, bytes: Uint8Array, start: number, end: number, named: boolean): void {
    const id = named ? this.table.intern(bytes, start, end) : -1;
    if (this.constants * 2 + 2 > this.spans.length) this.spans = grown(this.spans);
    this.spans[this.constants * 2] = start;
    this.spans[this.constants * 2 + 1] = end;
    this.constants++;
    this.#put3(item, type, id);
  }

  #put1(item: number): void {
    if (this.length + 3 > this.items.length) this.items = grown(this.items);
    this.items[this.length++] = item;
    this.hash = (Math.imul(this.hash, 31) + item) | 0;
  }

  #put2(item: number, value: number): void {
    this.#put1(item);
    this.items[this.length++] = value;
    this.hash = (Math.imul(this.hash, 0x01000193) + value) | 0;
  }

  #put3(item: number, value: number, other: number): void {
    this.#put2(item, value);
    this.items[this.length++] = other;
    this.hash = (Math.imul(this.hash, 0x01000193) + other) | 0;
  }
}

/** Position behind a template instance whose token ended at `at`, or -1. */
export function skipInstance(bytes: Uint8Array, at: number, end: number): number {
  const definition = u32(bytes, at + 5);
  at += 9;
  if (definition === at) at += DEFINITION_HEADER_SIZE + u32(bytes, at + 20);
  if (at + 4 > end) return -1;
  const count = u32(bytes, at);
  at += 4;
  if (count > (end - at) >> 2) return -1;
  let after = at + count * 4;
  for (let i = 0; i < count; i++) after += u16(bytes, at + i * 4);
  return after > end ? -1 : after;
}

/** Bytes of a value that stands in the text, behind its length; -1 for a type that can not stand there. */
function inlineSize(bytes: Uint8Array, type: number, at: number): number {
  if (type === ValueType.STRING) return u16(bytes, at) * 2;
  if (type === ValueType.BINXML) return u16(bytes, at);
  if (type === ValueType.SID) return 8 + 4 * (bytes[at + 1] as number);
  if (type === ValueType.NULL) return 0;
  return FIXED_SIZE[type] || -1;
}

function grown(old: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(old.length * 2);
  next.set(old);
  return next;
}
