/**
 * Text and quoted attribute values of XML 1.0, and of SVG inside HTML: the escapes used are those that both read alike.
 * Characters that XML cannot hold in any form (https://www.w3.org/TR/xml/#charsets) become U+FFFD.
 */
const special = /[&<>"'`]/g;
// The flag u makes \p{Cs} match halves of surrogate pairs only. Controls that XML discourages go too.
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;
const plain = /^[\x20\x21\x23-\x25\x28-\x3b\x3d\x3f-\x5f\x61-\x7e]*$/;

export function escapeXml(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(forbidden, '\ufffd').replace(special, (char) => `&#${char.charCodeAt(0)};`);
}
