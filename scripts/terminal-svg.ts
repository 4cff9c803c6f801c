/**
 * A picture of a terminal: runs a command, and draws what it prints, colours and all, as SVG with real text in it.
 *
 *   node scripts/terminal-svg.ts -o FILE [--show TEXT] [--head N] [--tail N] [--columns N] [--cwd DIR] -- COMMAND…
 *
 * `--show` is the command line to show; `--head` and `--tail` keep the first and last lines. docs/images/demo.svg is
 * made with `node scripts/terminal-svg.ts -o docs/images/demo.svg --show 'npx huntbook demo -o demo' --head 32 --tail 8
 * --cwd "$(mktemp -d)" -- node src/cli/main.ts demo -o demo`, and looked at with any browser.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { escapeHtml, fitWidth, textWidth } from '../src/escape/index.ts';

export interface PictureOptions {
  /** The command line shown after the prompt, and the title of the picture. */
  readonly command: string;
  readonly columns?: number;
  readonly head?: number;
  readonly tail?: number;
}

interface Style {
  readonly color: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

interface Run {
  readonly text: string;
  readonly style: Style;
}

const plain: Style = { color: null, bold: false, dim: false, italic: false, underline: false };
const palette = ['#6e7681', '#ff7b72', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#c9d1d9'];
const fontSize = 13;
const columnWidth = 7.83;
const lineHeight = 18;
const margin = 20;
const barHeight = 34;

/** The SVG of what a command printed. `text` may hold SGR sequences (ECMA-48, 8.3.117); others are left out. */
export function renderTerminal(text: string, options: PictureOptions): string {
  const columns = options.columns ?? 100;
  const lines = shorten(splitLines(text), options.head, options.tail).map((line) => fitRuns(line, columns));
  const prompt: Run[] = [
    { text: '$ ', style: { ...plain, color: palette[2] as string, bold: true } },
    { text: options.command, style: { ...plain, bold: true } },
  ];
  const shown = [prompt, [], ...lines];
  const width = Math.ceil(columns * columnWidth) + 2 * margin;
  const height = barHeight + shown.length * lineHeight + margin;
  const title = escapeXml(options.command);
  const rows = shown.map((runs, row) => renderLine(runs, barHeight + row * lineHeight + fontSize));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<style>text{font:${fontSize}px ui-monospace,'SF Mono',Menlo,'DejaVu Sans Mono',Consolas,'Liberation Mono',monospace;fill:#d7dde4;white-space:pre}.b{font-weight:700}.d{fill:#8b949e}.i{font-style:italic}.u{text-decoration:underline}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>`,
    `<g fill="#30363d"><circle cx="${margin}" cy="16" r="5"/><circle cx="${margin + 17}" cy="16" r="5"/><circle cx="${margin + 34}" cy="16" r="5"/></g>`,
    ...rows.filter((row) => row !== ''),
    '</svg>',
    '',
  ].join('\n');
}

function splitLines(text: string): Run[][] {
  const lines: Run[][] = [];
  let style = plain;
  for (const line of text.replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n')) {
    const runs: Run[] = [];
    let from = 0;
    // Control sequences; a carriage return without a line end goes back over what was drawn before.
    // oxlint-disable-next-line no-control-regex -- they are what is sought
    for (const found of line.matchAll(/\x1b\[([\d;]*)m|\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r/g)) {
      if (found.index > from) runs.push({ text: line.slice(from, found.index), style });
      from = found.index + found[0].length;
      if (found[0] === '\r') runs.length = 0;
      else if (found[1] !== undefined) style = applySgr(style, found[1]);
    }
    if (from < line.length) runs.push({ text: line.slice(from), style });
    lines.push(runs);
  }
  return lines;
}

function applySgr(before: Style, codes: string): Style {
  let style = before;
  const numbers = codes.split(';').map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] as number;
    if (code === 0) style = plain;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 3) style = { ...style, italic: true };
    else if (code === 4) style = { ...style, underline: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 23) style = { ...style, italic: false };
    else if (code === 24) style = { ...style, underline: false };
    else if (code >= 30 && code <= 37) style = { ...style, color: palette[code - 30] as string };
    else if (code >= 90 && code <= 97) style = { ...style, color: palette[code - 90] as string };
    else if (code === 39) style = { ...style, color: null };
    else if (code === 38 || code === 48) i += numbers[i + 1] === 5 ? 2 : 4;
  }
  return style;
}

/** Keeps the beginning and the end, with a mark between them. */
function shorten(lines: Run[][], head = Infinity, tail = 0): Run[][] {
  if (lines.length <= head + tail) return lines;
  const left = lines.length - head - tail;
  const mark: Run[] = [{ text: `… ${left} more lines`, style: { ...plain, dim: true, italic: true } }];
  return [...lines.slice(0, head), [], mark, [], ...lines.slice(lines.length - tail)];
}

function fitRuns(runs: readonly Run[], columns: number): Run[] {
  const out: Run[] = [];
  let used = 0;
  for (const { text, style } of runs) {
    if (used >= columns) break;
    const shown = fitWidth(text, columns - used);
    out.push({ text: shown, style });
    used += textWidth(shown);
  }
  return out;
}

/** Words apart by more than one space are placed each by itself, so that columns stand in any monospaced font. */
function renderLine(runs: readonly Run[], y: number): string {
  let column = 0;
  let spans = '';
  for (const { text, style } of runs) {
    for (const piece of text.split(/( {2,})/)) {
      if (piece.trim() !== '') {
        const space = piece.length - piece.trimStart().length;
        const x = (margin + (column + space) * columnWidth).toFixed(1);
        spans += `<tspan x="${x}"${attributes(style)}>${escapeXml(piece.trim())}</tspan>`;
      }
      column += textWidth(piece);
    }
  }
  return spans === '' ? '' : `<text y="${y}">${spans}</text>`;
}

function attributes({ color, bold, dim, italic, underline }: Style): string {
  const names = [bold && 'b', dim && 'd', italic && 'i', underline && 'u'].filter(Boolean).join(' ');
  return (names && ` class="${names}"`) + (color === null ? '' : ` fill="${color}" style="fill:${color}"`);
}

function escapeXml(text: string): string {
  return escapeHtml(text.replace(/[^\t\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD'));
}

/** Standard output and error in the order in which they were written, through one file. */
function run(command: readonly string[], columns: number, cwd: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'terminal-svg-'));
  const file = path.join(folder, 'out');
  try {
    const out = openSync(file, 'a');
    const env = { ...process.env, FORCE_COLOR: '1', COLUMNS: String(columns) };
    const [name, ...rest] = command;
    const program = name === 'node' ? process.execPath : name;
    const result = spawnSync(program as string, rest, { stdio: ['ignore', out, out], env, cwd });
    closeSync(out);
    if (result.error) throw result.error;
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      show: { type: 'string' },
      head: { type: 'string' },
      tail: { type: 'string' },
      columns: { type: 'string', default: '100' },
      cwd: { type: 'string', default: '.' },
    },
  });
  if (values.output === undefined || positionals.length === 0) {
    process.stderr.write('usage: node scripts/terminal-svg.ts -o FILE [options] -- COMMAND…\n');
    process.exitCode = 2;
    return;
  }
  const columns = Number(values.columns);
  // A script of this repository is found from wherever the command is run.
  const command = positionals.map((word) => (/^(?:bin|src)\//.test(word) ? path.resolve(word) : word));
  const text = run(command, columns, values.cwd);
  const picture = renderTerminal(text, {
    command: values.show ?? positionals.join(' '),
    columns,
    ...(values.head !== undefined && { head: Number(values.head) }),
    ...(values.tail !== undefined && { tail: Number(values.tail) }),
  });
  writeFileSync(values.output, picture);
}

if (process.argv[1] === import.meta.filename) main();
