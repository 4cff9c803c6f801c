/**
 * YAML 1.1 as ElastAlert's users see it: keys sorted, lines folded beyond 80 columns, quotes only where needed, ASCII
 * (https://yaml.org/spec/1.1/, the layout of libyaml).
 */
import { resolveScalar } from '../yaml-scalars.ts';

export type YamlData = string | number | readonly YamlData[] | { readonly [key: string]: YamlData };

const width = 80;

/** A whole document. Keys must be plain words. */
export function writeYaml(data: { readonly [key: string]: YamlData }): string {
  return writeMap(data, 0, '');
}

/** `first` stands before the first key, on its line. */
function writeMap(data: { readonly [key: string]: YamlData }, indent: number, first: string): string {
  let text = '';
  let lead = first;
  for (const key of Object.keys(data).sort()) {
    const head = `${text === '' && first !== '' ? lead : ' '.repeat(indent)}${key}:`;
    text += head + writeValue(data[key] as YamlData, indent, head.length + 1);
    lead = '';
  }
  return text;
}

function writeValue(value: YamlData, indent: number, column: number): string {
  if (typeof value === 'string') return ` ${writeText(value, indent + 2, column)}\n`;
  if (typeof value === 'number') return ` ${value}\n`;
  if (!isList(value)) return `\n${writeMap(value, indent + 2, '')}`;
  if (value.length === 0) return ' []\n';
  const dash = `${' '.repeat(indent)}- `;
  const items = value.map((item) =>
    typeof item === 'string'
      ? `${dash}${writeText(item, indent + 2, dash.length)}\n`
      : typeof item === 'number'
        ? `${dash}${item}\n`
        : writeMap(item as { readonly [key: string]: YamlData }, indent + 2, dash),
  );
  return `\n${items.join('')}`;
}

function isList(value: YamlData): value is readonly YamlData[] {
  return Array.isArray(value);
}

/** Text that begins at `column`; further lines are indented. */
function writeText(text: string, indent: number, column: number): string {
  if (needsDouble(text)) return writeDouble(text, indent, column);
  if (isPlain(text)) return fold(text, indent, column);
  return `'${fold(text.replaceAll("'", "''"), indent, column + 1, true)}'`;
}

/** Characters beyond printable ASCII, and spaces that folding would lose. */
function needsDouble(text: string): boolean {
  return /[^\n\x20-\x7e]/.test(text) || / \n|\n /.test(text);
}

function isPlain(text: string): boolean {
  if (text === '' || text.includes('\n') || text.startsWith(' ') || text.endsWith(' ')) return false;
  if (/^[#,[\]{}&*!|>'"%@`]|^[?:-](?: |$)|^(?:---|\.\.\.)|:(?: |$)| #/.test(text)) return false;
  return resolveScalar(text) === undefined && text !== '=' && text !== '<<';
}

/** Breaks at single spaces once a line is too long. A line end of the text is an empty line. */
function fold(text: string, indent: number, column: number, quoted = false): string {
  if (column + text.length <= width && !text.includes('\n')) return text;
  const margin = ' '.repeat(indent);
  let out = '';
  /** What is written of the text, and where its line began in it, moved by what stands before. */
  let written = 0;
  let origin = -column;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a) continue;
    let end = at + 1;
    while (text.charCodeAt(end) === code) end++;
    const inside = !quoted || (at > 0 && end < text.length);
    if (code === 0x0a) {
      out += `${text.slice(written, at)}\n${text.slice(at, end)}${margin}`;
      written = end;
      origin = end - indent;
    } else if (end === at + 1 && at - origin > width && inside) {
      out += `${text.slice(written, at)}\n${margin}`;
      written = end;
      origin = end - indent;
    }
    at = end - 1;
  }
  return out + text.slice(written);
}

const escapes = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\x85', 'N'],
  ['\xa0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

/** Folded as other text, at the first of several spaces too: a backslash keeps those that follow. */
function writeDouble(text: string, indent: number, column: number): string {
  const pieces = Array.from(text, (char) => escaped(char) ?? char)
    .join('')
    .match(/ +|[^ ]+/g);
  let out = '"';
  let at = column + 1;
  pieces?.forEach((piece, index) => {
    if (piece[0] === ' ' && at > width && index > 0 && index < pieces.length - 1) {
      const rest = piece.length === 1 ? '' : `\\${piece.slice(1)}`;
      out += `\n${' '.repeat(indent)}${rest}`;
      at = indent + rest.length;
    } else {
      out += piece;
      at += piece.length;
    }
  });
  return `${out}"`;
}

function escaped(char: string): string | null {
  const known = escapes.get(char);
  if (known !== undefined) return `\\${known}`;
  const code = char.codePointAt(0) as number;
  if (code >= 0x20 && code <= 0x7e) return null;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
