/**
 * An `EventBatch` filled from whole events, for readers that have objects instead of bytes. The events are kept, so
 * `event(row)` costs nothing; a batch should therefore hold a few thousand events at most.
 */
import { EventBatch, type RowReader } from './batch.ts';
import type { FieldTable } from './field-table.ts';
import type { HuntEvent, Value } from './value.ts';

export class ObjectBatch {
  readonly batch: EventBatch;
  readonly #fields: FieldTable;
  readonly #events: HuntEvent[] = [];
  readonly #positions: number[] = [];
  readonly #ids = new FieldIds();

  constructor(source: string, fields: FieldTable) {
    const reader: RowReader = {
      decode: () => null,
      event: (_batch, row) => this.#events[row] as HuntEvent,
      position: (_batch, row) => this.#positions[row] as number,
    };
    this.batch = new EventBatch(source, reader);
    this.#fields = fields;
    this.clear();
  }

  /** Adds a row. `position` is its record or line number in the source, from 1. */
  add(event: HuntEvent, position: number): void {
    addCells(this.batch, event, this.#fields, this.#ids);
    this.batch.endRow();
    this.#events.push(event);
    this.#positions.push(position);
  }

  /** Empties the batch for reuse. */
  clear(): void {
    this.batch.clear();
    this.#events.length = 0;
    this.#positions.length = 0;
  }
}

/** Ids of field names, asked for once per name and again when more fields became wanted. */
export class FieldIds {
  readonly #ids = new Map<string, number>();
  #size = 0;

  find(name: string, fields: FieldTable): number {
    if (fields.names.length !== this.#size || this.#ids.size > 20_000) {
      this.#ids.clear();
      this.#size = fields.names.length;
    }
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = fields.find(name);
      if (id >= 0 || fields.names.length === this.#size) this.#ids.set(name, id);
      this.#size = fields.names.length;
    }
    return id;
  }
}

/** Adds a cell for each wanted field of an event to the row being built. */
export function addCells(batch: EventBatch, event: HuntEvent, fields: FieldTable, ids: FieldIds): void {
  for (const name in event.fields) {
    const id = ids.find(name, fields);
    if (id >= 0) batch.addValue(id, event.fields[name] as Value);
  }
}
