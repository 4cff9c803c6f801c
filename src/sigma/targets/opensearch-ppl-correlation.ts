/**
 * Correlations in PPL: events in fixed buckets of the time span (span) by group. Several rules are searched one by one
 * (multisearch), each marks its events.
 */
import type { CorrelationBound, SigmaCorrelation } from '../ast.ts';
import {
  anyOf,
  boundsText,
  conditionText,
  fieldOf,
  isAlias,
  onlyRules,
  refuseCorrelation,
  spanOf,
} from './correlation-words.ts';
import { UnwritableName, pplField } from './opensearch-ppl-text.ts';
import type { CorrelationContext } from './types.ts';

const units = { s: 's', m: 'm', h: 'h', d: 'd', w: 'w' };
const signs: Readonly<Record<CorrelationBound['op'], string>> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '=',
  neq: '!=',
};

export function correlatePpl(context: CorrelationContext): { search: string; query: string }[] {
  try {
    return write(context);
  } catch (error) {
    if (error instanceof UnwritableName)
      refuseCorrelation(context.correlation, 'OpenSearch PPL', error.message);
    throw error;
  }
}

function write(context: CorrelationContext): { search: string; query: string }[] {
  const { correlation, parts, options } = context;
  onlyRules(context, 'OpenSearch PPL');
  const refuse = (what: string): never => refuseCorrelation(correlation, 'OpenSearch PPL', what);
  const temporal = correlation.type === 'temporal' || correlation.type === 'temporal_ordered';
  const aliases = correlation.groupBy.filter((name) => isAlias(correlation, name));
  /** By source and marks: as one search, an event that several of them find comes once. */
  const alike = new Map<string, { source: string; mark: string; conditions: string[] }>();
  parts.forEach((part, index) => {
    const marks = aliases.map((alias) => `${pplField(alias)}=${pplField(fieldOf(correlation, alias, part))}`);
    if (temporal) marks.push(`rule_${index + 1}=1`);
    const mark = marks.length === 0 ? '' : ` | eval ${marks.join(', ')}`;
    for (const { search, query } of part.searches) {
      const source = query.slice(0, -search.length);
      const found = alike.get(source + mark);
      if (found === undefined) alike.set(source + mark, { source, mark, conditions: [search] });
      else found.conditions.push(search);
    }
  });
  const searches = [...alike.values()].map(
    ({ source, mark, conditions }) => source + anyOf(conditions, ' OR ') + mark,
  );
  const events =
    searches.length === 1
      ? (searches[0] as string)
      : `| multisearch ${searches.map((search) => `[search ${search}]`).join(' ')}`;
  const groups = correlation.groupBy.map(pplField);
  const steps = [events];
  if (groups.length > 0) steps.push(`where ${groups.map((group) => `isnotnull(${group})`).join(' AND ')}`);
  const span = `span(${pplField(options['time'] ?? '@timestamp')}, ${spanOf(correlation, units, 's')})`;
  const { counts, condition } = counted(context, refuse);
  steps.push(`stats ${counts} by ${[span, ...groups].join(', ')}`, condition);
  const query = steps.join(' | ');
  return [{ search: anyOf(searches, ' OR '), query }];
}

function counted(
  { correlation, parts }: CorrelationContext,
  refuse: (what: string) => never,
): { counts: string; condition: string } {
  const { type, condition } = correlation;
  if (type === 'temporal_ordered') return refuse('the order of events');
  if (type === 'temporal') {
    const counts = parts.map((_, index) => `max(rule_${index + 1}) as rule_${index + 1}`).join(', ');
    if (condition.kind === 'expression') {
      const words = { and: ' AND ', or: ' OR ', not: (inner: string) => `NOT ${inner}` };
      const word = (reference: string): string =>
        `coalesce(rule_${parts.findIndex((part) => part.reference === reference) + 1}, 0) = 1`;
      return { counts, condition: `where ${conditionText(condition.tree, words, word, refuse)}` };
    }
    const sum = parts.map((_, index) => `coalesce(rule_${index + 1}, 0)`).join(' + ');
    return {
      counts,
      condition: `eval rules=${sum} | where ${boundsText('rules', condition.bounds, signs, ' AND ')}`,
    };
  }
  if (condition.kind === 'expression') return refuse('a condition over rules for this type');
  const measured = measure(correlation, condition.fields, condition.percentile, refuse);
  return {
    counts: `${measured} as ${type}`,
    condition: `where ${boundsText(type, condition.bounds, signs, ' AND ')}`,
  };
}

function measure(
  { type }: SigmaCorrelation,
  fields: readonly string[],
  percentile: number | null,
  refuse: (what: string) => never,
): string {
  if (type === 'event_count') return 'count()';
  const [field = '', ...others] = fields.map(pplField);
  if (type === 'value_count') {
    if (others.length === 0) return `dc(${field})`;
    return `dc(concat(${[field, ...others].map((name) => `cast(${name} as string)`).join(', "\t", ')}))`;
  }
  if (type === 'value_sum') return `sum(${field})`;
  if (type === 'value_avg') return `avg(${field})`;
  if (type === 'value_median') return `percentile(${field}, 50)`;
  return percentile === null
    ? refuse('value_percentile that does not say which')
    : `percentile(${field}, ${percentile})`;
}
