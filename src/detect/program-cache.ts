/** Finds the program of an event by its channel, provider and event id, without decoding them; builds it when new. */
import {
  EXTRA,
  Field,
  foldFieldName,
  type EventBatch,
  type FieldTable,
  type Value,
} from '../events/index.ts';
import { Interner } from './interner.ts';
import { Program, type EventKind } from './program.ts';
import type { RuleSet } from './rule-set.ts';

/** Kinds of events kept at a time; real logs have some hundreds, hostile ones as many as they like. */
const maxPrograms = 2000;
/** Distinct values of the three fields kept; two of them and a third make a number that is still exact. */
const maxKeys = 30_000;

export class ProgramCache {
  readonly #set: RuleSet;
  readonly #fields: FieldTable;
  readonly #active: (rule: number) => boolean;
  readonly #rulesByRoute: number[][];
  /** Fields that selectors ask for, by id; they tell kinds apart where an event has no channel and provider. */
  readonly #hasFields = new Map<number, string>();
  readonly #programs = new Map<string, Program>();
  readonly #retired: Program[] = [];
  readonly #keys = new Interner();
  readonly #keyExtra = new Map<Value, number>();
  readonly #byKey = new Map<number, Program>();
  readonly #onForget: () => void;

  /** `onForget` is called when all programs were dropped. */
  constructor(set: RuleSet, fields: FieldTable, active: (rule: number) => boolean, onForget: () => void) {
    this.#set = set;
    this.#fields = fields;
    this.#active = active;
    this.#onForget = onForget;
    this.#rulesByRoute = set.routes.map(() => []);
    for (const [index, rule] of set.rules.entries()) (this.#rulesByRoute[rule.route] as number[]).push(index);
    for (const selectors of set.routes) {
      for (const { has = [] } of selectors)
        for (const name of has) this.#hasFields.set(fields.add(name), name);
    }
  }

  /** Every program that was built, as far as memory is kept of them. */
  programs(): readonly Program[] {
    return [...this.#retired, ...this.#programs.values()];
  }

  /** The program of the event whose cells are `from`..`to`. */
  programOf(batch: EventBatch, from: number, to: number): Program {
    let channel = -1;
    let provider = -1;
    let eventId = -1;
    let open = 0;
    for (let cell = from; cell < to; cell++) {
      const field = batch.cellField[cell] as number;
      if (field > Field.Provider_Name) continue;
      if (isList(batch, cell)) open |= 1 << field;
      // Event data may have a field of such a name too (the log that was cleared); the system's own comes first.
      if (field === Field.EventID) {
        if (eventId >= 0) open |= 1 << field;
        else eventId = cell;
      } else if (field === Field.Channel) {
        if (channel >= 0) open |= 1 << field;
        else channel = cell;
      } else if (provider >= 0) open |= 1 << field;
      else provider = cell;
    }
    if (open !== 0 || (channel < 0 && provider < 0)) {
      const present = channel < 0 && provider < 0 ? this.#presentFields(batch, from, to) : null;
      return this.#programOfKind(
        valueOf(batch, channel),
        valueOf(batch, provider),
        valueOf(batch, eventId),
        open,
        present,
      );
    }
    const key =
      (this.#key(batch, channel) * maxKeys + this.#key(batch, provider)) * maxKeys +
      this.#key(batch, eventId);
    let program = this.#byKey.get(key);
    if (!program) {
      program = this.#programOfKind(
        valueOf(batch, channel),
        valueOf(batch, provider),
        valueOf(batch, eventId),
        0,
        null,
      );
      if (this.#keys.size + this.#keyExtra.size >= maxKeys - 3) this.#forgetKeys();
      else this.#byKey.set(key, program);
    }
    return program;
  }

  #presentFields(batch: EventBatch, from: number, to: number): Set<string> {
    const present = new Set<string>();
    for (let cell = from; cell < to; cell++) {
      const name = this.#hasFields.get(batch.cellField[cell] as number);
      if (name !== undefined) present.add(name);
    }
    return present;
  }

  /** A small number for the value of a cell: values in bytes count up from 1, others down from the top. */
  #key(batch: EventBatch, cell: number): number {
    if (cell < 0) return 0;
    const kind = batch.cellKind[cell] as number;
    const start = batch.cellStart[cell] as number;
    if (kind !== EXTRA)
      return this.#keys.intern(0, kind, batch.bytes, start, batch.cellEnd[cell] as number) + 1;
    const value = batch.extra[start] as Value;
    let id = this.#keyExtra.get(value);
    if (id === undefined) this.#keyExtra.set(value, (id = maxKeys - 1 - this.#keyExtra.size));
    return id;
  }

  #programOfKind(
    channel: Value,
    provider: Value,
    id: Value,
    open: number,
    present: Set<string> | null,
  ): Program {
    const eventId = typeof id === 'string' && /^\d{1,9}$/.test(id) ? Number(id) : id;
    const fold = (value: Value): string => String(value).toLowerCase();
    const name = JSON.stringify([
      fold(channel),
      fold(provider),
      String(eventId),
      open,
      present && [...present].sort(),
    ]);
    let program = this.#programs.get(name);
    if (!program) {
      if (this.#programs.size >= maxPrograms) this.#forgetPrograms();
      const has = (field: string): boolean => {
        const key = foldFieldName(field);
        if (key === 'eventid') return eventId !== null;
        if (key === 'channel') return channel !== null;
        if (key === 'provider_name') return provider !== null;
        return present?.has(field) ?? false;
      };
      const kind: EventKind = { channel, provider, eventId, open, has };
      program = new Program(this.#set, this.#active, this.#rulesByRoute, this.#fields, kind);
      this.#programs.set(name, program);
    }
    return program;
  }

  #forgetKeys(): void {
    this.#keys.clear();
    this.#keyExtra.clear();
    this.#byKey.clear();
  }

  /** What the programs taught about coverage is kept for some. */
  #forgetPrograms(): void {
    if (this.#retired.length < maxPrograms) this.#retired.push(...this.#programs.values());
    this.#programs.clear();
    this.#forgetKeys();
    this.#onForget();
  }
}

function isList(batch: EventBatch, cell: number): boolean {
  if (batch.cellKind[cell] !== EXTRA) return false;
  const value = batch.extra[batch.cellStart[cell] as number];
  return typeof value === 'object' && value !== null;
}

/** The value of a cell, of a list the first. */
function valueOf(batch: EventBatch, cell: number): Value {
  const value = cell < 0 ? null : batch.value(cell);
  return typeof value === 'object' && value !== null ? (value[0] ?? null) : value;
}
