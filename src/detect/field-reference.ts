/** `fieldref`: comparisons of two fields of one event, which can not be decided value by value. */
import type { EventBatch, FieldTable, Value } from '../events/index.ts';
import type { Atom } from './atoms.ts';
import type { Tree } from './fold-tree.ts';
import { namesToRead, type Program, type ProgramRule } from './program.ts';

/** Stamps the references of a rule that hold for a row. */
export function stampReferences(
  program: Program,
  rule: ProgramRule,
  fields: FieldTable,
  batch: EventBatch,
  row: number,
): void {
  const values = (name: string): Value[] => {
    const ids = namesToRead(name, rule.aliases).map((read) => fields.find(read));
    const found: Value[] = [];
    for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
      if (ids.includes(batch.cellField[cell] as number)) found.push(batch.value(cell));
    }
    return found;
  };
  const walk = (tree: Tree): void => {
    if (typeof tree !== 'number') {
      for (let i = 1; i < tree.length; i++) walk(tree[i] as Tree);
      return;
    }
    const atom = program.localAtom(tree);
    if (atom.kind !== 'fieldref' || atom.field === null) return;
    if (referenceHolds(atom, values(atom.field), values(atom.text))) program.stamps[tree] = program.serial;
  };
  walk(rule.tree);
}

/** Compares two fields of one event as the atom says: equal, or one contains, starts or ends with the other. */
export function referenceHolds(atom: Atom, own: readonly Value[], other: readonly Value[]): boolean {
  const reference = atom.value as { startsWith: boolean; endsWith: boolean; cased: boolean };
  const text = (value: Value): string[] => {
    if (value === null) return [];
    if (typeof value === 'object') return value.flatMap(text);
    return [reference.cased ? String(value) : String(value).toLowerCase()];
  };
  const right = other.flatMap(text);
  return own.flatMap(text).some((a) =>
    right.some((b) => {
      if (reference.startsWith && reference.endsWith) return a.includes(b);
      if (reference.startsWith) return a.startsWith(b);
      if (reference.endsWith) return a.endsWith(b);
      return a === b;
    }),
  );
}
