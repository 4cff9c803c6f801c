/** Which rules could not have fired on the data that was read, and why: no such events, or a field is missing. */
import { foldFieldName, type FieldTable } from '../events/index.ts';
import { positiveAtoms, possible, type Tree } from './fold-tree.ts';
import type { Matcher } from './matcher.ts';
import type { CompiledRule, RuleSet } from './rule-set.ts';

export interface NeverFires {
  readonly rule: number;
  readonly reason: 'log source' | 'event id' | 'field';
  /** The log source, event ids or fields that the data lack. */
  readonly missing: string;
}

/** Judges every active rule that did not match. Fields of kinds of events that were not seen can not be judged. */
export function rulesThatNeverFire(
  set: RuleSet,
  matcher: Matcher,
  fields: FieldTable,
  active: (rule: number) => boolean,
  matched: (rule: number) => boolean,
): NeverFires[] {
  const seen = new Map<number, Set<string> | null>();
  const excluded = new Set<number>();
  for (const program of matcher.programs()) {
    if (program.events === 0) continue;
    for (const rule of program.excluded) excluded.add(rule);
    const here = (name: string): boolean => {
      const id = fields.find(name);
      return id >= 0 && program.fieldSeen[id] === 1;
    };
    for (const { rule, tree, aliases } of program.rules) {
      // Null: some kind of event had all that the rule needs.
      if (seen.get(rule) === null || matched(rule)) continue;
      const missing = new Set<string>();
      const asked = positiveAtoms(tree);
      const result = possible(tree, (id) => {
        const atom = program.localAtom(id);
        if (atom.field === null) return { yes: true, no: true };
        const name = aliases?.get(foldFieldName(atom.field)) ?? atom.field;
        if (here(name) || here(atom.field)) return { yes: true, no: true };
        if (asked.has(id)) missing.add(atom.field);
        return { yes: false, no: true };
      });
      if (result.yes) seen.set(rule, null);
      else {
        // The kind of event that came nearest says what is missing.
        const before = seen.get(rule);
        if (!before || missing.size < before.size) seen.set(rule, missing);
      }
    }
  }
  const out: NeverFires[] = [];
  for (const [rule, compiled] of set.rules.entries()) {
    if (!active(rule) || matched(rule)) continue;
    const missing = seen.get(rule);
    if (missing === null) continue;
    if (missing) out.push({ rule, reason: 'field', missing: [...missing].sort().join(', ') });
    else if (excluded.has(rule))
      out.push({ rule, reason: 'event id', missing: eventIdsOf(set, compiled.tree) });
    else out.push({ rule, reason: 'log source', missing: describeLogSource(compiled) });
  }
  return out;
}

function describeLogSource({ info }: CompiledRule): string {
  const { product, category, service } = info.logsource;
  return [product, category, service].filter(Boolean).join('/');
}

function eventIdsOf(set: RuleSet, tree: Tree): string {
  const ids = new Set<string>();
  for (const id of positiveAtoms(tree)) {
    const atom = set.atom(id);
    if (atom.field && /^(eventid|channel|provider_name)$/i.test(atom.field))
      ids.add(`${atom.field} ${atom.text}`);
  }
  return [...ids].slice(0, 6).join(', ');
}
