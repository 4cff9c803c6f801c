/**
 * Regular expressions of rules (PCRE or Python) for other engines: RE2 (https://github.com/google/re2/wiki/Syntax) and
 * PostgreSQL (https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS). What an engine
 * cannot say is named, never dropped.
 */

export type RegexEngine = 're2' | 'postgres';

/** The pattern, or what the engine lacks. */
export type EngineRegex = { readonly text: string } | { readonly lacks: string };

/** RE2 refuses more repetitions; PostgreSQL more than 255. */
const maxRepeats: Readonly<Record<RegexEngine, number>> = { re2: 1000, postgres: 255 };

const groupHead = /\(\?(?:<?[=!]|>|\(|\||#[^)]*\)|P?<(\w+)>|P[=>]|'|R\)|\d|&|[a-zA-Z^-]*[:)])/y;
const repeat = /\{(\d{1,9})(,(\d{0,9}))?\}|\{,(\d{1,9})\}/y;

/** `flags` holds any of i, m, s. The source was checked by the parser of rules. */
export function regexFor(engine: RegexEngine, source: string, flags: string): EngineRegex {
  return new Translation(engine, source, flags).run();
}

class Translation {
  readonly #engine: RegexEngine;
  readonly #source: string;
  /** Line ends within `$`: the engine's own meaning where the flag m stands somewhere. */
  readonly #lines: boolean;
  #flags: string;
  #at = 0;
  #text = '';
  #lacks: string | null = null;

  constructor(engine: RegexEngine, source: string, flags: string) {
    this.#engine = engine;
    this.#source = source;
    this.#flags = flags;
    this.#lines = flags.includes('m') || /\(\?[a-z]*m/.test(source);
  }

  run(): EngineRegex {
    while (this.#at < this.#source.length && this.#lacks === null) this.#step();
    if (this.#lacks !== null) return { lacks: this.#lacks };
    return {
      text: `${this.#engine === 're2' ? re2Flags(this.#flags) : postgresFlags(this.#flags)}${this.#text}`,
    };
  }

  #step(): void {
    const char = this.#source[this.#at] as string;
    switch (char) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#class();
      case '(':
        return this.#group();
      case '$':
        return this.#take(1, this.#lines ? '$' : this.#engine === 're2' ? '(?:\\n?\\z)' : '(?:\\n?\\Z)');
      case '*':
      case '+':
      case '?':
        return this.#quantifier(1, char);
      case '{':
        return this.#brace();
      default:
        return this.#take(1, char);
    }
  }

  #take(length: number, text: string): void {
    this.#at += length;
    this.#text += text;
  }

  #quantifier(length: number, text: string): void {
    this.#take(length, text);
    const mode = this.#source[this.#at];
    if (mode === '+') this.#lacks = 'possessive quantifiers';
    else if (mode === '?') this.#take(1, '?');
  }

  #brace(): void {
    repeat.lastIndex = this.#at;
    const found = repeat.exec(this.#source);
    if (found === null) return this.#take(1, '\\{');
    const most = Math.max(...[found[1], found[3], found[4]].map((bound) => Number(bound ?? 0)));
    if (most > maxRepeats[this.#engine]) {
      this.#lacks = `more than ${maxRepeats[this.#engine]} repetitions`;
      return;
    }
    this.#quantifier(found[0].length, found[4] === undefined ? found[0] : `{0,${found[4]}}`);
  }

  #group(): void {
    if (this.#source[this.#at + 1] !== '?') return this.#take(1, '(');
    groupHead.lastIndex = this.#at;
    const head = groupHead.exec(this.#source)?.[0] ?? '(?';
    if (head.startsWith('(?#')) return this.#take(head.length, '');
    if (/^\(\?P?<\w/.test(head)) return this.#take(head.length, '(');
    if (head === '(?:') return this.#take(head.length, head);
    if (/^\(\?<?[=!]$/.test(head)) {
      if (this.#engine === 'postgres') return this.#take(head.length, head);
      this.#lacks = 'look-ahead and look-behind';
    } else if (/^\(\?[imsU^-]+[:)]$/.test(head)) this.#inlineFlags(head);
    else this.#lacks = `the group ${head}`;
  }

  #inlineFlags(head: string): void {
    if (this.#engine === 're2') {
      if (head.includes('^') || head.includes('U')) this.#lacks = `the flags ${head}`;
      else this.#take(head.length, head);
    } else if (this.#text === '' && /^\(\?[ims]+\)$/.test(head)) {
      this.#flags += head.slice(2, -1);
      this.#at += head.length;
    } else this.#lacks = 'flags in the middle of a pattern';
  }

  #escape(): void {
    const next = this.#source[this.#at + 1] ?? '';
    const table = escapes[this.#engine];
    const written = table.get(next);
    if (written !== undefined) return this.#take(2, written);
    if (/[1-9kgG]/.test(next)) this.#lacks = next === 'G' ? '\\G' : 'back references';
    else if (next === 'Q') this.#quote();
    else this.#character(false);
  }

  #quote(): void {
    const end = this.#source.indexOf('\\E', this.#at);
    const text = this.#source.slice(this.#at + 2, end === -1 ? undefined : end);
    this.#text += text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    this.#at = end === -1 ? this.#source.length : end + 2;
  }

  /** An escape that stands for one character, in or out of brackets. */
  #character(inClass: boolean): void {
    const rest = this.#source.slice(this.#at, this.#at + 12);
    const code = /^\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(
      rest,
    );
    if (code !== null) {
      const point = parseInt(code[1] ?? code[2] ?? code[3] ?? code[4] ?? '', 16);
      return this.#take(code[0].length, characterEscape(this.#engine, point));
    }
    const next = rest[1] ?? '';
    const control = controls.get(next);
    if (control !== undefined) return this.#take(2, characterEscape(this.#engine, control));
    const octal = /^\\0[0-7]{0,2}/.exec(rest);
    if (octal !== null)
      return this.#take(octal[0].length, characterEscape(this.#engine, parseInt(octal[0].slice(1), 8)));
    if (next === 'p' || next === 'P') {
      const property = /^\\[pP](?:[LMNPSZC]|\{\^?\w+\})/.exec(rest);
      if (property !== null && this.#engine === 're2') return this.#take(property[0].length, property[0]);
      this.#lacks = 'properties such as \\p{L}';
    } else if (/[A-Za-z0-9]/.test(next)) this.#lacks = `\\${next}`;
    // Only ASCII punctuation may be escaped, and all of it but the underscore.
    else if (/[!-~]/.test(next) && next !== '_') this.#take(2, `\\${next}`);
    else this.#take(2, inClass && next === '-' ? '\\-' : next);
  }

  #class(): void {
    this.#take(1, '[');
    if (this.#source[this.#at] === '^') this.#take(1, '^');
    if (this.#source[this.#at] === ']') this.#take(1, '\\]');
    while (this.#at < this.#source.length && this.#lacks === null) {
      const char = this.#source[this.#at] as string;
      if (char === ']') return this.#take(1, ']');
      if (char === '\\') this.#classEscape();
      else if (char === '[') {
        const named = /^\[:\^?[a-z]+:\]/.exec(this.#source.slice(this.#at, this.#at + 16));
        this.#take(named?.[0].length ?? 1, named?.[0] ?? '\\[');
      } else this.#take(1, char);
    }
  }

  #classEscape(): void {
    const next = this.#source[this.#at + 1] ?? '';
    if (/[dwsDWS]/.test(next)) {
      // PostgreSQL refuses \D, \W and \S within brackets.
      if (this.#engine === 'postgres' && /[DWS]/.test(next)) this.#lacks = `\\${next} within brackets`;
      else this.#take(2, `\\${next}`);
    } else if (next === 'h') this.#take(2, '\\t ');
    else if (next === 'b') this.#take(2, characterEscape(this.#engine, 8));
    else this.#character(true);
  }
}

function re2Flags(flags: string): string {
  return flags === '' ? '' : `(?${flags})`;
}

/** `p`: `.` stops at line ends; `w`: ^ and $ stand at them; `n`: both. */
function postgresFlags(flags: string): string {
  const dots = !flags.includes('s');
  const lines = flags.includes('m');
  const mode = dots ? (lines ? 'n' : 'p') : lines ? 'w' : 's';
  return `(?${flags.includes('i') ? 'i' : ''}${mode})`;
}

function characterEscape(engine: RegexEngine, point: number): string {
  if (engine === 're2') return `\\x{${point.toString(16)}}`;
  return point > 0xffff
    ? `\\U${point.toString(16).padStart(8, '0')}`
    : `\\u${point.toString(16).padStart(4, '0')}`;
}

const controls = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['f', 12],
  ['v', 11],
  ['a', 7],
  ['e', 27],
]);

const shared: readonly [string, string][] = [
  ['d', '\\d'],
  ['D', '\\D'],
  ['w', '\\w'],
  ['W', '\\W'],
  ['s', '\\s'],
  ['S', '\\S'],
  ['h', '[\\t ]'],
  ['H', '[^\\t ]'],
  ['R', '(?:\\r\\n|[\\n-\\r])'],
  ['N', '[^\\n]'],
  ['A', '\\A'],
  ['E', ''],
];
const escapes: Readonly<Record<RegexEngine, ReadonlyMap<string, string>>> = {
  re2: new Map([...shared, ['b', '\\b'], ['B', '\\B'], ['z', '\\z'], ['Z', '(?:\\n?\\z)']]),
  postgres: new Map([...shared, ['b', '\\y'], ['B', '\\Y'], ['z', '\\Z'], ['Z', '(?:\\n?\\Z)']]),
};
