/** What an opening parenthesis of a PCRE or Python pattern begins. */
import type { RegexSource } from './regex-class.ts';

export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

export type GroupHead =
  /** Groups that do not capture, lookahead and lookbehind: written the same in JavaScript. */
  | {
      readonly kind: 'plain';
      readonly text: string;
      readonly length: number;
      readonly assertion: boolean;
      readonly lookbehind: boolean;
    }
  | { readonly kind: 'capture'; readonly name: string | null; readonly length: number }
  | { readonly kind: 'comment' | 'atomic'; readonly length: number }
  | { readonly kind: 'back'; readonly name: string; readonly length: number }
  /** `scoped`: for the group it opens, not for the rest of the group around it. */
  | { readonly kind: 'flags'; readonly flags: RegexFlags; readonly scoped: boolean; readonly length: number };

const noFlags: RegexFlags = { i: false, m: false, s: false, x: false };

/** Reads what follows the parenthesis at `from`; `flags` are those in force. */
export function readGroupHead(regex: RegexSource, from: number, flags: RegexFlags): GroupHead {
  const { source } = regex;
  if (source[from + 1] === '*') regex.fail('verbs such as (*...) are not supported', from);
  if (source[from + 1] !== '?') return { kind: 'capture', name: null, length: 1 };
  const plain = /\((?:\?[:=!]|\?<[=!])/y;
  plain.lastIndex = from;
  const text = plain.exec(source)?.[0];
  if (text !== undefined) {
    return {
      kind: 'plain',
      text,
      length: text.length,
      assertion: text !== '(?:',
      lookbehind: text[2] === '<',
    };
  }
  if (source[from + 2] === '>') return { kind: 'atomic', length: 3 };
  if (source[from + 2] === '#') {
    const end = source.indexOf(')', from);
    if (end === -1) regex.fail('a comment is not closed', from);
    return { kind: 'comment', length: end + 1 - from };
  }
  const named = /\(\?P?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')|\(\?P=(\w+)\)/y;
  named.lastIndex = from;
  const name = named.exec(source);
  if (name === null) return readFlags(regex, from, flags);
  if (name[3] !== undefined) return { kind: 'back', name: name[3], length: name[0].length };
  return { kind: 'capture', name: name[1] ?? name[2] ?? null, length: name[0].length };
}

function readFlags(regex: RegexSource, from: number, flags: RegexFlags): GroupHead {
  const pattern = /\(\?(\^?)([imsxuUaLn]*)(?:-([imsx]+))?([:)])/y;
  pattern.lastIndex = from;
  const found = pattern.exec(regex.source);
  if (found === null || found[0] === '(?)') regex.fail('this kind of group is not supported', from);
  const on = found[2] as string;
  if (/[ULn]/.test(on)) regex.fail('this inline flag is not supported', from);
  const off = found[3] ?? '';
  const base = found[1] === '^' ? noFlags : flags;
  const pick = (flag: 'i' | 'm' | 's' | 'x'): boolean =>
    (base[flag] || on.includes(flag)) && !off.includes(flag);
  return {
    kind: 'flags',
    flags: { i: pick('i'), m: pick('m'), s: pick('s'), x: pick('x') },
    scoped: found[4] === ':',
    length: found[0].length,
  };
}
