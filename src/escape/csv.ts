/**
 * One CSV field (RFC 4180). `safe` puts an apostrophe before what a spreadsheet would take for a formula
 * (https://owasp.org/www-community/attacks/CSV_Injection): = + - @ and their full-width twins, also behind
 * blanks or invisible characters, and a leading tab or line end.
 */
const formula = /^(?:[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/u;

export function csvField(text: string, options: { safe: boolean }): string {
  const value = options.safe && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
