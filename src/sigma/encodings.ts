/** The encodings that modifiers apply to text before it is looked for: UTF-16, Base64, and dashes of command lines. */

const utf8 = new TextEncoder();
/** Bytes made into characters at a time: arguments of a call are limited. */
const chunk = 8192;

export function utf8Bytes(text: string): Uint8Array {
  return utf8.encode(text);
}

export function utf16Bytes(text: string, bigEndian: boolean, mark: boolean): Uint8Array {
  const whole = mark ? `\uFEFF${text}` : text;
  const bytes = new Uint8Array(whole.length * 2);
  const high = bigEndian ? 0 : 1;
  for (let i = 0; i < whole.length; i++) {
    const unit = whole.charCodeAt(i);
    bytes[i * 2 + high] = unit >> 8;
    bytes[i * 2 + 1 - high] = unit & 0xff;
  }
  return bytes;
}

/** The text whose characters are the bytes, or null when they are not all ASCII; a leading mark stays U+FEFF. */
export function asciiText(bytes: Uint8Array): string | null {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe;
  const rest = marked ? bytes.subarray(2) : bytes;
  if (rest.some((byte) => byte > 0x7f)) return null;
  return (marked ? '\uFEFF' : '') + latin1(rest);
}

export function base64(bytes: Uint8Array): string {
  return btoa(latin1(bytes));
}

/** How the bytes look within Base64 at each of the three alignments, without characters that depend on neighbours. */
export function base64Offsets(bytes: Uint8Array): string[] {
  const skip = [0, 2, 3];
  const drop = [0, 3, 2];
  return [0, 1, 2].map((shift) => {
    const text = btoa(' '.repeat(shift) + latin1(bytes));
    return text.slice(skip[shift], text.length - (drop[(bytes.length + shift) % 3] as number));
  });
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += chunk) text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return text;
}

const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];
// A dash or slash that begins a word: no word character before it, one after it.
const dashPattern = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/gu;

/** Splits text at the dashes that introduce a parameter: n dashes give n + 1 pieces. */
export function splitAtDashes(text: string): string[] {
  return text.split(dashPattern);
}

/** Every way to write `count` dashes. */
export function dashChoices(count: number): string[][] {
  let choices: string[][] = [[]];
  for (let i = 0; i < count; i++) choices = choices.flatMap((head) => dashes.map((dash) => [...head, dash]));
  return choices;
}
