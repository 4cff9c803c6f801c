/** Character classes and single-character escapes of PCRE and Python, written as JavaScript's. */

/** The part of the translator that readers of a piece need. */
export interface RegexSource {
  readonly source: string;
  fail(reason: string, offset?: number): never;
}

/** Escapes that stand for a set of characters, outside and inside of brackets. */
export const classEscapes = new Map([
  ['d', '\\d'],
  ['D', '\\D'],
  ['w', '\\w'],
  ['W', '\\W'],
  ['s', '\\s'],
  ['S', '\\S'],
  ['h', '[\\t \\xa0]'],
  ['H', '[^\\t \\xa0]'],
  ['N', '[^\\n]'],
]);
const inClass = new Map([
  ['d', '\\d'],
  ['D', '\\D'],
  ['w', '\\w'],
  ['W', '\\W'],
  ['s', '\\s'],
  ['S', '\\S'],
  ['h', '\\t \\xa0'],
]);
const posix = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['xdigit', '0-9A-Fa-f'],
  ['word', '\\w'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['graph', '!-~'],
  ['print', ' -~'],
  ['ascii', '\\x00-\\x7f'],
]);
const letterEscapes = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['f', 12],
  ['v', 11],
  ['a', 7],
  ['e', 27],
]);

export function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** A letter in both cases. */
export function foldedLiteral(text: string): string {
  return `[${[...new Set([text, text.toLowerCase(), text.toUpperCase()])].filter((form) => form.length === text.length).join('')}]`;
}

/** Reads `[...]` at `from`. With `fold`, letters stand for both cases. */
export function readClass(
  regex: RegexSource,
  from: number,
  fold: boolean,
): { text: string; next: number; astral: boolean } {
  const source = regex.source;
  let at = from + 1;
  let text = '[';
  let astral = false;
  if (source[at] === '^') {
    text += '^';
    at++;
  }
  const first = at;
  while (source[at] !== ']' || at === first) {
    if (at >= source.length) regex.fail('a bracket is not closed', from);
    const named = /^\[:(\^?)(\w+):\]/.exec(source.slice(at, at + 16));
    if (named !== null) {
      const set = posix.get(named[2] as string);
      if (set === undefined || named[1] === '^') regex.fail(`unknown class ${named[0]}`, at);
      text += fold && /^(?:upper|lower)$/.test(named[2] as string) ? 'A-Za-z' : set;
      at += named[0].length;
      continue;
    }
    const escape = source[at] === '\\' ? (source[at + 1] ?? '') : '';
    const set = inClass.get(escape);
    if (set !== undefined) {
      text += set;
      at += 2;
      continue;
    }
    if (escape === 'p' || escape === 'P') {
      const property = /^\\[pP]\{\w+(?:=\w+)?\}/.exec(source.slice(at, at + 40));
      if (property === null) regex.fail('a property such as \\p{L} is not complete', at);
      text += property[0];
      astral = true;
      at += property[0].length;
      continue;
    }
    const low = readClassChar(regex, at);
    at = low.next;
    let high = low;
    // A hyphen makes a range only between two characters.
    if (source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length) {
      const after = source[at + 1] === '\\' ? (source[at + 2] ?? '') : '';
      if (!inClass.has(after) && !/^\[:\w+:\]/.test(source.slice(at + 1, at + 16))) {
        high = readClassChar(regex, at + 1);
        if (high.point < low.point) regex.fail('a range runs backwards', at);
        at = high.next;
      }
    }
    if (high.point > 0xffff) astral = true;
    text += high === low ? classChar(low.point) : `${classChar(low.point)}-${classChar(high.point)}`;
    if (fold) text += otherCase(low.point, high.point);
  }
  return { text: `${text}]`, next: at + 1, astral };
}

/** Reads one escaped character at `from`, a backslash. */
export function readCodePoint(regex: RegexSource, from: number): { point: number; next: number } {
  const source = regex.source;
  const numeric =
    /^\\(?:x([\dA-Fa-f]{2})|x\{([\dA-Fa-f]{1,6})\}|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|o\{([0-7]{1,7})\}|(0[0-7]{0,2}))/.exec(
      source.slice(from, from + 12),
    );
  if (numeric !== null) {
    const hex = numeric[1] ?? numeric[2] ?? numeric[3] ?? numeric[4];
    const point = hex === undefined ? parseInt((numeric[5] ?? numeric[6]) as string, 8) : parseInt(hex, 16);
    if (point > 0x10ffff) regex.fail('beyond the last character', from);
    return { point, next: from + numeric[0].length };
  }
  const next = source[from + 1];
  if (next === undefined) regex.fail('ends with a single backslash', from);
  const letter = letterEscapes.get(next);
  if (letter !== undefined) return { point: letter, next: from + 2 };
  if (next === 'c' && /[A-Za-z]/.test(source[from + 2] ?? '')) {
    return { point: (source.charCodeAt(from + 2) & 0x1f) >>> 0, next: from + 3 };
  }
  if (/[A-Za-z0-9]/.test(next)) regex.fail(`\\${next} is not supported`, from);
  const point = source.codePointAt(from + 1) as number;
  return { point, next: from + (point > 0xffff ? 3 : 2) };
}

function readClassChar(regex: RegexSource, from: number): { point: number; next: number } {
  if (regex.source[from] !== '\\') {
    const point = regex.source.codePointAt(from) as number;
    return { point, next: from + (point > 0xffff ? 2 : 1) };
  }
  if (regex.source[from + 1] === 'b') return { point: 8, next: from + 2 };
  const octal = /^\\([1-7][0-7]{1,2})/.exec(regex.source.slice(from, from + 5));
  if (octal !== null) return { point: parseInt(octal[1] as string, 8), next: from + octal[0].length };
  return readCodePoint(regex, from);
}

function classChar(point: number): string {
  const text = String.fromCodePoint(point);
  return /[\\\]^[-]/.test(text) ? `\\${text}` : text;
}

function otherCase(low: number, high: number): string {
  let text = '';
  for (const [from, to, shift] of [
    [0x61, 0x7a, -32],
    [0x41, 0x5a, 32],
  ] as const) {
    const start = Math.max(low, from);
    const end = Math.min(high, to);
    if (start <= end) text += `${classChar(start + shift)}-${classChar(end + shift)}`;
  }
  if (low === high && low > 0x7f) {
    const own = String.fromCodePoint(low);
    for (const form of [own.toLowerCase(), own.toUpperCase()]) if (form.length === own.length) text += form;
  }
  return text;
}
