/** Every rule for Windows as a query that servers take, on an index of huntbook's where each field has long values. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRuleSet } from '../../../src/detect/index.ts';
import { FieldTable, ObjectBatch } from '../../../src/events/index.ts';
import { Translator } from '../../../src/hunt/remote/translate.ts';
import { loadRules } from '../../../src/rules/index.ts';
import { convert, isApproximate, parseRules } from '../../../src/sigma/index.ts';
import { FieldResolver, indexEvents, openElastic, type ElasticEngine } from '../../../src/sources/index.ts';
import { eventOf } from '../../detect/support.ts';
import { sharedPath } from '../../support/data.ts';
import { openSearch, useOpenSearch } from '../../support/opensearch.ts';

const data = sharedPath('data', 'sigma', 'rules', 'windows');
const folders = [
  data,
  sharedPath('data', 'sigma', 'rules-threat-hunting', 'windows'),
  sharedPath('data', 'sigma', 'rules-emerging-threats'),
].map((one) => one.path);
/** `indices.query.bool.max_clause_count` of a server. */
const mostClauses = 1024;
const full = process.env['HUNTBOOK_FULL'] !== undefined;
/** What a server refused before: too many clauses, or too large an automaton. */
const named = [
  'Malicious PowerShell Commandlets - PoshModule',
  'Malicious PowerShell Commandlets - ScriptBlock',
  'Malicious PowerShell Commandlets - ProcessCreation',
  'HackTool - WSASS Execution',
  'Unusually Long PowerShell CommandLine',
  'Potential Dtrack RAT Activity',
];

interface Asked {
  readonly title: string;
  readonly query: unknown;
  readonly clauses: number;
  readonly approximate: boolean;
}

/** All queries within a query, those that hold others too. */
function clausesOf(query: unknown): number {
  if (Array.isArray(query)) return query.reduce<number>((sum, one) => sum + clausesOf(one), 0);
  const [[kind, body] = ['', {}]] = Object.entries(query as Record<string, Record<string, unknown>>);
  if (kind !== 'bool') return 1;
  return 1 + clausesOf(['filter', 'must', 'should', 'must_not'].flatMap((name) => body[name] ?? []));
}

/** Stands for an index where every field has all forms that huntbook's template gives. */
const mapping = {
  resolve: async (_index: string | undefined, fields: readonly string[]) => {
    const form = (field: string): object => ({
      field,
      type: 'keyword',
      long: `huntbook_long.${field}`,
      ...(/I[pP]$/.test(field) && { ip: `${field}.ip` }),
    });
    const forms = Object.fromEntries(fields.map((name) => [name, form(name)]));
    return { fields: JSON.stringify(forms), everything: 'huntbook_all', missing: [] };
  },
};

describe.skipIf(data.missing)(`the size of queries${data.note}`, () => {
  const asked: Asked[] = [];
  beforeAll(async () => {
    const { rules: documents } = await loadRules(folders);
    const { set } = await loadRuleSet(folders, { cacheDir: null });
    const engine = { kind: 'opensearch' } as ElasticEngine;
    const settings = { source: 's', rules: set, documents, fields: 'sigma' as const, onFinding: () => {} };
    const translator = new Translator({ ...settings, engine, mapping });
    const byPlace = new Map(documents.map((rule) => [`${rule.path}:${rule.position.line}`, rule]));
    for (const compiled of set.rules) {
      const document = byPlace.get(`${compiled.info.path}:${compiled.info.line}`);
      if (document?.logsource.product !== 'windows') continue;
      const { title } = document;
      const { searches } = await translator.translate(document, compiled);
      for (const { query, approximate } of searches)
        asked.push({ title, query, approximate, clauses: clausesOf(query) });
    }
  }, 300_000);

  it('stays under the bound of servers', () => {
    expect(asked.length).toBeGreaterThan(2000);
    const large = asked.filter(({ clauses }) => clauses > mostClauses);
    expect(large.map(({ title, clauses }) => `${title}: ${clauses}`)).toEqual([]);
    for (const title of named) expect(asked.map((one) => one.title)).toContain(title);
  });

  describe.skipIf(openSearch.missing)(`on OpenSearch${openSearch.note}`, () => {
    const server = useOpenSearch();
    const index = `hbtest-clauses-${process.pid}`;
    let engine: ElasticEngine;
    beforeAll(async () => {
      engine = await openElastic({ product: 'opensearch', url: server.url });
    });
    afterAll(async () => {
      await engine.wire.ask('DELETE', `/${index}*`);
      await engine.close();
    });

    it('is taken by the server', { timeout: 600_000 }, async () => {
      const names = new Set(asked.flatMap(({ query }) => [...fieldsIn(query)]));
      await load(engine, index, [Object.fromEntries([...names].map((name) => [name, 'x']))]);
      const long = Object.fromEntries([...names].map((name) => [name, 'x']));
      const query = { refresh: 'true' };
      await engine.wire.call('POST', `/${index}/_doc`, { query, body: { huntbook_long: long } });
      const chosen = asked.filter(({ title }, at) => full || at % 50 === 0 || named.includes(title));
      const refused: string[] = [];
      for (const { title, query } of chosen) {
        const body = { query, size: 0 };
        const answer = await engine.wire.call('POST', `/${index}/_search`, { body }).catch(String);
        if (typeof answer === 'string') refused.push(`${title}: ${answer.slice(0, 300)}`);
      }
      expect(refused).toEqual([]);
    });

    it('long lists find their values, however long those are', { timeout: 120_000 }, async () => {
      const words = Array.from({ length: 400 }, (_, at) => `Invoke-Ünit${at}.x(${at})`);
      const padding = ' .'.repeat(6000);
      const short = [
        'invoke-üNIT7.X(7)',
        'Invoke-Ünit7.x(8)',
        'Invoke-Ünit399.x(399)',
        'a Invoke-Ünit7.x(7)',
      ];
      const values = [
        ...short,
        'none',
        `${padding}INVOKE-Ünit12.x(12)`,
        `invoke-ünit12.x(12)${padding}`,
        `${padding}Invoke-Ünit12.x(13)`,
      ];
      const events = values.map((A, at) => ({ A, Number_: String(at) }));
      await load(engine, `${index}-long`, events);
      const expected = {
        'A|contains': ['0', '2', '3'],
        'A|endswith': ['0', '2', '3'],
        'A|startswith': ['0', '2'],
        'A|contains|cased': ['2', '3'],
        A: ['0', '2'],
      };
      const { fields } = await new FieldResolver(engine).resolve(`${index}-long`, ['A']);
      const long = JSON.parse(fields) as Record<string, { long?: string }>;
      expect(long['A']?.long).toBe('huntbook_long.A');
      for (const [key, numbers] of Object.entries(expected)) {
        const query = queryOf({ [key]: words }, fields);
        // Long values are found for the matcher to look at.
        expect(isApproximate(query)).toBe(true);
        const wanted = [...numbers, '5', '6', '7'].toSorted();
        expect([key, await found(engine, `${index}-long`, query)]).toEqual([key, wanted]);
      }
    });
  });
});

function queryOf(item: Record<string, unknown>, fields: string): unknown {
  const rule = { title: 'T', logsource: { product: 'windows' }, detection: { s: item, condition: 's' } };
  const { rules } = parseRules(JSON.stringify(rule), 't.yml');
  const options = { fields, approximate: 'yes' };
  const [made] = convert(
    { rules, correlations: [] },
    { target: 'query_dsl', pipelines: [], options },
  ).conversions;
  return made?.queries[0];
}

async function load(
  engine: ElasticEngine,
  index: string,
  events: readonly Record<string, string>[],
): Promise<void> {
  const batch = new ObjectBatch('test', new FieldTable());
  events.forEach((event, at) => batch.add(eventOf(event), at + 1));
  const once = (async function* () {
    yield batch.batch;
  })();
  expect(await indexEvents(engine, once, { index })).toMatchObject({ added: events.length, failed: 0 });
}

async function found(engine: ElasticEngine, index: string, query: unknown): Promise<string[]> {
  const body = { query, size: 100, _source: ['Number_'] };
  const answer = (await engine.wire.call('POST', `/${index}/_search`, { body })) as {
    hits: { hits: { _source: { Number_: string } }[] };
  };
  return answer.hits.hits.map(({ _source }) => _source.Number_).toSorted();
}

/** Names of fields, of those that hold the values that are not long. */
function* fieldsIn(query: unknown): Generator<string> {
  if (typeof query !== 'object' || query === null) return;
  for (const [kind, body] of Object.entries(query as Record<string, unknown>)) {
    const [name] = typeof body === 'object' && body !== null ? Object.keys(body) : [];
    if (
      /^(?:term|terms|wildcard|regexp|range)$/.test(kind) &&
      name !== undefined &&
      !name.startsWith('huntbook_')
    )
      yield name.replace(/\.ip$/, '');
    else yield* fieldsIn(body);
  }
}
