/**
 * One path component that is legal on Windows, macOS and Linux and means nothing else: no separators, streams,
 * device names, leading dot or dash, trailing dot or blank. At most 120 bytes of UTF-8; an extension is kept.
 */
const device =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(?:[. ]|$)/i;
const forbidden = /[<>:"/\\|?*%\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;
const maxBytes = 120;

export function safeFileName(text: string): string {
  let name = text.slice(0, 4096).normalize('NFC').replace(forbidden, '_').replace(/\s+/gu, ' ').trim();
  name = name.replace(/^[.\-~ ]+/, '_');
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 9 ? name.slice(dot).replace(/[. ]+$/, '') : '';
  const stem = extension ? name.slice(0, dot) : name;
  name = clip(stem, maxBytes - 1 - Buffer.byteLength(extension)).replace(/[. ]+$/, '') + extension;
  if (name === '' || device.test(name)) name = `_${name}`;
  return name;
}

function clip(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let used = 0;
  let result = '';
  for (const char of text) {
    used += Buffer.byteLength(char);
    if (used > bytes) break;
    result += char;
  }
  return result;
}
