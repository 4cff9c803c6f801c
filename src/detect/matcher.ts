/**
 * All rules over all events in one pass. Per event: find its kind's program, look up what each distinct value hits
 * (worked out once, remembered by interned bytes), and evaluate only the rules whose necessary atoms hit.
 *
 * Memory is bounded by the values and programs remembered (value-memo.ts, program-cache.ts). Every shortcut is
 * checked against a plain evaluation of the rules in the tests. Benchmark: bench/hunt.ts.
 */
import { EXTRA, type EventBatch, type FieldTable, type HuntEvent } from '../events/index.ts';
import { EvidenceCollector, type Evidence } from './evidence.ts';
import { stampReferences } from './field-reference.ts';
import type { Tree } from './fold-tree.ts';
import { DisguiseScan } from './keyword-scan.ts';
import { ProgramCache } from './program-cache.ts';
import type { Aliases, Program, ProgramRule, Slot } from './program.ts';
import type { RuleSet } from './rule-set.ts';
import { outcomeOf, ValueMemo, type Outcome } from './value-memo.ts';

/** One rule that holds for one event. Only valid during the callback. */
export interface Match {
  /** Index into the rule set. */
  readonly rule: number;
  readonly row: number;
  readonly batch: EventBatch;
  /** Names that the event's kind has for fields of rules, by folded name. */
  readonly aliases: Aliases | null;
  evidence(event: HuntEvent): Evidence[];
}

export class Matcher {
  readonly fields: FieldTable;
  readonly #programs: ProgramCache;
  readonly #memo = new ValueMemo();
  readonly #disguises = new DisguiseScan();
  readonly #evidence: EvidenceCollector;
  /** Atoms that hit in the row at hand, and the rules to decide. */
  readonly #hits: Int32Array[] = [];
  readonly #candidates: number[] = [];

  /** Makes the fields that the rules ask for wanted in `fields`, which the readers of events must be given. */
  constructor(set: RuleSet, fields: FieldTable, active: (rule: number) => boolean = () => true) {
    this.fields = fields;
    this.#evidence = new EvidenceCollector(set);
    for (const name of set.stored.fields) fields.add(name);
    for (const value of Object.values(set.stored.atomValues))
      if (value.kind === 'fieldref') fields.add(value.field);
    for (const { fields: aliases = {} } of set.routes.flat())
      for (const name of Object.values(aliases)) fields.add(name);
    this.#programs = new ProgramCache(set, fields, active, () => this.#memo.forget());
  }

  /** Every program that ran, for the question which rules could have fired at all. */
  programs(): readonly Program[] {
    return this.#programs.programs();
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
    const program = this.#programs.programOf(batch, from, to);
    program.events++;
    if (program.rules.length === 0) return;
    program.nextSerial();
    this.#candidates.length = 0;
    this.#hits.length = 0;
    for (let cell = from; cell < to; cell++) {
      const field = batch.cellField[cell] as number;
      const slots = program.slotsOfField[field];
      program.fieldSeen[field] = 1;
      if (!slots) continue;
      for (let i = 0; i < slots.length; i++) {
        this.#note(program, this.#memo.look(program, slots[i] as Slot, batch, cell));
      }
    }
    if (program.keywords) this.#lookForKeywords(program, program.keywords, batch, row);
    for (const index of program.always) this.#propose(program, index);
    if (this.#candidates.length > 0) this.#decide(program, batch, row, onMatch);
  }

  #note(program: Program, { hits, rules }: Outcome): void {
    if (hits.length === 0) return;
    this.#hits.push(hits);
    for (let i = 0; i < rules.length; i++) this.#propose(program, rules[i] as number);
  }

  #propose(program: Program, index: number): void {
    if (program.ruleStamps[index] === program.serial) return;
    program.ruleStamps[index] = program.serial;
    this.#candidates.push(index);
  }

  #lookForKeywords(program: Program, slot: Slot, batch: EventBatch, row: number): void {
    if (program.scan && (this.#disguises.inRow(batch, row) || program.scan.mayMatch(batch, row))) {
      this.#note(program, outcomeOf(program, slot, Object.values(batch.event(row).fields)));
      return;
    }
    const rowFrom = batch.rowFrom[row] as number;
    const rowTo = batch.rowTo[row] as number;
    for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
      const start = batch.cellStart[cell] as number;
      const outside = batch.cellKind[cell] === EXTRA || start < rowFrom || start >= rowTo;
      if (outside) this.#note(program, this.#memo.look(program, slot, batch, cell));
    }
  }

  #decide(program: Program, batch: EventBatch, row: number, onMatch: (match: Match) => void): void {
    const { stamps, serial } = program;
    for (const hits of this.#hits) for (let i = 0; i < hits.length; i++) stamps[hits[i] as number] = serial;
    let matched: ProgramRule[] | null = null;
    for (const index of this.#candidates) {
      const rule = program.rules[index] as ProgramRule;
      if (rule.dynamic) stampReferences(program, rule, this.fields, batch, row);
      if (stampsHold(rule.tree, stamps, serial)) (matched ??= []).push(rule);
    }
    if (!matched) return;
    if (matched.length > 1) matched.sort((a, b) => a.rule - b.rule);
    const holds = (atom: number): boolean => stamps[atom] === serial;
    for (const rule of matched) {
      const evidence = (event: HuntEvent): Evidence[] => this.#evidence.collect(program, rule, event, holds);
      onMatch({ rule: rule.rule, row, batch, aliases: rule.aliases, evidence });
    }
  }
}

/** `treeHolds` of fold-tree.ts without a call per atom: the hottest question of all. */
function stampsHold(tree: Tree, stamps: Int32Array, serial: number): boolean {
  if (typeof tree === 'number') return stamps[tree] === serial;
  if (tree[0] === 'not') return !stampsHold(tree[1] as Tree, stamps, serial);
  const and = tree[0] === 'and';
  for (let i = 1; i < tree.length; i++) if (stampsHold(tree[i] as Tree, stamps, serial) !== and) return !and;
  return and;
}
