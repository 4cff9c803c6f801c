/** Small pieces of JSON's grammar (RFC 8259) over bytes; places past the end hold zeros. */
const LF = 0x0a;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;

/** White space of JSON. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;
}

/** The closing quote of text at or after `from`, which is not behind a backslash; -1 when the bytes end first. */
export function textEnd(bytes: Buffer, from: number, limit: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(QUOTE, at);
    if (at < 0 || at >= limit) return -1;
    let slashes = at;
    while (slashes > from && bytes[slashes - 1] === BACKSLASH) slashes--;
    if (((at - slashes) & 1) === 0) return at;
    at++;
  }
}

/** The end of the number that starts at `from`, or minus the place where it stops being one. */
export function numberEnd(bytes: Buffer, from: number): number {
  let at = from;
  if (bytes[at] === MINUS) at++;
  if (bytes[at] === ZERO) {
    at++;
  } else {
    const digits = digitsEnd(bytes, at);
    if (digits === at) return -at;
    at = digits;
  }
  if (bytes[at] === DOT) {
    const digits = digitsEnd(bytes, at + 1);
    if (digits === at + 1) return -digits;
    at = digits;
  }
  if (((bytes[at] as number) | 0x20) === LOWER_E) {
    at++;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    const digits = digitsEnd(bytes, at);
    if (digits === at) return -at;
    at = digits;
  }
  return at;
}

/** The first byte at or after `from` that is no digit. */
export function digitsEnd(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}
