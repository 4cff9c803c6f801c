/** The evidence of a match: which items of the rule the event satisfied, with the values that did. */
import { foldFieldName, type HuntEvent, type Value } from '../events/index.ts';
import { compileAtom, describeAtom, testValue } from './atoms.ts';
import { supportingAtoms } from './fold-tree.ts';
import type { Program, ProgramRule } from './program.ts';
import type { CompiledRule, RuleSet } from './rule-set.ts';

/** A part of the evidence: the event's field, its value, and the pattern of the rule that it met. */
export interface Evidence {
  readonly field: string | null;
  readonly value: Value;
  readonly pattern: string;
}

interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

export class EvidenceCollector {
  readonly #set: RuleSet;
  #event: HuntEvent | null = null;
  #fields = new Map<string, NamedValue>();

  constructor(set: RuleSet) {
    this.#set = set;
  }

  /** `holds`: whether a local atom of the program held for the event. */
  collect(
    program: Program,
    rule: ProgramRule,
    event: HuntEvent,
    holds: (atom: number) => boolean,
  ): Evidence[] {
    const compiled = this.#set.rules[rule.rule] as CompiledRule;
    const fields = this.#fieldsOf(event);
    const atomHolds = (atom: number): boolean => {
      const resolved = program.resolve(atom, rule.aliases);
      return typeof resolved === 'boolean' ? resolved : holds(resolved);
    };
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
        const found = (alias && fields.get(foldFieldName(alias))) || fields.get(foldFieldName(atom.field));
        evidence.push({ field: found?.name ?? atom.field, value: found?.value ?? null, pattern });
      }
    }
    return evidence;
  }

  /** The fields by folded name; several rules tend to match one event. */
  #fieldsOf(event: HuntEvent): Map<string, NamedValue> {
    if (this.#event !== event) {
      this.#event = event;
      this.#fields = new Map(
        Object.entries(event.fields).map(([name, value]) => [foldFieldName(name), { name, value }]),
      );
    }
    return this.#fields;
  }
}
