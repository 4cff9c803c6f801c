/**
 * A quoted string of the DOT language, for a label: quotes and backslashes are escaped, so that no escape of labels
 * (\N, \G, \l …) is left, and an ampersand cannot begin an entity. Line ends become line breaks.
 * https://graphviz.org/doc/info/lang.html, https://graphviz.org/docs/attr-types/escString/
 */
export function dotString(text: string): string {
  const inner = text
    .toWellFormed()
    .replaceAll('\0', '\u2400')
    .replace(/["\\]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/\r\n|[\n\r\u2028\u2029]/g, '\\n');
  return `"${inner}"`;
}
