/**
 * Regular expressions of rules (PCRE or Python) as a tree, for languages whose own expressions know less: flags are
 * resolved, classes are sets of characters, groups only group. What a set of strings cannot express (looking ahead,
 * back references, atomic groups) is refused.
 */
import { readCodePoint } from '../regex-class.ts';
import { readGroupHead } from '../regex-group.ts';
import type { RegexFlags } from '../regex-group.ts';
import { anyChar, classes, folded, inverted, merged, posix } from './lucene-regex-ranges.ts';
import type { Range } from './lucene-regex-ranges.ts';

export type RegexNode =
  /** One character: sorted ranges that do not touch. */
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  /** Any character but a line end. */
  | { readonly kind: 'dot' }
  | { readonly kind: 'start' | 'end' | 'lineStart' | 'lineEnd' | 'wordEdge' | 'noWordEdge' }
  | { readonly kind: 'repeat'; readonly item: RegexNode; readonly min: number; readonly max: number | null }
  | { readonly kind: 'choice'; readonly branches: readonly (readonly RegexNode[])[] };

/** Ends reading: `reason` completes "cannot express". */
export type Refuse = (reason: string) => never;

const maxDepth = 100;
const maxSource = 4096;
const assertions: Readonly<Record<string, RegexNode>> = {
  b: { kind: 'wordEdge' },
  B: { kind: 'noWordEdge' },
  A: { kind: 'start' },
  Z: { kind: 'end' },
  z: { kind: 'end' },
};

/** Reads a whole expression; `flags` holds any of i, m and s. */
export function readRegexTree(source: string, flags: string, refuse: Refuse): RegexNode {
  if (source.length > maxSource) refuse(`a regular expression of more than ${maxSource} characters`);
  const reader = new TreeReader(source, refuse);
  const initial = { i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s'), x: false };
  return reader.read(initial);
}

class TreeReader {
  readonly source: string;
  readonly #refuse: Refuse;
  #at = 0;
  #flags: RegexFlags = { i: false, m: false, s: false, x: false };
  #depth = 0;

  constructor(source: string, refuse: Refuse) {
    this.source = source;
    this.#refuse = refuse;
  }

  /** For the readers of pieces; what they reject was rejected when the rule was read. */
  fail(reason: string): never {
    this.#refuse(`a regular expression where ${reason}`);
  }

  read(flags: RegexFlags): RegexNode {
    this.#flags = flags;
    const tree = this.#choice();
    if (this.#at < this.source.length) this.fail('a parenthesis is closed that was not opened');
    return tree;
  }

  #choice(): RegexNode {
    if (++this.#depth > maxDepth) this.fail(`groups are nested more than ${maxDepth} deep`);
    const outer = this.#flags;
    const branches: RegexNode[][] = [[]];
    while (this.#at < this.source.length && this.source[this.#at] !== ')') {
      if (this.source[this.#at] === '|') {
        this.#at++;
        branches.push([]);
        continue;
      }
      const node = this.#quantified();
      if (node !== null) (branches[branches.length - 1] as RegexNode[]).push(node);
    }
    this.#flags = outer;
    this.#depth--;
    return { kind: 'choice', branches };
  }

  #quantified(): RegexNode | null {
    let item = this.#atom();
    while (item !== null) {
      const found = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\}|\{,(\d{1,4})\})([+?]?)/.exec(
        this.source.slice(this.#at, this.#at + 14),
      );
      if (found === null) return item;
      if (found[5] === '+') this.#refuse('possessive repetition in a regular expression');
      this.#at += found[0].length;
      const sign = found[0][0];
      let min = sign === '+' ? 1 : 0;
      let max: number | null = sign === '?' ? 1 : null;
      if (sign === '{') {
        min = Number(found[1] ?? 0);
        if (found[4] !== undefined) max = Number(found[4]);
        else if (found[2] === undefined) max = min;
        else max = found[3] === '' ? null : Number(found[3]);
      }
      item = { kind: 'repeat', item, min, max };
    }
    return null;
  }

  /** Null: something that stands for nothing, such as a comment. */
  #atom(): RegexNode | null {
    const { source } = this;
    const char = source[this.#at] as string;
    if (this.#flags.x && /[\s#]/.test(char)) {
      const end = char === '#' ? source.indexOf('\n', this.#at) : this.#at;
      this.#at = end === -1 ? source.length : end + 1;
      return null;
    }
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        this.#at++;
        return this.#flags.s ? { kind: 'set', ranges: anyChar } : { kind: 'dot' };
      case '^':
        this.#at++;
        return { kind: this.#flags.m ? 'lineStart' : 'start' };
      case '$':
        this.#at++;
        return { kind: this.#flags.m ? 'lineEnd' : 'end' };
      default:
        return this.#literal(source.codePointAt(this.#at) as number);
    }
  }

  #literal(point: number): RegexNode {
    this.#at += point > 0xffff ? 2 : 1;
    return this.#set([[point, point]]);
  }

  #set(ranges: readonly Range[]): RegexNode {
    return { kind: 'set', ranges: this.#flags.i ? folded(ranges) : ranges };
  }

  #group(): RegexNode | null {
    const head = readGroupHead(this, this.#at, this.#flags);
    if (head.kind === 'back') this.#refuse('back references in regular expressions');
    if (head.kind === 'atomic') this.#refuse('atomic groups in regular expressions');
    if (head.kind === 'plain' && head.assertion)
      this.#refuse('looking ahead or behind in regular expressions');
    this.#at += head.length;
    if (head.kind === 'comment') return null;
    const outer = this.#flags;
    if (head.kind === 'flags') {
      this.#flags = head.flags;
      if (!head.scoped) return null;
    }
    const inner = this.#choice();
    if (this.source[this.#at] !== ')') this.fail('a parenthesis is not closed');
    this.#at++;
    this.#flags = outer;
    return inner;
  }

  #escape(): RegexNode | null {
    const next = this.source[this.#at + 1] ?? '';
    const set = Object.hasOwn(classes, next) ? classes[next] : undefined;
    const assertion = Object.hasOwn(assertions, next) ? assertions[next] : undefined;
    if (set !== undefined || assertion !== undefined) this.#at += 2;
    if (set !== undefined) return this.#set(set);
    if (assertion !== undefined) return assertion;
    if (/[1-9gkpPRQE]/.test(next)) this.#refuse(`\\${next} in regular expressions`);
    const found = readCodePoint(this, this.#at);
    this.#at = found.next;
    return this.#set([[found.point, found.point]]);
  }

  #class(): RegexNode {
    const { source } = this;
    const negated = source[this.#at + 1] === '^';
    let at = this.#at + (negated ? 2 : 1);
    const first = at;
    const ranges: Range[] = [];
    while (source[at] !== ']' || at === first) {
      if (at >= source.length) this.fail('a bracket is not closed');
      const named = /^\[:(\w+):\]/.exec(source.slice(at, at + 16));
      const set = named === null ? this.#setInClass(at) : posix[named[1] as string];
      if (named !== null && set === undefined) this.#refuse(`${named[0]} in regular expressions`);
      if (set !== undefined) {
        ranges.push(...set);
        at += named?.[0].length ?? 2;
        continue;
      }
      const low = this.#classChar(at);
      at = low.next;
      let high = low.point;
      if (source[at] === '-' && source[at + 1] !== ']' && this.#setInClass(at + 1) === undefined) {
        const upper = this.#classChar(at + 1);
        high = upper.point;
        at = upper.next;
      }
      if (high < low.point) this.fail('a range runs backwards');
      ranges.push([low.point, high]);
    }
    this.#at = at + 1;
    const all = this.#flags.i ? folded(ranges) : merged(ranges);
    return { kind: 'set', ranges: negated ? inverted(all) : all };
  }

  #setInClass(at: number): readonly Range[] | undefined {
    if (this.source[at] !== '\\') return undefined;
    const next = this.source[at + 1] ?? '';
    if (/[pP]/.test(next)) this.#refuse(`\\${next} in regular expressions`);
    return Object.hasOwn(classes, next) ? classes[next] : undefined;
  }

  #classChar(at: number): { point: number; next: number } {
    if (this.source[at] === '\\') {
      if (this.source[at + 1] === 'b') return { point: 8, next: at + 2 };
      return readCodePoint(this, at);
    }
    const point = this.source.codePointAt(at);
    if (point === undefined) this.fail('a bracket is not closed');
    return { point, next: at + (point > 0xffff ? 2 : 1) };
  }
}
