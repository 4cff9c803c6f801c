/** The encodings that modifiers apply to text before it is looked for: UTF-16, Base64, and dashes of command lines. */

export function utf16Bytes(text: string, bigEndian: boolean, mark: boolean): Uint8Array {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

/** The text whose characters are the bytes, or null when they are not all ASCII; a leading mark stays U+FEFF. */
export function asciiText(bytes: Uint8Array): string | null {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe;
  const rest = marked ? bytes.subarray(2) : bytes;
  if (rest.some((byte) => byte > 0x7f)) return null;
  return (marked ? '\uFEFF' : '') + Buffer.from(rest).toString('latin1');
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** How the bytes look within Base64 at each of the three alignments, without characters that depend on neighbours. */
export function base64Offsets(bytes: Uint8Array): string[] {
  const skip = [0, 2, 3];
  const drop = [0, 3, 2];
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift, 0x20), bytes]).toString('base64');
    return text.slice(skip[shift], text.length - (drop[(bytes.length + shift) % 3] as number));
  });
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
