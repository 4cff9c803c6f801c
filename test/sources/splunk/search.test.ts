/** Searches of Splunk in its four ways and three formats, against a server that answers by script. */
import { describe, expect, it } from 'vitest';
import { alice, connect, faultOf, numbered, searchAll, serve, until } from './connect.ts';
import type { FakeRow } from './fake-splunk.ts';

const modes = ['normal', 'blocking', 'oneshot', 'export'] as const;
const outputs = ['json', 'csv', 'xml'] as const;
const every = modes.flatMap((mode) => outputs.map((output) => ({ mode, output })));

const awkward: FakeRow[] = [
  {
    _time: '2020-10-17T15:11:10.123+00:00',
    host: 'WS<1>&"a"',
    'name with blanks': 'x',
    _raw: '<Event>lsass.exe & \'quotes\'\r\nsecond line, "more"</Event>',
    Hashes: ['MD5=1;$', 'SHA1=2', ''],
    empty: '',
  },
  { _time: '2', host: 'ä 日本 😀', CommandLine: 'a,b;c|d', Hashes: ['x'], __proto_: 'p' },
];
const expected = [
  {
    _time: '2020-10-17T15:11:10.123+00:00',
    host: 'WS<1>&"a"',
    'name with blanks': 'x',
    _raw: '<Event>lsass.exe & \'quotes\'\r\nsecond line, "more"</Event>',
    Hashes: ['MD5=1;$', 'SHA1=2', ''],
  },
  { _time: '2', host: 'ä 日本 😀', CommandLine: 'a,b;c|d', Hashes: 'x', __proto_: 'p' },
];

describe.each(every)('a search by $mode as $output', ({ mode, output }) => {
  const options = { mode, output };

  it('gives every row, with text, several values and names as they are', async () => {
    const engine = connect(await serve({ rows: awkward }));
    const { all, rows, truncated } = await searchAll(engine, { options });
    expect(all).toEqual(expected);
    expect({ rows, truncated }).toEqual({ rows: 2, truncated: null });
  });

  it('of nothing is an empty result and no error', async () => {
    const engine = connect(await serve({ fields: output === 'csv' && mode !== 'export' ? ['a', 'b'] : [] }));
    const { all, rows, truncated } = await searchAll(engine, { options });
    expect({ all, rows, truncated }).toEqual({ all: [], rows: 0, truncated: null });
  });

  it('says earliest and latest, also when nobody asked', async () => {
    const fake = await serve();
    await searchAll(connect(fake), { options });
    expect(fake.search.params).toMatchObject({
      search: 'search index=main',
      earliest_time: '0',
      latest_time: 'now',
    });
  });

  it('stays whole beyond 100 rows', async () => {
    const engine = connect(await serve({ rows: numbered(1234) }));
    const { all, truncated } = await searchAll(engine, { options: { ...options } });
    expect(all.map(({ n }) => n)).toEqual(numbered(1234).map(({ n }) => n));
    expect(truncated).toBeNull();
  });
});

describe('pages of a job', () => {
  it.each(['normal', 'blocking'] as const)(
    'are read to the end where the server allows fewer rows (%s)',
    async (mode) => {
      const fake = await serve({ rows: numbered(95), maxResultRows: 10 });
      const { all, truncated } = await searchAll(connect(fake), { options: { mode, pageRows: 40 } });
      expect(all).toHaveLength(95);
      expect(truncated).toBeNull();
      expect(fake.to('/results').map(({ params }) => params['offset'])).toEqual(
        Array.from({ length: 10 }, (_, page) => String(page * 10)),
      );
    },
  );

  it('are asked for 10,000 rows at a time', async () => {
    const fake = await serve({ rows: numbered(3) });
    await searchAll(connect(fake));
    expect(fake.to('/results')).toMatchObject([{ params: { count: '10000', offset: '0' } }]);
  });

  it('beyond 50,000 rows are all there', async () => {
    const fake = await serve({ rows: numbered(50_001), maxResultRows: 50_000 });
    const { rows, truncated } = await searchAll(connect(fake), { options: { pageRows: 60_000 } });
    expect({ rows, truncated }).toEqual({ rows: 50_001, truncated: null });
  });

  it('that stop before the number of rows the job has said make the result a part', async () => {
    const fake = await serve({ rows: numbered(30), job: { resultCount: 500 } });
    const { rows, truncated } = await searchAll(connect(fake));
    expect(rows).toBe(30);
    expect(truncated).toContain('30 of 500');
  });

  it('keep the job alive', async () => {
    const fake = await serve({ rows: numbered(30) });
    await searchAll(connect(fake), { options: { pageRows: 10 } });
    expect(fake.to('/control').map(({ params }) => params['action'])).toEqual(['touch', 'touch', 'cancel']);
  });

  it('end with the job, which is not left on the server', async () => {
    const fake = await serve({ rows: numbered(3) });
    await searchAll(connect(fake));
    expect(fake.cancelled).toHaveLength(1);
    expect(fake.jobs.size).toBe(0);
  });

  it('leave the job where that is asked for', async () => {
    const fake = await serve({ rows: numbered(3) });
    await searchAll(connect(fake), { options: { keepJob: true } });
    expect(fake.cancelled).toEqual([]);
  });
});

describe('what is missing is said', () => {
  it('at the limit of a oneshot search', async () => {
    const fake = await serve({ rows: numbered(50_010) });
    const { rows, truncated } = await searchAll(connect(fake), { options: { mode: 'oneshot' } });
    expect(rows).toBe(50_000);
    expect(truncated).toContain('50000 rows');
  });

  it('at another limit of the server', async () => {
    const fake = await serve({ rows: numbered(1000), maxResultRows: 200 });
    const { rows, truncated } = await searchAll(connect(fake), { options: { mode: 'oneshot' } });
    expect(rows).toBe(200);
    expect(truncated).toContain('200 rows');
  });

  it('at a limit that is no round number', async () => {
    const fake = await serve({ rows: numbered(1000), maxResultRows: 333 });
    expect((await searchAll(connect(fake), { options: { mode: 'oneshot' } })).truncated).toContain(
      '333 rows',
    );
  });

  it('and not where a round number is all there is', async () => {
    const { truncated } = await searchAll(connect(await serve({ rows: numbered(200) })), {
      options: { mode: 'oneshot' },
    });
    expect(truncated).toBeNull();
  });

  it.each(modes)('at the limit that was asked for (%s)', async (mode) => {
    const fake = await serve({ rows: numbered(5) });
    const { truncated } = await searchAll(connect(fake), { limit: 5, options: { mode } });
    expect(fake.search.params['search']).toBe('search index=main | head 5');
    expect(truncated).toBe('the limit of 5 rows was reached');
  });

  it('and not below that limit, nor for a limit of 0', async () => {
    const fake = await serve({ rows: numbered(5) });
    expect(await searchAll(connect(fake), { limit: 6 })).toMatchObject({ rows: 5, truncated: null });
    const all = await serve({ rows: numbered(5) });
    expect(await searchAll(connect(all), { limit: 0 })).toMatchObject({ rows: 5, truncated: null });
    expect(all.search.params['search']).toBe('search index=main');
  });

  it('when the server keeps fewer events than it found', async () => {
    const fake = await serve({ rows: numbered(7), job: { eventCount: 900 } });
    expect((await searchAll(connect(fake))).truncated).toContain('7 rows of 900 events');
  });

  it('but a search that counts may have fewer rows than events', async () => {
    const fake = await serve({
      rows: numbered(7),
      job: { eventCount: 900, reportSearch: 'stats count by host' },
    });
    expect(
      (await searchAll(connect(fake), { query: 'index=main | stats count by host' })).truncated,
    ).toBeNull();
  });

  it('when the job was finalized', async () => {
    const fake = await serve({ rows: numbered(7), job: { isFinalized: true } });
    expect((await searchAll(connect(fake))).truncated).toContain('finalized');
  });

  it('when the server warns of it', async () => {
    const text = 'The search results were truncated to 7 rows.';
    const fake = await serve({ rows: numbered(7), messages: [{ type: 'WARN', text }] });
    expect((await searchAll(connect(fake))).truncated).toBe(text);
  });

  it('when sort kept its 10,000 rows', async () => {
    const sorted = { query: 'index=main | sort n' };
    const fake = await serve({ rows: numbered(10_000) });
    expect((await searchAll(connect(fake), sorted)).truncated).toContain('sort 0');
    expect((await searchAll(connect(fake), { query: 'index=main | sort 0 n' })).truncated).toBeNull();
  });
});

describe('fields', () => {
  it('that are named come in that order, and only these', async () => {
    const fake = await serve({ rows: [{ a: '1', b: '2', _time: '3', 'x y': '4' }] });
    const { all, fields } = await searchAll(connect(fake), { fields: ['x y', 'a', 'missing'] });
    expect(fake.search.params['search']).toBe('search index=main | fields "x y", a, missing | fields - _*');
    expect(fields).toEqual(['x y', 'a', 'missing']);
    expect(all).toEqual([{ 'x y': '4', a: '1' }]);
  });

  it.each(outputs)('of an empty result are known where the server tells them (%s)', async (output) => {
    const engine = connect(await serve({ fields: ['host', 'a b'] }));
    expect((await searchAll(engine, { options: { output } })).fields).toEqual(['host', 'a b']);
  });

  it('keep several values apart in CSV only by the columns that do so, and say nothing of those', async () => {
    const rows = [{ a: ['1', '2'], b: 'x' }];
    const options = { output: 'csv' };
    expect((await searchAll(connect(await serve({ rows })), { options })).fields).toEqual(['a', 'b']);
    const plain = await searchAll(connect(await serve({ rows, plainCsv: true })), { options });
    expect(plain.all).toEqual([{ a: '1\n2', b: 'x' }]);
    expect(plain.messages).toMatchObject([
      { level: 'WARN', text: expect.stringContaining('several values') },
    ]);
  });
});

describe('endpoints', () => {
  it.each([
    ['9.3.1', undefined, '/services/search/v2/jobs', 'POST'],
    ['9.0.2', undefined, '/services/search/v2/jobs', 'POST'],
    ['9.0.1', undefined, '/services/search/jobs', 'GET'],
    ['8.2.0', undefined, '/services/search/jobs', 'GET'],
    ['9.0.2208', 'cloud', '/services/search/jobs', 'GET'],
    ['9.0.2209', 'cloud', '/services/search/v2/jobs', 'POST'],
    ['10.0.0', 'cloud', '/services/search/v2/jobs', 'POST'],
  ])('of version %s (%s) are %s, results by %s', async (version, instanceType, path, method) => {
    const fake = await serve({ version, ...(instanceType && { instanceType }), rows: numbered(2) });
    await searchAll(connect(fake));
    expect(fake.search.path).toBe(path);
    expect(fake.to('/results')).toMatchObject([
      { method, path: `${path}/${fake.search.params['id']}/results` },
    ]);
  });

  it('are those of the app and the owner', async () => {
    const fake = await serve({ rows: numbered(2) });
    await searchAll(connect(fake, { ...alice, app: 'my app', owner: 'bob' }));
    expect(fake.search.path).toBe('/servicesNS/bob/my%20app/search/v2/jobs');
    const any = await serve();
    await searchAll(connect(any, { ...alice, app: 'search' }));
    expect(any.search.path).toBe('/servicesNS/-/search/search/v2/jobs');
  });
});

describe('a job', () => {
  it('is asked for until it is done, and its progress told', async () => {
    const fake = await serve({ rows: numbered(2), polls: 4 });
    const seen: (number | null)[] = [];
    await searchAll(connect(fake), { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('without a state yet is asked for again', async () => {
    let states = 0;
    const fake = await serve({
      rows: numbered(2),
      before: ({ method, path }, response) => {
        if (method !== 'GET' || !/\/jobs\/[^/]+$/.test(path) || ++states > 2) return false;
        response.writeHead(204).end();
        return true;
      },
    });
    expect((await searchAll(connect(fake))).rows).toBe(2);
  });

  it('whose rows nobody reads to the end is cancelled', async () => {
    const fake = await serve({ rows: numbered(500) });
    const { rows } = await connect(fake).search({ query: 'x', options: { pageRows: 10 } });
    for await (const row of rows) if (row['n'] === '15') break;
    expect(fake.cancelled).toHaveLength(1);
    expect(fake.to('/results').length).toBeLessThan(5);
  });

  it('that is still open is cancelled when the connection closes', async () => {
    const fake = await serve({ rows: numbered(500) });
    const engine = connect(fake);
    await engine.search({ query: 'x' });
    await engine.close();
    expect(fake.cancelled).toHaveLength(1);
  });

  it('has rows that can be read once', async () => {
    const { rows } = await connect(await serve({ rows: numbered(3) })).search({ query: 'x' });
    for await (const row of rows) expect(row).toBeDefined();
    const again: unknown[] = [];
    for await (const row of rows) again.push(row);
    expect(again).toEqual([]);
  });
});

describe('stopping', () => {
  it.each(modes)('by the caller cancels the search on the server (%s)', async (mode) => {
    const abort = new AbortController();
    const fake = await serve({
      // A search that does not come to an end.
      polls: 1e9,
      before: ({ params, path }, _, { jobs }) => {
        if (params['search'] === undefined || mode === 'normal') return false;
        jobs.set(params['id'] as string, { polls: 0, search: path });
        return true;
      },
    });
    const reason = new Error('enough');
    const search = searchAll(connect(fake), { signal: abort.signal, options: { mode } });
    search.catch(() => {});
    await until(() => fake.search !== undefined);
    abort.abort(reason);
    await expect(search).rejects.toBe(reason);
    expect(fake.cancelled).toHaveLength(1);
    expect(fake.jobs.size).toBe(0);
  });

  it.each(modes)(
    'while the server is still making the job cancels it once it is there (%s)',
    async (mode) => {
      const abort = new AbortController();
      const fake = await serve({
        before: ({ params, path }, response, { jobs }) => {
          const id = params['id'];
          if (params['search'] === undefined || id === undefined) return false;
          setTimeout(() => {
            jobs.set(id, { polls: 0, search: path });
            response.end();
          }, 200);
          return true;
        },
      });
      const search = searchAll(connect(fake), { signal: abort.signal, options: { mode } });
      search.catch(() => {});
      await until(() => fake.search !== undefined);
      abort.abort(new Error('enough'));
      await expect(search).rejects.toThrow('enough');
      expect(fake.cancelled).toHaveLength(1);
      expect(fake.jobs.size).toBe(0);
    },
  );

  it('by time is HB_TIMEOUT and cancels the search too', async () => {
    const fake = await serve({ polls: 1e9 });
    await faultOf(searchAll(connect(fake), { timeout: 1 }), 'HB_TIMEOUT');
    expect(fake.cancelled).toHaveLength(1);
  });

  it('before it began sends nothing', async () => {
    const fake = await serve();
    const reason = new Error('enough');
    await expect(searchAll(connect(fake), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(fake.search).toBeUndefined();
  });

  it('while nobody reads still tells the server', async () => {
    const abort = new AbortController();
    const fake = await serve({ rows: numbered(100) });
    await connect(fake).search({ query: 'x', signal: abort.signal, options: { pageRows: 10 } });
    abort.abort();
    await until(() => fake.cancelled.length === 1);
  });
});

describe('an export', () => {
  it.each(['json', 'xml'])('leaves out what is only a preview (%s)', async (output) => {
    const fake = await serve({ preview: numbered(9), rows: numbered(3) });
    const { rows } = await searchAll(connect(fake), { options: { mode: 'export', output } });
    expect(rows).toBe(3);
    expect(fake.search.params['preview']).toBe('false');
  });

  it('gives rows while they come', async () => {
    let finish = (): void => {};
    const fake = await serve({
      before: ({ path }, response) => {
        if (!path.endsWith('/export')) return false;
        response.write('{"preview":false,"offset":0,"result":{"n":"0"}}\n');
        finish = () => void response.end('{"preview":false,"offset":1,"lastrow":true,"result":{"n":"1"}}\n');
        return true;
      },
    });
    const { rows } = await connect(fake).search({ query: 'x', options: { mode: 'export' } });
    const iterator = rows[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual({ n: '0' });
    finish();
    expect((await iterator.next()).value).toEqual({ n: '1' });
    expect((await iterator.next()).done).toBe(true);
  });
});
