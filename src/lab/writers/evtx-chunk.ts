/**
 * One chunk of an EVTX file (64 KB): header, tables of names and templates, records. Layout after the libevtx format
 * description and MS-EVEN6. A template is defined in full where a chunk first uses it and referred to after that;
 * so is a name. Offsets count from the start of the chunk.
 */
import { crc32 } from 'node:zlib';
import { fileTime } from '../clock.ts';
import type { LabEvent } from '../event.ts';
import { SYSTEM_SLOTS, SystemSlot, type Content, type Element, type Template } from './evtx-template.ts';
import { ValueKind, kindOf, writeSid, writeU64, writeUtf16, writeValue } from './evtx-values.ts';

export const CHUNK_SIZE = 65_536;
const HEADER_SIZE = 512;
const STRING_TABLE = 128;
const TEMPLATE_TABLE = 384;
const RECORD_SIGNATURE = 0x00002a2a;

const Token = {
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

/** Templates of one kind of event. */
export interface EventTemplates {
  readonly system: Template;
  readonly data: Template;
  readonly keywords: bigint;
}

export class EvtxChunk {
  /** Twice a chunk, so that a record which does not fit is noticed after it was written, not before. */
  readonly #buffer = Buffer.alloc(CHUNK_SIZE * 2);
  readonly #tables = Buffer.alloc(HEADER_SIZE - STRING_TABLE);
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<Template, number>();
  #at = HEADER_SIZE;
  #lastRecord = 0;
  #count = 0;
  #firstId = 0;
  #lastId = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a record with this record id, unless the chunk is full. */
  add(event: LabEvent, id: number, templates: EventTemplates): boolean {
    const start = this.#at;
    const buffer = this.#buffer;
    buffer.copy(this.#tables, 0, STRING_TABLE, HEADER_SIZE);
    let fits: boolean;
    try {
      this.#record(event, id, templates);
      fits = this.#at <= CHUNK_SIZE;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      fits = false;
    }
    if (!fits) {
      // What this record defined goes with it. The maps are out of step now, but a full chunk takes no more.
      this.#tables.copy(buffer, STRING_TABLE);
      this.#at = start;
      return false;
    }
    this.#lastRecord = start;
    if (this.#count++ === 0) this.#firstId = id;
    this.#lastId = id;
    return true;
  }

  /** The finished chunk, whose first record is number `firstNumber` of its file. Valid until `reset`. */
  finish(firstNumber: number): Uint8Array {
    const buffer = this.#buffer;
    buffer.fill(0, this.#at, CHUNK_SIZE);
    buffer.write('ElfChnk\0', 0, 'latin1');
    writeU64(buffer, 8, firstNumber);
    writeU64(buffer, 16, firstNumber + this.#count - 1);
    writeU64(buffer, 24, this.#firstId);
    writeU64(buffer, 32, this.#lastId);
    buffer.writeUInt32LE(128, 40);
    buffer.writeUInt32LE(this.#lastRecord, 44);
    buffer.writeUInt32LE(this.#at, 48);
    buffer.writeUInt32LE(crc32(buffer.subarray(HEADER_SIZE, this.#at)), 52);
    buffer.writeUInt32LE(
      crc32(buffer.subarray(STRING_TABLE, HEADER_SIZE), crc32(buffer.subarray(0, 120))),
      124,
    );
    return buffer.subarray(0, CHUNK_SIZE);
  }

  reset(): void {
    this.#buffer.fill(0, 0, HEADER_SIZE);
    this.#names.clear();
    this.#templates.clear();
    this.#at = HEADER_SIZE;
    this.#lastRecord = 0;
    this.#count = 0;
  }

  #record(event: LabEvent, id: number, templates: EventTemplates): void {
    const buffer = this.#buffer;
    const start = this.#at;
    const time = fileTime(event.time);
    buffer.writeUInt32LE(RECORD_SIGNATURE, start);
    writeU64(buffer, start + 8, id);
    buffer.writeBigUInt64LE(time, start + 16);
    this.#at = start + 24;
    this.#fragmentHeader();
    this.#system(event, time, templates);
    this.#byte(Token.endOfStream);

    // Records are multiples of eight bytes and end with their size.
    const size = (this.#at + 4 - start + 7) & ~7;
    buffer.fill(0, this.#at, start + size);
    buffer.writeUInt32LE(size, start + 4);
    buffer.writeUInt32LE(size, start + size - 4);
    this.#at = start + size;
  }

  #system(event: LabEvent, time: bigint, templates: EventTemplates): void {
    const buffer = this.#buffer;
    const { schema } = event;
    const table = this.#instance(templates.system, SYSTEM_SLOTS);
    // Slots must be filled in their order: the values follow each other.
    const s = SystemSlot;
    this.#u1(table, s.level, schema.level);
    this.#u1(table, s.opcode, schema.opcode);
    this.#u2(table, s.task, schema.task);
    this.#u2(table, s.eventId, schema.eventId);
    if (schema.qualifiers !== undefined) this.#u2(table, s.qualifiers, schema.qualifiers);
    this.#filled(table, s.keywords, ValueKind.hex8, buffer.writeBigUInt64LE(templates.keywords, this.#at));
    this.#filled(table, s.time, ValueKind.fileTime, buffer.writeBigUInt64LE(time, this.#at));
    this.#filled(table, s.processId, ValueKind.u4, buffer.writeUInt32LE(event.pid, this.#at));
    this.#filled(table, s.threadId, ValueKind.u4, buffer.writeUInt32LE(event.tid, this.#at));
    this.#filled(table, s.recordId, ValueKind.u8, writeU64(buffer, this.#at, event.recordId));
    this.#u1(table, s.version, schema.version);
    if (event.userSid !== null)
      this.#filled(table, s.userId, ValueKind.sid, writeSid(buffer, this.#at, event.userSid));
    this.#filled(
      table,
      s.computer,
      ValueKind.string,
      this.#at + writeUtf16(buffer, this.#at, event.computer),
    );
    const start = this.#at;
    this.#data(event, templates.data);
    const end = this.#at;
    this.#at = start;
    this.#filled(table, s.data, ValueKind.binXml, end);
  }

  #data(event: LabEvent, template: Template): void {
    const { fields } = event.schema;
    const { values } = event;
    this.#fragmentHeader();
    const table = this.#instance(template, fields.length);
    for (let i = 0; i < fields.length; i++) {
      const { type } = fields[i]!;
      this.#filled(table, i, kindOf[type], writeValue(this.#buffer, this.#at, type, values[i]!));
    }
    this.#byte(Token.endOfStream);
  }

  #u1(table: number, slot: number, value: number): void {
    this.#filled(table, slot, ValueKind.u1, this.#buffer.writeUInt8(value, this.#at));
  }

  #u2(table: number, slot: number, value: number): void {
    this.#filled(table, slot, ValueKind.u2, this.#buffer.writeUInt16LE(value, this.#at));
  }

  /** Notes in the table of values that a slot's value ends at `end`. */
  #filled(table: number, slot: number, kind: number, end: number): void {
    const size = end - this.#at;
    if (size > 0xffff) throw new RangeError('The value is too long for a record.');
    this.#buffer.writeUInt16LE(size, table + slot * 4);
    this.#buffer[table + slot * 4 + 2] = kind;
    this.#at = end;
  }

  /** A use of a template, with its definition when the chunk has none yet; returns where the value table is. */
  #instance(template: Template, slots: number): number {
    const buffer = this.#buffer;
    const known = this.#templates.get(template);
    this.#byte(Token.templateInstance);
    this.#byte(1);
    this.#bytes(template.guid.subarray(0, 4));
    if (known !== undefined) {
      this.#at = buffer.writeUInt32LE(known, this.#at);
    } else {
      this.#at = buffer.writeUInt32LE(this.#at + 4, this.#at);
      this.#definition(template);
    }
    this.#at = buffer.writeUInt32LE(slots, this.#at);
    const table = this.#at;
    buffer.fill(0, table, table + slots * 4);
    this.#at = table + slots * 4;
    return table;
  }

  #definition(template: Template): void {
    const buffer = this.#buffer;
    const start = this.#at;
    this.#templates.set(template, start);
    const bucket = TEMPLATE_TABLE + (template.guid.readUInt32LE(0) % 32) * 4;
    this.#at = buffer.writeUInt32LE(buffer.readUInt32LE(bucket), this.#at);
    buffer.writeUInt32LE(start, bucket);
    this.#bytes(template.guid);
    const size = this.#hole();
    this.#fragmentHeader();
    this.#element(template.root);
    this.#byte(Token.endOfStream);
    this.#fillHole(size);
  }

  #element(element: Element): void {
    if (element.name === '') return this.#content(element.content as Content);
    const { attributes, content } = element;
    this.#byte(attributes.length > 0 ? Token.openElement | MORE : Token.openElement);
    this.#at = this.#buffer.writeUInt16LE(0xffff, this.#at);
    const size = this.#hole();
    this.#name(element.name);
    if (attributes.length > 0) {
      const list = this.#hole();
      attributes.forEach(([name, value], i) => {
        this.#byte(i < attributes.length - 1 ? Token.attribute | MORE : Token.attribute);
        this.#name(name);
        this.#content(value);
      });
      this.#fillHole(list);
    }
    if (content === null) {
      this.#byte(Token.closeEmpty);
    } else {
      this.#byte(Token.closeStart);
      if (Array.isArray(content)) for (const child of content as readonly Element[]) this.#element(child);
      else this.#content(content as Content);
      this.#byte(Token.endElement);
    }
    this.#fillHole(size);
  }

  #content(content: Content): void {
    const buffer = this.#buffer;
    if ('text' in content) {
      this.#byte(Token.value);
      this.#byte(ValueKind.string);
      this.#at = buffer.writeUInt16LE(content.text.length, this.#at);
      this.#at += writeUtf16(buffer, this.#at, content.text);
    } else {
      this.#byte(content.optional ? Token.optionalSubstitution : Token.substitution);
      this.#at = buffer.writeUInt16LE(content.slot, this.#at);
      this.#byte(content.kind);
    }
  }

  /** A reference to a name, which stands right here when the chunk has not named it before. */
  #name(name: string): void {
    const buffer = this.#buffer;
    const known = this.#names.get(name);
    if (known !== undefined) {
      this.#at = buffer.writeUInt32LE(known, this.#at);
      return;
    }
    const start = this.#at + 4;
    this.#at = buffer.writeUInt32LE(start, this.#at);
    this.#names.set(name, start);
    const hash = nameHash(name);
    const bucket = STRING_TABLE + (hash % 64) * 4;
    this.#at = buffer.writeUInt32LE(buffer.readUInt32LE(bucket), this.#at);
    buffer.writeUInt32LE(start, bucket);
    this.#at = buffer.writeUInt16LE(hash, this.#at);
    this.#at = buffer.writeUInt16LE(name.length, this.#at);
    this.#at += writeUtf16(buffer, this.#at, name);
    this.#at = buffer.writeUInt16LE(0, this.#at);
  }

  #fragmentHeader(): void {
    this.#at = this.#buffer.writeUInt32LE(0x0001_0100 | Token.fragmentHeader, this.#at);
  }

  /** Leaves room for a size that is known later. */
  #hole(): number {
    this.#at += 4;
    return this.#at - 4;
  }

  #fillHole(at: number): void {
    this.#buffer.writeUInt32LE(this.#at - at - 4, at);
  }

  #byte(value: number): void {
    this.#at = this.#buffer.writeUInt8(value, this.#at);
  }

  #bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}

function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65599) + name.charCodeAt(i)) >>> 0;
  return hash & 0xffff;
}
