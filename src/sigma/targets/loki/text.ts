/**
 * Names and literals of LogQL, the one place where they are escaped (https://grafana.com/docs/loki/latest/query/).
 * Regular expressions are those of Go (RE2); of labels they stand for the whole value, of lines for a part.
 */
import { ANY } from '../../ast.ts';
import type { StringPart } from '../../ast.ts';
import { writeParts } from '../strings.ts';

/** A label as the parsers of Loki make it of a field's name. */
export function label(name: string): string {
  const clean = name.replaceAll(/[^A-Za-z0-9_]/gu, '_');
  return /^\d/.test(clean) ? `_${clean}` : clean;
}

const control = /[\p{Cc}\u2028\u2029]/gu;

/** A literal: raw where nothing forbids it. */
export function quoted(text: string): string {
  if (!/[`\p{Cc}]/u.test(text)) return `\`${text}\``;
  return goString(text);
}

/** A literal in double quotes, in LogQL and in Go templates. */
export function goString(text: string): string {
  return `"${text
    .replaceAll(/[\\"]/g, '\\$&')
    .replaceAll(control, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

function regexText(text: string): string {
  return text
    .replaceAll(/[\\^$.|?*+()[\]{}\-#&~ ]/g, '\\$&')
    .replaceAll(control, (char) => `\\x{${char.charCodeAt(0).toString(16)}}`);
}

/** A value as an expression for a whole label, with its flags; `s` lets wildcards within go over line ends. */
export function labelPattern(parts: readonly StringPart[], cased: boolean): string {
  const open = parts[0] === ANY;
  const shut = parts.length > 1 && parts.at(-1) === ANY;
  return `${flagsOf(parts, cased)}${open ? '' : '^'}${writeParts(parts, regexText, '.*', '.')}${shut || (open && parts.length === 1) ? '' : '$'}`;
}

/** A keyword as an expression without flags, for anywhere in a line. */
export function linePattern(parts: readonly StringPart[]): string {
  let from = 0;
  let to = parts.length;
  while (parts[from] === ANY) from++;
  while (to > from && parts[to - 1] === ANY) to--;
  return writeParts(parts.slice(from, to), regexText, '.*', '.');
}

export function flagsOf(parts: readonly StringPart[], cased: boolean): string {
  const letters = `${cased ? '' : 'i'}${innerWildcard(parts) ? 's' : ''}`;
  return letters === '' ? '' : `(?${letters})`;
}

function innerWildcard(parts: readonly StringPart[]): boolean {
  for (let at = 1; at < parts.length - 1; at++) if (parts[at] === ANY) return true;
  return false;
}
