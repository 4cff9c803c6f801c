/**
 * Correlations in ES|QL: events in fixed buckets of the time span (date_trunc) by group, as the language has no windows
 * that slide. Which rules an event matches is asked for each rule by itself.
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
import { esqlField, esqlIndex } from './esql-text.ts';
import type { CorrelationContext } from './types.ts';

const units = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };
const signs: Readonly<Record<CorrelationBound['op'], string>> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '==',
  neq: '!=',
};

export function correlateEsql(context: CorrelationContext): { search: string; query: string }[] {
  const { correlation, parts, options } = context;
  onlyRules(context, 'ES|QL');
  const refuse = (what: string): never => refuseCorrelation(correlation, 'ES|QL', what);
  const rules = parts.map(({ searches }) =>
    anyOf(
      searches.map(({ search }) => search),
      ' or ',
    ),
  );
  const time = timeField(options['time'] ?? '@timestamp');
  const aliases = correlation.groupBy.filter((name) => isAlias(correlation, name));
  const usesRules =
    aliases.length > 0 || correlation.type === 'temporal' || correlation.type === 'temporal_ordered';
  // A search of all fields cannot be asked again behind the first search.
  if (usesRules && rules.some((rule) => rule.includes('qstr(')))
    refuse('which of several rules a keyword matches');
  const search = anyOf(
    parts.flatMap(({ searches }) => searches.map((one) => one.search)),
    ' or ',
  );
  const lines = [
    `from ${esqlIndex(options['index'] ?? '*')} metadata _id, _index, _version | where ${search}`,
  ];
  for (const alias of aliases) {
    const cases = parts.map(
      (part, index) => `${rules[index]}, ${esqlField(fieldOf(correlation, alias, part))}`,
    );
    lines.push(`eval ${esqlField(alias)}=case(${cases.join(', ')})`);
  }
  const groups = correlation.groupBy.map(esqlField);
  if (groups.length > 0) lines.push(`where ${groups.map((group) => `${group} is not null`).join(' and ')}`);
  const keys = ['timebucket', ...groups].join(', ');
  const bucket = `eval timebucket=date_trunc(${spanOf(correlation, units, 'seconds')}, ${time})`;
  const { counts, condition } = counted(context, rules, time, refuse);
  lines.push(`${bucket} | stats ${counts} by ${keys}`, ...condition);
  return [{ search, query: lines.join('\n| ') }];
}

/** The name of the field is often this one, which needs no quotes. */
function timeField(name: string): string {
  return name === '@timestamp' ? name : esqlField(name);
}

function counted(
  { correlation, parts }: CorrelationContext,
  rules: readonly string[],
  time: string,
  refuse: (what: string) => never,
): { counts: string; condition: string[] } {
  const { type, condition } = correlation;
  if (type === 'temporal_ordered') return ordered(correlation, rules, time, refuse);
  if (type === 'temporal') {
    const counts = rules.map((rule, index) => `rule_${index + 1}=max(case(${rule}, 1, 0))`).join(', ');
    if (condition.kind === 'expression') {
      const words = { and: ' and ', or: ' or ', not: (inner: string) => `not ${inner}` };
      const word = (reference: string): string =>
        `rule_${parts.findIndex((part) => part.reference === reference) + 1} == 1`;
      return { counts, condition: [`where ${conditionText(condition.tree, words, word, refuse)}`] };
    }
    const sum = rules.map((_, index) => `rule_${index + 1}`).join(' + ');
    const bounds = boundsText('rules', condition.bounds, signs, ' and ');
    return { counts, condition: [`eval rules=${sum}`, `where ${bounds}`] };
  }
  if (condition.kind === 'expression') return refuse('a condition over rules for this type');
  const name = type === 'event_count' ? 'event_count' : type;
  const bounds = boundsText(name, condition.bounds, signs, ' and ');
  return {
    counts: `${name}=${measure(correlation, condition.fields, condition.percentile, refuse)}`,
    condition: [`where ${bounds}`],
  };
}

function measure(
  { type }: SigmaCorrelation,
  fields: readonly string[],
  percentile: number | null,
  refuse: (what: string) => never,
): string {
  if (type === 'event_count') return 'count()';
  const [field = '', ...others] = fields.map(esqlField);
  if (type === 'value_count') {
    if (others.length === 0) return `count_distinct(${field})`;
    return `count_distinct(concat(${[field, ...others].map((name) => `to_string(${name})`).join(', "\\n", ')}))`;
  }
  const value = `to_double(${field})`;
  if (type === 'value_sum') return `sum(${value})`;
  if (type === 'value_avg') return `avg(${value})`;
  if (type === 'value_median') return `median(${value})`;
  return percentile === null
    ? refuse('value_percentile that does not say which')
    : `percentile(${value}, ${percentile})`;
}

/** Of two rules: some event of the first lies before some of the second. */
function ordered(
  { condition }: SigmaCorrelation,
  rules: readonly string[],
  time: string,
  refuse: (what: string) => never,
): { counts: string; condition: string[] } {
  if (rules.length !== 2 || condition.kind !== 'threshold') return refuse('the order of more than two rules');
  const [first, second] = rules as [string, string];
  if (condition.bounds.length !== 1 || condition.bounds[0]?.op !== 'gte' || condition.bounds[0].value !== 2)
    return refuse('the order of some of the rules');
  return {
    counts: `first=min(case(${first}, ${time}, null)), last=max(case(${second}, ${time}, null))`,
    condition: ['where first < last'],
  };
}
