/**
 * How many terminal columns text takes, and cutting it to fit. East Asian wide and full-width characters and
 * emoji take two (Unicode Standard Annex #11), combining marks none. Meant for text that went through
 * `terminalText`, so that no other zero-width characters are in it.
 */
const wide =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f1e6}-\u{1f320}\u{1f32d}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7eb}\u{1f90c}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const combining = /[\p{Mn}\p{Me}]/u;
const ascii = /^[\x20-\x7e]*$/;

/** More marks than this on one character are left out when text is cut: they would spill over other lines. */
const maxMarks = 4;

export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The text if it fits into `columns`, else its start with an ellipsis, never wider than `columns`. */
export function fitWidth(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (ascii.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  let width = 0;
  let marks = 0;
  let kept = '';
  let keptShort = '';
  for (const char of text) {
    const own = charWidth(char);
    marks = own === 0 ? marks + 1 : 0;
    if (marks > maxMarks) continue;
    width += own;
    if (width > columns) return `${keptShort}…`;
    kept += char;
    if (width < columns) keptShort = kept;
  }
  return kept;
}

/** As `fitWidth`, filled up with blanks to exactly `columns`; on the left with `align: 'right'`. */
export function padWidth(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fitted = fitWidth(text, columns);
  const blanks = ' '.repeat(Math.max(0, columns - textWidth(fitted)));
  return align === 'left' ? fitted + blanks : blanks + fitted;
}

function charWidth(char: string): number {
  if (char < '\u0300') return 1;
  if (combining.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}
