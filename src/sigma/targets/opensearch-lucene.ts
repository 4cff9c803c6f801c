/** Lucene query strings for OpenSearch and its dashboards; see `lucene-syntax.ts` for the language. */
import { kibanaFormats } from './lucene-kibana.ts';
import { ecsSuggestions } from './lucene.ts';
import { luceneSupport, luceneTarget } from './lucene-syntax.ts';
import type { TargetFormat } from './types.ts';

const { default: plain, dsl_lucene: search } = kibanaFormats;

export const opensearchLucene = luceneTarget({
  name: 'opensearch_lucene',
  title: 'OpenSearch Lucene',
  manual: 'https://docs.opensearch.org/latest/query-dsl/full-text/query-string/',
  formats: { default: plain as TargetFormat, dsl_lucene: search as TargetFormat },
  supports: luceneSupport,
  suggests: ecsSuggestions,
});
