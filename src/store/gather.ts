/** Rows of any engine to a relation: reads them all, keeps them as text, then knows the types of the columns. */
import { toCell, type Cell } from './cell.ts';
import { ColumnGuess } from './column-guess.ts';
import { ownEngine } from './own-engine.ts';
import type { FrameParts, SqlEngine } from './relation.ts';
import { Spool } from './spool.ts';
import { spoolRelation } from './spool-relation.ts';
import type { Column } from './types.ts';

export type EngineRows =
  AsyncIterable<Readonly<Record<string, unknown>>> | Iterable<Readonly<Record<string, unknown>>>;

export interface GatherOptions {
  /** Types that the engine tells; columns come in this order. */
  readonly columns?: readonly Column[];
  /** Names in the engine's order; columns come in this order, others after them. */
  readonly fields?: readonly string[] | null;
  /** Where the table goes when SQL is asked for; default: a database of its own. */
  readonly database?: SqlEngine;
  readonly notices?: readonly string[];
  readonly truncated?: string | null | (() => string | null);
  /** Bytes kept in memory before rows go to disk. */
  readonly memory?: number;
}

export async function gather(rows: EngineRows, options: GatherOptions = {}): Promise<FrameParts> {
  const spool = new Spool(options.memory);
  try {
    const guesses = await read(rows, spool, options);
    const notices = guesses.flatMap(({ notice }) => notice ?? []);
    const { truncated = null } = options;
    return {
      relation: spoolRelation({
        spool,
        columns: guesses.map(({ column }) => column),
        wide: new Set(guesses.filter(({ wide }) => wide).map(({ name }) => name)),
        engine: ownEngine(options.database),
      }),
      notices: [...(options.notices ?? []), ...notices],
      truncated: typeof truncated === 'function' ? truncated() : truncated,
    };
  } catch (error) {
    spool.close();
    throw error;
  }
}

async function read(rows: EngineRows, spool: Spool, options: GatherOptions): Promise<ColumnGuess[]> {
  const guesses: ColumnGuess[] = [];
  const places = new Map<string, number>();
  const place = (name: string, type?: Column['type']): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, guesses.length);
    return guesses.push(new ColumnGuess(name, type)) - 1;
  };
  for (const { name, type } of options.columns ?? []) place(name, type);
  for (const name of options.fields ?? []) place(name);
  for await (const row of rows) {
    const cells: Cell[] = Array.from<Cell>({ length: guesses.length }).fill(null);
    for (const [name, value] of Object.entries(row)) {
      const at = place(name);
      const cell = toCell(value);
      while (cells.length <= at) cells.push(null);
      cells[at] = cell;
      guesses[at]?.add(cell);
    }
    spool.add(cells);
  }
  spool.finish();
  return guesses;
}
