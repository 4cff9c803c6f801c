/** Extended conditions as alternatives: each term says which rules must have matched and which must not. */
import { HuntbookError } from '../../errors.ts';
import type { Condition } from '../../sigma/index.ts';
import type { Term } from './types.ts';

/** Products of many alternatives are refused rather than multiplied out. */
const maxTerms = 256;

/** Throws HB_RULE_CONDITION when the condition has too many alternatives, or one that nothing needs to begin. */
export function termsOf(condition: Condition, slotOf: (name: string) => number): Term[] {
  const terms = expand(condition, false, slotOf).filter(
    ({ all, none }) => !all.some((slot) => none.includes(slot)),
  );
  if (terms.length === 0) fail('can never hold');
  if (terms.some(({ all }) => all.length === 0))
    fail('holds without any match; each alternative needs a rule that must match');
  const distinct = new Map(terms.map((term) => [JSON.stringify(term), term]));
  return [...distinct.values()];
}

function expand(condition: Condition, negated: boolean, slotOf: (name: string) => number): Term[] {
  switch (condition.kind) {
    case 'ref': {
      const slot = slotOf(condition.name);
      return [negated ? { all: [], none: [slot] } : { all: [slot], none: [] }];
    }
    case 'not':
      return expand(condition.item, !negated, slotOf);
    case 'of':
      return fail('names rules by a pattern; name each');
    default: {
      const parts = condition.items.map((item) => expand(item, negated, slotOf));
      if ((condition.kind === 'or') !== negated) return bounded(parts.flat());
      return parts.reduce((left, right) => bounded(left.flatMap((a) => right.map((b) => join(a, b)))));
    }
  }
}

function join(a: Term, b: Term): Term {
  const merge = (x: readonly number[], y: readonly number[]): number[] =>
    [...new Set([...x, ...y])].sort((m, n) => m - n);
  return { all: merge(a.all, b.all), none: merge(a.none, b.none) };
}

function bounded(terms: Term[]): Term[] {
  return terms.length > maxTerms ? fail(`has more than ${maxTerms} alternatives`) : terms;
}

function fail(what: string): never {
  throw new HuntbookError('HB_RULE_CONDITION', `the condition of the correlation ${what}`);
}
