/** Sets of characters as ranges of code points: sorted, not touching. */

/** First and last code point. */
export type Range = readonly [number, number];

export const anyChar: readonly Range[] = [[0, 0x10ffff]];
export const wordRanges: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

const digits: readonly Range[] = [[0x30, 0x39]];
const spaces: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
export const classes: Readonly<Record<string, readonly Range[]>> = {
  d: digits,
  D: inverted(digits),
  w: wordRanges,
  W: inverted(wordRanges),
  s: spaces,
  S: inverted(spaces),
  h: [
    [0x09, 0x09],
    [0x20, 0x20],
    [0xa0, 0xa0],
  ],
  N: inverted([[0x0a, 0x0a]]),
};
export const posix: Readonly<Record<string, readonly Range[]>> = {
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  digit: digits,
  alnum: wordRanges.filter(([low]) => low !== 0x5f),
  upper: [[0x41, 0x5a]],
  lower: [[0x61, 0x7a]],
  space: spaces,
  word: wordRanges,
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};
/** The characters that are in none of the ranges. */
export function inverted(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [low, high] of ranges) {
    if (low > next) result.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= 0x10ffff) result.push([next, 0x10ffff]);
  return result;
}

export function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else result.push([low, high]);
  }
  return result;
}

/** With the other case of every letter; of long ranges only the ASCII letters have one. */
export function folded(ranges: readonly Range[]): Range[] {
  const result: Range[] = [...ranges];
  for (const [low, high] of ranges) {
    for (const [from, to, shift] of [
      [0x41, 0x5a, 32],
      [0x61, 0x7a, -32],
    ] as const) {
      const start = Math.max(low, from);
      const end = Math.min(high, to);
      if (start <= end) result.push([start + shift, end + shift]);
    }
    if (high - low > 0x400) continue;
    for (let point = Math.max(low, 0x80); point <= high; point++) {
      const text = String.fromCodePoint(point);
      for (const form of [text.toLowerCase(), text.toUpperCase()]) {
        const other = form.codePointAt(0) as number;
        if (form.length === text.length && other > 0x7f) result.push([other, other]);
      }
    }
  }
  return merged(result);
}
