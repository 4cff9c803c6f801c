/**
 * BinXML as bytes in a buffer (MS-EVEN6, libevtx format description): fragments, templates, names, value tables. A
 * template is defined in full where a chunk first uses it and referred to after that; so is a name. Offsets count
 * from the start of the buffer, which is a chunk.
 */
import type { Content, Element, Template } from './evtx-template.ts';
import { ValueKind, writeUtf16 } from './evtx-values.ts';

/** Where the tables of a chunk's header begin: 64 chains of names, 32 chains of templates. */
export const STRING_TABLE = 128;
export const TEMPLATE_TABLE = 384;

export const Token = {
  endOfStream: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  templateInstance: 0x0c,
  substitution: 0x0d,
  optionalSubstitution: 0x0e,
  fragmentHeader: 0x0f,
} as const;
/** Set on a token when attributes follow (element) or one more attribute follows (attribute). */
const MORE = 0x40;

export class BinXmlWriter {
  readonly buffer: Buffer;
  /** Where the next byte goes. */
  at: number;
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<Template, number>();

  constructor(buffer: Buffer, at: number) {
    this.buffer = buffer;
    this.at = at;
  }

  /** Forgets names and templates: a new chunk begins. */
  reset(at: number): void {
    this.at = at;
    this.#names.clear();
    this.#templates.clear();
  }

  /** Notes in the table of values that a slot's value ends at `end`. */
  filled(table: number, slot: number, kind: number, end: number): void {
    const size = end - this.at;
    if (size > 0xffff) throw new RangeError('The value is too long for a record.');
    this.buffer.writeUInt16LE(size, table + slot * 4);
    this.buffer[table + slot * 4 + 2] = kind;
    this.at = end;
  }

  /** A use of a template, with its definition when the chunk has none yet; returns where the value table is. */
  instance(template: Template, slots: number): number {
    const buffer = this.buffer;
    const known = this.#templates.get(template);
    this.byte(Token.templateInstance);
    this.byte(1);
    this.#bytes(template.guid.subarray(0, 4));
    if (known !== undefined) {
      this.at = buffer.writeUInt32LE(known, this.at);
    } else {
      this.at = buffer.writeUInt32LE(this.at + 4, this.at);
      this.#definition(template);
    }
    this.at = buffer.writeUInt32LE(slots, this.at);
    const table = this.at;
    buffer.fill(0, table, table + slots * 4);
    this.at = table + slots * 4;
    return table;
  }

  #definition(template: Template): void {
    const buffer = this.buffer;
    const start = this.at;
    this.#templates.set(template, start);
    const bucket = TEMPLATE_TABLE + (template.guid.readUInt32LE(0) % 32) * 4;
    this.at = buffer.writeUInt32LE(buffer.readUInt32LE(bucket), this.at);
    buffer.writeUInt32LE(start, bucket);
    this.#bytes(template.guid);
    const size = this.#hole();
    this.fragmentHeader();
    this.#element(template.root);
    this.byte(Token.endOfStream);
    this.#fillHole(size);
  }

  #element(element: Element): void {
    if (element.name === '') return this.#content(element.content as Content);
    const { attributes, content } = element;
    this.byte(attributes.length > 0 ? Token.openElement | MORE : Token.openElement);
    this.at = this.buffer.writeUInt16LE(0xffff, this.at);
    const size = this.#hole();
    this.#name(element.name);
    if (attributes.length > 0) {
      const list = this.#hole();
      attributes.forEach(([name, value], i) => {
        this.byte(i < attributes.length - 1 ? Token.attribute | MORE : Token.attribute);
        this.#name(name);
        this.#content(value);
      });
      this.#fillHole(list);
    }
    if (content === null) {
      this.byte(Token.closeEmpty);
    } else {
      this.byte(Token.closeStart);
      if (Array.isArray(content)) for (const child of content as readonly Element[]) this.#element(child);
      else this.#content(content as Content);
      this.byte(Token.endElement);
    }
    this.#fillHole(size);
  }

  #content(content: Content): void {
    const buffer = this.buffer;
    if ('text' in content) {
      this.byte(Token.value);
      this.byte(ValueKind.string);
      this.at = buffer.writeUInt16LE(content.text.length, this.at);
      this.at += writeUtf16(buffer, this.at, content.text);
    } else {
      this.byte(content.optional ? Token.optionalSubstitution : Token.substitution);
      this.at = buffer.writeUInt16LE(content.slot, this.at);
      this.byte(content.kind);
    }
  }

  /** A reference to a name, which stands right here when the chunk has not named it before. */
  #name(name: string): void {
    const buffer = this.buffer;
    const known = this.#names.get(name);
    if (known !== undefined) {
      this.at = buffer.writeUInt32LE(known, this.at);
      return;
    }
    const start = this.at + 4;
    this.at = buffer.writeUInt32LE(start, this.at);
    this.#names.set(name, start);
    const hash = nameHash(name);
    const bucket = STRING_TABLE + (hash % 64) * 4;
    this.at = buffer.writeUInt32LE(buffer.readUInt32LE(bucket), this.at);
    buffer.writeUInt32LE(start, bucket);
    this.at = buffer.writeUInt16LE(hash, this.at);
    this.at = buffer.writeUInt16LE(name.length, this.at);
    this.at += writeUtf16(buffer, this.at, name);
    this.at = buffer.writeUInt16LE(0, this.at);
  }

  fragmentHeader(): void {
    this.at = this.buffer.writeUInt32LE(0x0001_0100 | Token.fragmentHeader, this.at);
  }

  /** Leaves room for a size that is known later. */
  #hole(): number {
    this.at += 4;
    return this.at - 4;
  }

  #fillHole(at: number): void {
    this.buffer.writeUInt32LE(this.at - at - 4, at);
  }

  byte(value: number): void {
    this.at = this.buffer.writeUInt8(value, this.at);
  }

  #bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }
}

function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65599) + name.charCodeAt(i)) >>> 0;
  return hash & 0xffff;
}
