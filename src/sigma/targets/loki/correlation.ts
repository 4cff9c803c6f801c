/**
 * Correlations as metric queries (https://grafana.com/docs/loki/latest/query/metric_queries/): what is counted lies
 * within the time span before each step of the query, so windows slide.
 */
import type { Condition, CorrelationBound, SigmaCorrelation } from '../../ast.ts';
import type { HuntbookError } from '../../../errors.ts';
import { cannotExpress } from '../dialect.ts';
import type { CorrelationContext, CorrelationPart } from '../types.ts';
import { parserOf } from './stream.ts';
import { goString, label } from './text.ts';

type Threshold = Extract<SigmaCorrelation['condition'], { kind: 'threshold' }>;

export function correlate(context: CorrelationContext): { search: string; query: string }[] {
  const { condition, type } = context.correlation;
  if (type === 'temporal_ordered') throw refused(context, 'an order of events');
  const query =
    condition.kind === 'expression'
      ? expression(context, condition.tree, null)
      : type === 'temporal'
        ? temporal(context, condition.bounds)
        : bounded(aggregate(context, condition), condition.bounds);
  return [{ search: query, query }];
}

const literal = /`[^`]*`|"(?:[^"\\]|\\.)*"/g;

/** The whole queries of the conditions of a rule, with the labels that must be there. */
function queriesOf(context: CorrelationContext, part: CorrelationPart, names: readonly string[]): string[] {
  if ('correlation' in part.context) throw refused(context, 'a correlation of correlations');
  const { context: ruleContext } = part;
  const needed = [...new Set(names)].map((name) => ` | ${label(name)}!=\`\``).join('');
  return part.searches.map(({ query }) =>
    needed !== '' && !/\| \w/.test(query.replaceAll(literal, ''))
      ? `${query} | ${parserOf(ruleContext)}${needed}`
      : query + needed,
  );
}

/** Labels of group-by, after the aliases. */
function keysOf({ correlation }: CorrelationContext): string[] {
  return correlation.groupBy.map(label);
}

/** Counts of the events of one rule by group. */
function counts(context: CorrelationContext, part: CorrelationPart, extra: readonly string[] = []): string {
  const { correlation } = context;
  const over = spanOf(correlation);
  const fields = correlation.groupBy.map((name) => aliasOf(correlation, name, part));
  const all = queriesOf(context, part, [...fields, ...extra]).map(
    (query) => `count_over_time(${query} [${over}])`,
  );
  const inner = union(
    context,
    all.map((text) => sumBy([...fields.map(label), ...extra], text)),
  );
  const renamed = correlation.groupBy.reduce((text, name, index) => {
    const field = label(fields[index] as string);
    return field === label(name)
      ? text
      : `label_replace(${text}, "${label(name)}", "$1", "${field}", "(.*)")`;
  }, inner);
  return renamed === inner ? inner : sumBy([...keysOf(context), ...extra], renamed);
}

function aliasOf({ aliases }: SigmaCorrelation, name: string, { reference }: CorrelationPart): string {
  const fields = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  return fields !== undefined && Object.hasOwn(fields, reference) ? (fields[reference] as string) : name;
}

/** Sums of all; a label keeps equal groups apart before. */
function union(
  context: CorrelationContext,
  texts: readonly string[],
  labels?: readonly string[],
  extra: readonly string[] = [],
): string {
  if (texts.length === 1) return texts[0] as string;
  return sumBy([...keysOf(context), ...extra], marked(texts, labels));
}

function marked(texts: readonly string[], labels?: readonly string[]): string {
  return texts
    .map(
      (text, index) =>
        `label_replace(${text}, "event_type", ${goString((labels?.[index] ?? String(index)).replaceAll('$', '$$$$'))}, "", "")`,
    )
    .join(' or ');
}

function sumBy(keys: readonly string[], inner: string): string {
  return keys.length === 0 ? `sum(${inner})` : `sum by (${keys.join(', ')}) (${inner})`;
}

function aggregate(context: CorrelationContext, { fields, percentile }: Threshold): string {
  const { correlation, parts } = context;
  const names = fields.map(label);
  const keys = keysOf(context);
  switch (correlation.type) {
    case 'event_count':
      return union(
        context,
        parts.map((part) => counts(context, part)),
      );
    case 'value_count': {
      const each = parts.map((part) => counts(context, part, names));
      return `count without (${names.join(', ')}) (${union(context, each, undefined, names)})`;
    }
    default: {
      const [part, ...others] = parts;
      const [query, ...more] = part === undefined ? [] : queriesOf(context, part, correlation.groupBy);
      if (part === undefined || query === undefined || others.length > 0 || more.length > 0)
        throw refused(context, 'numbers of several searches');
      const over = `${query} | unwrap ${names[0] ?? ''} [${spanOf(correlation)}]`;
      const by = ` by (${keys.join(', ')})`;
      if (correlation.type === 'value_sum') return sumBy(keys, `sum_over_time(${over})`);
      if (correlation.type === 'value_avg') return `avg_over_time(${over})${by}`;
      if (correlation.type === 'value_median') return `quantile_over_time(0.5, ${over})${by}`;
      if (percentile === null) throw refused(context, 'a percentile that is not given (key percentile)');
      return `quantile_over_time(${Number((percentile / 100).toFixed(12))}, ${over})${by}`;
    }
  }
}

/** How many of the rules matched; all of them is what each of them matched. */
function temporal(context: CorrelationContext, bounds: readonly CorrelationBound[]): string {
  const { parts } = context;
  const each = parts.map((part) => counts(context, part));
  const [bound] = bounds;
  if (bounds.length === 1 && bound?.op === 'gte' && bound.value === parts.length) return each.join(' and ');
  const keys = keysOf(context);
  const by = keys.length === 0 ? 'count' : `count by (${keys.join(', ')}) `;
  return bounded(
    `${by}(${marked(
      each,
      parts.map((part) => part.label),
    )})`,
    bounds,
  );
}

function expression(context: CorrelationContext, tree: Condition, parent: 'and' | 'or' | null): string {
  switch (tree.kind) {
    case 'ref': {
      const part = context.parts.find(({ reference }) => reference === tree.name);
      if (part === undefined)
        throw refused(context, `the rule ${JSON.stringify(tree.name)}, which is not listed`);
      return counts(context, part);
    }
    case 'of':
      throw refused(context, 'selectors such as `1 of` in the condition of a correlation');
    case 'not':
      throw refused(context, 'the absence of a rule but beside one that matched');
    case 'or': {
      const text = tree.items.map((item) => expression(context, item, 'or')).join(' or ');
      return parent === 'and' ? `(${text})` : text;
    }
    default: {
      const there = tree.items.filter(({ kind }) => kind !== 'not');
      const absent = tree.items.flatMap((item) => (item.kind === 'not' ? [item.item] : []));
      if (there.length === 0) throw refused(context, 'the absence of a rule but beside one that matched');
      const all = there.map((item) => expression(context, item, 'and')).join(' and ');
      return absent.reduce((text, item) => `${text} unless ${grouped(context, item)}`, all);
    }
  }
}

function grouped(context: CorrelationContext, tree: Condition): string {
  const text = expression(context, tree, null);
  return tree.kind === 'ref' ? text : `(${text})`;
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '==', neq: '!=' } as const;

function bounded(text: string, bounds: readonly CorrelationBound[]): string {
  return bounds.reduce(
    (inner, { op, value }, index) => `${index > 0 ? `(${inner})` : inner} ${operators[op]} ${value}`,
    text,
  );
}

/** Loki knows no months, and its year has 365 days. */
function spanOf({ timespan }: SigmaCorrelation): string {
  return /^\d+[smhdw]$/.test(timespan.text) ? timespan.text : `${timespan.seconds}s`;
}

function refused({ correlation }: CorrelationContext, what: string): HuntbookError {
  return cannotExpress(correlation, 'Loki', what);
}
