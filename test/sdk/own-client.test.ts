/** huntbook's own client against the stand-in: every way of searching and every form of results give the same table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/index.ts';
import type { SplunkServer } from '../../src/lab/index.ts';
import { serveTable } from '../../src/lab/splunk/serve.ts';
import { openSplunk, type SearchEngine, type SplunkSettings } from '../../src/sources/index.ts';
import { frameFromRows, type Frame } from '../../src/store/index.ts';
import { fakeTable } from '../lab/splunk/fake-table.ts';

const password = 'p=;x&"ü';
const fields = ['_time', 'host', 'text', 'number', 'many'];
const table = fakeTable(
  (at) => ({
    _time: new Date(1600763865000 + at * 1000).toISOString().replace('Z', '+00:00'),
    host: `WS${at}`,
    text: at % 3 === 0 ? null : `<x>&"'|,\n${at}`,
    number: String(at),
    // Several values in one row of the last page only, one value with a line end in another, none elsewhere.
    many: at === 990 ? ['a\nb', '', '$;$', 'd'] : at === 250 ? ['x', 'y'] : at === 40 ? 'one\nvalue' : null,
  }),
  fields,
);
const ways = ['normal', 'blocking', 'oneshot', 'export'].flatMap((mode) =>
  ['json', 'csv', 'xml'].map((output) => ({ mode, output })),
);

/** An export as JSON does not tell the order of the fields. */
async function told(frame: Frame): Promise<string> {
  const names = frame.columns.map(({ name }) => name).toSorted();
  const types = names.map((name) => frame.columns.find((column) => column.name === name)?.type);
  const rows = (await frame.toArray()).map((row) => names.map((name) => row[name]));
  return JSON.stringify([names, types, rows]);
}

for (const version of ['9.3.1', '8.2.0']) {
  describe(`huntbook's client, with ${version}`, () => {
    let server: SplunkServer;
    let engine: SearchEngine;
    beforeAll(async () => {
      server = await serveTable({ password, token: 'tok', version, maxResultRows: 300 }, table);
      engine = await openSplunk({ url: server.url, username: 'admin', password: new Secret(password) });
    });
    afterAll(async () => {
      await engine.close();
      await server.close();
    });

    it('says who is there', async () => {
      expect(await engine.test()).toMatchObject({ product: expect.stringMatching(/splunk/i), version });
    });

    it('gets the same table by every mode and form, over many pages', async () => {
      const frames: string[] = [];
      for (const options of ways.filter(({ mode }) => mode !== 'oneshot')) {
        const result = await engine.search({ query: 'search rows=1000', options });
        const frame = await frameFromRows(result.rows, { fields: result.fields });
        expect(result.end()).toMatchObject({ rows: 1000, truncated: null, messages: [] });
        frames.push(await told(frame));
        frame.close();
      }
      expect(JSON.parse(frames[0] as string)[2]).toHaveLength(1000);
      expect(new Set(frames).size).toBe(1);
    });

    it('says of a oneshot search that the server cut it', async () => {
      const result = await engine.search({ query: 'search rows=1000', options: { mode: 'oneshot' } });
      let rows = 0;
      for await (const _ of result.rows) rows++;
      expect(rows).toBe(300);
      expect(result.end().truncated).toContain('300 rows');
    });

    it('gets the same of a oneshot search that fits', async () => {
      const frames: string[] = [];
      for (const options of ways) {
        const result = await engine.search({ query: 'search rows=299', options });
        const frame = await frameFromRows(result.rows, { fields: result.fields });
        expect(result.end()).toMatchObject({ rows: 299, truncated: null });
        frames.push(await told(frame));
        frame.close();
      }
      expect(new Set(frames).size).toBe(1);
    });

    it('gets an empty table of a search that finds nothing', async () => {
      for (const options of ways) {
        const result = await engine.search({ query: 'search rows=0', options });
        const rows: unknown[] = [];
        for await (const row of result.rows) rows.push(row);
        expect([options, rows]).toEqual([options, []]);
      }
    });

    it('cancels the job when nobody reads on', async () => {
      const result = await engine.search({
        query: 'search rows=1000',
        options: { mode: 'normal', pageRows: 10 },
      });
      for await (const row of result.rows) {
        expect(row['host']).toBe('WS0');
        break;
      }
      const headers = { Authorization: 'Bearer tok' };
      const path = version.startsWith('8') ? 'search/jobs' : 'search/v2/jobs';
      const listed = await fetch(`${server.url}/services/${path}?output_mode=json&count=0`, { headers });
      expect(((await listed.json()) as { entry: unknown[] }).entry).toEqual([]);
    });
  });
}

describe('what the server refuses', () => {
  it.each([
    ['a search that is none', { query: '| bad' }, {}, 'HB_QUERY'],
    ['a search that fails while it runs', { query: 'search fail' }, {}, 'HB_SEARCH'],
    ['a wrong password', { query: 'search rows=1' }, { password: new Secret('no') }, 'HB_AUTH'],
    ['an app that is not there', { query: 'search rows=1' }, { app: 'nope' }, expect.stringMatching(/^HB_/)],
  ])('is told: %s', async (_, request, more: Partial<SplunkSettings>, code) => {
    const server = await serveTable({ password }, table);
    const engine = await openSplunk({
      url: server.url,
      username: 'admin',
      password: new Secret(password),
      ...more,
    });
    try {
      const asking = engine.search(request).then(async ({ rows }) => {
        for await (const row of rows) expect(row).toBeUndefined();
      });
      await expect(asking).rejects.toMatchObject({ code });
    } finally {
      await engine.close();
      await server.close();
    }
  });
});
