/**
 * What Elasticsearch and Kibana take a query in: a search request, a saved search (saved objects import) and a
 * detection rule (https://www.elastic.co/guide/en/security/current/rules-api-create.html).
 */
import type { SigmaCorrelation, SigmaRule } from '../ast.ts';
import { threatOf } from './elastic-threat.ts';
import type { CorrelationContext, RuleContext, TargetFormat } from './types.ts';

type Context = RuleContext | CorrelationContext;

/** By level of the rule; the manual suggests 21, 47, 73 and 99. */
const risks: Readonly<Record<string, { severity: string; risk: number }>> = {
  informational: { severity: 'low', risk: 1 },
  low: { severity: 'low', risk: 21 },
  medium: { severity: 'medium', risk: 47 },
  high: { severity: 'high', risk: 73 },
  critical: { severity: 'critical', risk: 99 },
};

export const kibanaFormats: Readonly<Record<string, TargetFormat>> = {
  default: { description: 'query strings' },
  dsl_lucene: {
    description: 'bodies for the search API, as JSON',
    wrap: (query) => ({
      query: { bool: { must: [{ query_string: { query, analyze_wildcard: true } }] } },
    }),
  },
  kibana_ndjson: {
    description: 'saved searches to import into Kibana, a line of JSON each',
    wrap: (query, context) => savedSearch(query, context),
    finish: (queries) =>
      lines(
        queries.map(({ query, document, index, options }) =>
          searchObject(query, document, index, indexOf({ options })),
        ),
      ),
  },
  siem_rule: {
    description: 'detection rules of Elastic Security, as JSON',
    wrap: (query, context) => detectionRule(query, documentOf(context), numberOf(context), indexOf(context)),
  },
  siem_rule_ndjson: {
    description: 'detection rules to import into Elastic Security, a line of JSON each',
    wrap: (query, context) => detectionRule(query, documentOf(context), numberOf(context), indexOf(context)),
    finish: (queries) =>
      lines(
        queries.map(({ query, document, index, options }) =>
          detectionRule(query, document, index, indexOf({ options })),
        ),
      ),
  },
};

function lines(objects: readonly unknown[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

function documentOf(context: Context): SigmaRule | SigmaCorrelation {
  return 'rule' in context ? context.rule : context.correlation;
}

function numberOf(context: Context): number {
  return 'rule' in context ? context.conditionIndex : 0;
}

function indexOf({ options }: Pick<Context, 'options'>): string {
  return options['index'] ?? '';
}

/** The first condition has the document's id, the others a number behind it. */
function idOf(document: SigmaRule | SigmaCorrelation, number: number): string {
  const id = document.id ?? document.name ?? document.title;
  return number === 0 ? id : `${id}-${number + 1}`;
}

function savedSearch(query: string, context: Context): unknown {
  return searchObject(query, documentOf(context), numberOf(context), indexOf(context));
}

function searchObject(
  query: string,
  document: SigmaRule | SigmaCorrelation,
  number: number,
  index: string,
): unknown {
  const source = {
    query: { query, language: 'lucene' },
    filter: [],
    indexRefName: 'kibanaSavedObjectMeta.searchSourceJSON.index',
  };
  return {
    id: idOf(document, number),
    type: 'search',
    attributes: {
      title: `SIGMA - ${document.title}`,
      description: document.description ?? '',
      hits: 0,
      columns: [],
      sort: [['@timestamp', 'desc']],
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: [{ id: index, name: 'kibanaSavedObjectMeta.searchSourceJSON.index', type: 'index-pattern' }],
  };
}

function detectionRule(
  query: string,
  document: SigmaRule | SigmaCorrelation,
  number: number,
  index: string,
): unknown {
  const level = document.level ?? '';
  const { severity, risk } = (Object.hasOwn(risks, level) ? risks[level] : undefined) ?? {
    severity: 'medium',
    risk: 47,
  };
  return {
    rule_id: idOf(document, number),
    type: 'query',
    language: 'lucene',
    query,
    index: index.split(',').map((name) => name.trim()),
    name: `SIGMA - ${document.title}`,
    description: document.description ?? document.title,
    severity,
    risk_score: risk,
    tags: document.tags,
    threat: threatOf(document.tags),
    references: document.references,
    false_positives: document.falsepositives,
    author: document.author === null ? [] : [document.author],
    ...(document.license === null ? {} : { license: document.license }),
    from: 'now-6m',
    to: 'now',
    interval: '5m',
    enabled: true,
  };
}
