/**
 * Where keys stand in a document, found by looking for their text: the YAML reader gives no positions, and a second
 * parse of every rule would cost more than the first. Keys must be asked for in the order of the document; a key that
 * is not found (an alias, an escape) gets the place of the one before. Errors are located exactly, by `locate.ts`.
 */
import type { RulePosition } from './ast.ts';

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
      const newline = this.#text.indexOf('\n', this.#lineStart);
      if (newline === -1 || newline >= found) break;
      this.#line++;
      this.#lineStart = newline + 1;
    }
    this.#from = found + key.length;
    this.#last = { line: this.#line, column: found - this.#lineStart + 1 };
    return this.#last;
  }

  #isKey(start: number, length: number): boolean {
    const text = this.#text;
    let after = start + length;
    let before = start - 1;
    const mark = text[after];
    if (mark === '"' || mark === "'") {
      if (text[before] !== mark) return false;
      after++;
      before--;
    }
    while (text[after] === ' ') after++;
    if (text[after] !== ':') return false;
    for (; before >= 0; before--) {
      const char = text[before];
      if (char === '\n' || char === '{' || char === ',') return true;
      if (char !== ' ' && char !== '-' && char !== '?') return false;
    }
    return true;
  }
}
