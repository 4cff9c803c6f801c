/**
 * Template definitions of the chunk at hand, and the programs compiled for them. A definition is looked up by its
 * offset within the chunk (that much is per chunk), its program by shape and place: the hash finds candidates, and
 * all numbers of the shape must be equal. GUIDs, sizes and stored hashes are never trusted.
 */
import { u32, utf16 } from './bytes.ts';
import { buildElements } from './element.ts';
import { CHUNK_SIZE, DEFINITION_HEADER_SIZE } from './format.ts';
import { compileProgram, type Program } from './program.ts';
import { type Defect, ShapeReader } from './shape.ts';
import { SpanTable } from './span-table.ts';

/** Bytes of definitions read for one chunk. Definitions lie within the chunk, but may overlap in hostile ones. */
const MAX_DEFINITION_BYTES = 512 * 1024;
/** Programs and bytes of names kept; when full, all are forgotten at the next chunk. Real files need a few hundred. */
const MAX_PROGRAMS = 4096;
const MAX_SHAPE_NUMBERS = 4 * 1024 * 1024;
const MAX_NAME_BYTES = 16 * 1024 * 1024;

export interface Definition {
  readonly place: number;
  readonly program: Program | null;
  readonly defect: Defect;
  /** Where the constants lie in the chunk: start and end by turns. */
  readonly spans: Int32Array;
  readonly next: Definition | undefined;
}

export class TemplateCache {
  shapes = new ShapeReader(new SpanTable());
  #programs = new Map<number, Program[]>();
  #count = 0;
  #numbers = 0;
  readonly #definitions: (Definition | undefined)[] = Array.from({ length: CHUNK_SIZE });
  readonly #defined: number[] = [];
  #budget = 0;

  /** Counts up whenever all programs are forgotten. */
  generation = 0;

  startChunk(): void {
    for (const offset of this.#defined) this.#definitions[offset] = undefined;
    this.#defined.length = 0;
    this.#budget = MAX_DEFINITION_BYTES;
    const { table } = this.shapes;
    if (this.#count > MAX_PROGRAMS || this.#numbers > MAX_SHAPE_NUMBERS || table.bytes > MAX_NAME_BYTES) {
      this.#programs.clear();
      this.#count = 0;
      this.#numbers = 0;
      this.shapes.table = new SpanTable();
      this.generation++;
    }
    this.shapes.startChunk();
  }

  /** The definition at `offset` of the chunk, for a place. */
  find(bytes: Uint8Array, offset: number, place: number): Definition {
    const first = this.#definitions[offset];
    for (let found = first; found !== undefined; found = found.next) {
      if (found.place === place) return found;
    }
    return this.#define(bytes, offset, place, first);
  }

  #define(bytes: Uint8Array, offset: number, place: number, next: Definition | undefined): Definition {
    const from = offset + DEFINITION_HEADER_SIZE;
    const size = u32(bytes, offset + 20);
    let program: Program | null = null;
    let defect: Defect = 'a template out of bounds';
    let spans = noSpans;
    if (offset > 0 && from + size <= bytes.length) {
      this.#budget -= size + 256;
      if (this.#budget < 0) {
        defect = 'the limit of work on one chunk was reached';
      } else if (this.shapes.read(bytes, from, from + size, true) < 0) {
        defect = this.shapes.defect;
      } else {
        program = this.#program(place);
        spans = this.shapes.spans.slice(0, this.shapes.constants * 2);
        defect = '';
      }
    }
    const definition: Definition = { place, program, defect, spans, next };
    if (offset < CHUNK_SIZE) {
      this.#definitions[offset] = definition;
      this.#defined.push(offset);
    }
    return definition;
  }

  /** The program for the shape just read. */
  #program(place: number): Program {
    const { shapes } = this;
    const hash = (Math.imul(shapes.hash, 31) + place) | 0;
    let candidates = this.#programs.get(hash);
    if (candidates === undefined) this.#programs.set(hash, (candidates = []));
    for (const program of candidates) {
      if (program.place === place && sameShape(program.shape, shapes)) return program;
    }
    const { table } = shapes;
    const program = compileProgram(buildElements(shapes), place, shapes.items.slice(0, shapes.length), {
      name: (id) => table.text(id),
      constant: (content) => table.text(content.id),
    });
    candidates.push(program);
    this.#count++;
    this.#numbers += shapes.length;
    return program;
  }

  /** A program for the text of one record, whose shape was just read: used once, not kept. */
  compileOnce(bytes: Uint8Array, place: number): Program {
    const { table, spans } = this.shapes;
    return compileProgram(buildElements(this.shapes), place, new Int32Array(0), {
      name: (id) => table.text(id),
      constant: (content) =>
        utf16(bytes, spans[content.index * 2] as number, spans[content.index * 2 + 1] as number),
    });
  }
}

const noSpans = new Int32Array(0);

function sameShape(shape: Int32Array, read: ShapeReader): boolean {
  if (shape.length !== read.length) return false;
  const { items } = read;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] !== items[i]) return false;
  }
  return true;
}
