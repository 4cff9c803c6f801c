/** What the cells and rows of JSON mean; see `RowReader`. */
import {
  canonicalise,
  type EventBatch,
  type FieldTable,
  type HuntEvent,
  type Value,
} from '../../events/index.ts';
import type { IssueLog } from './issue-log.ts';
import { decodeCell } from './kinds.ts';
import { parseJson } from './parse-json.ts';

export class JsonRows {
  /** Line of each row of the batch. */
  readonly lines: number[] = [];
  readonly #fields: FieldTable;
  readonly #issues: IssueLog;

  constructor(fields: FieldTable, issues: IssueLog) {
    this.#fields = fields;
    this.#issues = issues;
  }

  decode(bytes: Uint8Array, kind: number, start: number, end: number): Value {
    return decodeCell(bytes as Buffer, kind, start, end);
  }

  position(_batch: EventBatch, row: number): number {
    return this.lines[row] as number;
  }

  event(batch: EventBatch, row: number): HuntEvent {
    const text = (batch.bytes as Buffer).toString('utf8', batch.rowFrom[row], batch.rowTo[row]);
    try {
      return canonicalise(parseJson(text) as Record<string, unknown>, batch.source);
    } catch {
      this.#issues.add(
        'HB_DAMAGED',
        'the event is not valid JSON; only some of its fields are known',
        this.lines[row]!,
      );
      return this.#known(batch, row);
    }
  }

  /** The event as far as its cells tell. */
  #known(batch: EventBatch, row: number): HuntEvent {
    const object: Record<string, Value> = {};
    for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
      object[this.#fields.names[batch.cellField[cell] as number] as string] ??= batch.value(cell);
    }
    return canonicalise(object, batch.source);
  }
}
