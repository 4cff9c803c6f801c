/** Shapes of text values that languages have functions for, and writers for wildcards. */
import { ANY, ONE } from '../ast.ts';
import type { StringPart } from '../ast.ts';

export type TextShape =
  | { readonly kind: 'exact' | 'startsWith' | 'endsWith' | 'contains'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'pattern' };

/**
 * What a value asks for: `*abc` is endsWith; `*` alone is any; wildcards inside, `?` and several `*` are a pattern.
 * Placeholders were filled before.
 */
export function shapeOf(parts: readonly StringPart[]): TextShape {
  if (parts.length === 0) return { kind: 'exact', text: '' };
  if (parts.length === 1) {
    const only = parts[0];
    if (only === ANY) return { kind: 'any' };
    return typeof only === 'string' ? { kind: 'exact', text: only } : { kind: 'pattern' };
  }
  const [first, second, third] = parts;
  if (parts.length === 2) {
    if (first === ANY && typeof second === 'string') return { kind: 'endsWith', text: second };
    if (second === ANY && typeof first === 'string') return { kind: 'startsWith', text: first };
  } else if (parts.length === 3 && first === ANY && third === ANY && typeof second === 'string') {
    return { kind: 'contains', text: second };
  }
  return { kind: 'pattern' };
}

/** Text with wildcards written as the language has them; `literal` escapes what is not a wildcard. */
export function writeParts(
  parts: readonly StringPart[],
  literal: (text: string) => string,
  any: string,
  one: string,
): string {
  let text = '';
  for (const part of parts) {
    if (part === ANY) text += any;
    else if (part === ONE) text += one;
    else if (typeof part === 'string') text += literal(part);
  }
  return text;
}

/** Whether a value holds a wildcard. */
export function hasWildcard(parts: readonly StringPart[]): boolean {
  for (const part of parts) if (typeof part !== 'string') return true;
  return false;
}

/**
 * A value as a regular expression in the usual signs; `end` asserts the end of the value. Wildcards at the ends fall
 * away. Not `whole`: it may stand anywhere.
 */
export function patternOf(parts: readonly StringPart[], whole: boolean, end: string): string {
  let from = 0;
  let to = parts.length;
  while (parts[from] === ANY) from++;
  while (to > from && parts[to - 1] === ANY) to--;
  const body = writeParts(parts.slice(from, to), literalPattern, '.*', '.');
  return `${whole && from === 0 ? '^' : ''}${body}${whole && to === parts.length ? end : ''}`;
}

function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** How most languages write comparisons of numbers. */
export const comparisonSigns = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
