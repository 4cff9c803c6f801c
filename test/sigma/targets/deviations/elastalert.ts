import { load } from 'js-yaml';
import { writeYaml } from '../../../../src/sigma/targets/elastalert-yaml.ts';
import type { YamlData } from '../../../../src/sigma/targets/elastalert-yaml.ts';
import type { SigmaRule } from '../../../../src/sigma/ast.ts';
import type { Deviation } from '../oracle.ts';
import { elastalertCorrelations } from './elastalert-correlations.ts';
import { deviations as lucene } from './lucene.ts';

/** Those of Lucene, for the query within the YAML, which is then laid out anew. */
export const deviations: Deviation[] = [
  ...elastalertCorrelations,
  ...lucene.map((deviation): Deviation => ({
    ...deviation,
    ...(deviation.undo === undefined
      ? {}
      : { undo: (ours, rule) => withQuery(ours, (query) => deviation.undo?.(query, rule) ?? query) }),
    ...(deviation.applies === undefined
      ? {}
      : {
          applies: (rule: SigmaRule, ours: string, theirs: string) =>
            withQuery(theirs, (query) => query) === theirs &&
            withQuery(ours, () => '') === withQuery(theirs, () => '') &&
            deviation.applies?.(rule, queryOf(ours), queryOf(theirs)) === true,
        }),
  })),
];

interface Rule {
  readonly filter: readonly [{ readonly query: { readonly query_string: { readonly query: string } } }];
}

function queryOf(text: string): string {
  return (load(text) as Rule).filter[0].query.query_string.query;
}

function withQuery(text: string, change: (query: string) => string): string {
  const rule = load(text) as Rule & { readonly [key: string]: YamlData };
  return writeYaml({ ...rule, filter: [{ query: { query_string: { query: change(queryOf(text)) } } }] });
}
