/**
 * A reader for YAML as nearly every rule has it: block maps and lists, scalars on one line, literal blocks. It takes a
 * quarter of the time of the full reader. Whatever it does not know, or that looks wrong, it leaves to the full reader
 * by returning undefined; it must never read a text differently (test: yaml-usual.test.ts).
 */
import { resolveScalar } from './yaml-scalars.ts';
import type { YamlMap, YamlValue } from './yaml-value.ts';

// Tabs, carriage returns, controls and surrogates have rules of their own.
const unusual = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const maxDepth = 20;
const space = 0x20;
const hash = 0x23;
const percent = 0x25;
const quote = 0x27;
const hyphen = 0x2d;
const dot = 0x2e;
const colon = 0x3a;
const bar = 0x7c;
/** Characters with which a plain scalar does not begin, or only under conditions. */
const indicators = new Uint8Array(128);
for (const char of '-?:,[]{}#&*!|>\'"%@`') indicators[char.charCodeAt(0)] = 1;

export function readUsualYaml(text: string): YamlMap | undefined {
  if (unusual.test(text)) return undefined;
  try {
    return new UsualReader(text).read();
  } catch (error) {
    if (error === unknown) return undefined;
    throw error;
  }
}

const unknown = new Error('not the usual YAML');

function leave(): never {
  throw unknown;
}

function isMarker(text: string, start: number): boolean {
  return text.startsWith('---', start) || text.startsWith('...', start);
}

class UsualReader {
  readonly #text: string;
  /** The line in hand: where its content begins and ends, and how far it is indented; -1 at the end of the text. */
  #indent: number = 0;
  #start = 0;
  #end = 0;
  #next = 0;
  #comment = -1;

  constructor(text: string) {
    this.#text = text;
  }

  read(): YamlMap {
    this.#advance();
    if (this.#indent !== 0 || this.#isEntry()) leave();
    const map = this.#map(0, 1);
    if (!this.#atEnd()) leave();
    return map;
  }

  #atEnd(): boolean {
    return this.#indent === -1;
  }

  /** Goes to the next line that is neither empty nor a comment. */
  #advance(): void {
    const text = this.#text;
    for (;;) {
      const lineStart = this.#next;
      if (lineStart >= text.length) {
        this.#indent = -1;
        return;
      }
      let end = text.indexOf('\n', lineStart);
      if (end === -1) end = text.length;
      this.#next = end + 1;
      let start = lineStart;
      while (start < end && text.charCodeAt(start) === space) start++;
      if (start === end || text.charCodeAt(start) === hash) continue;
      this.#indent = start - lineStart;
      this.#start = start;
      this.#end = end;
      // Markers and directives of documents.
      if (start === lineStart) {
        const first = text.charCodeAt(start);
        if (first === percent) leave();
        if ((first === hyphen || first === dot) && isMarker(text, start)) leave();
      }
      return;
    }
  }

  #isEntry(): boolean {
    if (this.#text.charCodeAt(this.#start) !== hyphen) return false;
    return this.#start + 1 === this.#end || this.#text.charCodeAt(this.#start + 1) === space;
  }

  #map(indent: number, depth: number): YamlMap {
    if (depth > maxDepth) leave();
    const map: YamlMap = {};
    while (this.#indent === indent && !this.#isEntry()) {
      const after = this.#keyEnd(this.#start);
      if (after === -1) leave();
      const key = this.#keyText(this.#start, after);
      if (key === '__proto__' || key === '<<') leave();
      map[key] = this.#value(after + 1, indent, depth);
    }
    if (this.#indent > indent) leave();
    return map;
  }

  #list(indent: number, depth: number): YamlValue[] {
    if (depth > maxDepth) leave();
    const list: YamlValue[] = [];
    while (this.#indent === indent && this.#isEntry()) {
      const from = this.#skipSpaces(this.#start + 1);
      const first = this.#text.charCodeAt(from);
      if (from === this.#end || first === bar || first === hash) leave();
      if (first === hyphen && this.#text.charCodeAt(from + 1) === space) leave();
      if (this.#keyEnd(from) === -1) {
        list.push(this.#scalar(from));
        this.#advance();
        if (this.#indent > indent) leave();
      } else {
        // A map that begins behind the hyphen, at the column of its first key.
        const column = indent + from - this.#start;
        this.#indent = column;
        this.#start = from;
        list.push(this.#map(column, depth + 1));
      }
    }
    if (this.#indent > indent) leave();
    return list;
  }

  /** What follows the colon of a key; leaves the reader on the line after it. */
  #value(colonEnd: number, indent: number, depth: number): YamlValue {
    const from = this.#skipSpaces(colonEnd);
    if (from === this.#end || this.#text.charCodeAt(from) === hash) {
      this.#advance();
      if (this.#indent > indent) {
        return this.#isEntry() ? this.#list(this.#indent, depth + 1) : this.#map(this.#indent, depth + 1);
      }
      return this.#indent === indent && this.#isEntry() ? this.#list(indent, depth + 1) : null;
    }
    if (this.#text.charCodeAt(from) === bar) return this.#literal(from, indent);
    const value = this.#scalar(from);
    this.#advance();
    if (this.#indent > indent) leave();
    return value;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (at < this.#end && this.#text.charCodeAt(at) === space) at++;
    return at;
  }

  /** The colon that ends a key beginning at `from`, or -1 when there is no key. */
  #keyEnd(from: number): number {
    const text = this.#text;
    const first = text.charCodeAt(from);
    let at = from;
    if (first === quote || first === 0x22) {
      at = text.indexOf(first === quote ? "'" : '"', from + 1) + 1;
      if (at === 0 || at > this.#end) leave();
      if (text.charCodeAt(at) !== colon) return -1;
      return at + 1 === this.#end || text.charCodeAt(at + 1) === space ? at : leave();
    }
    for (;;) {
      at = text.indexOf(':', at);
      if (at === -1 || at >= this.#end) return -1;
      if (at + 1 === this.#end || text.charCodeAt(at + 1) === space) break;
      at++;
    }
    return this.#commentFrom(from) < at ? -1 : at;
  }

  /** Where the next comment begins; looked for once, since most rules have none. */
  #commentFrom(from: number): number {
    if (this.#comment < from) {
      const found = this.#text.indexOf(' #', from);
      this.#comment = found === -1 ? this.#text.length : found;
    }
    return this.#comment;
  }

  #keyText(from: number, end: number): string {
    const key = this.#scalarText(from, end);
    return typeof key === 'string' ? key : leave();
  }

  #scalar(from: number): YamlValue {
    return this.#scalarText(from, this.#end);
  }

  #scalarText(from: number, lineEnd: number): YamlValue {
    const text = this.#text;
    const first = text.charCodeAt(from);
    if (first === quote) return this.#singleQuoted(from, lineEnd);
    if (first === 0x22) return this.#doubleQuoted(from, lineEnd);
    if (indicators[first] === 1 && (first !== hyphen || text.charCodeAt(from + 1) === space)) leave();
    let end = Math.min(lineEnd, this.#commentFrom(from));
    while (end > from && text.charCodeAt(end - 1) === space) end--;
    const plain = text.slice(from, end);
    if (plain === '' || plain === '-' || plain.endsWith(':') || plain.includes(': ')) leave();
    return resolveScalar(plain) ?? plain;
  }

  #singleQuoted(from: number, lineEnd: number): string {
    const text = this.#text;
    let end = from;
    let doubled = false;
    for (;;) {
      end = text.indexOf("'", end + 1);
      if (end === -1 || end >= lineEnd) leave();
      if (text.charCodeAt(end + 1) !== quote) break;
      doubled = true;
      end++;
    }
    this.#checkRest(end + 1, lineEnd);
    const value = text.slice(from + 1, end);
    return doubled ? value.replaceAll("''", "'") : value;
  }

  #doubleQuoted(from: number, lineEnd: number): string {
    const end = this.#text.indexOf('"', from + 1);
    if (end === -1 || end >= lineEnd) leave();
    this.#checkRest(end + 1, lineEnd);
    const value = this.#text.slice(from + 1, end);
    return value.includes('\\') ? leave() : value;
  }

  /** Only a comment may follow a quoted scalar. */
  #checkRest(from: number, lineEnd: number): void {
    const at = this.#skipSpaces(from);
    if (at >= lineEnd) return;
    if (at === from || this.#text.charCodeAt(at) !== hash) leave();
  }

  /** A block after `|` or `|-`: its lines without the indentation of the first. */
  #literal(from: number, indent: number): string {
    const text = this.#text;
    const header = text.slice(from, this.#end).trimEnd();
    if (header !== '|' && header !== '|-') leave();
    let block = -1;
    let value = '';
    let breaks = 0;
    while (this.#next < text.length) {
      const lineStart = this.#next;
      let end = text.indexOf('\n', lineStart);
      if (end === -1) end = text.length;
      let start = lineStart;
      while (start < end && text.charCodeAt(start) === space) start++;
      if (start === end) {
        // Spaces on empty lines may count.
        if (start - lineStart > (block === -1 ? 0 : block)) leave();
        breaks++;
      } else {
        if (block === -1) {
          block = start - lineStart;
          if (block <= indent) leave();
        } else if (start - lineStart < block) break;
        value += '\n'.repeat(breaks) + text.slice(lineStart + block, end);
        breaks = 1;
      }
      this.#next = end + 1;
    }
    if (block === -1) leave();
    this.#advance();
    if (this.#indent > indent) leave();
    return header === '|' ? `${value}\n` : value;
  }
}
