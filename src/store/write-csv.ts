/**
 * A frame as CSV (RFC 4180) with a header line. `safe` guards text against spreadsheets that take it for a formula;
 * numbers need no guard. Lists are JSON; no value is an empty cell.
 */
import type { Writable } from 'node:stream';
import { csvField } from '../escape/index.ts';
import { toJson } from '../events/index.ts';
import { isNumeric, showValue } from './show.ts';
import type { Column, FrameValue } from './types.ts';
import { writeText } from './write-out.ts';

export interface CsvOptions {
  /** Default: true. */
  readonly safe?: boolean;
}

export function writeCsv(
  columns: readonly Column[],
  rows: AsyncIterable<readonly FrameValue[]>,
  out: Writable,
  { safe = true }: CsvOptions,
): Promise<void> {
  return writeText(out, lines(columns, rows, safe));
}

async function* lines(
  columns: readonly Column[],
  rows: AsyncIterable<readonly FrameValue[]>,
  safe: boolean,
): AsyncGenerator<string> {
  yield line(columns.map(({ name }) => csvField(name, { safe })));
  const guarded = columns.map((column) => safe && !isNumeric(column));
  for await (const row of rows) {
    yield line(
      columns.map(({ type }, at) => {
        const value = row[at] ?? null;
        const shown = Array.isArray(value) ? toJson(value) : showValue(value, type);
        return csvField(shown, { safe: guarded[at] ?? safe });
      }),
    );
  }
}

/** A single empty cell is written in quotes: an empty line is no row. */
function line(cells: readonly string[]): string {
  return cells.length === 1 && cells[0] === '' ? '""\r\n' : `${cells.join(',')}\r\n`;
}
