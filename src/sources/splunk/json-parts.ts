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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const listed = 'results';
const maxDepth = 100;

export class JsonParts {
  #text = '';
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Where the key, value or element that is being read begins. */
  #start = -1;
  #key: string | null = null;
  #listing = false;

  push(text: string): JsonPart[] {
    const parts: JsonPart[] = [];
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    const { length } = this.#text;
    let at = this.#scanned;
    for (; at < length; at++) {
      const code = this.#text.charCodeAt(at);
      if (this.#inString) this.#string(code, at);
      else if (code > 0x20) this.#structure(code, at, parts);
    }
    // What is kept begins with the part that is not complete.
    const keep = this.#start < 0 ? length : this.#start;
    if (length - keep > maxRowLength) {
      throw new HuntbookError('HB_SEARCH', `a row of the result is longer than ${maxRowLength} characters`);
    }
    this.#at = keep;
    this.#scanned = length - keep;
    if (this.#start >= 0) this.#start = 0;
    return parts;
  }

  #scanned = 0;

  /** Whether the text ended between two outer objects. */
  get whole(): boolean {
    return this.#depth === 0;
  }

  #string(code: number, at: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) {
      this.#inString = false;
      if (this.#depth !== 1 || this.#key !== null) return;
      this.#key = parse(this.#text.slice(this.#start, at + 1)) as string;
      this.#start = -1;
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

  #take(kind: 'member' | 'element', end: number, parts: JsonPart[]): void {
    const text = this.#text.slice(this.#start, end);
    this.#start = -1;
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
