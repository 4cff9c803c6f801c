/**
 * Matches of rules that correlations are about, as plain data: the scanning threads make them, the main thread brings
 * them together.
 */
import { correlationTime, type Match } from '../detect/index.ts';
import { foldFieldName, type HuntEvent, type Value } from '../events/index.ts';

export interface BaseMatch {
  readonly rule: number;
  /** `correlationTime` of the event; null when the event has none. */
  readonly time: number | null;
  /** Values of the fields that correlations ask of this rule, in their order. */
  readonly values: readonly Value[];
  /** Counts the events of one input, so that an event that several rules matched is known to be one. */
  readonly serial: number;
  readonly event: HuntEvent;
}

/** Events and characters that are kept whole, per thread: later events keep the fields that correlations ask for. */
const maxWholeEvents = 100_000;
const maxWholeChars = 128 * 1024 * 1024;

/** What tells which process acted, and when: of use for chains where a rule does not ask for it. */
const actorFields = ['ClientProcessId', 'CallerProcessId', 'Execution_ProcessID'];

export class BaseMatchMaker {
  /** For each rule the fields that correlations ask for; null: none is about it. */
  readonly #fields: readonly (readonly string[] | null)[];
  #serial = 0;
  #row = -1;
  #event: HuntEvent | null = null;
  #values = new Map<string, Value>();
  #chars = 0;
  /** Events that were not kept whole. */
  cut = 0;

  constructor(fields: readonly (readonly string[] | null)[]) {
    this.#fields = fields;
  }

  /** To be called when a batch was read: batches are used again. */
  forget(): void {
    this.#row = -1;
  }

  wants(rule: number): boolean {
    return this.#fields[rule] !== null;
  }

  make({ rule, batch, row, aliases }: Match): BaseMatch {
    if (row !== this.#row) {
      this.#row = row;
      this.#event = batch.event(row);
      this.#serial++;
      if (this.#isFull) this.cut++;
      else for (const value of Object.values(this.#event.fields)) this.#chars += lengthOf(value);
      this.#values = new Map(
        Object.entries(this.#event.fields).map(([name, value]) => [foldFieldName(name), value]),
      );
    }
    const names = this.#fields[rule] ?? [];
    const values = names.map((name) => {
      const folded = foldFieldName(name);
      const alias = aliases?.get(folded);
      const found = alias === undefined ? undefined : this.#values.get(foldFieldName(alias));
      return found ?? this.#values.get(folded) ?? null;
    });
    const event = this.#event as HuntEvent;
    const whole = this.cut === 0;
    const few = (): HuntEvent => ({
      ...event,
      fields: Object.fromEntries([
        ...actorFields.flatMap((n) => (event.fields[n] === undefined ? [] : [[n, event.fields[n]]])),
        ...names.map((n, i) => [n, values[i] ?? null]),
      ]) as HuntEvent['fields'],
    });
    return {
      rule,
      time: correlationTime(event.time),
      values,
      serial: this.#serial,
      event: whole ? event : few(),
    };
  }

  get #isFull(): boolean {
    return this.#serial > maxWholeEvents || this.#chars > maxWholeChars;
  }
}

function lengthOf(value: Value): number {
  return typeof value === 'string' ? value.length : 8;
}
