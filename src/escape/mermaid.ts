/**
 * A quoted text of a Mermaid flowchart. Everything but plain letters, digits and a few harmless signs becomes an
 * entity code (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters), so that nothing of it
 * can be syntax, Markdown, HTML, a directive or one of the marks that Mermaid uses inside. Line ends become blanks.
 */
export function mermaidString(text: string): string {
  const inner = text
    .toWellFormed()
    .replace(/\r\n|[\t\n\r\u2028\u2029]/g, ' ')
    .replaceAll('\0', '\u2400')
    .replace(/[^A-Za-z0-9 ._,()]/gu, (char) => `#${char.codePointAt(0)};`);
  return `"${inner}"`;
}
