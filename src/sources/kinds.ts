/**
 * The kind of an input, told from its first bytes only; names and extensions play no part.
 *
 * Magic numbers: zip APPNOTE 4.3.7 and 4.3.16, RFC 1952 (gzip), RFC 8878 (zstd), POSIX ustar, Parquet format.
 */
import { isEvtx } from './evtx/index.ts';
import { isJson } from './ndjson/index.ts';
import { looksLikeCsv } from './csv/sniff.ts';
import { looksLikeTar } from './archive/tar-header.ts';

export type Kind =
  | 'evtx'
  | 'json'
  | 'csv'
  | 'xml'
  | 'parquet'
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'zstd'
  | 'utf16'
  | 'empty'
  | 'unknown';

/** The kind of what starts with `head`. `head` is the whole input only if it is shorter than 64 KB. */
export function kindOf(head: Uint8Array): Kind {
  if (head.length === 0) return 'empty';
  if (isEvtx(head)) return 'evtx';
  if (starts(head, 'PK\x03\x04') || starts(head, 'PK\x05\x06') || starts(head, 'PK\x07\x08')) return 'zip';
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip';
  if (isZstd(head)) return 'zstd';
  if (starts(head, 'PAR1')) return 'parquet';
  if (looksLikeTar(head)) return 'tar';
  if (isUtf16(head)) return 'utf16';
  if (isJson(head)) return 'json';
  if (isEventXml(head)) return 'xml';
  return looksLikeCsv(head) ? 'csv' : 'unknown';
}

/** Whether more bytes would not change the kind. CSV is only known by its second line. */
export function isCertain(head: Uint8Array): boolean {
  const kind = kindOf(head);
  return kind !== 'unknown' && kind !== 'csv' && kind !== 'empty';
}

/** What an input of unknown kind seems to be, for the message. */
export function describeUnknown(head: Uint8Array): string {
  for (const [magic, name] of foreign) if (starts(head, magic)) return name;
  const sample = head.subarray(0, 1024);
  let odd = 0;
  for (const byte of sample) if (byte < 9 || (byte > 13 && byte < 32)) odd++;
  if (odd > 0) {
    const hex = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `binary data starting with ${hex}`;
  }
  return 'text that is neither JSON, nor CSV with a header line, nor an XML export of events';
}

const foreign: readonly (readonly [string, string])[] = [
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive, which is not read'],
  ['Rar!', 'a RAR archive, which is not read'],
  ['BZh', 'bzip2 data, which is not read'],
  ['\xfd7zXZ', 'xz data, which is not read'],
  ['PARE', 'an encrypted Parquet file'],
  ['SQLite format 3', 'an SQLite database'],
  ['MZ', 'a Windows program'],
  ['\x7fELF', 'a program'],
  ['%PDF', 'a PDF document'],
  ['\x89PNG', 'a picture'],
  ['LfLe', 'an event log of Windows XP (.evt), which is not read'],
];

function starts(head: Uint8Array, magic: string): boolean {
  if (head.length < magic.length) return false;
  for (let at = 0; at < magic.length; at++) if (head[at] !== magic.charCodeAt(at)) return false;
  return true;
}

function isZstd(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  // The second form is a skippable frame, which parallel compressors write first.
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}

/** UTF-16 by its byte order mark, or by every second byte of ASCII text being 0. */
function isUtf16(head: Uint8Array): boolean {
  if (head.length < 2) return false;
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return !(head.length >= 4 && head[2] === 0 && head[3] === 0);
  if (first === 0xfe && second === 0xff) return true;
  if (head.length < 16) return false;
  return zeroesAt(head, 1) || zeroesAt(head, 0);
}

function zeroesAt(head: Uint8Array, odd: 0 | 1): boolean {
  const end = Math.min(head.length & ~1, 64);
  for (let at = 0; at < end; at += 2) {
    const text = head[at + 1 - odd] as number;
    if (head[at + odd] !== 0 || text === 0 || text > 126) return false;
  }
  return true;
}

/** Whether UTF-16 without a mark has its high byte first. */
export function isBigEndian(head: Uint8Array): boolean {
  return (head[0] === 0xfe && head[1] === 0xff) || (head[0] === 0 && head[1] !== 0);
}

function isEventXml(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString('latin1');
  const start = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  return /^\s*</.test(text.slice(start)) && /<Events?[\s>]/.test(text);
}
