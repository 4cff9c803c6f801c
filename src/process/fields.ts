/**
 * The fields that tell of processes, by their canonical names, from whole events and from rows of batches alike: facts
 * are read through one `Fields`, so both give the same. Of a field that an event has twice, the first counts.
 */
import {
  Field,
  foldFieldName,
  parseInteger,
  type EventBatch,
  type FieldTable,
  type HuntEvent,
  type Value,
} from '../events/index.ts';
import { plainGuid } from './guid.ts';

/** Fields beyond those that every event has. */
export const processFields: readonly string[] = [
  'UtcTime',
  'ProcessGuid',
  'ProcessId',
  'Image',
  'CommandLine',
  'User',
  'ParentProcessGuid',
  'ParentProcessId',
  'ParentImage',
  'ParentCommandLine',
  'NewProcessId',
  'NewProcessName',
  'ParentProcessName',
  'ProcessName',
  'SubjectUserName',
  'SubjectDomainName',
  'TargetUserName',
  'TargetDomainName',
];

/** Fields of one event. Undefined: it has no such field. */
export interface Fields {
  /** `name` as `processFields` and `Field` spell it. */
  get(name: string): Value | undefined;
}

/** Fields of a whole event. */
export class EventFieldsOf implements Fields {
  readonly #event: HuntEvent;
  #folded: Map<string, Value> | null = null;

  constructor(event: HuntEvent) {
    this.#event = event;
  }

  get(name: string): Value | undefined {
    const { fields, eventId, channel, provider, host, time } = this.#event;
    if (name === 'EventID') return eventId;
    if (name === 'Channel') return channel;
    if (name === 'Provider_Name') return provider;
    if (name === 'Computer') return host;
    if (name === 'SystemTime') return time;
    if (Object.hasOwn(fields, name)) return fields[name];
    this.#folded ??= foldedFields(fields);
    return this.#folded.get(foldFieldName(name));
  }
}

/** The first of each name counts. */
function foldedFields(fields: HuntEvent['fields']): Map<string, Value> {
  const folded = new Map<string, Value>();
  for (const name of Object.keys(fields)) {
    const key = foldFieldName(name);
    if (!folded.has(key)) folded.set(key, fields[name] as Value);
  }
  return folded;
}

/** Fields of a row of a batch; set anew for each. */
export class RowFields implements Fields {
  readonly #places = new Map<string, number>();
  /** Place in `#cells` of a field; -1: not wanted. */
  readonly #placeOf: number[] = [];
  readonly #cells: Int32Array;
  #batch: EventBatch | null = null;

  /** Makes the fields wanted. */
  constructor(table: FieldTable, names: readonly string[]) {
    for (const name of [...Object.keys(Field).filter((key) => key !== 'Other'), ...names]) {
      const id = table.add(name);
      while (this.#placeOf.length <= id) this.#placeOf.push(-1);
      if (this.#placeOf[id] === -1) this.#placeOf[id] = this.#places.size;
      this.#places.set(name, this.#placeOf[id] as number);
    }
    this.#cells = new Int32Array(this.#places.size);
  }

  set(batch: EventBatch, row: number): void {
    this.#batch = batch;
    this.#cells.fill(-1);
    const from = batch.rowStart[row] as number;
    // From the end, so that the first of several cells stays.
    for (let cell = (batch.rowStart[row + 1] as number) - 1; cell >= from; cell--) {
      const place = this.#placeOf[batch.cellField[cell] as number] ?? -1;
      if (place >= 0) this.#cells[place] = cell;
    }
  }

  get(name: string): Value | undefined {
    const cell = this.#cells[this.#places.get(name) as number] ?? -1;
    return cell < 0 ? undefined : this.#batch?.value(cell);
  }
}

/** The text of a field; null where it has none, or only a dash, which Windows writes for nothing. */
export function textOf(fields: Fields, name: string): string | null {
  const value = first(fields.get(name));
  if (value === undefined || value === null || Array.isArray(value)) return null;
  const text = String(value);
  return text === '' || text === '-' ? null : text;
}

/** A process id, in decimal or hexadecimal; null where it is none. */
export function pidOf(fields: Fields, name: string): number | null {
  const value = first(fields.get(name));
  const number = typeof value === 'string' ? parseInteger(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 0x7fffffff
    ? number
    : null;
}

export function guidOf(fields: Fields, name: string): string | null {
  const value = first(fields.get(name));
  return typeof value === 'string' ? plainGuid(value) : null;
}

export function first(value: Value | undefined): Value | undefined {
  return Array.isArray(value) ? (value[0] as Value | undefined) : value;
}
