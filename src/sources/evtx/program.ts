/**
 * What to do for a record of one template: the leaves in document order and where their values come from. A program
 * depends on the template's shape and the place it stands in, not on a chunk, so a file needs a few hundred of them.
 * A plan is a program for one set of wanted fields, in arrays for the hot loop.
 */
import { Field, type FieldTable } from '../../events/index.ts';
import { flatten, type Leaf, type Nested, type Texts } from './flatten.ts';
import type { Content } from './element.ts';
import { ValueType } from './format.ts';

/** Sources of a leaf: a substitution from 0 on, a constant from -1 down, or one of these. */
export const Source = { NOTHING: -0x40000000, COMPLEX: -0x40000001, GUARDED: -0x40000002 } as const;

/** Set beside Empty: the leaf goes when its own value is null. */
export const LEAVE_OUT = 4;
export const EMPTY_BITS = 3;

export interface Plan {
  count: number;
  field: Int32Array;
  source: Int32Array;
  /** Empty, and LEAVE_OUT. */
  flags: Uint8Array;
  /** Kind of a constant. */
  kind: Uint8Array;
  /** The leaf, for what the arrays can not say. */
  leaves: Leaf[];
  /** The source behind Source.GUARDED. */
  inner: Int32Array;
  /** The wanted fields, and their number when resolved: a plan with unwanted leaves is stale when it grew. */
  fields: FieldTable | null;
  version: number;
}

export interface Program {
  readonly place: number;
  readonly shape: Int32Array;
  readonly leaves: readonly Leaf[];
  /** Nested BinXML by substitution; rarely, BinXML that stands in the text. */
  readonly nested: readonly (Nested | undefined)[];
  readonly embedded: readonly Nested[];
  wanted: Plan | null;
  full: Plan | null;
}

export function compileProgram(
  top: readonly Content[],
  place: number,
  shape: Int32Array,
  texts: Texts,
): Program {
  const { leaves, nested } = flatten(top, place, texts);
  const bySubstitution: (Nested | undefined)[] = [];
  const embedded: Nested[] = [];
  for (const item of nested) {
    if (item.from.type === 'substitution') bySubstitution[item.from.index] ??= item;
    else embedded.push(item);
  }
  return { place, shape, leaves, nested: bySubstitution, embedded, wanted: null, full: null };
}

/** The plan for the wanted fields, made anew when others are wanted than before. */
export function wantedPlan(program: Program, fields: FieldTable, keepConstants: boolean): Plan {
  const plan = program.wanted;
  if (plan !== null && plan.fields === fields && plan.version >= fields.names.length) return plan;
  return (program.wanted = planWanted(program, fields, keepConstants));
}

/** The plan for wanted fields. Text constants of templates stand outside the row, so they are kept as Field.Other. */
function planWanted(program: Program, fields: FieldTable, keepConstants: boolean): Plan {
  const ids: number[] = [];
  const leaves: Leaf[] = [];
  let complete = true;
  for (const leaf of program.leaves) {
    let id = leaf.nameFrom < 0 ? fields.find(leaf.name) : Field.Other;
    if (id < 0) {
      complete = false;
      if (keepConstants && hasText(leaf)) id = Field.Other;
    }
    if (id < 0) continue;
    ids.push(id);
    leaves.push(leaf);
  }
  return makePlan(ids, leaves, fields, complete ? Infinity : fields.names.length);
}

/** The plan for all fields, whose ids `idOf` gives. */
export function planFull(program: Program, idOf: (name: string) => number): Plan {
  const ids = program.leaves.map((leaf) => idOf(leaf.name));
  return makePlan(ids, [...program.leaves], null, Infinity);
}

function makePlan(ids: readonly number[], leaves: Leaf[], fields: FieldTable | null, version: number): Plan {
  const count = ids.length;
  const plan: Plan = {
    count,
    field: Int32Array.from(ids),
    source: new Int32Array(count),
    flags: new Uint8Array(count),
    kind: new Uint8Array(count),
    leaves,
    inner: new Int32Array(count),
    fields,
    version,
  };
  leaves.forEach((leaf, at) => {
    const source = sourceOf(leaf);
    plan.source[at] = source;
    plan.inner[at] = source;
    plan.flags[at] = leaf.empty & EMPTY_BITS;
    const only = leaf.parts[0];
    if (only?.type === 'constant') plan.kind[at] = only.kind;
    const guards = leaf.guards.filter((guard) => guard !== source);
    if (guards.length < leaf.guards.length) plan.flags[at] = leaf.empty | LEAVE_OUT;
    if (guards.length > 0) plan.source[at] = Source.GUARDED;
  });
  return plan;
}

function sourceOf(leaf: Leaf): number {
  const only = leaf.parts[0];
  if (leaf.nameFrom >= 0 || leaf.parts.length > 1) return Source.COMPLEX;
  if (only === undefined) return Source.NOTHING;
  if (only.type === 'substitution') return only.index;
  if (only.type === 'constant') return only.kind === ValueType.BINXML ? Source.NOTHING : -1 - only.index;
  return only.type === 'instance' ? Source.NOTHING : Source.COMPLEX;
}

/** True for a leaf with text that no row holds: a constant, or pieces put together. */
function hasText(leaf: Leaf): boolean {
  const only = leaf.parts[0];
  if (leaf.parts.length > 1) return true;
  if (only === undefined || only.type === 'substitution' || only.type === 'instance') return false;
  return only.type !== 'constant' || only.kind === ValueType.STRING;
}
