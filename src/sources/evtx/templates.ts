/**
 * Template definitions of the chunk at hand, by their offset in it, and the programs they have in the library. GUIDs,
 * sizes and hashes that a file states are never trusted: a program is found by what a definition says.
 */
import { u32, utf16 } from './bytes.ts';
import { buildElements } from './element.ts';
import { CHUNK_SIZE, DEFINITION_HEADER_SIZE } from './format.ts';
import { currentLibrary, type Library } from './library.ts';
import { compileProgram, type Program } from './program.ts';
import { type Defect, ShapeReader } from './shape.ts';

/** Bytes of definitions read for one chunk. Definitions lie within the chunk, but may overlap in hostile ones. */
const MAX_DEFINITION_BYTES = 512 * 1024;

export interface Definition {
  readonly place: number;
  readonly program: Program | null;
  readonly defect: Defect;
  /** Where the constants lie in the chunk: start and end by turns. */
  readonly spans: Int32Array;
  /** The definition at the same offset, for another place. */
  readonly next: Definition | undefined;
}

export class TemplateCache {
  library: Library = currentLibrary();
  readonly shapes = new ShapeReader(this.library.table);
  readonly #definitions: Definition[] = [];
  /** Index into the definitions by offset, plus one. */
  readonly #byOffset = new Int32Array(CHUNK_SIZE);
  readonly #offsets: number[] = [];
  #budget = 0;

  startChunk(): void {
    for (const offset of this.#offsets) this.#byOffset[offset] = 0;
    this.#offsets.length = 0;
    this.#definitions.length = 0;
    this.#budget = MAX_DEFINITION_BYTES;
    this.library = currentLibrary();
    this.shapes.startChunk(this.library.table);
  }

  /** The definition at `offset` of the chunk, for a place. */
  find(bytes: Uint8Array, offset: number, place: number): Definition {
    const index = offset < CHUNK_SIZE ? (this.#byOffset[offset] as number) : 0;
    const first = index > 0 ? (this.#definitions[index - 1] as Definition) : undefined;
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
        program = this.library.program(this.shapes, place);
        spans = this.shapes.spans.slice(0, this.shapes.constants * 2);
        defect = '';
      }
    }
    const definition: Definition = { place, program, defect, spans, next };
    if (offset < CHUNK_SIZE) {
      this.#byOffset[offset] = this.#definitions.push(definition);
      this.#offsets.push(offset);
    }
    return definition;
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

/** Caches are half a megabyte each: they go from file to file, which counts where there are hundreds of small ones. */
const idle: TemplateCache[] = [];
const MAX_IDLE = 4;

export function acquireCache(): TemplateCache {
  return idle.pop() ?? new TemplateCache();
}

export function releaseCache(cache: TemplateCache): void {
  if (idle.length < MAX_IDLE) idle.push(cache);
}
