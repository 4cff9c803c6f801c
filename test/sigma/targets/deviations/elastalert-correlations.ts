import type { Deviation } from '../oracle.ts';

/** Of the micro-cases. */
export const elastalertCorrelations: readonly Deviation[] = [
  {
    id: 'names',
    reason: 'ElastAlert refuses two rules of one name: further conditions are numbered',
    undo: (ours) => ours.replaceAll(/^(name: .*) \(\d+\)$/gm, '$1'),
  },
  {
    id: 'correlation-rules',
    reason: 'events of several rules, or of several conditions, are one search with OR',
    verdict: (_, ours, theirs) =>
      theirs === null &&
      ours !== null &&
      /query: \(.*\) OR \(/.test(ours) &&
      ours.includes('type: frequency'),
  },
  {
    id: 'correlation-neq',
    reason: 'other than three is not at least three: refused',
    verdict: (_, ours, theirs) => ours === null && theirs !== null && theirs.includes('num_events: 3'),
  },
  {
    id: 'correlation-month',
    reason: 'ElastAlert knows no months; one has 2,629,746 seconds in Sigma',
    undo: (ours) => ours.replace('seconds: 2629746', 'months: 1'),
  },
  {
    id: 'correlation-cardinality',
    reason: 'cardinality slides over event time; metric_aggregation does not',
    undo: (ours) =>
      ours
        .replace(
          /^cardinality_field: (\w+)\n([^]*?)max_cardinality: (\d+)\n/,
          'buffer_time:\n  hours: 1\n$2max_threshold: $3\nmetric_agg_key: $1\nmetric_agg_type: cardinality\n',
        )
        .replace('timeframe:\n  hours: 1\ntype: cardinality', 'type: metric_aggregation'),
  },
  {
    id: 'correlation-tuple',
    reason: 'distinct values of two fields taken together are refused: the key of a metric is one field',
    verdict: (_, ours, theirs) => ours === null && theirs !== null && theirs.includes('metric_agg_key:\n-'),
  },
  {
    id: 'correlation-metrics',
    reason: 'averages, medians and percentiles are metrics, too',
    verdict: (_, ours, theirs) =>
      theirs === null && ours !== null && ours.includes('type: metric_aggregation'),
  },
];
