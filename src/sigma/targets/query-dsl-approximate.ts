/** Parts of a query that hold for more events than the rule, and how that is known of the whole. */
import type { Refuse } from './lucene-regex-tree.ts';
import type { Query } from './query-dsl-regex.ts';
import { nothing } from './query-dsl-values.ts';

/** Marks parts that hold for more events than the rule; see `isApproximate`. */
export const mark = 'huntbook-approximate';

/** An approximation below `not`. */
export const fewer: Query = { bool: { must: [nothing], _name: mark } };

export function anyOf(queries: readonly Query[]): Query {
  return { bool: { should: queries, minimum_should_match: 1 } };
}

/** Some of the events that `perhaps` finds are meant too. */
export function orPerhaps(query: Query, perhaps: Query, negated: boolean): Query {
  if (negated) return { bool: { filter: [query], _name: mark } };
  return { bool: { should: [query, perhaps], minimum_should_match: 1, _name: mark } };
}

/** Documents whose value of the field the index left out. */
export function ignored(field: string): Query {
  return { term: { _ignored: { value: field } } };
}

class Refusal extends Error {}

/** `make`, or what `otherwise` makes of the reason why it was refused. */
export function attempt<Made>(make: (refuse: Refuse) => Made, otherwise: (reason: string) => Made): Made {
  try {
    return make((reason) => {
      throw new Refusal(reason);
    });
  } catch (error) {
    if (error instanceof Refusal) return otherwise(error.message);
    throw error;
  }
}

/** Whether a query made with `approximate=yes` may find more than the rule means: its hits are to be looked at again. */
export function isApproximate(query: unknown): boolean {
  if (Array.isArray(query)) return query.some(isApproximate);
  if (typeof query !== 'object' || query === null) return false;
  return Object.entries(query).some(
    ([key, value]) => (key === '_name' && value === mark) || isApproximate(value),
  );
}
