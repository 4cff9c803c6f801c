/** HTML text and attribute values (quoted with either kind of quote). */
const special = /[&<>"'`\0]/g;
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // A NUL may not stand in HTML in any form; its picture keeps it visible.
  '\0': '\u2400',
};

export function escapeHtml(text: string): string {
  return text.replace(special, (char) => entities[char] as string);
}
