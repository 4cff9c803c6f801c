/**
 * Names and literals of the search of Google SecOps, the one place where they are escaped
 * (https://docs.cloud.google.com/chronicle/docs/investigation/search-syntax-reference).
 */
import { ANY } from '../../ast.ts';
import type { StringPart } from '../../ast.ts';
import { hasWildcard, writeParts } from '../strings.ts';

/** UDM paths, and what Sigma rules use when no pipeline ran; null: a name that no search can hold. */
const fieldName = /^[A-Za-z_@][\w@-]*(?:\.[\w@-]+)*(?:\["[\w .-]+"\])?$/;

export function isFieldName(name: string): boolean {
  return fieldName.test(name);
}

/** Fields with a fixed list of values: these are in capitals, and no regular expression fits them. */
export const enumerated: ReadonlySet<string> = new Set([
  'metadata.event_type',
  'network.application_protocol',
  'network.direction',
  'network.ip_protocol',
  'security_result.action',
  'security_result.severity',
]);

export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}

/** Whether a literal in quotes can hold it. */
export function isPlain(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(text);
}

export function regexText(text: string): string {
  return text
    .replaceAll(/[\\^$.|?*+()[\]{}/]/g, '\\$&')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\x{${char.charCodeAt(0).toString(16)}}`);
}

/** A value as one alternative of a regular expression, anchored where it is not open. */
export function alternative(parts: readonly StringPart[]): string {
  let from = 0;
  let to = parts.length;
  while (parts[from] === ANY) from++;
  while (to > from && parts[to - 1] === ANY) to--;
  const body = writeParts(parts.slice(from, to), regexText, '.*', '.');
  return `${from === 0 ? '^' : ''}${body}${to === parts.length ? '$' : ''}`;
}

/** `*` within a value goes over line ends. */
export function needsLines(parts: readonly StringPart[]): boolean {
  for (let at = 1; at < parts.length - 1; at++) if (parts[at] === ANY) return true;
  return false;
}

/** The text of a value without wildcards that a literal can hold; null: it needs a regular expression. */
export function exactText(parts: readonly StringPart[]): string | null {
  if (hasWildcard(parts)) return null;
  const text = parts.join('');
  return isPlain(text) ? text : null;
}

/** An expression of RE2 between slashes. */
export function slashed(source: string): string {
  let text = '';
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char === '\\') text += char + (source[++at] ?? '\\');
    else text += char === '/' ? '\\/' : char;
  }
  return `/${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\x{${char.charCodeAt(0).toString(16)}}`)}/`;
}
