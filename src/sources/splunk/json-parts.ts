/**
 * Cuts a stream of JSON objects into parts that are parsed one by one: members of the outer objects, and the elements
 * of the member `results`, so that a document of any size needs the memory of one row. It looks at quotes, brackets
 * and commas only; whether a part is JSON is for JSON.parse to say.
 */
import { HuntbookError } from '../../errors.ts';
import { maxRowLength } from './types.ts';

export type JsonPart =
  | { readonly kind: 'member' | 'element'; readonly key: string; readonly value: unknown }
  /** An outer object ends. */
  | { readonly kind: 'close' };

const BACKSLASH = 0x5c;
const listed = 'results';
const maxDepth = 100;

export class JsonParts {
  /** The piece that is looked at. */
  #text = '';
  /** What earlier pieces hold of the key, value or element that is not complete, so that no piece is copied twice. */
  #held: string[] = [];
  #heldLength = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Where in the piece the key, value or element begins or goes on; -1 between them. */
  #start = -1;
  #key: string | null = null;
  #listing = false;

  push(text: string): JsonPart[] {
    const parts: JsonPart[] = [];
    this.#text = text;
    const { length } = text;
    let at = 0;
    while (at < length) {
      if (this.#inString) at = this.#string(at);
      else {
        const code = this.#text.charCodeAt(at);
        if (code > 0x20) this.#structure(code, at, parts);
        at++;
      }
    }
    if (this.#start < 0) return parts;
    this.#held.push(text.slice(this.#start));
    this.#heldLength += length - this.#start;
    this.#start = 0;
    if (this.#heldLength > maxRowLength) {
      throw new HuntbookError('HB_SEARCH', `a row of the result is longer than ${maxRowLength} characters`);
    }
    return parts;
  }

  /** Whether the text ended between two outer objects. */
  get whole(): boolean {
    return this.#depth === 0;
  }

  /** The place behind the string, or the end of the text. A quote behind an odd number of backslashes is none. */
  #string(from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    for (;;) {
      const quote = this.#text.indexOf('"', at);
      const end = quote < 0 ? this.#text.length : quote;
      let run = end;
      while (run > at && this.#text.charCodeAt(run - 1) === BACKSLASH) run--;
      const odd = (end - run) % 2 === 1;
      if (quote < 0) {
        this.#escaped = odd;
        return end;
      }
      at = quote + 1;
      if (odd) continue;
      this.#inString = false;
      if (this.#depth === 1 && this.#key === null) {
        this.#key = parse(this.#cut(at)) as string;
      }
      return at;
    }
  }

  #structure(code: number, at: number, parts: JsonPart[]): void {
    const sign = String.fromCharCode(code);
    if (this.#depth === 0 && sign !== '{') throw notJson(this.#text.slice(at, at + 80));
    switch (sign) {
      case '"':
        this.#inString = true;
        if (this.#depth === 1 && this.#key === null) this.#start = at;
        return;
      case ':':
        if (this.#depth === 1 && this.#start < 0) this.#start = at + 1;
        return;
      case '{':
      case '[':
        if (++this.#depth > maxDepth) throw notJson('nested too deeply');
        if (this.#depth !== 2 || sign !== '[' || this.#key !== listed) return;
        this.#listing = true;
        this.#start = at + 1;
        return;
      case ',':
        if (this.#listing && this.#depth === 2) {
          this.#take('element', at, parts);
          this.#start = at + 1;
        } else if (this.#depth === 1) this.#endMember(at, parts);
        return;
      case '}':
      case ']':
        if (this.#listing && this.#depth === 2) {
          this.#take('element', at, parts);
          this.#listing = false;
        } else if (this.#depth === 1) {
          this.#endMember(at, parts);
          parts.push({ kind: 'close' });
        }
        this.#depth--;
    }
  }

  #endMember(at: number, parts: JsonPart[]): void {
    if (this.#start >= 0) this.#take('member', at, parts);
    this.#key = null;
  }

  /** The text of the part that ends there. */
  #cut(end: number): string {
    const tail = this.#text.slice(this.#start, end);
    const text = this.#held.length > 0 ? this.#held.join('') + tail : tail;
    this.#held = [];
    this.#heldLength = 0;
    this.#start = -1;
    return text;
  }

  #take(kind: 'member' | 'element', end: number, parts: JsonPart[]): void {
    const text = this.#cut(end);
    if (kind === 'element' && text.trim() === '') return;
    parts.push({ kind, key: this.#key ?? '', value: parse(text) });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notJson((error as Error).message);
  }
}

const notJson = (what: string): HuntbookError =>
  new HuntbookError('HB_SEARCH', `the server's answer is not the JSON of a result: ${what}`, {
    hint: 'Check that the URL is the management port of Splunk (usually 8089) and that no proxy answers instead.',
  });
