/** Typed arrays that grow by half, so that a million entries never need twice their size, and parts picked of them. */

type Typed = Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export class Growing<T extends Typed> {
  array: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T, length = 256) {
    this.#make = make;
    this.array = make(length);
  }

  /** Makes room for `length` entries. */
  reserve(length: number): T {
    if (length > this.array.length) {
      const next = this.#make(Math.max(length, Math.ceil(this.array.length * 1.5)));
      next.set(this.array as never);
      this.array = next;
    }
    return this.array;
  }
}

export const growingInts = (): Growing<Int32Array<ArrayBuffer>> => new Growing((n) => new Int32Array(n));
export const growingWords = (): Growing<Uint32Array<ArrayBuffer>> => new Growing((n) => new Uint32Array(n));
export const growingTimes = (): Growing<Float64Array<ArrayBuffer>> => new Growing((n) => new Float64Array(n));

/** The values of a column at these places. Plain loops: `from` with a function takes several times as long. */
export function pickInts(column: Int32Array, places: Int32Array): Int32Array<ArrayBuffer> {
  const picked = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) picked[i] = column[places[i] as number] as number;
  return picked;
}

export function pickTimes(column: Float64Array, places: Int32Array): Float64Array<ArrayBuffer> {
  const picked = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) picked[i] = column[places[i] as number] as number;
  return picked;
}
