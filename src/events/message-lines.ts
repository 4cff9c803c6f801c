/** The lines of a rendered message, whatever ends them. */

export type Pair = [name: string, value: string];

/** More than any event renders. */
const MAX_LINES = 5_000;

export interface Lines {
  readonly lines: readonly string[];
  /** What stood before each line, so that values of several lines can be put together as they were. */
  readonly ends: readonly string[];
  /** The line ends were written as letters, and so may be tabulators. */
  readonly escaped: boolean;
}

export function splitLines(text: string): Lines {
  const escaped = !/[\r\n]/u.test(text);
  const parts = text.split(escaped ? /(\\r\\n|\\n|\\r)/u : /(\r+\n|\n|\r)/u, MAX_LINES * 2);
  const lines: string[] = [];
  const ends: string[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    lines.push(parts[at] as string);
    const end = at === 0 ? '' : (parts[at - 1] as string);
    ends.push(escaped || end === '' ? end : '\n');
  }
  return { lines, ends, escaped };
}
