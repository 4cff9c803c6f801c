/** The vendor's own clients work with the stand-in as with a server, of a version with the v2 endpoints and of one without. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { SplunkServer } from '../../src/lab/index.ts';
import { serveTable } from '../../src/lab/splunk/serve.ts';
import { fakeTable } from '../lab/splunk/fake-table.ts';
import { runJavaScript } from './javascript.ts';
import { pythonSdk, runPython } from './python.ts';

const password = 'p=;x&"ü';
const token = 'tok';
const text = '<x>&"\'|[]\\*\nü';
const fields = ['_time', 'host', 'many', 'text'];
const rows = Array.from({ length: 150 }, (_, at) => ({
  _time: `2020-09-22T08:37:45.${String(at).padStart(3, '0')}+00:00`,
  host: `WS${at}`,
  ...(at % 2 === 0 && { many: ['a', 'b'] }),
  ...(at % 3 === 0 && { text }),
}));
const search = 'search rows=150';

async function withServer<T>(version: string, use: (server: SplunkServer) => Promise<T>): Promise<T> {
  const table = fakeTable((at) => ({ many: null, text: null, ...rows[at] }), fields);
  const server = await serveTable({ password, token, version, pace: 200 }, table);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

/** Rows of a CSV document; the column `__mv_many` tells several values apart. */
function csvRows(document: string): Record<string, unknown>[] {
  const parsed = parse(document, { columns: true }) as Record<string, string>[];
  return parsed.map(({ __mv_many: many = '', ...row }) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [
          name,
          many !== '' && name === 'many' ? many.split(/^\$|\$;\$|\$$/).slice(1, -1) : value,
        ]),
    ),
  );
}

for (const version of ['9.3.1', '8.2.0']) {
  const v2 = version === '9.3.1';

  describe.skipIf(pythonSdk.missing)(`the Python client, with ${version}${pythonSdk.note}`, () => {
    it('connects, lists, searches in every mode, reads every form, cancels', async () => {
      const told = await withServer(version, ({ url }) =>
        runPython('client.py', {
          HB_URL: url,
          HB_USER: 'admin',
          HB_PASSWORD: password,
          HB_TOKEN: token,
          HB_SEARCH: search,
        }),
      );
      expect(told).toMatchObject({ version, v2, apps: ['search', 'launcher'], indexes: { main: '3' } });
      expect(told.blocking).toMatchObject({ done: true, count: 150, usual: 100, log: true });
      expect(told.blocking.rows).toEqual(rows);
      expect(told.blocking.xml).toEqual(rows);
      expect(csvRows(told.blocking.csv)).toEqual(rows);
      expect(told.normal).toMatchObject({ progress: 1, rows });
      expect(told.normal.states).toContain('RUNNING');
      expect(told.oneshot.json).toEqual(rows);
      expect(told.oneshot.xml).toEqual(rows);
      expect(csvRows(told.oneshot.csv)).toEqual(rows);
      expect(told.export).toEqual(rows);
      expect(told).toMatchObject({ export_xml: 150, listed: true, cancelled: 404, wrong: true, parse: 400 });
      expect(told.refused).toEqual([400, expect.stringContaining("Unknown search command 'frobnicate'.")]);
      expect(told).toMatchObject({ namespace: 150, token: 150, basic: version });
    });
  });

  describe(`the JavaScript client, with ${version}`, () => {
    it('connects, lists, searches in every mode, tracks, cancels', async () => {
      const told = await withServer(version, ({ port }) =>
        runJavaScript({ port, username: 'admin', password, version }, search),
      );
      expect(told).toMatchObject({
        v1: !v2,
        apps: ['search', 'launcher'],
        log: true,
        preview: 150,
        events: 150,
      });
      expect(told.blocking).toEqual({ count: 150, usual: 100, rows });
      expect(told.normal.rows).toEqual(rows);
      expect(told.normal.seen.length).toBeGreaterThan(2);
      expect(told.oneshot).toEqual(rows);
      expect(told).toMatchObject({ cancelled: 404, wrong: 401 });
      expect(told.refused).toEqual([400, "Unknown search command 'frobnicate'."]);
    });
  });
}
