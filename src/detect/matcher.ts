/**
 * All rules over all events in one pass. Per event: find its kind's program, look up what each distinct value hits
 * (worked out once, remembered by interned bytes), and evaluate only the rules whose necessary atoms hit.
 *
 * Memory is bounded by the number of distinct values remembered, which are dropped when the interner is full.
 * Every shortcut here is checked against a plain evaluation of the rules in the tests.
 */
import {
  EXTRA,
  Field,
  foldFieldName,
  type EventBatch,
  type FieldTable,
  type HuntEvent,
  type Value,
} from '../events/index.ts';
import { compileAtom, describeAtom, testValue, type Atom } from './atoms.ts';
import { supportingAtoms, type Tree } from './fold-tree.ts';
import { DisguiseScan } from './keyword-scan.ts';
import { Interner, longestInterned } from './interner.ts';
import type { CompiledRule, RuleSet } from './rule-set.ts';
import { Program, type ProgramRule, type Slot } from './program.ts';
import { none } from './slot.ts';

/** A part of the evidence: the event's field, its value, and the pattern of the rule that it met. */
export interface Evidence {
  readonly field: string | null;
  readonly value: Value;
  readonly pattern: string;
}

/** One rule that holds for one event. Only valid during the callback. */
export interface Match {
  /** Index into the rule set. */
  readonly rule: number;
  readonly row: number;
  readonly batch: EventBatch;
  evidence(event: HuntEvent): Evidence[];
}

const maxPrograms = 2000;
const maxKeys = 30_000;
const maxExtra = 100_000;

export class Matcher {
  readonly fields: FieldTable;
  readonly #set: RuleSet;
  readonly #active: (rule: number) => boolean;
  readonly #rulesByRoute: number[][];
  /** Fields that selectors ask for, by id; they tell kinds apart where an event has no channel and provider. */
  readonly #hasFields = new Map<number, string>();
  readonly #programs = new Map<string, Program>();
  readonly #retired: Program[] = [];
  readonly #keys = new Interner();
  readonly #keyExtra = new Map<Value, number>();
  readonly #byKey = new Map<number, Program>();
  readonly #interner = new Interner();
  #hitsOf: (Int32Array | undefined)[] = [];
  #rulesOf: (Int32Array | undefined)[] = [];
  readonly #extraHits = new Map<number, Map<Value, Int32Array>>();
  #extraCount = 0;
  readonly #disguises = new DisguiseScan();
  readonly #rowHits: Int32Array[] = [];
  readonly #candidates: number[] = [];
  #viewed: HuntEvent | null = null;
  #view = new Map<string, { name: string; value: Value }>();

  constructor(set: RuleSet, fields: FieldTable, active: (rule: number) => boolean = () => true) {
    this.#set = set;
    this.fields = fields;
    this.#active = active;
    this.#rulesByRoute = set.routes.map(() => []);
    for (const [index, rule] of set.rules.entries()) (this.#rulesByRoute[rule.route] as number[]).push(index);
    for (const name of set.stored.fields) fields.add(name);
    for (const value of Object.values(set.stored.atomValues))
      if (value.kind === 'fieldref') fields.add(value.field);
    for (const selectors of set.routes) {
      for (const selector of selectors) {
        for (const name of Object.values(selector.fields ?? {})) fields.add(name);
        for (const name of selector.has ?? []) this.#hasFields.set(fields.add(name), name);
      }
    }
  }

  /** Every program that ran, for the question which rules could have fired at all. */
  programs(): readonly Program[] {
    return [...this.#retired, ...this.#programs.values()];
  }

  /** Runs all rules over the rows of a batch; calls `onMatch` in order of row, then rule. */
  match(
    batch: EventBatch,
    onMatch: (match: Match) => void,
    accept?: (batch: EventBatch, row: number) => boolean,
  ): void {
    this.#disguises.startBatch(batch);
    for (let row = 0; row < batch.length; row++) {
      if (accept && !accept(batch, row)) continue;
      this.#matchRow(batch, row, onMatch);
    }
  }

  #matchRow(batch: EventBatch, row: number, onMatch: (match: Match) => void): void {
    const from = batch.rowStart[row] as number;
    const to = batch.rowStart[row + 1] as number;
    const program = this.#programOf(batch, from, to);
    program.events++;
    if (program.rules.length === 0) return;
    const serial = ++program.serial;
    const candidates = this.#candidates;
    const rowHits = this.#rowHits;
    candidates.length = 0;
    rowHits.length = 0;
    for (let cell = from; cell < to; cell++) {
      const field = batch.cellField[cell] as number;
      const slots = program.slotsOfField[field];
      program.fieldSeen[field] = 1;
      if (slots)
        for (let i = 0; i < slots.length; i++) this.#look(program, slots[i] as Slot, batch, cell, serial);
    }
    if (program.keywords) this.#lookForKeywords(program, program.keywords, batch, row, from, to, serial);
    for (const index of program.always) this.#propose(program, index, serial);
    if (candidates.length > 0) this.#decide(program, batch, row, serial, onMatch);
  }

  #decide(
    program: Program,
    batch: EventBatch,
    row: number,
    serial: number,
    onMatch: (match: Match) => void,
  ): void {
    const { stamps } = program;
    for (const hits of this.#rowHits)
      for (let i = 0; i < hits.length; i++) stamps[hits[i] as number] = serial;
    const holds = (atom: number): boolean => stamps[atom] === serial;
    let matched: ProgramRule[] | null = null;
    for (const index of this.#candidates) {
      const rule = program.rules[index] as ProgramRule;
      if (rule.dynamic) this.#stampReferences(program, rule.tree, batch, row, serial);
      if (stampsHold(rule.tree, stamps, serial)) (matched ??= []).push(rule);
    }
    if (!matched) return;
    if (matched.length > 1) matched.sort((a, b) => a.rule - b.rule);
    for (const rule of matched) {
      onMatch({
        rule: rule.rule,
        row,
        batch,
        evidence: (event) => this.#evidence(program, rule, event, holds),
      });
    }
  }

  /** Hits of one cell in one slot. */
  #look(program: Program, slot: Slot, batch: EventBatch, cell: number, serial: number): void {
    const kind = batch.cellKind[cell] as number;
    const start = batch.cellStart[cell] as number;
    if (kind === EXTRA) {
      this.#note(program, this.#extra(slot, batch.extra[start] as Value), serial);
      return;
    }
    const end = batch.cellEnd[cell] as number;
    if (end - start > longestInterned) {
      this.#note(program, slot.match(batch.value(cell)), serial);
      return;
    }
    let entry = this.#interner.intern(slot.id, kind, batch.bytes, start, end);
    if (entry < 0) {
      this.#forgetValues();
      entry = this.#interner.intern(slot.id, kind, batch.bytes, start, end);
    }
    let hits = this.#hitsOf[entry];
    if (hits === undefined) {
      hits = slot.match(batch.value(cell));
      this.#hitsOf[entry] = hits;
      this.#rulesOf[entry] = waitingFor(program, hits);
    }
    if (hits.length === 0) return;
    this.#rowHits.push(hits);
    const rules = this.#rulesOf[entry] as Int32Array;
    for (let i = 0; i < rules.length; i++) this.#propose(program, rules[i] as number, serial);
  }

  #note(program: Program, hits: Int32Array, serial: number): void {
    if (hits.length === 0) return;
    this.#rowHits.push(hits);
    for (const index of waitingFor(program, hits)) this.#propose(program, index, serial);
  }

  #propose(program: Program, index: number, serial: number): void {
    if (program.ruleStamps[index] === serial) return;
    program.ruleStamps[index] = serial;
    this.#candidates.push(index);
  }

  #extra(slot: Slot, value: Value): Int32Array {
    if (typeof value === 'object' || (typeof value === 'string' && value.length > longestInterned))
      return slot.match(value);
    let known = this.#extraHits.get(slot.id);
    if (!known) this.#extraHits.set(slot.id, (known = new Map()));
    let hits = known.get(value);
    if (hits === undefined) {
      if (++this.#extraCount > maxExtra) {
        this.#extraHits.clear();
        this.#extraCount = 0;
        return slot.match(value);
      }
      known.set(value, (hits = slot.match(value)));
    }
    return hits;
  }

  #lookForKeywords(
    program: Program,
    slot: Slot,
    batch: EventBatch,
    row: number,
    from: number,
    to: number,
    serial: number,
  ): void {
    const rowFrom = batch.rowFrom[row] as number;
    const rowTo = batch.rowTo[row] as number;
    if (program.scan && (this.#disguises.inRow(batch, row) || program.scan.mayMatch(batch, row))) {
      const hits = slot.match(Object.values(batch.event(row).fields));
      this.#note(program, hits, serial);
      return;
    }
    for (let cell = from; cell < to; cell++) {
      const start = batch.cellStart[cell] as number;
      const outside = batch.cellKind[cell] === EXTRA || start < rowFrom || start >= rowTo;
      if (outside) this.#look(program, slot, batch, cell, serial);
    }
  }

  #programOf(batch: EventBatch, from: number, to: number): Program {
    let channel = -1;
    let provider = -1;
    let eventId = -1;
    for (let cell = from; cell < to; cell++) {
      const field = batch.cellField[cell] as number;
      // Event data may have a field of such a name too (the log that was cleared); the system's own comes first.
      if (field === Field.EventID) eventId = eventId < 0 ? cell : eventId;
      else if (field === Field.Channel) channel = channel < 0 ? cell : channel;
      else if (field === Field.Provider_Name) provider = provider < 0 ? cell : provider;
    }
    if (channel < 0 && provider < 0) return this.#programByFields(batch, from, to, eventId);
    const key =
      (this.#key(batch, channel) * maxKeys + this.#key(batch, provider)) * maxKeys +
      this.#key(batch, eventId);
    let program = this.#byKey.get(key);
    if (!program) {
      program = this.#programOfKind(
        valueOf(batch, channel),
        valueOf(batch, provider),
        valueOf(batch, eventId),
        null,
      );
      if (this.#keys.size + this.#keyExtra.size >= maxKeys - 3) this.#forgetKeys();
      else this.#byKey.set(key, program);
    }
    return program;
  }

  #programByFields(batch: EventBatch, from: number, to: number, eventId: number): Program {
    const present = new Set<string>();
    for (let cell = from; cell < to; cell++) {
      const name = this.#hasFields.get(batch.cellField[cell] as number);
      if (name !== undefined) present.add(name);
    }
    return this.#programOfKind(null, null, valueOf(batch, eventId), present);
  }

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

  #programOfKind(channel: Value, provider: Value, eventId: Value, present: Set<string> | null): Program {
    const id = typeof eventId === 'string' && /^\d{1,9}$/.test(eventId) ? Number(eventId) : eventId;
    const name = JSON.stringify([
      fold(channel),
      fold(provider),
      String(id),
      present ? [...present].sort() : 0,
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
      program = new Program(this.#set, this.#active, this.#rulesByRoute, this.fields, {
        channel,
        provider,
        eventId: id,
        has,
      });
      this.#programs.set(name, program);
    }
    return program;
  }

  #forgetValues(): void {
    this.#interner.clear();
    this.#hitsOf = [];
    this.#rulesOf = [];
  }

  #forgetKeys(): void {
    this.#keys.clear();
    this.#keyExtra.clear();
    this.#byKey.clear();
  }

  /** Hostile input may invent kinds of events without end; what they taught about coverage is kept for some. */
  #forgetPrograms(): void {
    if (this.#retired.length < maxPrograms) this.#retired.push(...this.#programs.values());
    this.#programs.clear();
    this.#forgetKeys();
    this.#forgetValues();
    this.#extraHits.clear();
  }

  #stampReferences(program: Program, tree: Tree, batch: EventBatch, row: number, serial: number): void {
    if (typeof tree !== 'number') {
      for (let i = 1; i < tree.length; i++)
        this.#stampReferences(program, tree[i] as Tree, batch, row, serial);
      return;
    }
    const atom = program.localAtom(tree);
    if (atom.kind !== 'fieldref' || atom.field === null) return;
    const own = this.#cellValues(program, batch, row, atom.field);
    const other = this.#cellValues(program, batch, row, atom.text);
    if (referenceHolds(atom, own, other)) program.stamps[tree] = serial;
  }

  #cellValues(program: Program, batch: EventBatch, row: number, name: string): Value[] {
    const field = this.fields.find(name);
    const slots = program.slotsOfField[field];
    const values: Value[] = [];
    for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
      const id = batch.cellField[cell] as number;
      if (id === field || (slots && id !== field && this.#aliased(program, slots, id)))
        values.push(batch.value(cell));
    }
    return values;
  }

  #aliased(program: Program, slots: readonly Slot[], id: number): boolean {
    return program.slotsOfField[id]?.some((slot) => slots.includes(slot)) ?? false;
  }

  /** The fields of the event that was asked for last; several rules tend to match one event. */
  #namesOf(event: HuntEvent): Map<string, { name: string; value: Value }> {
    if (this.#viewed !== event) {
      this.#viewed = event;
      this.#view = new Map(
        Object.entries(event.fields).map(([name, value]) => [foldFieldName(name), { name, value }]),
      );
    }
    return this.#view;
  }

  #evidence(
    program: Program,
    rule: ProgramRule,
    event: HuntEvent,
    holds: (atom: number) => boolean,
  ): Evidence[] {
    const compiled = this.#set.rules[rule.rule] as CompiledRule;
    const atomHolds = (atom: number): boolean => {
      const resolved = program.resolve(atom, rule.aliases);
      return typeof resolved === 'boolean' ? resolved : holds(resolved);
    };
    const byName = this.#namesOf(event);
    const evidence: Evidence[] = [];
    for (const id of supportingAtoms(compiled.tree, atomHolds)) {
      const atom = this.#set.atom(id);
      const pattern = describeAtom(atom);
      if (atom.field === null) {
        const test = compileAtom(atom);
        const found = Object.entries(event.fields).find(([, value]) => testValue(test, value));
        evidence.push({ field: found?.[0] ?? null, value: found?.[1] ?? null, pattern });
      } else {
        const alias = rule.aliases?.get(foldFieldName(atom.field));
        const found = (alias && byName.get(foldFieldName(alias))) || byName.get(foldFieldName(atom.field));
        evidence.push({ field: found?.name ?? atom.field, value: found?.value ?? null, pattern });
      }
    }
    return evidence;
  }
}

function stampsHold(tree: Tree, stamps: Int32Array, serial: number): boolean {
  if (typeof tree === 'number') return stamps[tree] === serial;
  if (tree[0] === 'not') return !stampsHold(tree[1] as Tree, stamps, serial);
  const and = tree[0] === 'and';
  for (let i = 1; i < tree.length; i++) if (stampsHold(tree[i] as Tree, stamps, serial) !== and) return !and;
  return and;
}

/** Rules that wait for any of the atoms, each once. */
function waitingFor(program: Program, hits: Int32Array): Int32Array {
  let rules: Set<number> | null = null;
  for (const atom of hits) {
    const waiting = program.waiting[atom];
    if (waiting) for (const index of waiting) (rules ??= new Set()).add(index);
  }
  return rules ? Int32Array.from(rules) : none;
}

/** Compares two fields of one event as the atom says: equal, or one contains, starts or ends with the other. */
export function referenceHolds(atom: Atom, own: readonly Value[], other: readonly Value[]): boolean {
  const reference = atom.value as { startsWith: boolean; endsWith: boolean; cased: boolean };
  const text = (value: Value): string[] =>
    value === null
      ? []
      : typeof value === 'object'
        ? value.flatMap(text)
        : [reference.cased ? String(value) : String(value).toLowerCase()];
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

function valueOf(batch: EventBatch, cell: number): Value {
  return cell < 0 ? null : batch.value(cell);
}

function fold(value: Value): string {
  return String(value).toLowerCase();
}
