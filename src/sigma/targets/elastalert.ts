/**
 * Rules for ElastAlert 2 (https://elastalert2.readthedocs.io/en/latest/ruletypes.html): YAML around a Lucene query
 * string. Where the alerts go is left to the one who installs them.
 */
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { correlateElastalert } from './elastalert-correlation.ts';
import { writeYaml } from './elastalert-yaml.ts';
import type { YamlData } from './elastalert-yaml.ts';
import { ecsSuggestions } from './lucene.ts';
import { luceneSupport, luceneTarget } from './lucene-syntax.ts';

const priorities: Readonly<Record<string, number>> = {
  informational: 0,
  low: 1,
  medium: 2,
  high: 3,
  critical: 4,
};

export const elastalert = luceneTarget({
  name: 'elastalert',
  title: 'ElastAlert',
  manual: 'https://elastalert2.readthedocs.io/en/latest/ruletypes.html',
  formats: { default: { description: 'rules in YAML, without the keys that say where alerts go' } },
  options: { index: { description: 'index pattern to search', default: '*' } },
  supports: {
    ...luceneSupport,
    correlations: [
      'event_count',
      'value_count',
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
    ],
    notes: [
      ...luceneSupport.notes,
      'correlations: one bound; sums, averages and percentiles are taken over buffer_time each time ElastAlert runs; groups and distinct values are told apart by case',
    ],
  },
  suggests: ecsSuggestions,
  // ElastAlert refuses two rules of one name.
  query: (search, { rule, conditionIndex, options }) =>
    elastalertRule(search, rule, options['index'] ?? '*', {
      type: 'any',
      ...(conditionIndex === 0 ? {} : { name: `${rule.title} (${conditionIndex + 1})` }),
    }),
  correlate: (context) => correlateElastalert(context, elastalertRule),
});

export function elastalertRule(
  search: string,
  document: SigmaRule | SigmaCorrelation,
  index: string,
  more: { readonly [key: string]: YamlData },
): string {
  const level = document.level ?? '';
  return writeYaml({
    description: document.description ?? '',
    filter: [{ query: { query_string: { query: search } } }],
    index,
    name: document.title,
    priority: (Object.hasOwn(priorities, level) ? priorities[level] : undefined) ?? 1,
    ...more,
  });
}
