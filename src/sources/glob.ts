/**
 * Globs over path segments: `*`, `?`, `[a-z]`, `[!a]`, `**` and `{a,b}`.
 *
 * A pattern becomes a fixed base folder and a small state machine that is stepped down the folder tree one name
 * at a time, so that folders which cannot hold a match are never opened. As in a shell, a wildcard does not
 * match the leading dot of a name.
 */
type Segment = RegExp | '**';

const maxAlternatives = 1000;
const magic = /[*?[]/;

let made = 0;

export class Glob {
  /** Tells globs apart. */
  readonly id = made++;
  /** Folder that every match lies in; '.' for a relative pattern that starts with a wildcard. */
  readonly base: string;
  readonly start: readonly number[];
  readonly #segments: readonly Segment[];

  constructor(base: string, segments: readonly Segment[]) {
    this.base = base;
    this.#segments = segments;
    this.start = this.#closure([0]);
  }

  /** States after entering `name` from `states`; empty when nothing below can match. */
  step(states: readonly number[], name: string): number[] {
    const next: number[] = [];
    for (const state of states) {
      const segment = this.#segments[state];
      if (segment === undefined) continue;
      if (segment === '**') {
        if (!name.startsWith('.')) next.push(state);
      } else if (segment.test(name)) {
        next.push(state + 1);
      }
    }
    return this.#closure(next);
  }

  accepts(states: readonly number[]): boolean {
    return states.includes(this.#segments.length);
  }

  #closure(states: readonly number[]): number[] {
    const all = new Set<number>();
    for (let state of states) {
      all.add(state);
      // `**` may stand for no folder at all.
      while (this.#segments[state] === '**') all.add(++state);
    }
    return [...all];
  }
}

export function hasMagic(pattern: string): boolean {
  return /[*?[{]/.test(pattern);
}

/** The globs a pattern stands for, one for each alternative of its braces. */
export function parseGlob(pattern: string, windows = process.platform === 'win32'): Glob[] {
  const text = windows ? pattern.replaceAll('\\', '/') : pattern;
  return expandBraces(text).map(globOf);
}

function globOf(pattern: string): Glob {
  const parts = pattern.split('/');
  let fixed = 0;
  while (fixed < parts.length - 1 && !magic.test(parts[fixed] as string)) fixed++;
  const base = parts.slice(0, fixed).join('/');
  const rest = parts.slice(fixed).filter((part) => part !== '' && part !== '.');
  const segments = rest.map((part): Segment => (part === '**' ? '**' : segmentPattern(part)));
  return new Glob(base === '' ? (pattern.startsWith('/') ? '/' : '.') : base, segments);
}

function segmentPattern(part: string): RegExp {
  let source = /^[*?[]/.test(part) ? '(?!\\.)' : '';
  for (let at = 0; at < part.length; at++) {
    const char = part[at] as string;
    const close = char === '[' ? part.indexOf(']', at + 2) : -1;
    if (char === '*') {
      // Runs of stars mean one star; kept apart they would make the expression backtrack.
      while (part[at + 1] === '*') at++;
      source += '.*';
    } else if (char === '?') {
      source += '.';
    } else if (close > 0) {
      const body = part.slice(at + 1, close).replace(/[\\\]^]/g, '\\$&');
      source += `[${body.replace(/^(!|\\\^)/, '^')}]`;
      at = close;
    } else {
      const literal = char === '\\' && at + 1 < part.length ? (part[++at] as string) : char;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, 'su');
}

/** `a{b,c}d` to `abd` and `acd`; braces without a comma stay as they are. */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const pending = [pattern];
  while (pending.length > 0) {
    const text = pending.pop() as string;
    const group = firstGroup(text);
    if (group === null || done.length + pending.length > maxAlternatives) {
      done.push(text);
      continue;
    }
    for (const part of group.parts.reverse()) {
      pending.push(text.slice(0, group.open) + part + text.slice(group.close + 1));
    }
  }
  return done;
}

function firstGroup(text: string): { open: number; close: number; parts: string[] } | null {
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const parts: string[] = [];
    let depth = 0;
    let from = open + 1;
    for (let at = open; at < text.length; at++) {
      const char = text[at];
      if (char === '{') depth++;
      else if (char === ',' && depth === 1) {
        parts.push(text.slice(from, at));
        from = at + 1;
      } else if (char === '}' && --depth === 0) {
        if (parts.length === 0) break;
        parts.push(text.slice(from, at));
        return { open, close: at, parts };
      }
    }
  }
  return null;
}
