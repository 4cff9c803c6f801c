/**
 * Names and literals of SPL, the one place where they are escaped
 * (https://help.splunk.com/en/splunk-enterprise/search/search-manual: "Use quotation marks", "Backslashes").
 *
 * `*` cannot be escaped in a search, and there is no wildcard for one character: such values are compared as regular
 * expressions, with a search that finds too much before it where that helps.
 */
import { ONE } from '../../ast.ts';
import type { StringPart } from '../../ast.ts';
import { patternOf, writeParts } from '../strings.ts';

/** Operators are in capital letters. */
const plainName = /^(?!(?:AND|OR|NOT|XOR|IN)$)[A-Za-z0-9_.]+$/;
const dashedName = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

/** A name in the commands search and stats. */
export function field(name: string): string {
  return plainName.test(name) ? name : quoted(name);
}

/** A name in the commands regex and rex. */
export function regexField(name: string): string {
  return dashedName.test(name) ? name : quoted(name);
}

/** A name in eval and where; null where its quotes cannot hold it. */
export function evalField(name: string): string | null {
  return /['\\\p{Cc}]/u.test(name) ? null : `'${name}'`;
}

/** A literal in double quotes, for all commands. */
export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** Text with wildcards as a search has them. */
export function searchText(parts: readonly StringPart[]): string {
  return `"${writeParts(parts, escaped, '*', '*')}"`;
}

/** Whether a search finds exactly what the value asks for. */
export function isExact(parts: readonly StringPart[]): boolean {
  for (const part of parts)
    if (part === ONE || (typeof part === 'string' && part.includes('*'))) return false;
  return true;
}

/** A value as a regular expression for PCRE; keywords may stand anywhere, other values are whole. */
export function pattern(parts: readonly StringPart[], whole = true): string {
  return patternOf(parts, whole, '\\z');
}

function escaped(text: string): string {
  const out = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  return out.includes('"') ? out.replaceAll('"', '\\"') : out;
}
