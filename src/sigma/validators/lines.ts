/** Lines of YAML as rules are written: where they begin, where a key ends, what the scalar on one is. */

/** What the documents of one text share: found once. */
export interface TextLines {
  starts?: readonly number[];
  /** Whether there is one document only. */
  readonly single: boolean;
}

export function textLines(text: string): TextLines {
  return { single: !text.includes('\n---') };
}

export function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

export function isMarker(text: string, at: number): boolean {
  if (!text.startsWith('---', at)) return false;
  const next = text[at + 3];
  return next === undefined || next === '\n' || next === '\r' || next === ' ' || next === '\t';
}

/** The colon behind a key that begins at `from`, or -1. */
export function keyEnd(text: string, from: number, lineEnd: number): number {
  for (let at = from; at < lineEnd; at++) {
    if (text[at] !== ':') continue;
    const next = text[at + 1];
    if (next === undefined || next === ' ' || next === '\n' || next === '\r') return at;
  }
  return -1;
}

/** The scalar between two offsets of one line: its quotes taken off, comment and spaces left out. */
export function trimScalar(
  text: string,
  from: number,
  lineEnd: number,
): { text: string; start: number; end: number } {
  let start = from;
  while (start < lineEnd && (text[start] === ' ' || text[start] === '\t')) start++;
  const mark = text[start];
  let end = lineEnd;
  if (mark === "'" || mark === '"') {
    const close = closingQuote(text, start, lineEnd);
    if (close !== -1) {
      const inner = text.slice(start + 1, close);
      return { text: mark === "'" ? inner.replaceAll("''", "'") : inner, start, end: close + 1 };
    }
  } else {
    // Within the line only: a search through the rest of the file would be made for each of its lines.
    const before = Math.max(from, start - 1);
    const comment = text.slice(before, lineEnd).indexOf(' #');
    if (comment !== -1) end = before + comment;
    if (mark === '#') end = start;
  }
  while (end > start && /[ \t\r]/.test(text[end - 1] as string)) end--;
  return { text: text.slice(start, end), start, end };
}

function closingQuote(text: string, start: number, lineEnd: number): number {
  const mark = text[start];
  for (let at = start + 1; at < lineEnd; at++) {
    if (mark === '"' && text[at] === '\\') at++;
    else if (text[at] === mark) {
      if (mark === "'" && text[at + 1] === mark) at++;
      else return at;
    }
  }
  return -1;
}
