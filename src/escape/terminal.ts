/**
 * Text for a terminal: nothing in it can move the cursor, change colours, write the clipboard, make a link or
 * reorder what is read. C0 controls become their pictures (ESC is \u241b), everything else that is invisible or
 * reorders text becomes \u{hex}. The result is one line.
 */
const hidden =
  // Controls, format characters (bidi, zero-width, soft hyphen, tags), line and paragraph separators, halves of
  // surrogate pairs, then fillers that are letters or marks by name only.
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u{e0000}-\u{e0fff}]|[\u034f\u17b4\u17b5]/gu;
const plain = /^[\x20-\x7e]*$/;

export function terminalText(text: string): string {
  return plain.test(text) ? text : text.replace(hidden, show);
}

function show(char: string): string {
  const code = char.codePointAt(0) as number;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`;
}
