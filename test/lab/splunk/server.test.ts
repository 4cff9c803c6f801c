/** The stand-in's REST interface, by plain requests: logins, jobs and their states, forms of results, refusals. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SplunkServer } from '../../../src/lab/index.ts';
import { serveTable, type ServerOptions } from '../../../src/lab/splunk/serve.ts';
import { fakeTable, type FakeRow } from './fake-table.ts';

const password = 'pass=word;"&<';
const hostile = 'a<b>&"\'`]]>\u0001\ud800\r\n,x';
const fields = ['_time', 'host', 'many', 'text'];
const rowOf = (at: number): FakeRow => ({
  _time: new Date(1600763865000 + at * 1000).toISOString().replace('Z', '+00:00'),
  host: `WS${at}`,
  many: at === 0 ? ['one', 'two'] : null,
  text: at === 0 ? hostile : null,
});

let server: SplunkServer | undefined;
afterEach(() => server?.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: any;
  readonly headers: Headers;
}

/** A server and a function that asks it as its user. */
async function start(options: Partial<ServerOptions> = {}) {
  const running = await serveTable({ password, token: 'tok', ...options }, fakeTable(rowOf, fields));
  server = running;
  const headers = { Authorization: 'Bearer tok' };
  const ask = async (
    path: string,
    form?: Record<string, string>,
    init: RequestInit = {},
  ): Promise<Answer> => {
    const body = form && { method: 'POST', body: new URLSearchParams(form) };
    const response = await fetch(`${running.url}${path}`, { headers, ...body, ...init });
    const text = await response.text();
    const json = text.startsWith('{') && !text.trimEnd().includes('\n') ? JSON.parse(text) : undefined;
    return { status: response.status, text, json, headers: response.headers };
  };
  const oneshot = (search: string, more: Record<string, string> = {}): Promise<Answer> =>
    ask('/services/search/jobs', { search, exec_mode: 'oneshot', output_mode: 'json', ...more });
  return { ask, oneshot, url: running.url, port: running.port };
}

const jobs = '/services/search/v2/jobs';

describe('access', () => {
  it('is by a session key, a cookie, a bearer token, or user and password', async () => {
    const { ask, port } = await start();
    const login = await ask(
      '/services/auth/login?output_mode=json',
      { username: 'admin', password, cookie: '1' },
      { headers: {} },
    );
    expect(login.status).toBe(200);
    const key = login.json.sessionKey as string;
    const cookie = (login.headers.get('set-cookie') as string).split(';')[0] as string;
    expect(cookie).toBe(`splunkd_${port}=${key}`);
    const basic = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    for (const headers of [
      { Authorization: `Splunk ${key}` },
      { Cookie: cookie },
      { Authorization: basic },
    ]) {
      const { status } = await ask('/services/server/info', undefined, { headers: headers as never });
      expect(status, JSON.stringify(headers)).toBe(200);
    }
  });

  it('is refused with 401 and Splunk’s messages otherwise', async () => {
    const { ask } = await start();
    const wrong = await ask('/services/auth/login', { username: 'admin', password: 'no' }, { headers: {} });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('<msg type="WARN">Login failed</msg>');
    for (const value of ['', 'Splunk abc', 'Bearer no', 'Basic eDp5', 'Negotiate tok']) {
      const init = { headers: { Authorization: value } };
      const { status, json } = await ask('/services/apps/local?output_mode=json', undefined, init);
      expect([status, json.messages[0]]).toEqual([
        401,
        { type: 'WARN', text: 'call not properly authenticated' },
      ]);
    }
  });

  it('ends for a session that was not used for a while', async () => {
    const { ask } = await start({ sessionSeconds: 0.05 });
    const { text } = await ask('/services/auth/login', { username: 'admin', password }, { headers: {} });
    const key = /<sessionKey>(\w+)</.exec(text)?.[1] as string;
    const init = { headers: { Authorization: `Splunk ${key}` } };
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect((await ask('/services/server/info', undefined, init)).status).toBe(401);
  });

  it('is not for web pages, nor for what changes the server', async () => {
    const { ask } = await start();
    const init = { headers: { Authorization: 'Bearer tok', Origin: 'http://evil.example' } };
    expect((await ask('/services/server/info', undefined, init)).status).toBe(403);
    expect((await ask('/services/apps/local', { name: 'x' })).status).toBe(403);
    expect(
      (
        await ask('/services/data/indexes/main', undefined, {
          method: 'DELETE',
          headers: { Authorization: 'Bearer tok' },
        })
      ).status,
    ).toBe(403);
  });
});

describe('the server', () => {
  it('tells its version, apps and indexes as XML and JSON', async () => {
    const { ask } = await start({ index: 'wineventlog' });
    const info = await ask('/services/server/info?output_mode=json');
    expect(info.json.generator.version).toBe('9.3.1');
    expect(info.json.entry[0].content).toMatchObject({ version: '9.3.1', isFree: false });
    expect((await ask('/services/server/info')).text).toContain('<s:key name="version">9.3.1</s:key>');
    const apps = await ask('/servicesNS/nobody/search/apps/local/?count=-1&offset=0&output_mode=json');
    expect(apps.json.entry.map(({ name }: { name: string }) => name)).toEqual(['search', 'launcher']);
    const indexes = await ask('/services/data/indexes?output_mode=json');
    expect(indexes.json.entry[0]).toMatchObject({ name: 'wineventlog', content: { totalEventCount: 3 } });
  });

  it('has nothing at other paths', async () => {
    const { ask } = await start();
    for (const path of [
      '/',
      '/services',
      '/services/nothing/here',
      '/services/apps/local/nope',
      '/en-US/app',
    ])
      expect((await ask(path)).status, path).toBe(404);
    const app = await ask('/servicesNS/admin/nope/search/jobs');
    expect([app.status, app.text]).toEqual([
      404,
      expect.stringContaining('Application does not exist: nope'),
    ]);
    expect((await ask(`${jobs}/1.2`)).text).toContain('<msg type="FATAL">Unknown sid.</msg>');
    expect((await ask('/services/%ff')).status).toBe(400);
  });

  it('has the v2 endpoints from 9.0.2 on', async () => {
    for (const [version, status] of [
      ['8.2.0', 404],
      ['9.0.1', 404],
      ['9.0.2', 200],
      ['10.0.0', 200],
    ] as const) {
      const { ask } = await start({ version });
      expect((await ask(jobs)).status, version).toBe(status);
      expect((await ask('/services/search/jobs')).status, version).toBe(200);
      await server?.close();
    }
    await expect(start({ version: 'nine' })).rejects.toMatchObject({ code: 'HB_USAGE' });
  });
});

describe('results', () => {
  it('are 100 rows unless a count is given, and at most so many in one answer', async () => {
    const { oneshot } = await start({ maxResultRows: 250 });
    const count = async (more: Record<string, string>): Promise<number[]> => {
      const { json } = await oneshot('search rows=1000', more);
      return [json.results.length, json.init_offset];
    };
    expect(await count({})).toEqual([100, 0]);
    expect(await count({ count: '0' })).toEqual([250, 0]);
    expect(await count({ count: '240' })).toEqual([240, 0]);
    expect(await count({ count: '1000' })).toEqual([250, 0]);
    expect(await count({ count: '0', offset: '900' })).toEqual([100, 900]);
    expect((await oneshot('search rows=1', { count: 'many' })).status).toBe(400);
  });

  it('say the same as JSON, rows of JSON, CSV and XML', async () => {
    const { oneshot } = await start();
    const { json } = await oneshot('search rows=2');
    expect(json.fields).toEqual(fields.map((name) => ({ name })));
    expect(json.results).toEqual([
      { _time: '2020-09-22T08:37:45.000+00:00', host: 'WS0', many: ['one', 'two'], text: hostile },
      { _time: '2020-09-22T08:37:46.000+00:00', host: 'WS1' },
    ]);
    const rows = await oneshot('search rows=2', { output_mode: 'json_rows' });
    expect(rows.json.fields).toEqual(fields);
    expect(rows.json.rows[1]).toEqual(['2020-09-22T08:37:46.000+00:00', 'WS1', null, null]);
    const csv = await oneshot('search rows=2', { output_mode: 'csv' });
    expect(csv.text).toContain(
      '_time,host,many,text,__mv_many\n2020-09-22T08:37:45.000+00:00,WS0,"one\ntwo","a<b>',
    );
    expect(csv.text).toContain(',$one$;$two$\n2020-09-22T08:37:46.000+00:00,WS1,,,\n');
    const xml = await oneshot('search rows=2', { output_mode: 'xml' });
    expect(xml.text).toContain(
      "<field k='many'><value><text>one</text></value><value><text>two</text></value></field>",
    );
    expect(xml.text).toContain('a&lt;b&gt;&amp;&quot;&#39;&#96;]]&gt;\ufffd\ufffd&#13;\n,x');
    expect((await oneshot('search rows=2', { output_mode: 'yaml' })).status).toBe(400);
  });

  it('without a row are results all the same', async () => {
    const { oneshot } = await start();
    expect((await oneshot('search rows=0')).json.results).toEqual([]);
    expect((await oneshot('search rows=0', { output_mode: 'xml' })).text).toContain("<results preview='0'>");
  });
});

describe('jobs', () => {
  it('go through their states, and tell how far they are', async () => {
    const { ask } = await start({ pace: 2000 });
    const made = await ask(jobs, { search: 'search rows=1200', output_mode: 'json' });
    expect(made.status).toBe(201);
    const sid = made.json.sid as string;
    expect((await ask(`${jobs}/${sid}/results`, {})).status).toBe(204);
    const states: string[] = [];
    const progress: number[] = [];
    for (;;) {
      const { status, json } = await ask(`${jobs}/${sid}?output_mode=json`);
      if (status === 204) continue;
      const { dispatchState, doneProgress, isDone } = json.entry[0].content;
      if (states.at(-1) !== dispatchState) states.push(dispatchState);
      progress.push(doneProgress);
      if (isDone) break;
    }
    expect(states).toEqual(['PARSING', 'RUNNING', 'FINALIZING', 'DONE']);
    expect(progress).toEqual(progress.toSorted((left, right) => left - right));
    expect(new Set(progress).size).toBeGreaterThan(4);
    expect(progress.at(-1)).toBe(1);
    const { json } = await ask(`${jobs}/${sid}/results`, { output_mode: 'json', count: '0' });
    expect(json.results).toHaveLength(1200);
    expect((await ask(`${jobs}/${sid}/search.log`)).text).toContain('DONE results=1200');
  });

  it('are whole when they are made in blocking mode', async () => {
    const { ask } = await start();
    const { json } = await ask(jobs, { search: 'search rows=7', exec_mode: 'blocking', output_mode: 'json' });
    const state = await ask(`${jobs}/${json.sid}`);
    expect(state.text).toMatch(/^<\?xml[^>]*>\n<entry /);
    expect(state.text).toContain('<s:key name="isDone">1</s:key>');
    expect(state.text).toContain('<s:key name="resultCount">7</s:key>');
    expect(state.text).toContain('<s:key name="app">search</s:key>');
    const v1 = `/servicesNS/nobody/search/search/jobs/${json.sid}/results`;
    expect((await ask(`${v1}?output_mode=json&f=host`)).json.results[1]).toEqual({ host: 'WS1' });
    expect((await ask(v1, {})).status).toBe(405);
  });

  it('can be looked into, paused and finalized while they run', async () => {
    const { ask } = await start({ pace: 20_000 });
    const { json } = await ask(jobs, { search: 'search rows=700', output_mode: 'json' });
    const path = `${jobs}/${json.sid}`;
    const state = async (): Promise<any> => (await ask(`${path}?output_mode=json`)).json?.entry[0].content;
    const until = async (wanted: string): Promise<void> => {
      while ((await state())?.dispatchState !== wanted) await new Promise((go) => setTimeout(go, 5));
    };
    await until('RUNNING');
    const preview = await ask(`${path}/results_preview`, { output_mode: 'json', count: '0' });
    expect(preview.json).toMatchObject({ preview: true });
    expect(preview.json.results.length).toBeGreaterThan(0);
    await ask(`${path}/control`, { action: 'pause' });
    expect((await state()).dispatchState).toBe('PAUSED');
    await ask(`${path}/control`, { action: 'finalize' });
    await until('DONE');
    expect(await state()).toMatchObject({ isFinalized: true, isDone: true });
    expect((await ask(`${path}/control`, { action: 'dance' })).status).toBe(400);
  });

  it('are gone once they are cancelled, also while others wait', async () => {
    const { ask } = await start({ pace: 20_000 });
    const sids: string[] = [];
    for (let at = 0; at < 3; at++)
      sids.push((await ask(jobs, { search: 'search rows=1', output_mode: 'json' })).json.sid);
    expect((await ask(`${jobs}?output_mode=json`)).json.entry).toHaveLength(3);
    for (const sid of sids)
      expect((await ask(`${jobs}/${sid}/control`, { action: 'cancel' })).status).toBe(200);
    for (const sid of sids) expect((await ask(`${jobs}/${sid}`)).status).toBe(404);
    expect((await ask(`${jobs}/${sids[0]}/control`, { action: 'cancel' })).status).toBe(404);
  });

  it('are refused with 503 when too many run', async () => {
    const { ask } = await start({ pace: 20_000, maxJobs: 2 });
    for (const status of [201, 201, 503]) {
      const made = await ask(jobs, { search: 'search rows=1', output_mode: 'json' });
      expect(made.status).toBe(status);
      if (status === 503) expect(made.json.messages[0].text).toContain('maximum=2');
    }
  });

  it('end after their time to live', async () => {
    const { ask } = await start();
    const { json } = await ask(jobs, {
      search: 'search rows=1',
      exec_mode: 'blocking',
      output_mode: 'json',
      timeout: '1',
    });
    expect((await ask(`${jobs}/${json.sid}`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask(`${jobs}/${json.sid}`)).status).toBe(404);
  });

  it('that find more than is kept say so', async () => {
    const { ask } = await start({ maxCount: 5 });
    const { json } = await ask(jobs, { search: 'search rows=9', exec_mode: 'blocking', output_mode: 'json' });
    const results = await ask(`${jobs}/${json.sid}/results`, { output_mode: 'json' });
    expect(results.json.results).toHaveLength(5);
    expect(results.json.messages[0].text).toContain('more than 5 results');
  });
});

describe('searches that can not be run', () => {
  it('are refused when they are made', async () => {
    const { ask, oneshot } = await start();
    for (const [search, words] of [
      ['', 'Empty search.'],
      ['host=WS1', "Unknown search command 'host=ws1'."],
      ['search x | bad', "Unknown search command 'bad'."],
    ] as const) {
      const made = await ask(jobs, { search });
      expect([made.status, made.text], search).toEqual([400, expect.stringContaining('<msg type="FATAL">')]);
      const { status, json } = await oneshot(search);
      expect([status, json.messages[0].text]).toEqual([400, words]);
    }
    expect((await ask('/services/search/v2/parser?output_mode=json', { q: '| bad' })).status).toBe(400);
    expect((await ask('/services/search/parser?output_mode=json&q=search%20x')).status).toBe(200);
  });

  it('and fail while they run, say so in the job', async () => {
    const { ask, oneshot } = await start();
    const { json } = await ask(jobs, { search: 'search fail', exec_mode: 'blocking', output_mode: 'json' });
    const state = (await ask(`${jobs}/${json.sid}?output_mode=json`)).json.entry[0].content;
    expect(state).toMatchObject({ dispatchState: 'FAILED', isFailed: true, isDone: true });
    expect(state.messages).toEqual([{ type: 'FATAL', text: 'it failed' }]);
    expect((await ask(`${jobs}/${json.sid}/results`, {})).status).toBe(400);
    expect((await oneshot('search fail')).status).toBe(400);
    expect((await ask(`${jobs}/export`, { search: 'search fail' })).status).toBe(400);
  });
});

describe('export', () => {
  const lines = (text: string): any[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('gives every row, a line each, and marks the last', async () => {
    const { ask } = await start({ maxResultRows: 10 });
    const all = lines(
      (await ask(`${jobs}/export`, { search: 'search rows=1234', output_mode: 'json' })).text,
    );
    expect(all).toHaveLength(1234);
    expect(all[0]).toMatchObject({ preview: false, offset: 0, result: { host: 'WS0' } });
    expect(all.map(({ lastrow }) => lastrow ?? false).indexOf(true)).toBe(1233);
    const none = await ask(`${jobs}/export`, { search: 'search rows=0', output_mode: 'json' });
    expect(lines(none.text)).toEqual([{ preview: false, lastrow: true }]);
  });

  it('is one document of XML, or CSV with a head', async () => {
    const { ask } = await start();
    const xml = (await ask(`${jobs}/export`, { search: 'search rows=3' })).text;
    expect(xml.match(/<result offset='\d'>/g)).toHaveLength(3);
    expect(xml.match(/<\/results>/g)).toHaveLength(1);
    const csv = (await ask(`${jobs}/export`, { search: 'search rows=3', output_mode: 'csv' })).text;
    expect(csv.startsWith('_time,host,many,text,__mv_many\n')).toBe(true);
  });

  it('breaks off when the search fails on its way, so that nobody takes it for whole', async () => {
    const { ask } = await start();
    await expect(
      ask(`${jobs}/export`, { search: 'search breaks rows=3000', output_mode: 'json' }),
    ).rejects.toThrow();
  });
});
