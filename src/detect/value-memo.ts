/**
 * What each distinct value hits, worked out once. Values are told apart by slot, kind and bytes without decoding
 * them. Bounded: when full, everything is forgotten and worked out again.
 */
import { EXTRA, type EventBatch, type Value } from '../events/index.ts';
import { boundedInterner, longestInterned } from './interner.ts';
import type { Program, Slot } from './program.ts';
import { none } from './slot.ts';

/** Local atoms that hold for a value, and the rules of the program that wait for any of them, each once. */
export interface Outcome {
  readonly hits: Int32Array;
  readonly rules: Int32Array;
}

const nothing: Outcome = { hits: none, rules: none };
/** Bound on values that are not bytes, in characters; each counts for some more. */
const maxExtra = 16 * 1024 * 1024;

export class ValueMemo {
  readonly #interner = boundedInterner();
  #outcomes: Outcome[] = [];
  readonly #extra = new Map<number, Map<Value, Outcome>>();
  #extraCount = 0;

  look(program: Program, slot: Slot, batch: EventBatch, cell: number): Outcome {
    const kind = batch.cellKind[cell] as number;
    const start = batch.cellStart[cell] as number;
    if (kind === EXTRA) return this.#lookExtra(program, slot, batch.extra[start] as Value);
    const end = batch.cellEnd[cell] as number;
    if (end - start > longestInterned) return outcomeOf(program, slot, batch.value(cell));
    let entry = this.#interner.intern(slot.id * 3 + kindSpace(batch), kind, batch.bytes, start, end);
    if (entry < 0) {
      this.forget();
      entry = this.#interner.intern(slot.id * 3 + kindSpace(batch), kind, batch.bytes, start, end);
    }
    return (this.#outcomes[entry] ??= outcomeOf(program, slot, batch.value(cell)));
  }

  forget(): void {
    this.#interner.clear();
    this.#outcomes = [];
    this.#extra.clear();
    this.#extraCount = 0;
  }

  #lookExtra(program: Program, slot: Slot, value: Value): Outcome {
    if (typeof value === 'object' || (typeof value === 'string' && value.length > longestInterned)) {
      return outcomeOf(program, slot, value);
    }
    let known = this.#extra.get(slot.id);
    const found = known?.get(value);
    if (found) return found;
    const size = 64 + (typeof value === 'string' ? value.length : 0);
    this.#extraCount += size;
    if (this.#extraCount > maxExtra) {
      this.#extra.clear();
      this.#extraCount = size;
      known = undefined;
    }
    if (!known) this.#extra.set(slot.id, (known = new Map()));
    const outcome = outcomeOf(program, slot, value);
    known.set(value, outcome);
    return outcome;
  }
}

/** Kinds of cells belong to the reader; readers are told apart by the form of their raw rows. */
export function kindSpace({ rawText }: EventBatch): number {
  return rawText === 'json' ? 1 : rawText === 'utf16le' ? 2 : 0;
}

export function outcomeOf(program: Program, slot: Slot, value: Value): Outcome {
  const hits = slot.match(value);
  if (hits.length === 0) return nothing;
  let rules: Set<number> | null = null;
  for (const atom of hits) {
    const waiting = program.waiting[atom];
    if (waiting) for (const index of waiting) (rules ??= new Set()).add(index);
  }
  return { hits, rules: rules ? Int32Array.from(rules) : none };
}
