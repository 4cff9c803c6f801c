/**
 * A text that every match of a regular expression (in JavaScript's grammar) must contain, folded to lower case, so that the expression is
 * only tried on values that have it. Conservative: returns '' whenever it is not certain.
 */
const plain = /[A-Za-z0-9 _\-%&,;:<>=@!"'#~`/]/;
const escapedPunctuation = /[\\./$^|?*+()[\]{}\-"' :]/;

export function requiredLiteral(source: string): string {
  let best = '';
  let run = '';
  const close = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === '|') return '';
    let literal: string | null = null;
    let next = i + 1;
    if (char === '\\') {
      const escaped = source[i + 1] ?? '';
      next = i + 2;
      if (escapedPunctuation.test(escaped)) literal = escaped;
      // Escapes with arguments would leak their digits into the run.
      else if (/[xucpPk0-9]/.test(escaped)) return '';
    } else if (char === '[') {
      next = endOfClass(source, i);
      if (next < 0) return '';
    } else if (char === '(') {
      next = endOfGroup(source, i);
      if (next < 0) return '';
    } else if (plain.test(char)) literal = char;
    const quantifier = /^(?:[?*+]|\{\d+(?:,\d*)?\})/.exec(source.slice(next, next + 16))?.[0] ?? '';
    if (literal === null) close();
    else if (quantifier === '') run += literal;
    else {
      // `a+` holds one `a` at least, but what follows is not next to it.
      if (quantifier === '+') run += literal;
      close();
    }
    i = next + quantifier.length - 1;
    // A lazy or possessive mark after the quantifier.
    if (quantifier !== '' && /[?+]/.test(source[i + 1] ?? '')) i++;
  }
  close();
  return best.toLowerCase();
}

/** The place behind the class that begins at `at`, or -1. */
export function endOfClass(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === ']') return i + 1;
  }
  return -1;
}

function endOfGroup(source: string, at: number): number {
  let depth = 0;
  for (let i = at; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (char === '[') {
      i = endOfClass(source, i) - 1;
      if (i < 0) return -1;
    } else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i + 1;
  }
  return -1;
}
