/** What a search makes of an OpenSearch that lacks something, loses something, or stops. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openElastic, type ElasticEngine, type ElasticResult } from '../../../src/sources/index.ts';
import { selfSigned } from '../splunk/self-signed.ts';
import { hit, standIn, type StandIn } from './stand-in.ts';

let server: StandIn;
let engine: ElasticEngine;
afterEach(async () => {
  await engine.close();
  server.close();
});

async function serve(answer: Parameters<typeof standIn>[0]): Promise<void> {
  server = await standIn(answer);
  engine = await openElastic({ product: 'opensearch', url: server.url, index: 'logs' });
}

async function read({ rows }: ElasticResult): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const row of rows) found.push(row['n']);
  return found;
}

const pitPath = '/_search/point_in_time';
const closed = (): unknown[] =>
  server.asked.filter(({ method }) => method === 'DELETE').map(({ path, body }) => [path, body]);

describe('a server without points in time', () => {
  it.each([400, 404, 405])('(status %i) is read by a scroll, which is deleted', async (status) => {
    const pages = [[hit(1), hit(2)], [hit(3)], []];
    await serve(({ path: at, method }) => {
      if (at === '/logs/_search/point_in_time') return [status, { error: 'no handler found for uri' }];
      if (method === 'DELETE' || !at.includes('_search')) return null;
      return [200, { _scroll_id: `s${pages.length}`, hits: { total: { value: 3 }, hits: pages.shift() } }];
    });
    const result = await engine.search({ query: 'x', options: { pageSize: 2 } });
    expect(await read(result)).toEqual([1, 2, 3]);
    expect(result.end().truncated).toBeNull();
    expect(closed()).toEqual([['/_search/scroll', { scroll_id: ['s1'] }]]);
  });

  it('stops the scroll at the limit and deletes it', async () => {
    await serve(({ path: at, method }) => {
      if (at === '/logs/_search/point_in_time') return [404, {}];
      if (method === 'DELETE' || !at.includes('_search')) return null;
      return [200, { _scroll_id: 's', hits: { total: { value: 9 }, hits: [hit(1), hit(2)] } }];
    });
    const result = await engine.search({ query: 'x', limit: 3, options: { pageSize: 2 } });
    expect(await read(result)).toHaveLength(3);
    expect(result.end().truncated).toBe('limit 3, and 9 events match');
    expect(closed()).toHaveLength(1);
  });
});

describe('a search', () => {
  it('whose point in time is lost in the middle fails, and does not end as if that were all', async () => {
    let pages = 0;
    const lost = { error: { type: 'search_context_missing_exception', reason: 'No search context found' } };
    await serve(({ path: at }) => {
      if (at !== '/_search') return null;
      return pages++ === 0
        ? [200, { pit_id: 'pit', hits: { total: { value: 9 }, hits: [hit(1)] } }]
        : [404, lost];
    });
    const result = await engine.search({ query: 'x', options: { pageSize: 1 } });
    await expect(read(result)).rejects.toThrow(/No search context/);
    expect(result.end().truncated).not.toBeNull();
    expect(closed()).toEqual([[pitPath, { pit_id: ['pit'] }]]);
  });

  it.each([
    [{ timed_out: true }, /timed_out/],
    [
      { _shards: { total: 3, failed: 2, failures: [{ reason: { type: 't', reason: 'r' } }] } },
      /2 of 3 shards failed: t: r/,
    ],
    [{ _clusters: { total: 2, skipped: 1 } }, /1 remote clusters were skipped/],
  ])('that lacks something (%j) says so and gives what came', async (more, words) => {
    await serve(({ path: at }) =>
      at === '/_search' ? [200, { ...more, hits: { total: { value: 1 }, hits: [hit(1)] } }] : null,
    );
    const result = await engine.search({ query: 'x' });
    expect(await read(result)).toEqual([1]);
    expect(result.end().truncated).toMatch(words);
  });

  it('that is stopped between pages or within one closes its point in time', async () => {
    const abort = new AbortController();
    let pages = 0;
    await serve(({ path: at }) => {
      if (at !== '/_search') return null;
      if (pages++ === 0) return [200, { pit_id: 'newer', hits: { total: { value: 9 }, hits: [hit(1)] } }];
      setTimeout(() => abort.abort(), 20);
      return undefined;
    });
    const result = await engine.search({ query: 'x', signal: abort.signal, options: { pageSize: 1 } });
    await expect(read(result)).rejects.toMatchObject({ code: 'HB_SEARCH' });
    expect(closed()).toEqual([[pitPath, { pit_id: ['newer'] }]]);
  });

  it('whose server ends between two pages is HB_CONNECT', async () => {
    await serve(({ path: at }) =>
      at === '/_search' ? [200, { hits: { total: { value: 9 }, hits: [hit(1)] } }] : null,
    );
    const { rows } = await engine.search({ query: 'x', options: { pageSize: 1 } });
    const each = rows[Symbol.asyncIterator]();
    await each.next();
    server.close();
    await expect(each.next()).rejects.toMatchObject({ code: 'HB_CONNECT' });
  });

  it('in a language that the server lacks says which', async () => {
    const none = 'no handler found for uri [/_plugins/_ppl] and method [POST]';
    await serve(({ path: at }) => (at === '/_plugins/_ppl' ? [400, { error: none }] : null));
    const ppl = engine.search({ query: 'source=x', language: 'ppl' });
    await expect(ppl).rejects.toMatchObject({ code: 'HB_QUERY', message: expect.stringContaining('no PPL') });
    for (const language of ['eql', 'esql', 'spl'])
      await expect(engine.search({ query: 'x', language })).rejects.toThrow(`opensearch has no ${language}`);
  });
});

describe('EQL and ES|QL on an Elasticsearch without them', () => {
  it.each([
    ['eql', 'EQL'],
    ['esql', 'ES|QL'],
  ])('%s is said to be missing', async (language, shown) => {
    const { createServer } = await import('node:http');
    const http = createServer((request, response) => {
      request.resume();
      response.writeHead(400, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
      response.end(JSON.stringify({ error: `no handler found for uri [${request.url}] and method [POST]` }));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    server = { url, asked: [], close: () => http.close() };
    engine = await openElastic({ product: 'elasticsearch', url, index: 'logs' });
    await expect(engine.search({ query: 'x', language })).rejects.toMatchObject({
      code: 'HB_QUERY',
      message: expect.stringContaining(`has no ${shown}`),
    });
    http.closeAllConnections();
  });
});

describe('certificates', () => {
  it('are checked, taken by an own CA, and not checked when told so', async () => {
    const pair = selfSigned();
    const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-ca-'));
    const ca = path.join(folder, 'ca.pem');
    writeFileSync(ca, pair.cert);
    server = await standIn(() => null, pair);
    const { url } = server;
    for (const product of ['opensearch', 'elasticsearch'] as const) {
      const ask = async (more: object): Promise<unknown> => {
        engine = await openElastic({ product, url, ...more });
        const answer = await engine.wire.ask('GET', '/x').catch((error: unknown) => error);
        await engine.close();
        return answer;
      };
      expect(await ask({})).toMatchObject({ code: 'HB_TLS' });
      // The stand-in does not say that it is Elasticsearch; what matters here is that it was reached.
      const reached = product === 'opensearch' ? { status: 200 } : { code: 'HB_CONNECT' };
      expect(await ask({ ca })).toMatchObject(reached);
      expect(await ask({ insecure: true })).toMatchObject(reached);
    }
    rmSync(folder, { recursive: true });
    await expect(openElastic({ product: 'opensearch', url, ca })).rejects.toMatchObject({
      code: 'HB_CONFIG',
    });
  });
});
