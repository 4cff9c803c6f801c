/** Conditions of correlations over rules, as alternatives: these rules matched, and those did not. */
import type { Condition } from '../ast.ts';

export interface SlotTerm {
  /** Ascending. */
  readonly all: readonly number[];
  readonly none: readonly number[];
}

const maxTerms = 256;

/** `refuse` makes the error for what has too many alternatives, or one that needs no match. */
export function groupTerms(
  condition: Condition,
  slotOf: (name: string) => number,
  refuse: (what: string) => Error,
): readonly SlotTerm[] {
  const expand = (item: Condition, negated: boolean): SlotTerm[] => {
    switch (item.kind) {
      case 'ref': {
        const slot = slotOf(item.name);
        if (slot < 0) throw refuse(`the rule ${JSON.stringify(item.name)} that is not among its rules`);
        return [negated ? { all: [], none: [slot] } : { all: [slot], none: [] }];
      }
      case 'not':
        return expand(item.item, !negated);
      case 'of':
        throw refuse('rules named by a pattern');
      default: {
        const parts = item.items.map((part) => expand(part, negated));
        if ((item.kind === 'or') !== negated) return bounded(parts.flat());
        return parts.reduce((left, right) => bounded(left.flatMap((a) => right.map((b) => joined(a, b)))));
      }
    }
  };
  const bounded = (terms: SlotTerm[]): SlotTerm[] => {
    if (terms.length > maxTerms) throw refuse(`a condition with more than ${maxTerms} alternatives`);
    return terms;
  };
  const terms = expand(condition, false).filter(({ all, none }) => !all.some((slot) => none.includes(slot)));
  if (terms.length === 0 || terms.some(({ all }) => all.length === 0))
    throw refuse('a condition that no match can begin');
  return [...new Map(terms.map((term) => [JSON.stringify(term), term])).values()];
}

function joined(a: SlotTerm, b: SlotTerm): SlotTerm {
  const merge = (x: readonly number[], y: readonly number[]): number[] =>
    [...new Set([...x, ...y])].toSorted((m, n) => m - n);
  return { all: merge(a.all, b.all), none: merge(a.none, b.none) };
}
