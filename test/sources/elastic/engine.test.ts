/** Searches on a real OpenSearch; what only Elasticsearch has, with its client on a stand-in of its contract. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/index.ts';
import { openElastic, type ElasticEngine, type ElasticResult } from '../../../src/sources/index.ts';
import { openSearch, useOpenSearch } from '../../support/opensearch.ts';

async function rowsOf(result: ElasticResult): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of result.rows) rows.push({ ...row });
  return rows;
}

describe.skipIf(openSearch.missing)(`searches on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  const index = `hbtest-engine-${process.pid}`;
  let engine: ElasticEngine;
  const hostile = [
    `"quo'te"`,
    'a|b',
    '[x]{2}(y)',
    'back\\slash\\',
    'st*r',
    'qu?stion',
    'a && b OR c',
    '/re.ex/',
    '<tag>',
  ];
  beforeAll(async () => {
    engine = await openElastic({ product: 'opensearch', url: server.url, index });
    const mappings = {
      properties: { text: { type: 'keyword' }, wild: { type: 'wildcard' }, big: { type: 'long' } },
    };
    await engine.wire.call('PUT', `/${index}`, { body: { mappings } });
    const lines = Array.from({ length: 10_500 }, (_, at) => {
      const text = hostile[at] ?? `value ${at}`;
      const time = new Date(1_700_000_000_000 + (at % 100)).toISOString();
      return `{"create":{}}\n${JSON.stringify({ '@timestamp': time, at, text, wild: text, o: { p: at } })}\n`;
    });
    const answer = await engine.wire.call('POST', `/${index}/_bulk`, {
      query: { refresh: true },
      body: lines.join(''),
    });
    expect(answer).toMatchObject({ errors: false });
  });
  afterAll(async () => {
    await engine.wire.ask('DELETE', `/${index}`);
    await engine.close();
  });
  const contexts = async (): Promise<number> => {
    const stats = (await engine.wire.call('GET', `/${index}/_stats/search`)) as {
      _all: {
        total: { search: { open_contexts: number; point_in_time_current: number; scroll_current: number } };
      };
    };
    const { point_in_time_current: pits, scroll_current: scrolls } = stats._all.total.search;
    return pits + scrolls;
  };

  it('reads beyond 10,000 hits, each once, in order of time, and closes what it opened', async () => {
    const result = await engine.search({ query: '', options: { pageSize: 3000 } });
    const rows = await rowsOf(result);
    expect(new Set(rows.map(({ at }) => at)).size).toBe(10_500);
    expect(rows).toHaveLength(10_500);
    const times = rows.map((row) => String(row['@timestamp']));
    expect(times).toEqual(times.toSorted());
    expect(result.end()).toEqual({ rows: 10_500, truncated: null, messages: [] });
    expect(result.columns).toContainEqual({ name: 'o.p', type: 'integer' });
    expect(await contexts()).toBe(0);
  });

  it('closes what it opened when reading stops early, and says that it did not read all', async () => {
    const result = await engine.search({ query: '', options: { pageSize: 100 } });
    for await (const _row of result.rows) break;
    expect(await contexts()).toBe(0);
    expect(result.end().truncated).toMatch(/stopped/);
    const limited = await engine.search({ query: '', limit: 7 });
    expect(await rowsOf(limited)).toHaveLength(7);
    expect(limited.end().truncated).toBe('limit 7, and 10500 events match');
  });

  it('takes a time range, fields and an index', async () => {
    const range = { earliest: '2023-11-14T22:13:20.000Z', latest: '2023-11-14T22:13:20.001Z' };
    const rows = await rowsOf(await engine.search({ query: { match_all: {} }, fields: ['at'], ...range }));
    expect(rows).toHaveLength(105);
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(['_id', '_index', 'at']);
    await expect(engine.search({ query: '', index: 'no-such-*' })).rejects.toMatchObject({
      code: 'HB_QUERY',
    });
    await expect(engine.search({ query: 'source=x', language: 'ppl' })).rejects.toMatchObject({
      code: 'HB_QUERY',
    });
    await expect(engine.search({ query: 'any where true', language: 'eql' })).rejects.toMatchObject({
      code: 'HB_QUERY',
    });
  });

  it('finds hostile values as themselves only', async () => {
    for (const text of hostile) {
      const query = { term: { text: { value: text, case_insensitive: true } } };
      expect((await rowsOf(await engine.search({ query }))).map((row) => row['text'])).toEqual([text]);
      const value = `*${text.replaceAll(/[\\*?]/g, '\\$&')}*`;
      const wildcard = { wildcard: { text: { value, case_insensitive: true } } };
      expect((await rowsOf(await engine.search({ query: wildcard }))).map((row) => row['text'])).toEqual([
        text,
      ]);
    }
  });

  it('finds in wildcard fields by DSL what a query string misses there on this version', async () => {
    const dsl = await rowsOf(
      await engine.search({ query: { wildcard: { wild: { value: '*alue 20*' } } }, limit: 5 }),
    );
    expect(dsl).toHaveLength(5);
    expect(await rowsOf(await engine.search({ query: 'wild:*alue*' }))).toEqual([]);
    expect(await rowsOf(await engine.search({ query: 'text:*alue*', limit: 5 }))).toHaveLength(5);
  });

  it('says who is there', async () => {
    expect(await engine.test()).toMatchObject({ product: 'OpenSearch', version: '2.19.1' });
    const wrong = await openElastic({ product: 'elasticsearch', url: server.url });
    await expect(wrong.test()).rejects.toMatchObject({ code: 'HB_CONNECT' });
    await wrong.close();
  });
});

describe("Elasticsearch's contract, with its client", () => {
  let server: Server | undefined;
  const asked: { method: string; path: string; body: unknown; auth: string }[] = [];
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    asked.length = 0;
  });

  async function standIn(
    answer: (method: string, path: string, body: Record<string, unknown>) => [number, unknown] | null,
  ): Promise<ElasticEngine> {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => (text += String(part)));
      request.on('end', () => {
        const path = decodeURIComponent(String(request.url).split('?')[0] ?? '');
        const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
        asked.push({
          method: String(request.method),
          path,
          body,
          auth: String(request.headers.authorization),
        });
        const made = answer(String(request.method), path, body);
        const caps = { indices: ['i'], fields: { n: { long: { searchable: true } } } };
        const [status, value] = made ?? (path.endsWith('_field_caps') ? [200, caps] : [200, {}]);
        if (value === 'cut') {
          response.writeHead(200, {
            'content-type': 'application/json',
            'content-length': '1000',
            'x-elastic-product': 'Elasticsearch',
          });
          response.write('{"hits"');
          setTimeout(() => response.destroy(), 20);
          return;
        }
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-elastic-product': 'Elasticsearch',
        });
        response.end(JSON.stringify(value));
      });
    });
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    return openElastic({
      product: 'elasticsearch',
      url: `http://127.0.0.1:${port}`,
      apiKey: new Secret('a2V5'),
      index: 'logs-*',
    });
  }

  const hit = (n: number): unknown => ({ _index: 'i', _id: `${n}`, _source: { n }, sort: [n, n] });

  it('pages by _pit and _shard_doc with the newest id, and deletes it', async () => {
    let pages = 0;
    const engine = await standIn((method, path) => {
      if (path === '/logs-*/_pit') return [200, { id: 'first' }];
      if (path !== '/_search') return null;
      const hits = [[hit(1), hit(2)], [hit(3)]][pages++] ?? [];
      return [
        200,
        {
          pit_id: 'second',
          hits: { total: { value: 3 }, hits },
          _shards: { total: 2, failed: 1, failures: [{ reason: { type: 't', reason: 'r' } }] },
        },
      ];
    });
    const result = await engine.search({ query: 'x', options: { pageSize: 2 } });
    expect((await rowsOf(result)).map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(result.end().truncated).toMatch(/1 of 2 shards failed: t: r/);
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/_pit', body: { id: 'second' } });
    const second = asked.filter(({ path }) => path === '/_search')[1]?.body;
    expect(second).toMatchObject({
      search_after: [2, 2],
      pit: { id: 'second' },
      sort: [{}, { _shard_doc: 'asc' }],
    });
    expect(asked.every(({ auth }) => auth === 'ApiKey a2V5')).toBe(true);
    await engine.close();
  });

  it('reads EQL sequences and ES|QL tables, and says when they reach their bound', async () => {
    const engine = await standIn((_method, path) => {
      if (path.endsWith('/_eql/search'))
        return [200, { hits: { sequences: [{ join_keys: ['h'], events: [hit(1), hit(2)] }] } }];
      if (path === '/_query') return [200, { columns: [{ name: 'n', type: 'long' }], values: [[1], [2]] }];
      return null;
    });
    const eql = await engine.search({ query: 'sequence [a where b] [c where d]', language: 'eql', limit: 1 });
    expect(await rowsOf(eql)).toMatchObject([
      { n: 1, _sequence: 0 },
      { n: 2, _sequence: 0, _join_keys: ['h'] },
    ]);
    expect(eql.end().truncated).toMatch(/there may be more/);
    const esql = await engine.search({ query: 'FROM logs', language: 'esql' });
    expect(esql.columns).toEqual([{ name: 'n', type: 'integer' }]);
    expect(await rowsOf(esql)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(esql.end().truncated).toBeNull();
    await engine.close();
  });

  it.each([
    [401, 'HB_AUTH'],
    [403, 'HB_FORBIDDEN'],
    [400, 'HB_QUERY'],
    [500, 'HB_SEARCH'],
  ])('tells of status %i as %s, without the key', async (status, code) => {
    const engine = await standIn(() => [status, { error: { type: 't', reason: 'words' } }]);
    const failed = await engine.search({ query: 'x' }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code });
    expect(String(failed)).toContain('words');
    expect(JSON.stringify(failed)).not.toContain('a2V5');
    await engine.close();
  });

  it('asks again what is busy', async () => {
    let times = 0;
    const engine = await standIn(() => (times++ < 2 ? [429, {}] : null));
    expect((await engine.fieldCaps()).get('n')?.types).toEqual(['long']);
    expect(times).toBe(3);
    await engine.close();
  });

  it('tells of a connection that ends within an answer, and deletes the point in time', async () => {
    const engine = await standIn((_method, path) =>
      path === '/_search' ? [200, 'cut'] : path === '/logs-*/_pit' ? [200, { id: 'p' }] : null,
    );
    const result = await engine.search({ query: 'x' });
    await expect(rowsOf(result)).rejects.toMatchObject({ code: 'HB_CUT' });
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/_pit' });
    await engine.close();
  });

  it('sends no credentials over http to another machine', async () => {
    const password = new Secret('p');
    for (const product of ['elasticsearch', 'opensearch'] as const) {
      const open = openElastic({ product, url: 'http://elastic.example:9200', username: 'u', password });
      await expect(open).rejects.toMatchObject({ code: 'HB_TLS' });
    }
    await expect(openElastic({ product: 'opensearch', url: 'https://u:p@host' })).rejects.toThrow(
      /credentials/,
    );
  });
});
