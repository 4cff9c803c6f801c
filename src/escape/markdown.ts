/**
 * Markdown inline text, also inside table cells (CommonMark 0.31 section 2.4: every ASCII punctuation character
 * may be escaped with a backslash). Nothing in it becomes markup, a link, an autolink, math or HTML; line ends
 * and tabs become spaces, so that it cannot open a block.
 */
const punctuation = /[!#$()*+\-.:=@[\\\]^_`{|}~]/g;
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/\0/g, '\u2400')
    .replace(punctuation, '\\$&')
    .replace(/[&<>"']/g, (char) => entities[char] as string)
    .replace(/^ +| +$/g, (run) => '&#32;'.repeat(run.length));
}
