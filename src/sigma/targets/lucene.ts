/** Lucene query strings for Elasticsearch and Kibana; see `lucene-syntax.ts` for the language. */
import { kibanaFormats } from './lucene-kibana.ts';
import { luceneTarget } from './lucene-syntax.ts';
import type { PipelineSuggestion, TargetSupport } from './types.ts';

export const luceneSupport: TargetSupport = {
  keywords: 'yes',
  regex: 'part',
  cidr: 'part',
  cased: 'part',
  fieldref: 'no',
  exists: 'yes',
  compare: 'yes',
  timeparts: 'no',
  correlations: [],
  notes: [
    'regex: written for Lucene, which has no look-around, back references nor word boundaries within',
    'cidr: for fields of the type ip',
    'case: counts on keyword fields, and does not on fields with a lower-casing normaliser or analyser',
  ],
  ranOn: null,
};

export const ecsSuggestions: readonly PipelineSuggestion[] = [
  { when: { product: 'windows' }, pipelines: ['ecs_windows'] },
  { when: { product: 'macos' }, pipelines: ['ecs_macos_esf'] },
  { when: { product: 'zeek' }, pipelines: ['ecs_zeek_beats'] },
  { when: { product: 'kubernetes' }, pipelines: ['ecs_kubernetes'] },
];

export const lucene = luceneTarget({
  name: 'lucene',
  title: 'Lucene',
  manual: 'https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query',
  formats: kibanaFormats,
  options: {
    index: {
      description: 'index patterns of detection rules; id of the data view of saved searches',
      default: 'logs-*',
    },
  },
  supports: luceneSupport,
  suggests: ecsSuggestions,
});
