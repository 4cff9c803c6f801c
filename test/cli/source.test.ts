/** `huntbook source`, `search` and `hunt --source` as a user runs them, against the stand-in for Splunk. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvents, type EventStore } from '../../src/hunt/index.ts';
import { serveSplunk } from '../../src/lab/index.ts';
import { ruleText, Workplace, type Run } from './support.ts';

const canary = 'canary-4f1d-secret';
const place = new Workplace();
const asked: string[] = [];
let store: EventStore;
let server: Awaited<ReturnType<typeof serveSplunk>>;
let slow: Awaited<ReturnType<typeof serveSplunk>>;
const runs: Run[] = [];

beforeAll(async () => {
  store = await openEvents([await place.estate()]);
  const table = store.tables.find(({ name }) => name === 'events_text');
  const common = { database: store.database, columns: table?.columns ?? [], password: canary };
  const onRequest = ({ method, path }: { method: string; path: string }): void =>
    void asked.push(`${method} ${path}`);
  server = await serveSplunk({ ...common, onRequest });
  slow = await serveSplunk({ ...common, onRequest, pace: 20_000 });
  place.write(
    'huntbook.yaml',
    [
      '# mine: do not touch',
      'sources:',
      `  lab: {kind: splunk, url: '${server.url}', username: admin, password: env:LAB_PASSWORD}`,
      '  slow:   # with a pause',
      '    kind: splunk',
      `    url: ${slow.url}`,
      '    username: admin',
      '    password: env:LAB_PASSWORD',
      '  gone: {kind: opensearch, url: "http://127.0.0.1:9", index: x, fields: sigma}',
      '',
    ].join('\n'),
  );
}, 120_000);
afterAll(async () => {
  await server.close();
  await slow.close();
  await store.close();
  place.remove();
});

const env = { LAB_PASSWORD: canary };
async function run(...args: string[]): Promise<Run> {
  const done = await place.runWith({ env }, ...args);
  runs.push(done);
  return done;
}

describe('huntbook source', () => {
  it('lists sources with secrets as references, as a table and as JSON', async () => {
    const table = await run('source', 'list');
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^name +kind +where +login +from\n/);
    expect(table.stdout).toContain('admin env:LAB_PASSWORD');
    const { data } = JSON.parse((await run('source', 'list', '--json')).stdout) as { data: object[] };
    expect(data).toHaveLength(3);
    expect(data[1]).toMatchObject({
      name: 'slow',
      password: 'env:LAB_PASSWORD',
      origins: { url: 'huntbook.yaml:6' },
    });
  });

  it('adds a source and leaves the rest of the file as it was, byte by byte', async () => {
    const before = readFileSync(place.path('huntbook.yaml'), 'utf8');
    const added = await run('source', 'add', 'more', '--kind', 'files', '--path', './estate');
    expect(added).toMatchObject({ code: 0, stdout: '' });
    const after = readFileSync(place.path('huntbook.yaml'), 'utf8');
    expect(after.startsWith(before)).toBe(true);
    const again = await run('source', 'add', 'more', '--kind', 'files', '--path', './estate');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('[HB_EXISTS]') });
    expect(readFileSync(place.path('huntbook.yaml'), 'utf8')).toBe(after);
    writeFileSync(place.path('huntbook.yaml'), before);
  });

  it('refuses a secret that is written out, on the command line and in a file, and does not repeat it', async () => {
    const url = 'https://splunk.example:8089';
    const add = await run('source', 'add', 'x', '--kind', 'splunk', '--url', url, '--token', canary);
    expect(add).toMatchObject({ code: 3, stderr: expect.stringContaining('[HB_SECRET]') });
    const file = place.write(
      'bad.yaml',
      `sources:\n  x:\n    kind: splunk\n    url: ${url}\n    token: ${canary}\n`,
    );
    const list = await run('source', 'list', '--config', file);
    expect(list).toMatchObject({ code: 3, stderr: expect.stringMatching(/bad\.yaml:5: .*\[HB_SECRET\]/) });
  });

  it('says what is wrong where there is no keyring, and writes nothing', async () => {
    const before = readFileSync(place.path('huntbook.yaml'), 'utf8');
    const args = ['--kind', 'splunk', '--url', 'https://splunk.example:8089', '--keyring', 'token'];
    const done = await place.runWith(
      { env: { ...env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }, stdin: `${canary}\n` },
      'source',
      'add',
      'kept',
      ...args,
    );
    runs.push(done);
    expect(done).toMatchObject({ code: 3, stdout: '' });
    expect(done.stderr).toMatch(/keyring.*\[HB_(?:SECRET|MISSING_DEP)\]/);
    expect(readFileSync(place.path('huntbook.yaml'), 'utf8')).toBe(before);
  });

  it('tests each source: who answers, and with status 4 which does not', async () => {
    const good = await run('source', 'test', 'lab');
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^lab: Splunk\S* [\d.]+, answered in \d+ ms\n/);
    const both = await run('source', 'test', 'gone', 'lab');
    expect(both).toMatchObject({ code: 4, stdout: expect.stringContaining('lab: ') });
    expect(both.stderr).toContain('source gone: ');
    expect(both.stderr).toContain('[HB_CONNECT]');
    const wrong = await place.runWith({ env: { LAB_PASSWORD: `${canary}-no` } }, 'source', 'test', 'lab');
    runs.push(wrong);
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('[HB_AUTH]') });
    const unset = await place.run('source', 'test', 'lab');
    expect(unset).toMatchObject({ code: 3, stderr: expect.stringContaining('LAB_PASSWORD is not set') });
  });

  it('knows which name was meant', async () => {
    expect(await run('source', 'test', 'lap')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('did you mean lab?'),
    });
  });
});

describe('huntbook search', () => {
  const query = 'search index=main EventCode=1 | stats count by host | sort host';

  it('gives the rows of a query, and SQL over them', async () => {
    const csv = await run('search', query, '-s', 'lab', '-f', 'csv', '-q');
    expect(csv).toMatchObject({ code: 0, stderr: '' });
    expect(csv.stdout).toMatch(/^host,count\r?\n\S+,\d+\r?\n/);
    const sql = await run(
      'search',
      query,
      '-s',
      'lab',
      '--sql',
      'SELECT count(*) n FROM results',
      '-f',
      'csv',
    );
    expect(sql.stdout.split(/\r?\n/)[1]).toBe(String(csv.stdout.trim().split('\n').length - 1));
  });

  it('ends with 7 when --limit cut the result and --strict is given, else with 0', async () => {
    const all = 'search index=main EventCode=1';
    expect((await run('search', all, '-s', 'lab', '--limit', '2', '-f', 'ndjson')).code).toBe(0);
    const strict = await run('search', all, '-s', 'lab', '--limit', '2', '-f', 'ndjson', '--strict');
    expect(strict.code).toBe(7);
    expect(strict.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('Ctrl-C cancels the search on the server, and nothing is written', async () => {
    asked.length = 0;
    const stoppable = ['-s', 'slow', '--mode', 'normal', '-f', 'csv', '-o', 'out.csv'];
    const stopped = await place.runWith(
      {
        env,
        during: ({ kill }) => {
          const timer = setInterval(() => {
            if (!asked.some((line) => /^POST .*search.*jobs$/.test(line))) return;
            clearInterval(timer);
            setTimeout(() => kill('SIGINT'), 500);
          }, 50);
        },
      },
      'search',
      'search index=main',
      ...stoppable,
    );
    runs.push(stopped);
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(asked.some((line) => /^(?:DELETE .*jobs\/|POST .*\/control$)/.test(line))).toBe(true);
    expect(() => readFileSync(place.path('out.csv'))).toThrow('ENOENT');
  });

  it('refuses what writes, unless it is allowed', async () => {
    expect(await run('search', 'search index=main | delete', '-s', 'lab')).toMatchObject({
      code: expect.not.stringMatching('0'),
      stdout: '',
      stderr: expect.stringContaining('[HB_QUERY_RISKY]'),
    });
  });
});

describe('huntbook hunt --source', () => {
  const rule = (): string => place.write('rule.yml', ruleText('any', "Image|endswith: '.exe'"));

  it('finds what the hunt over the files finds', async () => {
    const onSource = await run('hunt', '-s', 'lab', '-f', 'ndjson', '-q', '--rules', rule());
    expect(onSource).toMatchObject({ code: 0, stderr: '' });
    const onFiles = await run(
      'hunt',
      place.path('estate', 'events'),
      '-f',
      'ndjson',
      '-q',
      '--rules',
      rule(),
    );
    const records = ({ stdout }: Run): string[] =>
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: { recordId: unknown; host: unknown } }).event)
        .map(({ recordId, host }) => `${String(host)} ${String(recordId)}`)
        .sort();
    expect(records(onSource).length).toBeGreaterThan(5);
    expect(new Set(records(onSource))).toEqual(new Set(records(onFiles)));
  });

  it('ends with 4 when nobody answers', async () => {
    expect(await run('hunt', '-s', 'gone', '--rules', rule())).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[HB_CONNECT]'),
    });
  });

  it('prints what was found before the server was lost, ends with 4, and leaves no file', async () => {
    let searches = 0;
    const dying: Server = createServer((request, response) => {
      request.resume();
      const answer = (body: object): void =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url?.includes('_field_caps') === true)
        return answer({ indices: ['x'], fields: { Image: { keyword: { searchable: true } } } });
      if (request.url?.includes('_search') !== true) return answer({});
      // The mapping is looked at first, then comes the first rule.
      request.once('end', () => {
        if (++searches > 3) return request.socket.destroy();
        const event = { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Image: 'C:\\a.exe' };
        answer({ hits: { total: { value: 1 }, hits: [{ _index: 'x', _id: '1', _source: event }] } });
      });
    });
    await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(dying.address() as AddressInfo).port}`;
      const file = place.write(
        'dying.yaml',
        `sources:\n  os: {kind: opensearch, url: "${url}", index: x, pipelines: [plain.yml]}\n`,
      );
      place.write('plain.yml', 'name: plain\npriority: 1\ntransformations: []\n');
      const rules = [1, 2, 3, 4, 5, 6].map((n) =>
        place.write(`r${n}.yml`, ruleText(`rule ${n}`, "Image|endswith: '.exe'")),
      );
      const args = ['hunt', '-s', 'os', '--config', file, '--jobs', '1', '-f', 'ndjson', '--rules', ...rules];
      const lost = await run(...args);
      expect(lost.code).toBe(4);
      expect(lost.stderr).toContain('[HB_CONNECT]');
      expect(lost.stderr).toContain('interrupted before the end');
      expect(lost.stdout.trim().split('\n').length).toBeGreaterThan(0);
      expect(lost.stdout).toContain('C:\\\\a.exe');
      searches = 0;
      const intoFile = await run(...args, '-o', 'part.ndjson');
      expect(intoFile).toMatchObject({ code: 4, stderr: expect.stringContaining('was not written') });
      expect(() => readFileSync(place.path('part.ndjson'))).toThrow('ENOENT');
    } finally {
      dying.closeAllConnections();
      dying.close();
    }
  });
});

it('no output of any of these commands holds the secret', () => {
  expect(runs.length).toBeGreaterThan(0);
  for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(canary);
});
