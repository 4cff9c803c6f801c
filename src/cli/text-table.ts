/** A plain table: columns as wide as their widest cell, two spaces between. */
import { terminalText } from '../escape/index.ts';

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(terminalText));
  const widths = head.map((name, column) =>
    Math.max(name.length, ...safe.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...safe.map(line)].join('\n') + '\n';
}
