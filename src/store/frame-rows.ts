/** Rows as objects by the names of their columns. */
import type { Column, FrameRow, FrameValue } from './types.ts';

export function rowMaker(columns: readonly Column[]): (cells: readonly FrameValue[]) => FrameRow {
  const names = columns.map(({ name }) => name);
  // Assigning to this name would set the prototype instead.
  const hostile = names.includes('__proto__');
  return (cells) => {
    const row: Record<string, FrameValue> = {};
    for (let at = 0; at < names.length; at++) {
      const name = names[at] as string;
      const value = cells[at] ?? null;
      if (hostile && name === '__proto__')
        Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
      else row[name] = value;
    }
    return row;
  };
}
