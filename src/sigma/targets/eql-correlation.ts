/**
 * Correlations in EQL: sequences within the time span. Events that may come in any order are one sequence for each
 * order, each a query of its own; so are alternatives. Distinct values cannot be counted.
 */
import type { Condition, CorrelationBound, SigmaCorrelation } from '../ast.ts';
import { anyOf, fieldOf, isAlias, onlyRules, refuseCorrelation, spanOf } from './correlation-words.ts';
import type { CorrelationContext, CorrelationPart } from './types.ts';

/** `field` writes a name, `category` what stands before `where`. */
export interface EqlWords {
  readonly field: (name: string) => string;
  readonly category: string;
}

const units = { s: 's', m: 'm', h: 'h', d: 'd' };
/** The server's own limit. */
const maxRuns = 100;
const maxQueries = 24;

export function correlateEql(
  context: CorrelationContext,
  words: EqlWords,
): { search: string; query: string }[] {
  const { correlation, parts } = context;
  onlyRules(context, 'EQL');
  const refuse = (what: string): never => refuseCorrelation(correlation, 'EQL', what);
  const { type, condition } = correlation;
  let orders: (readonly CorrelationPart[])[];
  if (type === 'event_count' && condition.kind === 'threshold') return [counted(context, words, refuse)];
  if (type === 'temporal_ordered' && condition.kind === 'threshold') {
    if (least(condition.bounds, refuse) !== parts.length) refuse('the order of some of the rules');
    orders = [parts];
  } else if (type === 'temporal') {
    const sets =
      condition.kind === 'expression'
        ? alternatives(condition.tree, refuse).map((names) =>
            parts.filter((part) => names.has(part.reference)),
          )
        : subsets(parts, least(condition.bounds, refuse));
    orders = sets.flatMap((set) => permutations(set, refuse));
  } else return refuse(`correlations of the type ${type}`);
  if (orders.length > maxQueries) refuse(`correlations with more than ${maxQueries} orders of events`);
  return orders.map((order) => sequence(context, order, words));
}

function counted(
  { correlation, parts }: CorrelationContext,
  words: EqlWords,
  refuse: (what: string) => never,
): { search: string; query: string } {
  const { condition } = correlation;
  const count = condition.kind === 'threshold' ? least(condition.bounds, refuse) : 0;
  if (count > maxRuns) refuse(`more than ${maxRuns} events in a sequence`);
  const search = anyOf(
    parts.flatMap(({ searches }) => searches.map((one) => one.search)),
    ' or ',
  );
  if (count <= 1) return { search, query: `${words.category} where ${search}` };
  if (correlation.groupBy.some((name) => isAlias(correlation, name)))
    refuse('a count of events over fields with different names');
  const step = `[${words.category} where ${search}] with runs=${count}`;
  return { search, query: `sequence${by(correlation.groupBy, words)}${span(correlation)}\n  ${step}` };
}

function sequence(
  { correlation }: CorrelationContext,
  order: readonly CorrelationPart[],
  words: EqlWords,
): { search: string; query: string } {
  const { groupBy } = correlation;
  const aliased = groupBy.some((name) => isAlias(correlation, name));
  const steps = order.map((part) => {
    const search = anyOf(
      part.searches.map((one) => one.search),
      ' or ',
    );
    const own = aliased
      ? by(
          groupBy.map((name) => fieldOf(correlation, name, part)),
          words,
        )
      : '';
    return `[${words.category} where ${search}]${own}`;
  });
  // A sequence has at least two steps.
  if (steps.length === 1) {
    const only = (steps[0] as string).replace(/^\[/, '').replace(/\](?: by .*)?$/, '');
    return { search: only, query: only };
  }
  const query = [`sequence${aliased ? '' : by(groupBy, words)}${span(correlation)}`, ...steps].join('\n  ');
  return { search: query, query };
}

function by(names: readonly string[], words: EqlWords): string {
  return names.length === 0 ? '' : ` by ${names.map(words.field).join(', ')}`;
}

function span(correlation: SigmaCorrelation): string {
  return ` with maxspan=${spanOf(correlation, units, 's')}`;
}

/** The least number that fulfils the bounds; what has an upper end is refused. */
function least(bounds: readonly CorrelationBound[], refuse: (what: string) => never): number {
  const [bound, ...others] = bounds;
  if (bound === undefined || others.length > 0) return refuse('ranges in conditions of correlations');
  if (bound.op === 'gte') return Math.ceil(bound.value);
  return bound.op === 'gt' ? Math.floor(bound.value) + 1 : refuse(`counts by ${bound.op}`);
}

function subsets<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  if (size <= 0) return [[]];
  if (size > items.length) return [];
  const [first, ...rest] = items as [Item, ...Item[]];
  return [...subsets(rest, size - 1).map((set) => [first, ...set]), ...subsets(rest, size)];
}

function permutations<Item>(items: readonly Item[], refuse: (what: string) => never): (readonly Item[])[] {
  if (items.length > 4) refuse('more than four rules in any order');
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)], refuse).map((rest) => [
      item,
      ...rest,
    ]),
  );
}

/** The sets of rules any of which fulfils a condition. */
function alternatives(tree: Condition, refuse: (what: string) => never): ReadonlySet<string>[] {
  switch (tree.kind) {
    case 'ref':
      return [new Set([tree.name])];
    case 'or':
      return tree.items.flatMap((item) => alternatives(item, refuse));
    case 'and':
      return tree.items.reduce<ReadonlySet<string>[]>(
        (sets, item) => {
          const more = alternatives(item, refuse);
          if (sets.length * more.length > maxQueries) refuse('conditions with so many alternatives');
          return sets.flatMap((set) => more.map((other) => new Set([...set, ...other])));
        },
        [new Set()],
      );
    default:
      return refuse('events that must not come');
  }
}
