/**
 * Sigma string values: literal text and wildcards. `*` and `?` are wildcards; `\*`, `\?` and `\\` stand for the
 * second character alone; a backslash before anything else, or at the end, is itself.
 */
import { ANY, ONE } from './ast.ts';
import type { Placeholder, StringPart } from './ast.ts';

export function parseStringValue(text: string): StringPart[] {
  if (!text.includes('*') && !text.includes('?') && !text.includes('\\\\')) return text === '' ? [] : [text];
  const parts: StringPart[] = [];
  let literal = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') {
      const next = text[i + 1];
      if (next === '*' || next === '?' || next === '\\') {
        literal += text.slice(from, i) + next;
        i++;
        from = i + 1;
      }
    } else if (char === '*' || char === '?') {
      literal += text.slice(from, i);
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(char === '*' ? ANY : ONE);
      from = i + 1;
    }
  }
  literal += text.slice(from);
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Text that `parseStringValue` reads as the same parts. Placeholders come out as `%name%`. */
export function renderStringValue(parts: readonly StringPart[]): string {
  let text = '';
  for (const part of parts) {
    if (part === ANY) text += '*';
    else if (part === ONE) text += '?';
    else if (typeof part === 'string') text += part.replaceAll(/[\\*?]/g, '\\$&');
    else text += `%${part.placeholder}%`;
  }
  return text;
}

/** The text of a value without wildcards or placeholders, or null. */
export function plainText(parts: readonly StringPart[]): string | null {
  let text = '';
  for (const part of parts) {
    if (typeof part !== 'string') return null;
    text += part;
  }
  return text;
}

export function isPlaceholder(part: StringPart): part is Placeholder {
  return typeof part === 'object';
}

/** Drops empty literals and joins neighbours, so that equal values have equal parts. */
export function joinParts(parts: readonly StringPart[]): StringPart[] {
  const joined: StringPart[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const last = joined.length - 1;
    if (typeof part === 'string' && typeof joined[last] === 'string') joined[last] += part;
    else joined.push(part);
  }
  return joined;
}

/** `%name%` becomes a placeholder; `\%` is a percent sign. Other parts stay. */
export function insertPlaceholders(parts: readonly StringPart[]): StringPart[] {
  const result: StringPart[] = [];
  for (const part of parts) {
    if (typeof part !== 'string' || !part.includes('%')) {
      result.push(part);
      continue;
    }
    let from = 0;
    for (const found of part.matchAll(/\\%|%(\w+)%/g)) {
      result.push(part.slice(from, found.index));
      result.push(found[1] === undefined ? '%' : { placeholder: found[1] });
      from = found.index + found[0].length;
    }
    result.push(part.slice(from));
  }
  return joinParts(result);
}
