/**
 * A case-insensitive expression as one without that flag, for values in ASCII that were folded to lower case: V8's
 * linear-time engine, which bounds the time of a match, does not know the flag. Null when the meaning would change.
 */
import { endOfClass } from './regex-literal.ts';

export function linearForm(regex: RegExp): RegExp | null {
  if (!regex.ignoreCase) return regex;
  const source = lowerSource(regex.source);
  return source === null ? null : new RegExp(source, regex.flags.replace('i', ''));
}

function lowerSource(source: string): string | null {
  // Letters beyond ASCII may fold to ASCII.
  if (/[^\0-\x7f]/.test(source)) return null;
  let out = '';
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === '\\') {
      const next = source[i + 1] ?? '';
      // Escapes that name a character by its number could name a capital; names of groups and properties keep case.
      if (/[xucpPk0-9]/.test(next)) return null;
      out += char + next;
      i++;
    } else if (char === '[') {
      const end = endOfClass(source, i);
      const text = source.slice(i, end);
      // A range from capitals into signs, or the other way round, means other characters when folded.
      const ranges = text.match(/(?:\\.|[^\\])-(?:\\.|[^\\\]])/g) ?? [];
      if (end < 0 || /\\[xucpPk0-9]/.test(text) || ranges.some((range) => !plainRange(range))) return null;
      out += text.replace(/\\.|[A-Z]/g, (piece) => (piece.length === 1 ? piece.toLowerCase() : piece));
      i = end - 1;
    } else if (char === '(' && source[i + 1] === '?' && source[i + 2] !== ':') return null;
    else out += char.toLowerCase();
  }
  return out;
}

function plainRange(range: string): boolean {
  return /^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9])$/.test(range) || /\\[dws]/i.test(range);
}
