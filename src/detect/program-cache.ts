/** Finds the program of an event by its channel, provider and event id, without decoding them; builds it when new. */
import {
  EXTRA,
  Field,
  foldFieldName,
  type EventBatch,
  type FieldTable,
  type Value,
} from '../events/index.ts';
import { boundedInterner, longestInterned } from './interner.ts';
import { KindSignature } from './kind-signature.ts';
import { Program, type EventKind } from './program.ts';
import type { RuleSet } from './rule-set.ts';
import { kindSpace } from './value-memo.ts';

/** Atoms of all programs kept at a time, and programs: real logs have some hundred kinds of events. */
const maxAtoms = 400_000;
const maxPrograms = 2000;
/** Distinct values of the three fields kept; two of them and a third make a number that is still exact. */
const maxKeys = 30_000;
const maxCombinations = 100_000;
const maxRetired = 20;

export class ProgramCache {
  readonly #set: RuleSet;
  readonly #fields: FieldTable;
  readonly #active: (rule: number) => boolean;
  readonly #rulesByRoute: number[][];
  /** Fields that selectors ask for, by id; they tell kinds apart where an event has no channel and provider. */
  readonly #hasFields = new Map<number, string>();
  readonly #programs = new Map<string, Program>();
  readonly #retired: Program[] = [];
  readonly #keys = boundedInterner();
  readonly #keyExtra = new Map<Value, number>();
  readonly #byKey = new Map<number, Program>();
  readonly #onForget: () => void;
  readonly #signature: KindSignature;
  #atoms = 0;

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
    this.#signature = new KindSignature(set, fields);
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
    const a = this.#key(batch, channel);
    const b = this.#key(batch, provider);
    const c = this.#key(batch, eventId);
    const key = a < 0 || b < 0 || c < 0 ? -1 : (a * maxKeys + b) * maxKeys + c;
    let program = this.#byKey.get(key);
    if (!program) {
      program = this.#programOfKind(
        valueOf(batch, channel),
        valueOf(batch, provider),
        valueOf(batch, eventId),
        0,
        null,
      );
      if (
        key < 0 ||
        this.#keys.size + this.#keyExtra.size >= maxKeys - 3 ||
        this.#byKey.size >= maxCombinations
      ) {
        this.#forgetKeys();
      } else this.#byKey.set(key, program);
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

  /**
   * A small number for the value of a cell: values in bytes count up from 1, others down from the top; -1 when it can
   * not be kept.
   */
  #key(batch: EventBatch, cell: number): number {
    if (cell < 0) return 0;
    const kind = batch.cellKind[cell] as number;
    const start = batch.cellStart[cell] as number;
    if (kind !== EXTRA) {
      const end = batch.cellEnd[cell] as number;
      if (end - start > longestInterned) return -1;
      const id = this.#keys.intern(kindSpace(batch), kind, batch.bytes, start, end);
      return id < 0 ? -1 : id + 1;
    }
    const value = batch.extra[start] as Value;
    if (typeof value === 'string' && value.length > longestInterned) return -1;
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
    const name = JSON.stringify([
      this.#signature.of(Field.Channel, channel),
      this.#signature.of(Field.Provider_Name, provider),
      this.#signature.of(Field.EventID, eventId),
      open,
      present && [...present].sort(),
    ]);
    let program = this.#programs.get(name);
    if (!program) {
      if (this.#programs.size >= maxPrograms || this.#atoms > maxAtoms) this.#forgetPrograms();
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
      this.#atoms += program.stamps.length;
    }
    return program;
  }

  #forgetKeys(): void {
    this.#keys.clear();
    this.#keyExtra.clear();
    this.#byKey.clear();
  }

  /** What the programs taught about coverage is kept, as far as it is small. */
  #forgetPrograms(): void {
    for (const program of this.#programs.values()) {
      if (this.#retired.length < maxRetired) this.#retired.push(program.retire());
    }
    this.#programs.clear();
    this.#atoms = 0;
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
