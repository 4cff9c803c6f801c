/** Spooled rows with their types: text becomes values when it is read, and a table when SQL is asked for. */
import type { Cell } from './cell.ts';
import { parseValue } from './parse-value.ts';
import type { OwnEngine } from './own-engine.ts';
import type { Relation } from './relation.ts';
import { RowsRelation } from './rows-relation.ts';
import type { Spool } from './spool.ts';
import type { Column, FrameValue } from './types.ts';

/** Values remembered in a column while rows are read: most values of a log are repeated. */
const maxMemo = 4096;

export interface SpoolParts {
  readonly spool: Spool;
  readonly columns: readonly Column[];
  readonly wide: ReadonlySet<string>;
  /** Holds the table once SQL is asked for. */
  readonly engine: OwnEngine;
}

export function spoolRelation({ spool, columns, wide, engine }: SpoolParts): Relation {
  return new RowsRelation({
    columns,
    wide,
    rows: () => typedRows(spool, columns),
    count: () => Promise.resolve(spool.count),
    engine: () => engine.get(),
    close: () => {
      spool.close();
      engine.close();
    },
  });
}

async function* typedRows(spool: Spool, columns: readonly Column[]): AsyncGenerator<readonly FrameValue[]> {
  const types = columns.map(({ type }) => type);
  const memos = types.map(() => new Map<string, FrameValue>());
  for await (const row of spool.rows()) {
    yield types.map((type, at) => {
      const cell = row[at] ?? null;
      if (typeof cell !== 'string' || type === 'text' || type === 'list') return valueOf(type, cell);
      const memo = memos[at] as Map<string, FrameValue>;
      const known = memo.get(cell);
      if (known !== undefined) return known;
      const value = valueOf(type, cell);
      if (memo.size < maxMemo) memo.set(cell, value);
      return value;
    });
  }
}

function valueOf(type: Column['type'], cell: Cell): FrameValue {
  if (cell === null) return null;
  if (type === 'list') return typeof cell === 'string' ? [cell] : cell;
  if (typeof cell !== 'string') return null;
  return type === 'text' ? cell : (parseValue(type, cell) ?? null);
}
