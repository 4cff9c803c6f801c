/**
 * All atoms of one field (of one kind of event) against one value: what the matcher asks once per distinct value.
 * Contract: `match` returns exactly the atoms whose `compileAtom` test holds for the value, in no order.
 */
import type { Value } from '../events/index.ts';
import { compileAtom, exactKey, literalOf, regexOf, type Atom, type AtomTest } from './atoms.ts';
import { NeedleSet, ShortNeedles } from './needles.ts';
import { requiredLiteral } from './regex-literal.ts';

/** Below this many literals a plain search of each is quicker than building and using the index. */
const fewLiterals = 20;

export const none = new Int32Array(0);

export class SlotMatcher {
  readonly #ids: Int32Array;
  readonly #atoms: Atom[];
  readonly #folded: string[];
  readonly #tests: (AtomTest | undefined)[];
  /** Indexes into `#atoms`, by how they are found. */
  readonly #exact = new Map<string, number[]>();
  readonly #always: number[] = [];
  readonly #unfiled: number[] = [];
  readonly #literals: string[] = [];
  readonly #literalAtoms: number[][] = [];
  readonly #needles: NeedleSet | null;
  /** Literals of one or two characters, which have no gram. */
  readonly #short: ShortNeedles | null;
  readonly #shortAtoms = new Map<string, number[]>();
  /** Atoms already decided for the value at hand. */
  readonly #decided: Int32Array;
  #serial = 0;
  readonly #hits: number[] = [];
  #lower = '';
  #value: string | number | bigint | boolean = '';
  readonly #visitShort = (literal: string): void => this.#testAll(this.#shortAtoms.get(literal) as number[]);
  readonly #visit = (literal: number, start: number): void => this.#found(literal, start);

  /** `atoms`: the ids that `match` returns, and what they mean. */
  constructor(atoms: ReadonlyMap<number, Atom>) {
    this.#ids = Int32Array.from(atoms.keys());
    this.#atoms = [...atoms.values()];
    this.#folded = this.#atoms.map(literalOf);
    this.#tests = Array.from({ length: this.#atoms.length });
    this.#decided = new Int32Array(this.#atoms.length);
    const byLiteral = new Map<string, number[]>();
    for (let i = 0; i < this.#atoms.length; i++) this.#file(i, this.#atoms[i] as Atom, byLiteral);
    for (const [literal, indexes] of byLiteral) {
      this.#literals.push(literal);
      this.#literalAtoms.push(indexes);
    }
    this.#needles = this.#literals.length > fewLiterals ? new NeedleSet(this.#literals) : null;
    this.#short = this.#shortAtoms.size > fewLiterals ? new ShortNeedles(this.#shortAtoms.keys()) : null;
  }

  match(value: Value): Int32Array {
    this.#hits.length = 0;
    this.#serial++;
    if (value !== null) this.#matchAny(value);
    return this.#hits.length === 0 ? none : Int32Array.from(this.#hits);
  }

  #file(index: number, atom: Atom, byLiteral: Map<string, number[]>): void {
    if (atom.kind === 'fieldref') return;
    if (atom.kind === 'present') {
      this.#always.push(index);
      return;
    }
    const literal = necessaryLiteral(atom);
    if (atom.kind !== 'exact' && literal === '') {
      this.#unfiled.push(index);
      return;
    }
    const map = atom.kind === 'exact' ? this.#exact : literal.length < 3 ? this.#shortAtoms : byLiteral;
    const key = atom.kind === 'exact' ? exactKey(literal) : literal;
    const list = map.get(key);
    if (list) list.push(index);
    else map.set(key, [index]);
  }

  #matchAny(value: Value): void {
    if (typeof value === 'object') {
      for (const item of value ?? []) this.#matchAny(item);
      return;
    }
    const lower = (typeof value === 'string' ? value : String(value)).toLowerCase();
    this.#value = value;
    this.#lower = lower;
    for (const index of this.#always) this.#add(index);
    const exact = this.#exact.get(exactKey(lower));
    if (exact)
      for (const index of exact)
        if (!(this.#atoms[index] as Atom).cased || this.#test(index)) this.#add(index);
    this.#testAll(this.#unfiled);
    if (this.#short) this.#short.scan(lower, this.#visitShort);
    else
      for (const [literal, indexes] of this.#shortAtoms) if (lower.includes(literal)) this.#testAll(indexes);
    if (this.#needles) this.#needles.scan(lower, this.#visit);
    else {
      for (let i = 0; i < this.#literals.length; i++) {
        if (lower.includes(this.#literals[i] as string)) this.#testAll(this.#literalAtoms[i] as number[]);
      }
    }
  }

  /** A literal stands at `start`: the place decides the common kinds without another look at the value. */
  #found(literal: number, start: number): void {
    const end = start + (this.#literals[literal] as string).length;
    for (const index of this.#literalAtoms[literal] as number[]) {
      if (this.#decided[index] === this.#serial) continue;
      const atom = this.#atoms[index] as Atom;
      if (atom.cased || atom.kind === 'glob') {
        if (this.#test(index)) this.#add(index);
      } else if (atom.kind === 'contains') this.#add(index);
      else if (atom.kind === 'ends') {
        if (end === this.#lower.length) this.#add(index);
      } else if (start === 0) this.#add(index);
    }
  }

  #testAll(indexes: readonly number[]): void {
    for (const index of indexes) if (this.#test(index)) this.#add(index);
  }

  #test(index: number): boolean {
    if (this.#decided[index] === this.#serial) return false;
    const atom = this.#atoms[index] as Atom;
    if (!atom.cased) {
      const text = this.#folded[index] as string;
      if (atom.kind === 'contains') return this.#lower.includes(text);
      if (atom.kind === 'ends') return this.#lower.endsWith(text);
      if (atom.kind === 'starts') return this.#lower.startsWith(text);
    }
    return (this.#tests[index] ??= compileAtom(atom))(this.#value);
  }

  #add(index: number): void {
    if (this.#decided[index] === this.#serial) return;
    this.#decided[index] = this.#serial;
    this.#hits.push(this.#ids[index] as number);
  }
}

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
      return requiredLiteral(regexOf(atom).source);
    default:
      return '';
  }
}
