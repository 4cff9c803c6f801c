/**
 * The EVTX file format: signatures, offsets, BinXML tokens and value types.
 * Source: [MS-EVEN6] 2.2.12 to 2.2.18 (BinXml), and what files written by Windows hold. All numbers little-endian.
 */
import { crc32 } from 'node:zlib';

/** "ElfFile\0", "ElfChnk\0" and the start of a record. */
export const FILE_SIGNATURE = Uint8Array.of(0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0);
export const CHUNK_SIGNATURE = Uint8Array.of(0x45, 0x6c, 0x66, 0x43, 0x68, 0x6e, 0x6b, 0);
export const RECORD_SIGNATURE = 0x00002a2a;

export const FILE_HEADER_SIZE = 4096;
export const CHUNK_SIZE = 65536;
export const CHUNK_HEADER_SIZE = 512;
/** Signature, size, record number and time; the size stands once more behind the BinXML. */
export const RECORD_HEADER_SIZE = 24;
export const RECORD_MIN_SIZE = RECORD_HEADER_SIZE + 4;

/** Offsets in the file header. */
export const FileHeader = {
  firstChunk: 8,
  lastChunk: 16,
  nextRecord: 24,
  headerSize: 32,
  minorVersion: 36,
  majorVersion: 38,
  blockSize: 40,
  chunkCount: 42,
  flags: 120,
  checksum: 124,
} as const;

/** Offsets in a chunk's header. The string and template tables hold offsets of the first entry of each bucket. */
export const ChunkHeader = {
  firstNumber: 8,
  lastNumber: 16,
  firstId: 24,
  lastId: 32,
  headerSize: 40,
  lastRecord: 44,
  freeSpace: 48,
  recordsChecksum: 52,
  flags: 120,
  checksum: 124,
  strings: 128,
  templates: 384,
} as const;

/** Flag of a chunk whose checksums are not kept. */
export const CHUNK_WITHOUT_CHECKSUM = 4;

/** BinXML tokens. `MORE` is set on elements with attributes, and on attributes and texts with more to follow. */
export const Token = {
  END: 0x00,
  OPEN_ELEMENT: 0x01,
  CLOSE_START: 0x02,
  CLOSE_EMPTY: 0x03,
  END_ELEMENT: 0x04,
  VALUE: 0x05,
  ATTRIBUTE: 0x06,
  CDATA: 0x07,
  CHAR_REF: 0x08,
  ENTITY_REF: 0x09,
  PI_TARGET: 0x0a,
  PI_DATA: 0x0b,
  TEMPLATE: 0x0c,
  SUBSTITUTION: 0x0d,
  OPTIONAL_SUBSTITUTION: 0x0e,
  FRAGMENT: 0x0f,
  MORE: 0x40,
} as const;

/** Dependency of an element of a template that depends on no value. */
export const NO_DEPENDENCY = 0xffff;
/** Template definition: offset of the next one, GUID, size of the BinXML that follows. */
export const DEFINITION_HEADER_SIZE = 24;

/** Value types. An array is the type of its items with `ARRAY` set. */
export const ValueType = {
  NULL: 0x00,
  STRING: 0x01,
  ANSI: 0x02,
  INT8: 0x03,
  UINT8: 0x04,
  INT16: 0x05,
  UINT16: 0x06,
  INT32: 0x07,
  UINT32: 0x08,
  INT64: 0x09,
  UINT64: 0x0a,
  REAL32: 0x0b,
  REAL64: 0x0c,
  BOOL: 0x0d,
  BINARY: 0x0e,
  GUID: 0x0f,
  SIZE: 0x10,
  FILETIME: 0x11,
  SYSTEMTIME: 0x12,
  SID: 0x13,
  HEX32: 0x14,
  HEX64: 0x15,
  BINXML: 0x21,
  ARRAY: 0x80,
} as const;

/** Bytes of a value of fixed size by its type; 0 where the size varies. */
export const FIXED_SIZE = Uint8Array.of(0, 0, 0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4, 0, 16, 0, 8, 16, 0, 4, 8);

/** CRC32 of a file header. */
export function fileHeaderChecksum(header: Uint8Array): number {
  return crc32(header.subarray(0, 120));
}

/** CRC32 of a chunk's header, which leaves out the flags and itself. */
export function chunkHeaderChecksum(chunk: Uint8Array): number {
  return crc32(chunk.subarray(128, CHUNK_HEADER_SIZE), crc32(chunk.subarray(0, 120)));
}

/** CRC32 of a chunk's records, which end at the free space. */
export function chunkRecordsChecksum(chunk: Uint8Array, freeSpace: number): number {
  return crc32(chunk.subarray(CHUNK_HEADER_SIZE, freeSpace));
}

/** True when the bytes start as an EVTX file, or as a chunk of one. */
export function isEvtx(head: Uint8Array): boolean {
  return startsWith(head, FILE_SIGNATURE, 0) || startsWith(head, CHUNK_SIGNATURE, 0);
}

export function startsWith(bytes: Uint8Array, signature: Uint8Array, at: number): boolean {
  if (at + signature.length > bytes.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (bytes[at + i] !== signature[i]) return false;
  }
  return true;
}
