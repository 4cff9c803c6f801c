/**
 * Turns records of a chunk into cells. The hot path of the reader (bench/evtx.ts): for a record it walks the value
 * descriptors once and emits a cell for each wanted leaf, without making strings or objects. Values that are BinXML
 * themselves (EventData mostly is) go the same way. Text outside of templates and values put together from pieces
 * take the slow way through the same rules.
 */
import type { EventBatch, FieldTable } from '../../events/index.ts';
import { Field } from '../../events/index.ts';
import { u32 } from './bytes.ts';
import { addEmpty, addValueCells, reserveCells, startsWithNul } from './cells.ts';
import type { Leaf } from './flatten.ts';
import { DEFINITION_HEADER_SIZE, Token, ValueType } from './format.ts';
import { addPieces, type LeafSink } from './pieces.ts';
import { type Plan, planFull, type Program, Source, wantedPlan } from './program.ts';
import { type Defect, MAX_DEPTH } from './shape.ts';
import { acquireCache, releaseCache } from './templates.ts';

/** Cells one record may have: a record of 64 KB with no text at all could claim more, a real one has dozens. */
const MAX_CELLS = 32_768;
/** Characters of texts put together from pieces, of a record and of a chunk. */
const MAX_RECORD_TEXT = 256 * 1024;
const MAX_CHUNK_TEXT = 4 * 1024 * 1024;

export class Extractor implements LeafSink {
  templates = acquireCache();
  /** Why the last record could not be read. */
  defect: Defect = '';
  readonly #fields: FieldTable;
  #bytes: Uint8Array = new Uint8Array(0);
  batch: EventBatch;
  /** Cells for all fields (`names` gives the names of their ids), instead of the wanted ones. */
  #full = false;
  #starts = new Int32Array(1024);
  /** True when the tables are given back. */
  released = false;
  #cellLimit = 0;
  #textBudget = 0;
  textLeft = 0;

  constructor(fields: FieldTable, batch: EventBatch) {
    this.#fields = fields;
    this.batch = batch;
  }

  startChunk(bytes: Uint8Array): void {
    if (this.released) this.templates = acquireCache();
    this.released = false;
    this.#bytes = bytes;
    this.templates.startChunk();
    this.#textBudget = MAX_CHUNK_TEXT;
  }

  /** Gives the tables back for the next file; another chunk may still be started. */
  release(): void {
    if (!this.released) releaseCache(this.templates);
    this.released = true;
  }

  /** Adds the wanted cells of the record whose BinXML is `at`..`end`; false with `defect` when it is damaged. */
  read(batch: EventBatch, at: number, end: number): boolean {
    const budget = Math.min(MAX_RECORD_TEXT, this.#textBudget);
    const whole = this.#record(batch, at, end, false, budget);
    this.#textBudget -= budget - Math.max(this.textLeft, 0);
    return whole;
  }

  /** The same for all fields; the cells' field ids are for `fieldName`. */
  readAll(batch: EventBatch, at: number, end: number): boolean {
    return this.#record(batch, at, end, true, MAX_RECORD_TEXT);
  }

  #record(batch: EventBatch, at: number, end: number, full: boolean, textLeft: number): boolean {
    this.batch = batch;
    this.#full = full;
    this.textLeft = textLeft;
    this.#cellLimit = batch.cells + MAX_CELLS;
    return this.#fragment(at, end, 0, 0, 0);
  }

  fieldName(id: number): string {
    return this.templates.library.fieldNames[id] as string;
  }

  #stop(defect: Defect): -1 {
    this.defect = defect;
    return -1;
  }

  #fail(defect: Defect): false {
    this.defect = defect;
    return false;
  }

  /** BinXML from its header on: one template instance nearly always. `base` is where `#starts` is free. */
  #fragment(at: number, end: number, place: number, depth: number, base: number): boolean {
    if (depth > MAX_DEPTH) return this.#fail('elements nested too deep');
    const bytes = this.#bytes;
    if (bytes[at] === Token.FRAGMENT) at += 4;
    if (at < end && bytes[at] === Token.TEMPLATE) {
      at = this.#instance(at + 1, end, place, depth, base);
      if (at < 0) return false;
    }
    if (at >= end || bytes[at] === Token.END) return true;
    return this.#text(at, end, place, depth, base);
  }

  /** A template instance behind its token; gives the position behind its values, or -1. */
  #instance(at: number, end: number, place: number, depth: number, base: number): number {
    const bytes = this.#bytes;
    const offset = u32(bytes, at + 5);
    at += 9;
    if (offset === at) at += DEFINITION_HEADER_SIZE + u32(bytes, at + 20);
    if (at + 4 > end) return this.#stop('a template out of bounds');
    const count = u32(bytes, at);
    at += 4;
    if (count > (end - at) >> 2) return this.#stop('too many values');
    const definition = this.templates.find(bytes, offset, place);
    const { program } = definition;
    if (program === null) return this.#stop(definition.defect);
    if (base + count + 1 > this.#starts.length) this.#growStarts(base + count + 1);
    const starts = this.#starts;
    let value = at + count * 4;
    // The first value that is BinXML or ANSI text; of those there are few, and the last value mostly is the first.
    let special = count;
    for (let i = 0, descriptor = at; i < count; i++, descriptor += 4) {
      starts[base + i] = value;
      value += (bytes[descriptor] as number) | ((bytes[descriptor + 1] as number) << 8);
      const type = bytes[descriptor + 2] as number;
      if ((type === ValueType.BINXML || type === ValueType.ANSI) && i < special) special = i;
    }
    starts[base + count] = value;
    if (value > end) return this.#stop('a value out of bounds');
    this.#emit(this.#plan(program, true), definition.spans, at, count, base);
    if (special < count && !this.#nestedValues(program, at, special, count, depth, base)) return -1;
    if (!this.#embedded(program, definition.spans, at, count, depth, base)) return -1;
    return this.#withinLimits() ? value : -1;
  }

  #plan(program: Program, keepConstants: boolean): Plan {
    if (!this.#full) return wantedPlan(program, this.#fields, keepConstants);
    return (program.full ??= planFull(program, (name) => this.templates.library.fieldId(name)));
  }

  /** Adds the cells of a plan. The common kinds of leaf are written to the batch's arrays right here. */
  #emit(plan: Plan, spans: Int32Array, descriptors: number, count: number, base: number): void {
    const batch = this.batch;
    const bytes = this.#bytes;
    const starts = this.#starts;
    const { field, source } = plan;
    reserveCells(batch, plan.count);
    let { cellField, cellKind, cellStart, cellEnd, cells } = batch;
    for (let leaf = 0, leaves = plan.count; leaf < leaves; leaf++) {
      const from = source[leaf] as number;
      if (from >= 0) {
        if (from < count) {
          const type = bytes[descriptors + from * 4 + 2] as number;
          const start = starts[base + from] as number;
          const end = starts[base + from + 1] as number;
          if (
            type > ValueType.NULL &&
            type < ValueType.BINXML &&
            start < end &&
            !(type === 1 && startsWithNul(bytes, start))
          ) {
            cellField[cells] = field[leaf] as number;
            cellKind[cells] = type;
            cellStart[cells] = start;
            cellEnd[cells] = end;
            cells++;
            continue;
          }
        }
      } else if (from > Source.NOTHING) {
        const start = spans[-2 - from - from] as number;
        const end = spans[-1 - from - from] as number;
        if (start < end) {
          cellField[cells] = field[leaf] as number;
          cellKind[cells] = plan.kind[leaf] as number;
          cellStart[cells] = start;
          cellEnd[cells] = end;
          cells++;
          continue;
        }
      }
      batch.cells = cells;
      this.#emitRare(plan, leaf, spans, descriptors, count, base);
      reserveCells(batch, leaves - leaf);
      ({ cellField, cellKind, cellStart, cellEnd, cells } = batch);
    }
    batch.cells = cells;
  }

  /** What is not simply a value: nothing at all, arrays, values of several pieces, leaves with guards. */
  #emitRare(
    plan: Plan,
    leaf: number,
    spans: Int32Array,
    descriptors: number,
    count: number,
    base: number,
  ): void {
    const { batch } = this;
    const bytes = this.#bytes;
    const starts = this.#starts;
    const field = plan.field[leaf] as number;
    const flags = plan.flags[leaf] as number;
    const from = plan.inner[leaf] as number;
    if (plan.source[leaf] === Source.GUARDED) {
      if (this.#leftOut(plan.leaves[leaf] as Leaf, descriptors, count)) return;
    }
    if (from >= count) {
      addEmpty(batch, field, flags, ValueType.NULL);
    } else if (from >= 0) {
      const type = bytes[descriptors + from * 4 + 2] as number;
      const start = starts[base + from] as number;
      addValueCells(batch, bytes, field, flags, type, start, starts[base + from + 1] as number);
    } else if (from === Source.COMPLEX) {
      const names = this.templates.shapes.table;
      const frame = { bytes, names, spans, descriptors, count, starts, base };
      addPieces(plan.leaves[leaf] as Leaf, field, frame, this);
    } else {
      const constant = from > Source.NOTHING;
      const start = constant ? (spans[-2 - from - from] as number) : 0;
      const end = constant ? (spans[-1 - from - from] as number) : 0;
      addValueCells(batch, bytes, field, flags, constant ? (plan.kind[leaf] as number) : 1, start, end);
    }
  }

  fieldOf(name: string): number {
    if (this.#full) return this.templates.library.fieldId(name);
    const field = this.#fields.find(name);
    return field < 0 ? Field.Other : field;
  }

  #leftOut(leaf: { readonly guards: readonly number[] }, descriptors: number, count: number): boolean {
    for (const guard of leaf.guards) {
      if (guard < count && this.#bytes[descriptors + guard * 4 + 2] === ValueType.NULL) return true;
    }
    return false;
  }

  /** BinXML values. Each is read once, however often its template names it. */
  #nestedValues(
    program: Program,
    descriptors: number,
    first: number,
    count: number,
    depth: number,
    base: number,
  ): boolean {
    const bytes = this.#bytes;
    for (let i = first; i < count; i++) {
      const type = bytes[descriptors + i * 4 + 2] as number;
      if (type !== ValueType.BINXML && type !== ValueType.ANSI) continue;
      const start = this.#starts[base + i] as number;
      const end = this.#starts[base + i + 1] as number;
      if (start === end) continue;
      if (type === ValueType.ANSI) {
        // The row holds no UTF-16 of it, so searches over all values need a cell.
        if (!this.#full) this.batch.addCell(Field.Other, ValueType.ANSI, start, end);
        continue;
      }
      const nested = program.nested[i];
      if (nested === undefined || this.#leftOut(nested, descriptors, count)) continue;
      if (!this.#fragment(start, end, nested.place, depth + 1, base + count + 1)) return false;
    }
    return true;
  }

  /** BinXML and template instances that stand in the text. */
  #embedded(
    program: Program,
    spans: Int32Array,
    descriptors: number,
    count: number,
    depth: number,
    base: number,
  ): boolean {
    for (const nested of program.embedded) {
      if (this.#leftOut(nested, descriptors, count) || !('index' in nested.from)) continue;
      const at = spans[nested.from.index * 2] as number;
      const end = spans[nested.from.index * 2 + 1] as number;
      if (!this.#fragment(at, end, nested.place, depth + 1, base + count + 1)) return false;
    }
    return true;
  }

  /** Elements that stand in the record itself, outside of any template. */
  #text(at: number, end: number, place: number, depth: number, base: number): boolean {
    const { shapes } = this.templates;
    if (shapes.read(this.#bytes, at, end, false) < 0) return this.#fail(shapes.defect);
    const program = this.templates.compileOnce(this.#bytes, place);
    const spans = shapes.spans.slice(0, shapes.constants * 2);
    this.#emit(this.#plan(program, false), spans, 0, 0, base);
    if (!this.#withinLimits()) return false;
    return this.#embedded(program, spans, 0, 0, depth, base);
  }

  #withinLimits(): boolean {
    if (this.batch.cells > this.#cellLimit) return this.#fail('too many values');
    if (this.textLeft < 0) return this.#fail('texts of too many pieces');
    return true;
  }

  #growStarts(size: number): void {
    const next = new Int32Array(Math.max(size, this.#starts.length * 2));
    next.set(this.#starts);
    this.#starts = next;
  }
}
