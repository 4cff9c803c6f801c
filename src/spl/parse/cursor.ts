/**
 * A place in the text of a search and the small readers that all commands share. Comments in triple back quotes are
 * blank (Search Manual, "Add comments to searches").
 */
import { splError } from '../error.ts';
import { MAX_NESTING } from '../limits.ts';
import type { HuntbookError } from '../../errors.ts';

const blanks = /(?:\s+|```[^]*?```)*/y;

export class Cursor {
  readonly text: string;
  at = 0;
  /** How many brackets are open around this place. */
  subsearches = 0;
  terms = 0;
  #nesting = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, at = this.at, hint?: string): HuntbookError {
    return splError(this.text, at, message, hint);
  }

  skipBlanks(): void {
    blanks.lastIndex = this.at;
    blanks.exec(this.text);
    this.at = blanks.lastIndex;
    // A pattern that could match nothing leaves 0 where it fails, which it cannot here.
    if (this.text[this.at] === '`')
      throw this.fail('macros (`name`) are not known', this.at, 'Write out what the macro holds.');
  }

  /** The character at the next place that is not blank; '' at the end. */
  peek(): string {
    this.skipBlanks();
    return this.text[this.at] ?? '';
  }

  /** Whether the command ends here. */
  atEnd(): boolean {
    const next = this.peek();
    return next === '' || next === '|' || (next === ']' && this.subsearches > 0);
  }

  /** Advances past what the sticky expression finds here, without skipping blanks. */
  read(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += character.length;
    return true;
  }

  expect(character: string, what: string): void {
    if (!this.take(character)) throw this.fail(`${what} lacks ${character}${this.#found()}`);
  }

  /** The text of a string in double quotes as written, quotes left out. */
  quoted(): string {
    const start = this.at;
    const found = this.read(/"((?:[^"\\]|\\[^])*)"/y);
    if (found === null) throw this.fail('a quotation mark is not closed', start);
    return found[1] as string;
  }

  nest<T>(inner: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw this.fail(`more than ${MAX_NESTING} levels within each other`);
    const result = inner();
    this.#nesting--;
    return result;
  }

  unexpected(command: string): HuntbookError {
    return this.fail(`${command}: not expected here${this.#found()}`);
  }

  #found(): string {
    const rest = /^\S{1,20}/.exec(this.text.slice(this.at, this.at + 20))?.[0];
    return rest === undefined ? ' (the text ends)' : ` (${rest})`;
  }
}

/** `\\` and `\"` stand for the second character; any other backslash is itself (Search Manual, "Backslashes"). */
export function unescape(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([\\"])/g, '$1') : text;
}

export function escapeQuoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}
