/**
 * A frame as text for a terminal: one line a row, numbers on the right, long values cut with an ellipsis. What is
 * not shown is counted below: rows beyond the limit, columns that do not fit.
 */
import { fitWidth, padWidth, terminalText, textWidth } from '../escape/index.ts';
import { isNumeric, showValue } from './show.ts';
import type { Column, FrameValue } from './types.ts';

export interface TextOptions {
  /** Rows shown at most; default 50. */
  readonly limit?: number;
  /** Columns of the terminal; without it lines are as long as they need to be. */
  readonly width?: number;
  /** Whether a line below says why the result is not whole; default true. */
  readonly remark?: boolean;
}

export interface Shown {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly FrameValue[])[];
  /** Rows in all. */
  readonly count: number;
}

export const textLimit = 50;
const gap = '  ';
/** No column is made narrower than this to fit more columns in. */
const minWidth = 8;
/** A longer value is cut even where lines may be long. */
const maxCell = 200;

export function renderText({ columns, rows, count }: Shown, { width }: TextOptions): string {
  if (columns.length === 0) return count === 0 ? 'no rows\n' : `${rowsText(count)} without columns\n`;
  const cells = rows.map((row) => columns.map(({ type }, at) => cellText(showValue(row[at] ?? null, type))));
  const names = columns.map(({ name }) => cellText(name));
  const natural = names.map((name, at) =>
    Math.max(1, textWidth(name), ...cells.map((row) => textWidth(row[at] as string))),
  );
  const widths = width === undefined ? natural : fit(natural, Math.max(20, width));
  const line = (texts: readonly string[]): string =>
    widths
      .map((size, at) =>
        padWidth(texts[at] as string, size, isNumeric(columns[at] as Column) ? 'right' : 'left'),
      )
      .join(gap)
      .trimEnd();
  const rule = widths.map((size) => '─'.repeat(size)).join(gap);
  const lines = [line(names), rule, ...cells.map(line)];
  const hidden = names.slice(widths.length);
  if (count > rows.length) lines.push(`… and ${rowsText(count - rows.length, 'more ')}`);
  else if (count === 0) lines.push('no rows');
  if (hidden.length > 0) lines.push(hiddenText(hidden, width ?? maxCell));
  return `${lines.join('\n')}\n`;
}

/** A line below the table. */
export function remarkText(text: string): string {
  return `${terminalText(text)}\n`;
}

function cellText(text: string): string {
  // Cut first, so that a value of megabytes costs nothing.
  return fitWidth(terminalText(text.slice(0, 4 * maxCell)), maxCell);
}

function rowsText(count: number, word = ''): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? 'row' : 'rows'}`;
}

function hiddenText(names: readonly string[], width: number): string {
  const count = `${names.length} more ${names.length === 1 ? 'column' : 'columns'}`;
  return fitWidth(`… and ${count}: ${names.join(', ')}`, width);
}

/** Widths that fit: the widest columns give first; then columns at the end are left out. */
function fit(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, size) => sum + size, gap.length * (widths.length - 1));
  const least = (): number =>
    widths.reduce((sum, size) => sum + Math.min(size, minWidth), gap.length * (widths.length - 1));
  while (widths.length > 1 && least() > width) widths.pop();
  for (let over = total() - width; over > 0; over = total() - width) {
    const widest = Math.max(...widths);
    if (widest <= minWidth) break;
    // Down to the next widest together, and not further than needed.
    const same = widths.filter((size) => size === widest).length;
    const next = Math.max(minWidth, ...widths.filter((size) => size < widest));
    const step = Math.max(1, Math.min(widest - next, Math.ceil(over / same)));
    for (let at = 0; at < widths.length; at++) if (widths[at] === widest) widths[at] = widest - step;
  }
  return widths;
}
