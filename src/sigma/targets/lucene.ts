/** Lucene query strings for Elasticsearch and Kibana; see `lucene-syntax.ts` for the language. */
import { kibanaFormats } from './lucene-kibana.ts';
import { luceneSupport, luceneTarget } from './lucene-syntax.ts';
import type { PipelineSuggestion } from './types.ts';

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
