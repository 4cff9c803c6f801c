/**
 * The central directory of a zip file, with the zip64 extensions (PKWARE APPNOTE 6.3.10, 4.3.12 to 4.3.16,
 * 4.5.3). Bytes before the first member and behind the end record are tolerated; entry counts are not believed.
 */
import type { RandomFile } from './random-file.ts';

export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where the local header is. */
  readonly offset: number;
  /** File type bits as in Unix, 0 where the archive was made elsewhere. */
  readonly unixMode: number;
}

interface DirectoryPlace {
  readonly start: number;
  readonly end: number;
  /** Bytes before the archive proper, which its offsets do not count. */
  readonly shift: number;
}

const Signature = { entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;
const endBytes = 22;
const locatorBytes = 20;
const maxComment = 0xffff;
const entryBytes = 46;
const windowBytes = 256 * 1024;
const full32 = 0xffffffff;

/** Reads the directory; null when the file has none, as when it was cut off. */
export function findDirectory(file: RandomFile): DirectoryPlace | null {
  // A file with something appended still ends in its directory; look a little further than a comment reaches.
  const tailStart = Math.max(0, file.size - (endBytes + 2 * maxComment + locatorBytes));
  const tail = file.read(tailStart, file.size - tailStart);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== Signature.end) continue;
    const place = placeOf(file, view, at, tailStart);
    if (place !== null) return place;
  }
  return null;
}

/** The entries of a directory. Returns false where it ends in damage. */
export function* readDirectory(file: RandomFile, place: DirectoryPlace): Generator<ZipEntry, boolean> {
  let window = file.read(place.start, windowBytes);
  let windowStart = place.start;
  for (let at = place.start; at < place.end;) {
    if (at + entryBytes + 3 * maxComment > windowStart + window.length) {
      window = file.read(at, windowBytes);
      windowStart = at;
    }
    const from = at - windowStart;
    const view = new DataView(window.buffer, window.byteOffset, window.length);
    if (from + entryBytes > window.length || view.getUint32(from, true) !== Signature.entry) return false;
    const nameLength = view.getUint16(from + 28, true);
    const extraLength = view.getUint16(from + 30, true);
    const length = entryBytes + nameLength + extraLength + view.getUint16(from + 32, true);
    if (from + length > window.length) return false;
    yield entryAt(window, view, from, nameLength, extraLength, place.shift);
    at += length;
  }
  return true;
}

/** Names are UTF-8 where flag bit 11 says so, else code page 437, of which ASCII is the part in use. */
export function decodeName(bytes: Uint8Array, flags: number): string {
  return Buffer.from(bytes).toString(flags & 0x800 || isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** 64-bit sizes of the zip64 extra field stand in for 32-bit ones that are all ones. */
export function zip64Values(extra: Uint8Array, count: number): number[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      const values: number[] = [];
      for (let n = 0; n < count && 8 * n + 8 <= length && at + 12 + 8 * n <= extra.length; n++) {
        values.push(Number(view.getBigUint64(at + 4 + 8 * n, true)));
      }
      return values;
    }
    at += 4 + length;
  }
  return [];
}

function placeOf(file: RandomFile, view: DataView, at: number, tailStart: number): DirectoryPlace | null {
  let size = view.getUint32(at + 12, true);
  let start = view.getUint32(at + 16, true);
  let end = tailStart + at;
  const locator = at - locatorBytes;
  if (locator >= 0 && view.getUint32(locator, true) === Signature.locator64) {
    const end64 = Number(view.getBigUint64(locator + 8, true));
    const record = end64 < file.size ? file.read(end64, 56) : new Uint8Array(0);
    const record64 = new DataView(record.buffer, record.byteOffset, record.length);
    if (record.length === 56 && record64.getUint32(0, true) === Signature.end64) {
      size = Number(record64.getBigUint64(40, true));
      start = Number(record64.getBigUint64(48, true));
      end = end64;
    }
  }
  const realStart = end - size;
  if (realStart < 0 || size > file.size) return null;
  if (size === 0) return { start: end, end, shift: 0 };
  const head = file.read(realStart, 4);
  if (
    head.length === 4 &&
    new DataView(head.buffer, head.byteOffset).getUint32(0, true) === Signature.entry
  ) {
    return { start: realStart, end, shift: Math.max(0, realStart - start) };
  }
  return null;
}

function entryAt(
  window: Uint8Array,
  view: DataView,
  from: number,
  nameLength: number,
  extraLength: number,
  shift: number,
): ZipEntry {
  const flags = view.getUint16(from + 8, true);
  let packedSize = view.getUint32(from + 20, true);
  let size = view.getUint32(from + 24, true);
  let offset = view.getUint32(from + 42, true);
  const nameEnd = from + entryBytes + nameLength;
  if (size === full32 || packedSize === full32 || offset === full32) {
    // The values stand in this order, and only those that did not fit.
    const values = zip64Values(window.subarray(nameEnd, nameEnd + extraLength), 3);
    if (size === full32) size = values.shift() ?? size;
    if (packedSize === full32) packedSize = values.shift() ?? packedSize;
    if (offset === full32) offset = values.shift() ?? offset;
  }
  return {
    name: decodeName(window.subarray(from + entryBytes, nameEnd), flags),
    flags,
    method: view.getUint16(from + 10, true),
    crc: view.getUint32(from + 16, true),
    packedSize,
    size,
    offset: offset + shift,
    unixMode: window[from + 5] === 3 ? view.getUint16(from + 40, true) : 0,
  };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
