/**
 * Which rules could not have fired on the data that was read, and why: no such events, or a field is missing;
 * and which correlations could not, because of the rules they need.
 */
import { foldFieldName, type FieldTable } from '../events/index.ts';
import { positiveAtoms, possible, type Tree } from './fold-tree.ts';
import type { Matcher } from './matcher.ts';
import { withinBounds, type CorrelationPlan, type StoredCorrelation } from './correlate/index.ts';
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

export interface CorrelationNeverFires {
  readonly correlation: number;
  /** Titles of rules that can not fire; or the group-by fields that no match has. */
  readonly reason: 'rules' | 'group';
  readonly missing: string;
}

/**
 * Judges every correlation that is run and found nothing. `dead`: a rule that can never fire. `ungrouped`: the
 * correlation had matches, but none with the fields to group by.
 */
export function correlationsThatNeverFire(
  set: RuleSet,
  plan: CorrelationPlan,
  dead: (rule: number) => boolean,
  found: (correlation: number) => boolean,
  ungrouped: (correlation: number) => boolean,
): CorrelationNeverFires[] {
  const out: CorrelationNeverFires[] = [];
  const never = new Set<number>();
  for (const [correlation, stored] of set.correlations.entries()) {
    if (!plan.runs[correlation] || found(correlation)) continue;
    const alive = stored.slots.map(({ kind, index }) => (kind === 'rule' ? !dead(index) : !never.has(index)));
    const reason = canHold(stored, alive) ? (ungrouped(correlation) ? 'group' : null) : 'rules';
    if (reason === null) continue;
    never.add(correlation);
    const { slots, groupBy } = stored;
    const titles = slots.flatMap(({ kind, index }, slot) =>
      alive[slot] ? [] : [(kind === 'rule' ? set.rules : set.correlations)[index]?.info.title ?? ''],
    );
    const missing = reason === 'rules' ? [...new Set(titles)] : [...groupBy];
    if (plan.reports[correlation]) out.push({ correlation, reason, missing: missing.join(', ') });
  }
  return out;
}

/** Whether the rules that can fire are enough. */
function canHold({ type, terms, bounds, chain }: StoredCorrelation, alive: readonly boolean[]): boolean {
  if (chain) return alive.every(Boolean);
  if (terms) return terms.some(({ all }) => all.every((slot) => alive[slot]));
  const count = alive.filter(Boolean).length;
  if (!type.startsWith('temporal')) return count > 0;
  return alive.some((_, n) => n < count && withinBounds(n + 1, bounds));
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
