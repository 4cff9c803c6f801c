/**
 * Values of BinXML as bytes: type codes of MS-EVEN6 (2.2.12, BinXmlVarLen types), little-endian, GUIDs and security
 * identifiers in their in-memory forms.
 */
import type { FieldType, LabValue } from '../event.ts';

export const ValueKind = {
  null: 0x00,
  string: 0x01,
  u1: 0x04,
  u2: 0x06,
  u4: 0x08,
  u8: 0x0a,
  boolean: 0x0d,
  guid: 0x0f,
  fileTime: 0x11,
  sid: 0x13,
  hex4: 0x14,
  hex8: 0x15,
  binXml: 0x21,
} as const;

export const kindOf: Readonly<Record<FieldType, number>> = {
  s: ValueKind.string,
  g: ValueKind.guid,
  u2: ValueKind.u2,
  u4: ValueKind.u4,
  u8: ValueKind.u8,
  x4: ValueKind.hex4,
  x8: ValueKind.hex8,
  b: ValueKind.boolean,
  sid: ValueKind.sid,
};

/** Writes a value; returns the position after it. Throws RangeError when the buffer ends. */
export function writeValue(buffer: Buffer, at: number, type: FieldType, value: LabValue): number {
  switch (type) {
    case 's':
      return at + writeUtf16(buffer, at, value as string);
    case 'g':
      return writeGuid(buffer, at, value as string);
    case 'u2':
      return buffer.writeUInt16LE(value as number, at);
    case 'u4':
    case 'x4':
      return buffer.writeUInt32LE(value as number, at);
    case 'u8':
    case 'x8':
      return writeU64(buffer, at, value as number);
    case 'b':
      return buffer.writeUInt32LE(value === true ? 1 : 0, at);
    case 'sid':
      return writeSid(buffer, at, value as string);
  }
}

export function writeUtf16(buffer: Buffer, at: number, text: string): number {
  // Buffer.write stops silently at the end of the buffer.
  if (at + text.length * 2 > buffer.length) throw new RangeError('The text does not fit.');
  return buffer.write(text, at, 'utf16le');
}

export function writeU64(buffer: Buffer, at: number, value: number): number {
  const high = Math.floor(value / 4294967296);
  buffer.writeUInt32LE(value - high * 4294967296, at);
  return buffer.writeUInt32LE(high, at + 4);
}

const GUID_ORDER = [7, 5, 3, 1, 12, 10, 17, 15, 20, 22, 25, 27, 29, 31, 33, 35];

/** From `{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}`. */
export function writeGuid(buffer: Buffer, at: number, text: string): number {
  for (let i = 0; i < 16; i++) {
    const place = GUID_ORDER[i]!;
    buffer[at + i] = (digit(text.charCodeAt(place)) << 4) | digit(text.charCodeAt(place + 1));
  }
  return at + 16;
}

const sids = new Map<string, Uint8Array>();
const MAX_CACHED_SIDS = 50_000;

/** From `S-1-5-...`. */
export function writeSid(buffer: Buffer, at: number, text: string): number {
  let bytes = sids.get(text);
  if (bytes === undefined) {
    bytes = sidBytes(text);
    if (sids.size < MAX_CACHED_SIDS) sids.set(text, bytes);
  }
  buffer.set(bytes, at);
  return at + bytes.length;
}

function sidBytes(text: string): Uint8Array {
  const numbers = text.slice(2).split('-').map(Number);
  const parts = numbers.slice(2);
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes[0] = numbers[0]!;
  bytes[1] = parts.length;
  bytes.writeUIntBE(numbers[1]!, 2, 6);
  parts.forEach((part, i) => bytes.writeUInt32LE(part, 8 + i * 4));
  return bytes;
}

function digit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
