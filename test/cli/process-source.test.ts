/** `tree`, `chain` and `chain rare` on a source give what they give over its events as files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvents, type EventStore } from '../../src/hunt/index.ts';
import { serveSplunk } from '../../src/lab/index.ts';
import { guidOf, started, sysmon } from './process-events.ts';
import { Workplace, type Run } from './support.ts';

const place = new Workplace();
const env = { LAB_PASSWORD: 'some-password' };
let server: Awaited<ReturnType<typeof serveSplunk>>;
let store: EventStore;
let events = '';

beforeAll(async () => {
  const lines = [
    started(0, 1, 9, 'explorer.exe'),
    started(10, 2, 1, 'cmd.exe'),
    started(20, 3, 2, 'powershell.exe'),
    started(40, 5, 3, 'winword.exe'),
    sysmon(11, 25, { ProcessGuid: `{${guidOf(3)}}`, ProcessId: 1003, TargetFilename: 'C:\\t\\a.txt' }),
  ];
  events = place.write('events.json', `${lines.join('\n')}\n`);
  store = await openEvents([events]);
  const table = store.tables.find(({ name }) => name === 'events_text');
  server = await serveSplunk({
    database: store.database,
    columns: table?.columns ?? [],
    password: env.LAB_PASSWORD,
  });
  place.write(
    'huntbook.yaml',
    `sources:\n  lab: {kind: splunk, url: '${server.url}', username: admin, password: env:LAB_PASSWORD}\n`,
  );
}, 60_000);
afterAll(async () => {
  await server.close();
  await store.close();
  place.remove();
});

const run = (...args: string[]): Promise<Run> => place.runWith({ env }, ...args);
const source = ['--source', 'lab'];

describe('on a source', () => {
  it('a tree is that of the files, and says what it took', async () => {
    const there = await run('tree', guidOf(3), ...source, '--events');
    const here = await run('tree', guidOf(3), events, '--events');
    expect(there.code).toBe(0);
    expect(there.stdout).toBe(here.stdout);
    expect(there.stdout).toContain('a.txt');
    expect(there.stderr).toMatch(/^\d+ searches, \d+ events$/m);
    const json = await run('tree', guidOf(3), ...source, '-q', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ cost: { searches: expect.any(Number) as number } });
  });

  it('a tree that needs more searches than it may do is cut, and says so', async () => {
    const { code, stdout } = await run('tree', guidOf(3), ...source, '--max-searches', '2', '-q');
    expect(code).toBe(7);
    expect(stdout).toContain('the limit of 2 searches was reached');
  });

  it('chains and rare lines are those of the files', async () => {
    const chain = ['chain', 'cmd.exe > powershell.exe >> winword.exe'];
    const there = await run(...chain, ...source, '-q');
    expect(there.stdout).toContain('winword.exe');
    expect(there.stdout).toBe((await run(...chain, events, '-q')).stdout);
    const rare = ['chain', 'rare', '-q', '--format', 'ndjson'];
    const lines = await run(...rare, ...source, '--since', '2025-03-01');
    expect(lines.stdout).toBe((await run(...rare, events)).stdout);
    expect(lines.stdout.split('\n')).toHaveLength(5);
  });

  it('what only files can give is refused', async () => {
    for (const [args, says] of [
      [['--siblings'], '--siblings is for files'],
      [['--rules', 'x.yml'], '--rules is for files'],
    ] as const) {
      const { code, stderr } = await run('tree', guidOf(3), ...source, ...args);
      expect(code).toBe(2);
      expect(stderr).toContain(says);
    }
    const none = await run('tree', guidOf(77), ...source);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('no process has this GUID');
  });
});
