/** The walk over a PCRE or Python pattern that writes JavaScript's; see `regex.ts` for what is translated. */
import { regexError } from './regex-error.ts';
import { readGroupHead } from './regex-group.ts';
import type { RegexFlags } from './regex-group.ts';
import { classEscapes, escapeLiteral, foldedLiteral, readClass, readCodePoint } from './regex-class.ts';

export interface TranslatedRegex {
  readonly text: string;
  /** Some letter is compared without case; some letter is compared with it. */
  readonly folded: boolean;
  readonly exact: boolean;
  readonly unicode: boolean;
  /** Has a counted repetition. */
  readonly counted: boolean;
}

interface OpenGroup {
  /** In the source, and in the output. */
  readonly offset: number;
  readonly start: number;
  readonly flags: RegexFlags;
  readonly close: string;
  readonly lookbehind: boolean;
  readonly assertion: boolean;
}

const maxGroups = 250;
/** The engine writes repetitions out when it compiles. */
const maxRepeats = 10_000;
const counted = /\{(\d{1,9})(,(\d{0,9}))?\}|\{,(\d{1,9})\}/y;
const endOfText = '(?![^])';

export class RegexTranslator {
  readonly source: string;
  readonly #doubleLetters: boolean;
  readonly #capture: boolean;
  #flags: RegexFlags;
  #at = 0;
  #out: string[] = [];
  /** Where in `#out` the last repeatable piece begins; -1 when there is none. */
  #atom = -1;
  #assertion = false;
  #stack: OpenGroup[] = [];
  #groups = 0;
  #inner = 0;
  #names = new Map<string, number>();
  #folded = false;
  #exact = false;
  #unicode = false;
  #counted = false;

  constructor(source: string, flags: RegexFlags, doubleLetters: boolean) {
    this.source = source;
    this.#flags = flags;
    this.#doubleLetters = doubleLetters;
    this.#capture = /\\[1-9kg]|\(\?P=/.test(source);
  }

  run(): TranslatedRegex {
    while (this.#at < this.source.length) this.#step();
    const open = this.#stack.at(-1);
    if (open !== undefined) this.fail('a parenthesis is not closed', open.offset);
    return {
      text: this.#out.join(''),
      folded: this.#folded,
      exact: this.#exact,
      unicode: this.#unicode,
      counted: this.#counted,
    };
  }

  fail(reason: string, offset = this.#at): never {
    throw regexError(this.source, reason, offset);
  }

  #step(): void {
    const char = this.source[this.#at] as string;
    if (this.#flags.x && this.#skipVerbose(char)) return;
    switch (char) {
      case '\\':
        return this.#escape();
      case '[': {
        const found = readClass(this, this.#at, this.#flags.i && this.#doubleLetters);
        this.#at = found.next;
        if (found.astral) this.#unicode = true;
        return this.#cased(found.text);
      }
      case '(':
        return this.#open();
      case ')':
        return this.#close();
      case '|':
        this.#at++;
        this.#out.push('|');
        this.#atom = -1;
        return;
      case '.':
        this.#at++;
        return this.#push(this.#flags.s ? '[^]' : '[^\\n]');
      case '^':
        this.#at++;
        return this.#push(this.#flags.m ? '(?<![^\\n])' : '^', true);
      case '$':
        this.#at++;
        return this.#push(this.#flags.m ? '(?![^\\n])' : '(?=\\n?$)', true);
      case '*':
      case '+':
      case '?':
        this.#at++;
        return this.#repeat(char);
      case '{':
        return this.#brace();
      default: {
        const point = this.source.codePointAt(this.#at) as number;
        this.#at += point > 0xffff ? 2 : 1;
        return this.#literal(point);
      }
    }
  }

  #skipVerbose(char: string): boolean {
    if (/\s/.test(char)) {
      this.#at++;
      return true;
    }
    if (char !== '#') return false;
    const end = this.source.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.source.length : end + 1;
    return true;
  }

  #push(text: string, assertion = false): void {
    this.#atom = this.#out.length;
    this.#assertion = assertion;
    this.#out.push(text);
  }

  /** A piece that may hold letters. */
  #cased(text: string): void {
    if (this.#flags.i) this.#folded = true;
    else this.#exact = true;
    this.#push(text);
  }

  #literal(point: number): void {
    if (point > 0xffff) this.#unicode = true;
    const text = String.fromCodePoint(point);
    if (text.toLowerCase() === text.toUpperCase()) this.#push(escapeLiteral(text));
    else this.#cased(this.#flags.i && this.#doubleLetters ? foldedLiteral(text) : escapeLiteral(text));
  }

  #repeat(quantifier: string): void {
    if (this.#atom === -1) this.fail('nothing to repeat', this.#at - 1);
    const from = this.#atom;
    let atom = this.#out.splice(from).join('');
    if (this.#assertion) atom = `(?:${atom})`;
    const mode = this.source[this.#at];
    if (mode === '+') {
      this.#at++;
      this.#out.push(this.#atomic(`${atom}${quantifier}`));
    } else {
      if (mode === '?') this.#at++;
      this.#out.push(`${atom}${quantifier}${mode === '?' ? '?' : ''}`);
    }
    this.#atom = -1;
  }

  /** Lookahead captures without backtracking into it afterwards; the reference then consumes what was captured. */
  #atomic(text: string): string {
    const name = this.#atomicName();
    return `(?=(?<${name}>${text}))\\k<${name}>`;
  }

  #atomicName(): string {
    if (this.#stack.some((group) => group.lookbehind)) {
      this.fail('an atomic group within a lookbehind is not supported');
    }
    return `a${++this.#inner}`;
  }

  #brace(): void {
    counted.lastIndex = this.#at;
    const found = counted.exec(this.source);
    if (found === null) {
      this.#at++;
      return this.#push('\\{');
    }
    if (Math.max(...[found[1], found[3], found[4]].map((bound) => Number(bound ?? 0))) > maxRepeats) {
      this.fail(`repeats more than ${maxRepeats} times`);
    }
    this.#at += found[0].length;
    this.#counted = true;
    this.#repeat(found[4] === undefined ? found[0] : `{0,${found[4]}}`);
  }

  #open(): void {
    if (this.#stack.length >= maxGroups) this.fail(`more than ${maxGroups} nested groups`);
    const head = readGroupHead(this, this.#at, this.#flags);
    switch (head.kind) {
      case 'comment':
        this.#at += head.length;
        return;
      case 'capture':
        return this.#openCapture(head.name, head.length);
      case 'back': {
        const group = this.#names.get(head.name);
        if (group === undefined) this.fail(`unknown group ${head.name}`);
        this.#at += head.length;
        return this.#back(group);
      }
      case 'atomic': {
        const name = this.#atomicName();
        return this.#begin(`(?=(?<${name}>`, head.length, { close: `))\\k<${name}>` });
      }
      case 'flags':
        if (head.scoped) this.#begin('(?:', head.length);
        else this.#at += head.length;
        this.#flags = head.flags;
        this.#atom = -1;
        return;
      default:
        return this.#begin(head.text, head.length, head);
    }
  }

  #openCapture(name: string | null, length: number): void {
    const group = ++this.#groups;
    if (name !== null) {
      if (this.#names.has(name)) this.fail(`group ${name} is defined twice`);
      this.#names.set(name, group);
    }
    this.#begin(this.#capture ? `(?<g${group}>` : '(?:', length);
  }

  #begin(text: string, length: number, options: Partial<OpenGroup> = {}): void {
    this.#stack.push({
      offset: this.#at,
      start: this.#out.length,
      flags: this.#flags,
      close: options.close ?? ')',
      lookbehind: options.lookbehind ?? false,
      assertion: options.assertion ?? false,
    });
    this.#out.push(text);
    this.#at += length;
    this.#atom = -1;
  }

  #close(): void {
    const group = this.#stack.pop();
    if (group === undefined) this.fail('a parenthesis is closed that was not opened');
    this.#at++;
    this.#flags = group.flags;
    const text = `${this.#out.splice(group.start).join('')}${group.close}`;
    // An atomic group is two pieces and repeats as one.
    this.#push(group.close === ')' ? text : `(?:${text})`, group.assertion);
  }

  #back(group: number): void {
    if (group > this.#groups) this.fail(`unknown group ${group}`);
    if (this.#flags.i && this.#doubleLetters) this.fail('a back reference within (?i) is not supported');
    this.#cased(`\\k<g${group}>`);
  }

  #escape(): void {
    const next = this.source[this.#at + 1];
    if (next === undefined) this.fail('ends with a single backslash');
    const classEscape = classEscapes.get(next);
    if (classEscape !== undefined) {
      this.#at += 2;
      return this.#push(classEscape);
    }
    const assertion = assertions.get(next);
    if (assertion !== undefined) {
      this.#at += 2;
      return this.#push(assertion, true);
    }
    if (next === 'R') {
      this.#at += 2;
      return this.#push('(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])');
    }
    if (next === 'Q') {
      const end = this.source.indexOf('\\E', this.#at);
      const text = this.source.slice(this.#at + 2, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.source.length : end + 2;
      for (const char of text) this.#literal(char.codePointAt(0) as number);
      return;
    }
    if (next === 'E') {
      this.#at += 2;
      return;
    }
    if (next === 'p' || next === 'P') {
      const found = /^\\[pP](?:\{(\^?)(\w+(?:=\w+)?)\}|([LMNPSZC]))/.exec(
        this.source.slice(this.#at, this.#at + 40),
      );
      if (found === null) this.fail('a property such as \\p{L} is not complete');
      this.#at += found[0].length;
      this.#unicode = true;
      const negated = (next === 'P') !== (found[1] === '^');
      return this.#cased(`\\${negated ? 'P' : 'p'}{${found[2] ?? found[3]}}`);
    }
    const reference = /^\\(?:([1-9]\d?)|g\{?([1-9]\d?)\}?|[kg](?:\{(\w+)\}|<(\w+)>|'(\w+)'))/.exec(
      this.source.slice(this.#at, this.#at + 80),
    );
    if (reference !== null) {
      const name = reference[3] ?? reference[4] ?? reference[5];
      const group = name === undefined ? Number(reference[1] ?? reference[2]) : (this.#names.get(name) ?? 0);
      if (group === 0) this.fail(`unknown group ${name}`);
      this.#back(group);
      this.#at += reference[0].length;
      return;
    }
    const found = readCodePoint(this, this.#at);
    this.#at = found.next;
    this.#literal(found.point);
  }
}

const assertions = new Map([
  ['b', '\\b'],
  ['B', '\\B'],
  ['A', '(?<![^])'],
  ['z', endOfText],
  ['Z', `(?=\\n?${endOfText})`],
]);
