/**
 * The text of one document of a rule file, as far as checks ask for it: where top-level keys, entries of lists and
 * written values stand. Read line by line, without the YAML reader: block style, as rules are written. What is written
 * in another way gets the place of its key.
 */
import type { RulePosition } from '../ast.ts';
import { findLineStarts, isMarker, keyEnd, textLines, trimScalar } from './lines.ts';
import type { TextLines } from './lines.ts';

export interface SourceKey {
  readonly name: string;
  /** Characters from the start of the file, for the key and for what follows the colon on the line. */
  readonly start: number;
  readonly valueStart: number;
  readonly lineEnd: number;
  readonly line: number;
}

/** An entry of a block list: its line from the hyphen on, without line break. */
export interface SourceEntry {
  readonly line: number;
  readonly column: number;
  /** Of the whole line with its line break. */
  readonly lineStart: number;
  readonly lineEnd: number;
  /** Of the scalar behind the hyphen, without comment and trailing spaces. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const keyPattern = /^([\w-]+)[ \t]*:(?=[ \t\r\n]|$)/gm;

export class DocumentSource {
  readonly text: string;
  readonly #line: number;
  #range: { start: number; end: number; firstLine: number } | undefined;
  #keys: Map<string, SourceKey> | undefined;
  readonly #lines: TextLines;
  readonly #children = new Map<string, Map<string, RulePosition>>();
  #last: { line: number; column: number; entries: readonly SourceEntry[] } | undefined;

  /** The document that holds line `line`. Nothing is read before it is asked for: most rules have no findings. */
  constructor(text: string, line: number, lines: TextLines = textLines(text)) {
    this.text = text;
    this.#line = line;
    this.#lines = lines;
  }

  get start(): number {
    return this.#bounds.start;
  }

  get end(): number {
    return this.#bounds.end;
  }

  /** Top-level keys in the order of the document. */
  get keys(): ReadonlyMap<string, SourceKey> {
    if (this.#keys !== undefined) return this.#keys;
    const keys = new Map<string, SourceKey>();
    keyPattern.lastIndex = this.start;
    for (let found = keyPattern.exec(this.text); found !== null; found = keyPattern.exec(this.text)) {
      if (found.index >= this.end) break;
      const end = this.text.indexOf('\n', found.index);
      const lineEnd = end === -1 ? this.text.length : end;
      const name = found[1] as string;
      const valueStart = Math.min(found.index + found[0].length, lineEnd);
      keys.set(name, { name, start: found.index, valueStart, lineEnd, line: this.#lineOf(found.index) });
    }
    return (this.#keys = keys);
  }

  /** Whether a line of the file that begins with `key:` has what is looked for; quick, and true too often. */
  hasLine(key: string, wanted: RegExp): boolean {
    const { text } = this;
    const sought = `\n${key}:`;
    // Of several documents each would search through all that follow.
    if (!this.#lines.single) return true;
    for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + 1)) {
      const end = text.indexOf('\n', at + 1);
      if (wanted.test(text.slice(at + sought.length, end === -1 ? text.length : end))) return true;
    }
    return text.startsWith(`${key}:`);
  }

  /** Place of a top-level key; the start of the document when it is not there. */
  place(key: string): RulePosition {
    return { line: this.keys.get(key)?.line ?? this.#firstContent(), column: 1 };
  }

  /** The scalar on the line of a top-level key, without quotes and comment, and where it stands. */
  scalar(key: string): { text: string; start: number; end: number; position: RulePosition } | null {
    const found = this.keys.get(key);
    if (found === undefined) return null;
    const written = trimScalar(this.text, found.valueStart, found.lineEnd);
    const position = { line: found.line, column: written.start - found.start + 1 };
    return written.text === '' ? null : { ...written, position };
  }

  /** Entries of the block list below a top-level key; empty for lists in brackets. */
  entries(key: string): readonly SourceEntry[] {
    const found = this.keys.get(key);
    return found === undefined ? [] : this.#keep(found.line, 0, () => this.#list(found.line, -1));
  }

  /** Place of entry `index` of a top-level list, or of its key. */
  entryPlace(key: string, index: number): RulePosition {
    const { line, column } = this.entries(key)[index] ?? this.place(key);
    return { line, column };
  }

  /** Place of a key directly below a top-level one, or of that one. */
  childPlace(section: string, key: string): RulePosition {
    let children = this.#children.get(section);
    if (children === undefined) this.#children.set(section, (children = this.#readChildren(section)));
    return children.get(key) ?? this.place(section);
  }

  #readChildren(section: string): Map<string, RulePosition> {
    const children = new Map<string, RulePosition>();
    const found = this.keys.get(section);
    let indent = -1;
    for (let line = (found?.line ?? Infinity) + 1; line <= this.#lineStarts.length; line++) {
      const lineStart = this.#lineStarts[line - 1] as number;
      if (lineStart >= this.end) break;
      const lineEnd = this.#endOf(line);
      let at = lineStart;
      while (this.text[at] === ' ') at++;
      if (at >= lineEnd || this.text[at] === '#' || this.text[at] === '\r') continue;
      const depth = at - lineStart;
      if (depth === 0) break;
      if (indent === -1) indent = depth;
      const colon = depth === indent ? keyEnd(this.text, at, lineEnd) : -1;
      if (colon === -1) continue;
      const name = trimScalar(this.text, at, colon).text;
      children.set(name, { line, column: depth + 1 });
    }
    return children;
  }

  /** Place of a character of the text. */
  position(offset: number): RulePosition {
    const line = this.#lineOf(offset);
    return { line, column: offset - (this.#lineStarts[line - 1] as number) + 1 };
  }

  /** Offset of a place in the text. */
  offset({ line, column }: RulePosition): number {
    return (this.#lineStarts[line - 1] ?? this.text.length) + column - 1;
  }

  /** Entries of the list that a key at this place has, one written value each; one entry for a value on the same line. */
  values(at: RulePosition): readonly SourceEntry[] {
    return this.#keep(at.line, at.column, () => this.#readValues(at));
  }

  #readValues(at: RulePosition): SourceEntry[] {
    const lineStart = this.#lineStarts[at.line - 1];
    if (lineStart === undefined) return [];
    const lineEnd = this.#endOf(at.line);
    const colon = keyEnd(this.text, lineStart + at.column - 1, lineEnd);
    if (colon === -1) return [];
    const scalar = trimScalar(this.text, colon + 1, lineEnd);
    if (scalar.text === '') return this.#list(at.line, at.column - 2);
    const column = scalar.start - lineStart + 1;
    return [{ ...scalar, line: at.line, column, lineStart, lineEnd }];
  }

  /** Place of one written value of a key, or of the key. */
  valuePlace(at: RulePosition, index: number): RulePosition {
    const found = this.values(at)[index];
    return found === undefined ? at : { line: found.line, column: found.column };
  }

  /** Lines from the one after `line` on that begin with a hyphen deeper than column `above` (from 0). */
  #list(line: number, above: number): SourceEntry[] {
    const entries: SourceEntry[] = [];
    let indent = -1;
    for (let next = line + 1; next <= this.#lineStarts.length; next++) {
      const lineStart = this.#lineStarts[next - 1] as number;
      if (lineStart >= this.end) break;
      const lineEnd = this.#endOf(next);
      let at = lineStart;
      while (this.text[at] === ' ') at++;
      if (at >= lineEnd || this.text[at] === '#' || this.text[at] === '\r') continue;
      const depth = at - lineStart;
      const isEntry = this.text[at] === '-' && /[ \r\n]/.test(this.text[at + 1] ?? '\n');
      if (indent === -1 && (!isEntry || depth <= above)) break;
      if (indent === -1) indent = depth;
      if (depth < indent || (depth === indent && !isEntry)) break;
      if (depth > indent) continue;
      const scalar = trimScalar(this.text, at + 1, lineEnd);
      entries.push({ ...scalar, line: next, column: scalar.start - lineStart + 1, lineStart, lineEnd });
    }
    return entries;
  }

  get #lineStarts(): readonly number[] {
    return (this.#lines.starts ??= findLineStarts(this.text));
  }

  get #bounds(): { start: number; end: number; firstLine: number } {
    if (this.#range !== undefined) return this.#range;
    const { text } = this;
    const starts = this.#lineStarts;
    let first = Math.min(this.#line, starts.length) - 1;
    while (first > 0 && !isMarker(text, starts[first] as number)) first--;
    let last = Math.max(first + 1, this.#line);
    while (last < starts.length && !isMarker(text, starts[last] as number)) last++;
    const start = starts[first] as number;
    return (this.#range = { start, end: starts[last] ?? text.length, firstLine: first + 1 });
  }

  /** Lists are asked for once for each of their entries: the last one is kept. */
  #keep(line: number, column: number, read: () => SourceEntry[]): readonly SourceEntry[] {
    if (this.#last?.line !== line || this.#last.column !== column)
      this.#last = { line, column, entries: read() };
    return this.#last.entries;
  }

  #endOf(line: number): number {
    const next = this.#lineStarts[line];
    return next === undefined ? this.text.length : next - 1;
  }

  #firstContent(): number {
    const first = this.keys.values().next();
    return first.done === true ? this.#bounds.firstLine : first.value.line;
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
