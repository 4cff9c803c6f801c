/** Beginnings and ends of processes from rows of batches, without making whole events. */
import { Field, type EventBatch, type FieldTable } from '../events/index.ts';
import { endIn, startIn } from './facts.ts';
import { processFields, RowFields } from './fields.ts';
import { eventIdOf, factKind } from './kind.ts';
import type { ProcessEnd, ProcessStart } from './types.ts';

/** Plain data. */
export type ProcessFact =
  (ProcessStart & { readonly kind: 'start' }) | (ProcessEnd & { readonly kind: 'end' });

export class ProcessReader {
  readonly #fields: RowFields;

  /** Makes `processFields` wanted in `table`, which the readers of events must be given after it. */
  constructor(table: FieldTable) {
    this.#fields = new RowFields(table, processFields);
  }

  /** `ref`: what the fact is to bear as its number. Null for every other event. */
  read(batch: EventBatch, row: number, ref = -1): ProcessFact | null {
    if (!mayTell(batch, row)) return null;
    const fields = this.#fields;
    fields.set(batch, row);
    const kind = factKind(eventIdOf(fields), fields);
    if (kind === 'start') return { kind, ...startIn(fields, ref) };
    return kind === 'end' ? { kind, ...endIn(fields) } : null;
  }
}

/** Most rows are of other events: their id is all that is read of them. */
function mayTell(batch: EventBatch, row: number): boolean {
  const to = batch.rowStart[row + 1] as number;
  for (let cell = batch.rowStart[row] as number; cell < to; cell++) {
    if (batch.cellField[cell] !== Field.EventID) continue;
    const value = batch.value(cell);
    const id = Array.isArray(value) ? value[0] : value;
    return id == 1 || id == 5 || id == 4688 || id == 4689;
  }
  return false;
}
