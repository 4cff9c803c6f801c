/**
 * Splits CSV text into records (RFC 4180), as lenient as real exports need: any line end, quotes inside unquoted
 * cells are text, text behind a closing quote belongs to the cell, a quote that is never closed costs its line.
 */
export interface CsvRecord {
  readonly cells: string[];
  /** Line of the file where the record starts, from 1. */
  readonly line: number;
}

export interface CsvSplitterOptions {
  readonly delimiter: string;
  /** A record longer than this (in characters) is not waited for. */
  readonly maxRecord: number;
  /** A quote that is not closed within `maxRecord`, or at all. */
  readonly onUnclosed: (line: number) => void;
  /** A line that is longer than `maxRecord`; its text is dropped. */
  readonly onTooLong: (line: number) => void;
}

/** Takes text in pieces cut anywhere. `push` and `end` give the records that are complete. */
export class CsvSplitter {
  readonly #options: CsvSplitterOptions;
  #text = '';
  #line = 1;
  /** In the middle of a line that is too long. */
  #dropping = false;

  constructor(options: CsvSplitterOptions) {
    this.#options = options;
  }

  push(text: string): Generator<CsvRecord> {
    this.#text = this.#text === '' ? text : this.#text + text;
    return this.#records(false);
  }

  end(): Generator<CsvRecord> {
    return this.#records(true);
  }

  *#records(last: boolean): Generator<CsvRecord> {
    const text = this.#text;
    const { delimiter, maxRecord } = this.#options;
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      if (newline < 0 && !last) break;
      const lineEnd = newline < 0 ? text.length : newline;
      const line = this.#line;
      if (this.#dropping) {
        this.#dropping = false;
        at = lineEnd + 1;
        this.#line++;
        continue;
      }
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote < 0 || quote >= lineEnd) {
        const plain = text.slice(at, withoutReturn(text, at, lineEnd));
        at = lineEnd + 1;
        this.#line++;
        if (plain.length > maxRecord) this.#options.onTooLong(line);
        else if (plain !== '') yield { cells: plain.split(delimiter), line };
        continue;
      }
      const quoted = splitQuoted(text, at, delimiter, last);
      if (quoted !== null) {
        this.#line += countLines(text, at, quoted.end);
        at = quoted.end;
        yield { cells: quoted.cells, line };
        continue;
      }
      if (!last && text.length - at <= maxRecord) break;
      this.#options.onUnclosed(line);
      const broken = text.slice(at, withoutReturn(text, at, lineEnd));
      at = lineEnd + 1;
      this.#line++;
      if (broken.length <= maxRecord) yield { cells: broken.split(delimiter), line };
    }
    this.#text = last ? '' : text.slice(at);
    if (this.#text.length > maxRecord) {
      // No line end in sight: forget what there is and wait for one.
      if (!this.#dropping) this.#options.onTooLong(this.#line);
      this.#dropping = true;
      this.#text = '';
    }
  }
}

/** The record that starts at `at` and holds quotes; null when its end is not there yet. */
function splitQuoted(
  text: string,
  at: number,
  delimiter: string,
  last: boolean,
): { cells: string[]; end: number } | null {
  const cells: string[] = [];
  let from = at;
  for (;;) {
    let cell = '';
    if (text[from] === '"') {
      const close = closingQuote(text, from + 1);
      if (close < 0 || (close === text.length - 1 && !last)) return null;
      cell = text.slice(from + 1, close);
      if (cell.includes('"')) cell = cell.replaceAll('""', '"');
      from = close + 1;
    }
    const newline = text.indexOf('\n', from);
    if (newline < 0 && !last) return null;
    const lineEnd = newline < 0 ? text.length : newline;
    const next = text.indexOf(delimiter, from);
    const more = next >= 0 && next < lineEnd;
    cell += text.slice(from, more ? next : withoutReturn(text, from, lineEnd));
    cells.push(cell);
    if (!more) return { cells, end: Math.min(lineEnd + 1, text.length) };
    from = next + 1;
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function withoutReturn(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return Math.max(1, lines);
}
