/**
 * tar headers: 512 bytes, POSIX ustar and GNU forms, V7 without magic (pax format in POSIX.1-2017 `pax`,
 * chapter "pax Interchange Format"; GNU tar manual, "Basic Tar Format").
 */
export interface TarHeader {
  readonly name: string;
  /** Bytes of content; -1 where the header gives no usable number. */
  readonly size: number;
  /** Type flag as a character; NUL is given as '0'. */
  readonly type: string;
}

export const tarBlock = 512;

const Offset = { size: 124, checksum: 148, type: 156, magic: 257, prefix: 345 } as const;
const maxSize = 2 ** 50;

export function looksLikeTar(head: Uint8Array): boolean {
  return head.length >= tarBlock && hasChecksum(head.subarray(0, tarBlock));
}

/** The header in a block of 512 bytes, or null if its checksum is wrong. */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (!hasChecksum(block)) return null;
  const type = block[Offset.type] === 0 ? '0' : String.fromCharCode(block[Offset.type] as number);
  const prefix = isPosix(block) ? text(block, Offset.prefix, 155) : '';
  const name = text(block, 0, 100);
  const size = sizeOf(block);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

/** The records `<length> <key>=<value>\n` of a pax header. Stops at the first that is malformed. */
export function readPax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    if (space < 0) break;
    const length = Number(latin(bytes, at, space));
    const equals = bytes.indexOf(0x3d, space);
    if (!(length > 0) || equals < 0 || equals >= at + length || at + length > bytes.length) break;
    const value = Buffer.from(bytes.subarray(equals + 1, at + length - 1)).toString('utf8');
    records.set(latin(bytes, space + 1, equals), value);
    at += length;
  }
  return records;
}

/** Text up to the first NUL. */
export function text(block: Uint8Array, start: number, length: number): string {
  const end = block.indexOf(0, start);
  const stop = end < 0 || end > start + length ? start + length : end;
  return Buffer.from(block.buffer, block.byteOffset + start, stop - start).toString('utf8');
}

function sizeOf(block: Uint8Array): number {
  if (((block[Offset.size] as number) & 0x80) === 0) return octal(block, Offset.size, 12);
  // GNU: a big-endian binary number behind a set top bit, for sizes of 8 GB and more.
  let size = (block[Offset.size] as number) & 0x7f;
  for (let at = Offset.size + 1; at < Offset.size + 12; at++) size = size * 256 + (block[at] as number);
  return size <= maxSize ? size : -1;
}

function hasChecksum(block: Uint8Array): boolean {
  const wanted = octal(block, Offset.checksum, 8);
  if (!(wanted > 0)) return false;
  // The checksum counts itself as eight spaces. Old implementations summed signed bytes.
  let sum = 8 * 32;
  let signed = 8 * 32;
  for (let at = 0; at < tarBlock; at++) {
    if (at === Offset.checksum) at += 8;
    const byte = block[at] as number;
    sum += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return sum === wanted || signed === wanted;
}

function isPosix(block: Uint8Array): boolean {
  return latin(block, Offset.magic, Offset.magic + 6) === 'ustar\0';
}

function octal(block: Uint8Array, start: number, length: number): number {
  const digits = latin(block, start, start + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : -1;
}

function latin(block: Uint8Array, start: number, end: number): string {
  return Buffer.from(block.buffer, block.byteOffset + start, end - start).toString('latin1');
}
