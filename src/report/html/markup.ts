/**
 * HTML by construction: in markup`...` every value is escaped unless it is already Markup, so that forgetting to
 * escape is not possible. Values may only stand in text and in quoted attributes. (The tag is not called `html`,
 * because the formatter would then rewrite the text and close elements that are left open on purpose.)
 */
import { escapeHtml, terminalText } from '../../escape/index.ts';

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Markup | string | number | null | readonly Part[];

export function markup(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let text = strings[0] as string;
  for (let i = 0; i < parts.length; i++) text += partText(parts[i] as Part) + (strings[i + 1] as string);
  return new Markup(text);
}

/** A link to another site; `url` must come from `safeUrl` or a constant. */
export function link(url: string, text: Part): Markup {
  return markup`<a href="${url}" rel="noreferrer noopener">${text}</a>`;
}

/**
 * Text from events and rules: what is invisible or reorders text is made visible, as on a terminal, because a
 * page can be read wrongly as well; line ends and tabs stay.
 */
export function evidence(text: string): Markup {
  if (/^[\x20-\x7e]*$/.test(text)) return new Markup(escapeHtml(text));
  const pieces = text.split(/(\r?\n|\t)/);
  const shown = pieces.map((piece, i) => (i % 2 === 0 ? terminalText(piece) : piece === '\t' ? '\t' : '\n'));
  return new Markup(escapeHtml(shown.join('')));
}

function partText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (part === null) return '';
  if (typeof part === 'object') return part.map(partText).join('');
  return escapeHtml(String(part));
}
