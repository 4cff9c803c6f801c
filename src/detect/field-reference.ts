/** `fieldref`: comparisons of two fields of one event, which can not be decided value by value. */
import type { EventBatch, FieldTable, Value } from '../events/index.ts';
import type { Atom } from './atoms.ts';
import type { Tree } from './fold-tree.ts';
import type { Program } from './program.ts';

/** Stamps the references of a rule that hold for a row. */
export function stampReferences(
  program: Program,
  fields: FieldTable,
  tree: Tree,
  batch: EventBatch,
  row: number,
  serial: number,
): void {
  if (typeof tree !== 'number') {
    for (let i = 1; i < tree.length; i++)
      stampReferences(program, fields, tree[i] as Tree, batch, row, serial);
    return;
  }
  const atom = program.localAtom(tree);
  if (atom.kind !== 'fieldref' || atom.field === null) return;
  const own = cellValues(program, fields.find(atom.field), batch, row);
  const other = cellValues(program, fields.find(atom.text), batch, row);
  if (referenceHolds(atom, own, other)) program.stamps[tree] = serial;
}

/** The values of a field, also under the name that this kind of event has for it. */
function cellValues(program: Program, field: number, batch: EventBatch, row: number): Value[] {
  const slots = program.slotsOfField[field];
  const values: Value[] = [];
  for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
    const id = batch.cellField[cell] as number;
    if (id === field || program.slotsOfField[id]?.some((slot) => slots?.includes(slot)))
      values.push(batch.value(cell));
  }
  return values;
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
