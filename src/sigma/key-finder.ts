/**
 * Where keys stand in a document, found by looking for their text: the YAML reader gives no positions, and a second
 * parse of every rule would cost more than the first. Keys must be asked for in the order of the document; a key that
 * is not found (an alias, an escape) gets the place of the one before. Errors are located exactly, by `locate.ts`.
 */
import type { RulePosition } from './ast.ts';

const newline = 0x0a;
const space = 0x20;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const comma = 0x2c;
const hyphen = 0x2d;
const colon = 0x3a;
const question = 0x3f;
const brace = 0x7b;

export class KeyFinder {
  readonly #text: string;
  readonly #end: number;
  #from: number;
  #line: number;
  #lineStart: number;
  #last: RulePosition;

  /** Looks between `start` and `end`; `firstLine` lines come before `start`. */
  constructor(text: string, start: number, end: number, firstLine: number) {
    this.#text = text;
    this.#end = end;
    this.#from = start;
    this.#line = firstLine + 1;
    this.#lineStart = start;
    this.#last = { line: this.#line, column: 1 };
  }

  find(key: string): RulePosition {
    let found = this.#text.indexOf(key, this.#from);
    while (found !== -1 && found < this.#end && !this.#isKey(found, key.length)) {
      found = this.#text.indexOf(key, found + 1);
    }
    if (found === -1 || found >= this.#end || key === '') return this.#last;
    for (;;) {
      const end = this.#text.indexOf('\n', this.#lineStart);
      if (end === -1 || end >= found) break;
      this.#line++;
      this.#lineStart = end + 1;
    }
    this.#from = found + key.length;
    this.#last = { line: this.#line, column: found - this.#lineStart + 1 };
    return this.#last;
  }

  #isKey(start: number, length: number): boolean {
    const text = this.#text;
    let after = start + length;
    let before = start - 1;
    const mark = text.charCodeAt(after);
    if (mark === doubleQuote || mark === singleQuote) {
      if (text.charCodeAt(before) !== mark) return false;
      after++;
      before--;
    }
    while (text.charCodeAt(after) === space) after++;
    if (text.charCodeAt(after) !== colon) return false;
    for (; before >= 0; before--) {
      const char = text.charCodeAt(before);
      if (char === newline || char === brace || char === comma) return true;
      if (char !== space && char !== hyphen && char !== question) return false;
    }
    return true;
  }
}
