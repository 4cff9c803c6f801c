/** Templates in the syntax of Jinja2 to tokens: text, and the words of expressions and tags. */

export type TemplateToken =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  /** `print` is `{{ }}`, `tag` is `{% %}`. */
  | { readonly kind: 'print' | 'tag'; readonly words: readonly Word[]; readonly offset: number };

export interface Word {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly offset: number;
}

/** What is wrong with a template, and where in its text. */
export class TemplateFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'TemplateFault';
    this.offset = offset;
  }
}

const closers: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };
const wordPattern =
  /\s*(?:([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')|(==|!=|<=|>=|\/\/|\*\*|[-+~|.,:()[\]{}<>=%*/]))/y;
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Throws TemplateFault. As in Jinja2, one line end at the end of the template goes. */
export function lexTemplate(source: string): TemplateToken[] {
  const text = source.replace(/\r?\n$/, '');
  const tokens: TemplateToken[] = [];
  let from = 0;
  let trimNext = false;
  const addText = (end: number, trimEnd: boolean): void => {
    let piece = text.slice(from, end);
    if (trimNext) piece = piece.trimStart();
    if (trimEnd) piece = piece.trimEnd();
    if (piece !== '') tokens.push({ kind: 'text', text: piece, offset: from });
  };
  for (const found of text.matchAll(/\{[{%#]/g)) {
    const start = found.index;
    if (start < from) continue;
    const closer = closers[found[0]] as string;
    const trimBefore = text[start + 2] === '-';
    const inner = start + (trimBefore || text[start + 2] === '+' ? 3 : 2);
    addText(start, trimBefore);
    const end = found[0] === '{#' ? text.indexOf(closer, inner) : findCloser(text, inner, closer);
    if (end === -1) throw new TemplateFault(`${found[0]} is not closed`, start);
    trimNext = text[end - 1] === '-' && end - 1 >= inner;
    const last = trimNext ? end - 1 : end;
    if (found[0] !== '{#') {
      const words = lexWords(text, inner, last);
      tokens.push({ kind: found[0] === '{{' ? 'print' : 'tag', words, offset: start });
    }
    from = end + 2;
  }
  addText(text.length, false);
  return tokens;
}

/** The closing mark that does not stand in a string. */
function findCloser(text: string, from: number, closer: string): number {
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '"' || char === "'") {
      for (i++; i < text.length && text[i] !== char; i++) if (text[i] === '\\') i++;
    } else if (char === closer[0] && text[i + 1] === closer[1]) return i;
  }
  return -1;
}

function lexWords(text: string, start: number, end: number): Word[] {
  const words: Word[] = [];
  wordPattern.lastIndex = start;
  let at = start;
  while (text.slice(at, end).trim() !== '') {
    wordPattern.lastIndex = at;
    const found = wordPattern.exec(text);
    if (found === null || wordPattern.lastIndex > end) {
      const offset = at + (/\S/.exec(text.slice(at, end))?.index ?? 0);
      throw new TemplateFault(`${JSON.stringify(text[offset])} cannot stand in an expression`, offset);
    }
    at = wordPattern.lastIndex;
    words.push(wordOf(found, at));
  }
  words.push({ kind: 'end', text: 'the end', offset: end });
  return words;
}

function wordOf(found: RegExpExecArray, end: number): Word {
  const at = (text: string): number => end - text.length;
  if (found[1] !== undefined) return { kind: 'name', text: found[1], offset: at(found[1]) };
  if (found[2] !== undefined) return { kind: 'number', text: found[2], offset: at(found[2]) };
  if (found[3] !== undefined) {
    const text = found[3]
      .slice(1, -1)
      .replaceAll(/\\([^])/g, (whole, char: string) => escapes[char] ?? whole);
    return { kind: 'string', text, offset: at(found[3]) };
  }
  return { kind: 'symbol', text: found[4] as string, offset: at(found[4] as string) };
}
