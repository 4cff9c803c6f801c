/** `huntbook import --source` as a user runs it, into a real OpenSearch. */
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openElastic } from '../../src/sources/index.ts';
import { sharedPath } from '../support/data.ts';
import { openSearch, useOpenSearch } from '../support/opensearch.ts';
import { Workplace } from './support.ts';

const work = new Workplace();
afterAll(() => work.remove());
const recording = sharedPath('data', 'mordor', 'psh_lsass_memory_dump_comsvcs.zip');

describe.skipIf(openSearch.missing)(`huntbook import --source${openSearch.note}`, () => {
  const server = useOpenSearch();
  const index = `hbtest-import-${process.pid}`;
  const configure = (): string =>
    work.write(
      'huntbook.yaml',
      `sources:\n  lab: { kind: opensearch, url: '${server.url}', index: '${index}-*', fields: sigma }\n`,
    );
  afterAll(async () => {
    const engine = await openElastic({ product: 'opensearch', url: server.url });
    for (const name of ['good', 'bad', 'old', 'mordor']) {
      await engine.wire.ask('DELETE', `/${index}-${name}`);
      await engine.wire.ask('DELETE', `/_index_template/huntbook-${index}-${name}`);
    }
    await engine.close();
  });

  it('loads events once, whatever the file is called, and finds them again', async () => {
    configure();
    const lines = [1, 2, 2].map((n) => `{"EventID":1,"Channel":"c","Computer":"WS${n}","Image":"a.exe"}\n`);
    const file = work.write('a.json', lines.join(''));
    const copy = work.write('b.json', lines.join(''));
    const to = ['--source', 'lab', '--index', `${index}-good`, '-q'];
    expect(await work.run('import', file, ...to)).toEqual({
      code: 0,
      stdout: `3 events of 3 loaded into lab, index ${index}-good\n`,
      stderr: '',
    });
    const again = await work.run('import', copy, ...to);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/^0 events of 3 .*\n3 events had been loaded before\n$/);
    const found = await work.run('search', 'Computer:WS2', '--source', 'lab', '--format', 'ndjson', '-q');
    expect(found.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('names events that the server refuses, loads all others, and ends as a partial result', async () => {
    configure();
    const odd = [
      { Computer: 'fine', a: 'text' },
      { Computer: 'refused', a: { b: 'object where text was' } },
      { Computer: 'id', _id: 'x', _index: 'y' },
      { Computer: 'dots', '': 'none', '.a': 'first', 'b..c': 'within' },
      { Computer: 'early', '@timestamp': '1601-01-01T00:00:00Z' },
      { Computer: 'late', '@timestamp': '9999-01-01T00:00:00Z' },
      { Computer: 'own', huntbook_hex: 'theirs', huntbook_long: 'theirs', GrantedAccess: '0x1410' },
    ];
    const events = odd.map((one) => JSON.stringify({ EventID: 10, Channel: 'c', ...one }));
    const file = work.write('odd.json', events.join('\n'));
    const run = await work.run('import', file, '--source', 'lab', '--index', `${index}-bad`);
    expect(run.code).toBe(6);
    expect(run.stdout).toContain('6 events of 7 loaded');
    expect(run.stderr).toMatch(/1 event refused by the server:\n {2}\S*odd\.json:2: .*mapping/);
    const query = ['search', 'Channel:c', '--source', 'lab', '--index', `${index}-bad`, '-q'];
    const { stdout } = await work.run(...query, '--format', 'ndjson');
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const row = (name: string): unknown => rows.find(({ Computer }) => Computer === name);
    expect(row('id')).toMatchObject({ _id_: 'x', _index_: 'y' });
    expect(row('dots')).toMatchObject({ _: 'none', _a: 'first', b__c: 'within' });
    expect(row('early')).toMatchObject({ '@timestamp_text': '1601-01-01T00:00:00Z' });
    expect(row('own')).toMatchObject({ huntbook_hex_: 'theirs', huntbook_long_: 'theirs' });
  });

  it("says that an index has a mapping that is not huntbook's", async () => {
    configure();
    const engine = await openElastic({ product: 'opensearch', url: server.url });
    await engine.wire.call('PUT', `/${index}-old`);
    await engine.close();
    const file = work.write('c.json', '{"EventID":1,"Channel":"c","Computer":"x"}');
    const run = await work.run('import', file, '--source', 'lab', '--index', `${index}-old`);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain("a mapping that is not huntbook's");
  });

  it.skipIf(recording.missing)(`loads a recording and hunts in it${recording.note}`, async () => {
    configure();
    const to = ['--source', 'lab', '--index', `${index}-mordor`];
    expect(await work.run('import', recording.path, ...to, '-q')).toMatchObject({ code: 0, stderr: '' });
    expect((await work.run('import', recording.path, ...to)).stdout).toMatch(/^0 events of /);
  });

  it('refuses what it cannot load into, by name', async () => {
    configure();
    const file = work.write('d.json', '{"EventID":1,"Channel":"c"}');
    const usage = async (...options: string[]): Promise<void> => {
      const run = await work.run('import', file, ...options);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain('[HB_USAGE]');
    };
    await usage('--source', 'lab');
    await usage('--source', 'lab', '--index', 'Capital');
    await usage('--source', 'lab', '--to', work.path('lake'));
    await usage('--to', work.path('lake'), '--index', 'x');
    expect(existsSync(work.path('lake'))).toBe(false);
    const gone = { HUNTBOOK_SOURCES_LAB_URL: 'http://127.0.0.1:9' };
    const run = await work.runWith({ env: gone }, 'import', file, '--source', 'lab', '--index', 'x');
    expect(run).toMatchObject({ code: 4 });
    expect(run.stderr).toContain('[HB_CONNECT]');
    const missing = await work.run('import', work.path('no'), '--source', 'lab', '--index', 'x');
    expect(missing.stderr).toContain('[HB_NOT_FOUND]');
  });
});
