/** Rows of numbers in columns that grow together, and copies of some of them. */
import { growingInts, growingTimes, growingWords } from '../growing.ts';

export const startLayout = () => ({
  hostId: growingInts(),
  imageId: growingInts(),
  parentImageId: growingInts(),
  /** Four words. */
  guid: growingWords(),
  parentGuid: growingWords(),
  pid: growingInts(),
  parentPid: growingInts(),
  time: growingTimes(),
  ref: growingTimes(),
  /** Numbers in a pool: image, command line, user, command line of the parent. */
  texts: growingInts(),
});
export const endLayout = () => ({
  hostId: growingInts(),
  imageId: growingInts(),
  guid: growingWords(),
  pid: growingInts(),
  time: growingTimes(),
});

const wide: ReadonlySet<string> = new Set(['guid', 'parentGuid', 'texts']);
type Column = ReturnType<typeof growingInts | typeof growingWords | typeof growingTimes>;

export class Rows<C extends { readonly [name: string]: Column }> {
  length = 0;
  readonly columns: C;
  readonly #layout: () => C;
  readonly #widths: readonly { readonly name: string; readonly column: Column; readonly width: number }[];

  constructor(layout: () => C) {
    this.#layout = layout;
    this.columns = layout();
    this.#widths = Object.entries(this.columns).map(([name, column]) => ({
      name,
      column,
      width: wide.has(name) ? 4 : 1,
    }));
  }

  /** Makes room for one more row and gives its number. */
  add(): number {
    const row = this.length++;
    for (const { column, width } of this.#widths) column.reserve(this.length * width);
    return row;
  }

  /** A copy of some rows, in their order here. */
  pick(test: (row: number) => boolean): Rows<C> {
    const chosen = new Uint8Array(this.length);
    let count = 0;
    for (let row = 0; row < this.length; row++) {
      if (!test(row)) continue;
      chosen[row] = 1;
      count++;
    }
    const numbers = new Int32Array(count);
    for (let row = 0, at = 0; row < this.length; row++) if (chosen[row] === 1) numbers[at++] = row;
    const rows = new Rows(this.#layout);
    rows.length = count;
    for (const { name, column, width } of this.#widths)
      copy(column.array, rows.columns[name] as Column, numbers, width);
    return rows;
  }
}

function copy(from: Column['array'], column: Column, numbers: Int32Array, width: number): void {
  const to = column.reserve(numbers.length * width);
  for (let at = 0; at < numbers.length; at++) {
    const row = numbers[at] as number;
    for (let part = 0; part < width; part++) to[at * width + part] = from[row * width + part] as number;
  }
}

type Arrays<C> = { readonly [K in keyof C]: C[K] extends { array: infer A } ? A : never };

/** The arrays of the columns as they are now. */
export function arraysOf<C extends { readonly [name: string]: Column }>({ columns }: Rows<C>): Arrays<C> {
  return Object.fromEntries(Object.entries(columns).map(([name, { array }]) => [name, array])) as Arrays<C>;
}
