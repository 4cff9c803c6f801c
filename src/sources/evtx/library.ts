/**
 * Programs compiled from templates, and the names they use: shared by all readers of the process, since the logs of
 * an estate hold the same few hundred templates over and over. A reader holds on to one library for a chunk; when it
 * is full (hostile files can bring new templates without end), the next chunk begins a new one.
 */
import { compileProgram, type Program } from './program.ts';
import { buildElements } from './element.ts';
import type { ShapeReader } from './shape.ts';
import { SpanTable } from './span-table.ts';

const MAX_PROGRAMS = 4096;
const MAX_SHAPE_NUMBERS = 4 * 1024 * 1024;
const MAX_NAME_BYTES = 16 * 1024 * 1024;
const MAX_FIELD_NAMES = 20_000;
/** What one chunk may add to it: its definitions can hold fewer names, only names taken from values come here. */
const LAST_FIELD_NAME = 50_000;

export class Library {
  readonly table = new SpanTable();
  readonly fieldNames: string[] = [];
  readonly #fieldIds = new Map<string, number>();
  readonly #programs = new Map<number, Program[]>();
  #count = 0;
  #numbers = 0;

  get full(): boolean {
    return (
      this.#count > MAX_PROGRAMS ||
      this.#numbers > MAX_SHAPE_NUMBERS ||
      this.table.bytes > MAX_NAME_BYTES ||
      this.fieldNames.length > MAX_FIELD_NAMES
    );
  }

  /** A number for a field's name, whether wanted or not. */
  fieldId(name: string): number {
    let id = this.#fieldIds.get(name);
    if (id === undefined && this.fieldNames.length >= LAST_FIELD_NAME && name !== 'Data') {
      return this.fieldId('Data');
    }
    if (id === undefined) {
      id = this.fieldNames.push(name) - 1;
      this.#fieldIds.set(name, id);
    }
    return id;
  }

  /**
   * The program for the shape that was just read, at a place. The hash finds candidates; all numbers of the shape
   * must be equal.
   */
  program(shapes: ShapeReader, place: number): Program {
    const hash = (Math.imul(shapes.hash, 31) + place) | 0;
    let candidates = this.#programs.get(hash);
    if (candidates === undefined) this.#programs.set(hash, (candidates = []));
    for (const program of candidates) {
      if (program.place === place && sameShape(program.shape, shapes)) return program;
    }
    const { table } = this;
    const program = compileProgram(buildElements(shapes), place, shapes.items.slice(0, shapes.length), {
      name: (id) => table.text(id),
      constant: (content) => table.text(content.id),
    });
    candidates.push(program);
    this.#count++;
    this.#numbers += shapes.length;
    return program;
  }
}

let current = new Library();

/** The library to use for the next chunk. */
export function currentLibrary(): Library {
  if (current.full) current = new Library();
  return current;
}

function sameShape(shape: Int32Array, read: ShapeReader): boolean {
  if (shape.length !== read.length) return false;
  const { items } = read;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] !== items[i]) return false;
  }
  return true;
}
