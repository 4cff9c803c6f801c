/**
 * One chunk of an EVTX file (64 KB): header, tables of names and templates, records. Layout after the libevtx format
 * description and MS-EVEN6.
 */
import { crc32 } from 'node:zlib';
import { fileTime } from '../clock.ts';
import type { LabEvent } from '../event.ts';
import { BinXmlWriter, STRING_TABLE, Token } from './binxml-writer.ts';
import { SYSTEM_SLOTS, SystemSlot, type Template } from './evtx-template.ts';
import { ValueKind, kindOf, writeSid, writeU64, writeUtf16, writeValue } from './evtx-values.ts';

export const CHUNK_SIZE = 65_536;
const HEADER_SIZE = 512;
const RECORD_SIGNATURE = 0x00002a2a;

/** Templates of one kind of event. */
export interface EventTemplates {
  readonly system: Template;
  readonly data: Template;
  readonly keywords: bigint;
}

export class EvtxChunk {
  /** Twice a chunk, so that a record which does not fit is noticed after it was written, not before. */
  readonly #buffer = Buffer.alloc(CHUNK_SIZE * 2);
  readonly #xml = new BinXmlWriter(this.#buffer, HEADER_SIZE);
  readonly #tables = Buffer.alloc(HEADER_SIZE - STRING_TABLE);
  #lastRecord = 0;
  #count = 0;
  #firstId = 0;
  #lastId = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a record with this record id, unless the chunk is full. */
  add(event: LabEvent, id: number, templates: EventTemplates): boolean {
    const start = this.#xml.at;
    const buffer = this.#buffer;
    buffer.copy(this.#tables, 0, STRING_TABLE, HEADER_SIZE);
    let fits: boolean;
    try {
      this.#record(event, id, templates);
      fits = this.#xml.at <= CHUNK_SIZE;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      fits = false;
    }
    if (!fits) {
      // What this record defined goes with it. The maps are out of step now, but a full chunk takes no more.
      this.#tables.copy(buffer, STRING_TABLE);
      this.#xml.at = start;
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
    buffer.fill(0, this.#xml.at, CHUNK_SIZE);
    buffer.write('ElfChnk\0', 0, 'latin1');
    writeU64(buffer, 8, firstNumber);
    writeU64(buffer, 16, firstNumber + this.#count - 1);
    writeU64(buffer, 24, this.#firstId);
    writeU64(buffer, 32, this.#lastId);
    buffer.writeUInt32LE(128, 40);
    buffer.writeUInt32LE(this.#lastRecord, 44);
    buffer.writeUInt32LE(this.#xml.at, 48);
    buffer.writeUInt32LE(crc32(buffer.subarray(HEADER_SIZE, this.#xml.at)), 52);
    buffer.writeUInt32LE(
      crc32(buffer.subarray(STRING_TABLE, HEADER_SIZE), crc32(buffer.subarray(0, 120))),
      124,
    );
    return buffer.subarray(0, CHUNK_SIZE);
  }

  reset(): void {
    this.#buffer.fill(0, 0, HEADER_SIZE);
    this.#xml.reset(HEADER_SIZE);
    this.#lastRecord = 0;
    this.#count = 0;
  }

  #record(event: LabEvent, id: number, templates: EventTemplates): void {
    const buffer = this.#buffer;
    const start = this.#xml.at;
    const time = fileTime(event.time);
    buffer.writeUInt32LE(RECORD_SIGNATURE, start);
    writeU64(buffer, start + 8, id);
    buffer.writeBigUInt64LE(time, start + 16);
    this.#xml.at = start + 24;
    this.#xml.fragmentHeader();
    this.#system(event, time, templates);
    this.#xml.byte(Token.endOfStream);

    // Records are multiples of eight bytes and end with their size.
    const size = (this.#xml.at + 4 - start + 7) & ~7;
    buffer.fill(0, this.#xml.at, start + size);
    buffer.writeUInt32LE(size, start + 4);
    buffer.writeUInt32LE(size, start + size - 4);
    this.#xml.at = start + size;
  }

  #system(event: LabEvent, time: bigint, templates: EventTemplates): void {
    const buffer = this.#buffer;
    const { schema } = event;
    const table = this.#xml.instance(templates.system, SYSTEM_SLOTS);
    // Slots must be filled in their order: the values follow each other.
    const s = SystemSlot;
    this.#u1(table, s.level, schema.level);
    this.#u1(table, s.opcode, schema.opcode);
    this.#u2(table, s.task, schema.task);
    this.#u2(table, s.eventId, schema.eventId);
    if (schema.qualifiers !== undefined) this.#u2(table, s.qualifiers, schema.qualifiers);
    this.#xml.filled(
      table,
      s.keywords,
      ValueKind.hex8,
      buffer.writeBigUInt64LE(templates.keywords, this.#xml.at),
    );
    this.#xml.filled(table, s.time, ValueKind.fileTime, buffer.writeBigUInt64LE(time, this.#xml.at));
    this.#xml.filled(table, s.processId, ValueKind.u4, buffer.writeUInt32LE(event.pid, this.#xml.at));
    this.#xml.filled(table, s.threadId, ValueKind.u4, buffer.writeUInt32LE(event.tid, this.#xml.at));
    this.#xml.filled(table, s.recordId, ValueKind.u8, writeU64(buffer, this.#xml.at, event.recordId));
    this.#u1(table, s.version, schema.version);
    if (event.userSid !== null)
      this.#xml.filled(table, s.userId, ValueKind.sid, writeSid(buffer, this.#xml.at, event.userSid));
    this.#xml.filled(
      table,
      s.computer,
      ValueKind.string,
      this.#xml.at + writeUtf16(buffer, this.#xml.at, event.computer),
    );
    const start = this.#xml.at;
    this.#data(event, templates.data);
    const end = this.#xml.at;
    this.#xml.at = start;
    this.#xml.filled(table, s.data, ValueKind.binXml, end);
  }

  #data(event: LabEvent, template: Template): void {
    const { fields } = event.schema;
    const { values } = event;
    this.#xml.fragmentHeader();
    const table = this.#xml.instance(template, fields.length);
    for (let i = 0; i < fields.length; i++) {
      const { type } = fields[i]!;
      this.#xml.filled(table, i, kindOf[type], writeValue(this.#buffer, this.#xml.at, type, values[i]!));
    }
    this.#xml.byte(Token.endOfStream);
  }

  #u1(table: number, slot: number, value: number): void {
    this.#xml.filled(table, slot, ValueKind.u1, this.#buffer.writeUInt8(value, this.#xml.at));
  }

  #u2(table: number, slot: number, value: number): void {
    this.#xml.filled(table, slot, ValueKind.u2, this.#buffer.writeUInt16LE(value, this.#xml.at));
  }
}
