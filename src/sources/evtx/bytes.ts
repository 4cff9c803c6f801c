/**
 * Little-endian reads of a Uint8Array. Past the end they give 0 bytes: callers check bounds once for a structure,
 * and no read can throw.
 */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function u64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at));
}

/** A 64-bit number as a double: exact up to 2^53, enough to compare record numbers. */
export function u64Number(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + 4) * 4294967296 + u32(bytes, at);
}

/** Views the bytes as a Buffer, whose text methods are native. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UTF-16LE text of the span, with lone surrogates kept as they are. */
export function utf16(bytes: Uint8Array, start: number, end: number): string {
  const length = (end - start) >> 1;
  if (length <= 0) return '';
  if (length > 24) return asBuffer(bytes).toString('utf16le', start, start + length * 2);
  let text = '';
  for (let at = start; at < start + length * 2; at += 2) text += String.fromCharCode(u16(bytes, at));
  return text;
}
