/**
 * XML by construction, as `markup` is for HTML: every value in xml`...` is made visible and escaped unless it is already
 * Markup. Values may only stand in text and in quoted attributes. What it gives reads the same inside HTML.
 */
import { escapeXml, terminalText } from '../../escape/index.ts';
import { Markup, type Part } from '../html/markup.ts';

export function xml(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let text = strings[0] as string;
  for (let i = 0; i < parts.length; i++) text += partText(parts[i] as Part) + (strings[i + 1] as string);
  return new Markup(text);
}

function partText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (part === null) return '';
  if (typeof part === 'number') return String(Math.round(part * 100) / 100);
  if (typeof part === 'object') return part.map(partText).join('');
  if (/^[\x20-\x7e]*$/.test(part)) return escapeXml(part);
  return part
    .split('\n')
    .map((line) => escapeXml(terminalText(line)))
    .join('\n');
}
