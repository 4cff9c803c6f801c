/**
 * Correlations as ElastAlert's rule types: frequency and cardinality slide over event time; metric_aggregation takes
 * what lies in buffer_time when ElastAlert runs.
 */
import type { CorrelationBound, SigmaCorrelation } from '../ast.ts';
import { anyOf, onlyRules, refuseCorrelation } from './correlation-words.ts';
import type { YamlData } from './elastalert-yaml.ts';
import type { CorrelationContext } from './types.ts';

type Keys = { readonly [key: string]: YamlData };

const units: Readonly<Record<string, string>> = {
  s: 'seconds',
  m: 'minutes',
  h: 'hours',
  d: 'days',
  w: 'weeks',
};

export function correlateElastalert(
  context: CorrelationContext,
  write: (search: string, document: SigmaCorrelation, index: string, more: Keys) => string,
): { search: string; query: string }[] {
  const { correlation, parts, options } = context;
  const refuse = (what: string): never => refuseCorrelation(correlation, 'ElastAlert', what);
  onlyRules(context, 'ElastAlert');
  if (correlation.groupBy.some((name) => Object.hasOwn(correlation.aliases, name)))
    refuse('fields with a different name in each rule');
  const search = anyOf(
    parts.flatMap((part) => part.searches.map((one) => one.search)),
    ' OR ',
  );
  const groups: Keys = correlation.groupBy.length === 0 ? {} : { query_key: [...correlation.groupBy] };
  const keys = { ...typeKeys(correlation, refuse), ...groups };
  return [{ search, query: write(search, correlation, options['index'] ?? '*', keys) }];
}

function typeKeys(correlation: SigmaCorrelation, refuse: (what: string) => never): Keys {
  const { type, condition } = correlation;
  if (condition.kind !== 'threshold' || type === 'temporal' || type === 'temporal_ordered')
    return refuse('correlations of several kinds of events (temporal)');
  if (condition.bounds.length !== 1) return refuse('ranges in conditions of correlations');
  const bound = condition.bounds[0] as CorrelationBound;
  const time = timeOf(correlation);
  if (type === 'event_count')
    return { type: 'frequency', num_events: atLeast(bound, refuse), timeframe: time };
  const [field, ...others] = condition.fields;
  if (field === undefined) return refuse(`${type} without a field`);
  if (others.length > 0) return refuse('distinct values of several fields taken together');
  if (type === 'value_count') {
    const limit = cardinality(bound, refuse);
    return { type: 'cardinality', cardinality_field: field, ...limit, timeframe: time };
  }
  return {
    type: 'metric_aggregation',
    metric_agg_key: field,
    ...metric(type, condition.percentile),
    ...threshold(bound, refuse),
    buffer_time: time,
  };
}

function timeOf({ timespan }: SigmaCorrelation): Keys {
  const found = /^(\d+)([smhdw])$/.exec(timespan.text);
  const unit = found === null ? undefined : units[found[2] as string];
  return unit === undefined ? { seconds: timespan.seconds } : { [unit]: Number(found?.[1]) };
}

/** The least whole number of events that fulfils the bound. */
function atLeast({ op, value }: CorrelationBound, refuse: (what: string) => never): number {
  if (op === 'gte') return Math.ceil(value);
  return op === 'gt' ? Math.floor(value) + 1 : refuse(`counts of events by ${op}`);
}

/** Alerts come above the one and below the other. */
function cardinality({ op, value }: CorrelationBound, refuse: (what: string) => never): Keys {
  if (op === 'gte') return { max_cardinality: Math.ceil(value) - 1 };
  if (op === 'gt') return { max_cardinality: Math.floor(value) };
  if (op === 'lt') return { min_cardinality: Math.ceil(value) };
  return op === 'lte' ? { min_cardinality: Math.floor(value) + 1 } : refuse(`counts of values by ${op}`);
}

function threshold({ op, value }: CorrelationBound, refuse: (what: string) => never): Keys {
  if (op === 'gt') return { max_threshold: value };
  return op === 'lt' ? { min_threshold: value } : refuse(`sums, averages and percentiles by ${op}`);
}

function metric(type: SigmaCorrelation['type'], percentile: number | null): Keys {
  if (type === 'value_sum') return { metric_agg_type: 'sum' };
  if (type === 'value_avg') return { metric_agg_type: 'avg' };
  return {
    metric_agg_type: 'percentiles',
    percentile_range: type === 'value_median' ? 50 : (percentile ?? 50),
  };
}
