/**
 * The type of a column from its name and all its values: the name decides if its type fits every value, else it is
 * text and a notice says so. Without a known name all values must agree. The same values give the same type,
 * whether they came as text or as numbers.
 */
import { fieldType } from '../events/index.ts';
import type { Cell } from './cell.ts';
import { guessValue, parseValue } from './parse-value.ts';
import type { Column, ColumnType } from './types.ts';

const guesses: readonly ColumnType[] = ['integer', 'float', 'boolean', 'time', 'guid', 'ip'];
/** Values remembered in a column. */
const maxKnown = 1024;
const maxSigned = 2n ** 63n - 1n;

export class ColumnGuess {
  readonly name: string;
  readonly #wanted: ColumnType;
  #alive: readonly ColumnType[];
  #misfit: string | null = null;
  #list = false;
  #seen = false;
  /** Values that were looked at: most values of a log are repeated. */
  readonly #known = new Set<string>();
  #above = false;

  /** `declared` is the engine's own word on the type. */
  constructor(name: string, declared?: ColumnType) {
    this.name = name;
    this.#wanted = declared ?? fieldType(name);
    this.#alive = this.#wanted === 'text' && declared === undefined ? guesses : [];
  }

  add(cell: Cell): void {
    if (cell === null || (typeof cell === 'string' && this.#known.has(cell))) return;
    if (typeof cell !== 'string') this.#list = true;
    else if (this.#wanted !== 'text') this.#fit(cell);
    else if (this.#alive.length > 0) this.#guess(cell);
    this.#seen = true;
    if (typeof cell === 'string' && this.#known.size < maxKnown) this.#known.add(cell);
  }

  #fit(text: string): void {
    if (this.#misfit !== null) return;
    const value = parseValue(this.#wanted, text);
    if (value === undefined) this.#misfit = text;
    else this.#size(value);
  }

  #guess(text: string): void {
    this.#alive = this.#alive.filter((type) => {
      const value = guessValue(type, text);
      if (type === 'integer' && value !== undefined) this.#size(value);
      return value !== undefined;
    });
  }

  #size(value: unknown): void {
    if (typeof value === 'bigint' && value > maxSigned) this.#above = true;
  }

  /** Whether the integers need more than 64 bits with a sign. */
  get wide(): boolean {
    return this.#above;
  }

  get column(): Column {
    return { name: this.name, type: this.#type() };
  }

  /** Null when the column has the type that its name promises. */
  get notice(): string | null {
    // Text stays as it is in a column of addresses, so that nothing is to be said.
    if (this.#misfit === null || this.#list || this.#wanted === 'ip') return null;
    const shown = this.#misfit.length > 60 ? `${this.#misfit.slice(0, 60)}…` : this.#misfit;
    return `${this.name}: ${JSON.stringify(shown)} does not read as ${this.#wanted}; the column is text`;
  }

  #type(): ColumnType {
    if (this.#list || this.#wanted === 'list') return 'list';
    if (this.#wanted !== 'text') return this.#misfit === null ? this.#wanted : 'text';
    return this.#seen ? (this.#alive[0] ?? 'text') : 'text';
  }
}
