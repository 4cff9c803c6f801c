/**
 * All atoms of one field (of one kind of event) against one value: what the matcher asks once per distinct value.
 * Contract: `match` returns exactly the atoms whose `compileAtom` test holds for the value, in no order.
 */
import type { Value } from '../events/index.ts';
import { compileAtom, type Atom, type AtomTest } from './atoms.ts';
import { NeedleSet } from './needles.ts';
import { requiredLiteral } from './regex-literal.ts';

/** Below this many literals a plain search of each is quicker than building and using the index. */
const fewLiterals = 6;

export class SlotMatcher {
  readonly #exact = new Map<string, number[]>();
  /** Atoms that hold for any value. */
  readonly #always: number[] = [];
  /** Literal -> the atoms that need it; index in step with `#literals`. */
  readonly #literalAtoms: number[][] = [];
  readonly #literals: string[] = [];
  readonly #unfiled: number[] = [];
  readonly #tests = new Map<number, AtomTest>();
  readonly #atoms: ReadonlyMap<number, Atom>;
  readonly #hits: number[] = [];
  readonly #tried = new Set<number>();
  #needles: NeedleSet | null = null;
  #lower = '';
  #value: string | number | bigint | boolean = '';
  readonly #visit = (literal: number, start: number): void => this.#found(literal, start);

  /** `atoms`: the ids that `match` returns, and what they mean. */
  constructor(atoms: ReadonlyMap<number, Atom>) {
    this.#atoms = atoms;
    const byLiteral = new Map<string, number[]>();
    for (const [id, atom] of atoms) {
      const literal = necessaryLiteral(atom);
      if (atom.kind === 'present') this.#always.push(id);
      else if (atom.kind === 'exact') {
        const key = atom.text.toLowerCase();
        const list = this.#exact.get(key);
        if (list) list.push(id);
        else this.#exact.set(key, [id]);
      } else if (literal.length >= 3) {
        const list = byLiteral.get(literal);
        if (list) list.push(id);
        else byLiteral.set(literal, [id]);
      } else if (atom.kind !== 'fieldref') this.#unfiled.push(id);
    }
    for (const [literal, ids] of byLiteral) {
      this.#literals.push(literal);
      this.#literalAtoms.push(ids);
    }
    if (this.#literals.length > fewLiterals) this.#needles = new NeedleSet(this.#literals);
  }

  match(value: Value): Int32Array {
    this.#hits.length = 0;
    this.#tried.clear();
    if (value !== null) this.#matchAny(value);
    return this.#hits.length === 0 ? none : Int32Array.from(this.#hits);
  }

  #matchAny(value: Value): void {
    if (typeof value === 'object') {
      if (value === null) return;
      for (const item of value) this.#matchAny(item);
      return;
    }
    this.#value = value;
    this.#lower = (typeof value === 'string' ? value : String(value)).toLowerCase();
    const lower = this.#lower;
    // A list may hit an atom more than once, or fail it with one element and hit it with the next.
    for (const id of this.#always) this.#add(id);
    const exact = this.#exact.get(lower);
    if (exact) for (const id of exact) if (this.#test(id)) this.#add(id);
    for (const id of this.#unfiled) if (this.#test(id)) this.#add(id);
    if (this.#needles) this.#needles.scan(lower, this.#visit);
    else {
      for (let i = 0; i < this.#literals.length; i++) {
        const at = lower.indexOf(this.#literals[i] as string);
        if (at >= 0) for (const id of this.#literalAtoms[i] as number[]) if (this.#test(id)) this.#add(id);
      }
    }
  }

  #found(literal: number, start: number): void {
    const length = (this.#literals[literal] as string).length;
    for (const id of this.#literalAtoms[literal] as number[]) {
      if (this.#tried.has(id)) continue;
      const atom = this.#atoms.get(id) as Atom;
      // The place of the literal decides the common kinds without another look at the value.
      if (!atom.cased) {
        if (atom.kind === 'contains') this.#add(id);
        else if (atom.kind === 'ends') {
          if (start + length === this.#lower.length) this.#add(id);
        } else if (atom.kind === 'starts') {
          if (start === 0) this.#add(id);
        } else if (this.#test(id)) this.#add(id);
      } else if (this.#test(id)) this.#add(id);
    }
  }

  #test(id: number): boolean {
    if (this.#tried.has(id)) return false;
    let test = this.#tests.get(id);
    if (!test) this.#tests.set(id, (test = compileAtom(this.#atoms.get(id) as Atom)));
    return test(this.#value);
  }

  #add(id: number): void {
    if (this.#tried.has(id)) return;
    this.#tried.add(id);
    this.#hits.push(id);
  }
}

export const none = new Int32Array(0);

/** Text that the folded value must contain for the atom to hold, or '' when there is none. */
export function necessaryLiteral(atom: Atom): string {
  switch (atom.kind) {
    case 'contains':
    case 'starts':
    case 'ends':
    case 'exact':
      return atom.text.toLowerCase();
    case 'glob': {
      let best = '';
      for (const part of (atom.value as { parts: readonly unknown[] }).parts) {
        if (typeof part === 'string' && part.length > best.length) best = part;
      }
      return best.toLowerCase();
    }
    case 'regex':
      return requiredLiteral((atom.value as { source: string }).source);
    default:
      return '';
  }
}
