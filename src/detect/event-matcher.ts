/** Rules over events that are at hand as objects: for scripts, notebooks and tests. `hunt` reads files much faster. */
import { canonicalise, FieldTable, ObjectBatch } from '../events/index.ts';
import type { ParseResult, SigmaRule } from '../sigma/index.ts';
import { compileRuleSet, type CompileOptions } from './compile.ts';
import { Matcher } from './matcher.ts';
import type { RefusedRule, RuleInfo } from './rule-set.ts';

export interface EventMatcher {
  /** Rules that can not be run, with the reason. */
  readonly refused: readonly RefusedRule[];
  /** The rules that hold for an event, in the order of the rules. The event may have any shipper's shape. */
  match(event: Readonly<Record<string, unknown>>): RuleInfo[];
}

/**
 * Compiles rules, with filters applied if there are any. Correlations need many events and are not part of `match`:
 * see `hunt`, or `Correlator`. Never throws for a rule.
 */
export function compile(
  documents: readonly SigmaRule[] | Pick<ParseResult, 'rules' | 'filters'>,
  options: CompileOptions = {},
): EventMatcher {
  const { rules, filters } = 'rules' in documents ? documents : { rules: [...documents], filters: [] };
  const set = compileRuleSet({ rules, filters, correlations: [], notices: [], errors: [] }, options);
  const fields = new FieldTable();
  const matcher = new Matcher(set, fields);
  return {
    refused: set.refused,
    match(event) {
      const batch = new ObjectBatch('event', fields);
      batch.add(canonicalise(event, 'event'), 1);
      const found: RuleInfo[] = [];
      matcher.match(batch.batch, ({ rule }) => {
        const compiled = set.rules[rule];
        if (compiled !== undefined) found.push(compiled.info);
      });
      return found;
    },
  };
}
