import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEvents } from '../../src/hunt/event-store.ts';
import { importEvents } from '../../src/hunt/store/import.ts';
import { temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let made = 0;
function lakeFolder(): string {
  return path.join(folder, `lake-${made++}`);
}
function file(name: string, ...events: object[]): string {
  const target = path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, events.map((event) => JSON.stringify(event)).join('\n'));
  return target;
}
function filesOf(lake: string): string[] {
  return readdirSync(lake, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .sort();
}
async function count(lake: string): Promise<number> {
  const store = await openEvents([lake]);
  await store.close();
  return store.events;
}
const event = (Computer: string, time: string, n = 1): object => ({
  EventID: n,
  Channel: 'Security',
  Computer,
  '@timestamp': time,
});

describe('huntbook import', () => {
  it('keeps each content once, whatever its name', async () => {
    const to = lakeFolder();
    const a = file('a/a.json', event('WS1', '2020-09-22T01:00:00Z'), event('WS2', '2020-09-23T01:00:00Z'));
    const first = await importEvents([a], { to });
    expect(first).toMatchObject({ files: 1, events: 2, known: [], issues: [] });
    const before = filesOf(to);
    expect(before.map((name) => path.dirname(name).replaceAll('\\', '/'))).toEqual([
      'day=2020-09-22/host=WS1',
      'day=2020-09-23/host=WS2',
    ]);
    const catalogue = readFileSync(path.join(to, '.huntbook-lake/catalogue.json'), 'utf8');
    const copy = path.join(folder, 'copy.json');
    cpSync(a, copy);
    const again = await importEvents([a, copy], { to });
    expect(again).toMatchObject({ files: 0, events: 0 });
    expect(again.known.map(({ name }) => name)).toEqual([a, copy]);
    expect(filesOf(to)).toEqual(before);
    expect(readFileSync(path.join(to, '.huntbook-lake/catalogue.json'), 'utf8')).toBe(catalogue);
    const b = file('b.json', event('WS1', '2020-09-22T02:00:00Z', 2));
    const third = await importEvents([a, b, copy], { to });
    expect(third).toMatchObject({ files: 1, events: 1 });
    expect(await count(to)).toBe(3);
    const store = await openEvents([to, b]);
    const rows = await store.database.all(
      'SELECT count(*) AS n, count(DISTINCT _row) AS d, max(_row) AS m FROM events',
    );
    await store.close();
    expect(rows).toEqual([{ n: 4n, d: 4n, m: 3n }]);
  });

  it('reads many imports together, whatever each calls its fields', async () => {
    const to = lakeFolder();
    const expected: string[] = [];
    for (let n = 0; n < 14; n++) {
      const name = ['ProcessName', 'Process Name', 'processname'][n % 3] as string;
      const source = file(`many${n}.json`, { ...event('WS1', '2020-09-22T01:00:00Z', n), [name]: `p${n}` });
      await importEvents([source], { to });
      expected.push(`p${n}`);
      if (n > 1 && n < 11) continue;
      const store = await openEvents([to]);
      const rows = await store.database.all(
        'SELECT ProcessName AS p, EventID AS id FROM events ORDER BY _row',
      );
      const texts = await store.database.all('SELECT ProcessName AS p FROM events_text ORDER BY _row');
      await store.close();
      expect(rows.map(({ p }) => p)).toEqual(expected);
      expect(rows.map(({ id }) => Number(id))).toEqual(expected.map((_, id) => id));
      expect(texts.map(({ p }) => p)).toEqual(expected);
      expect(store.events).toBe(expected.length);
    }
  });

  it('takes hostile names of hosts and events without a time', async () => {
    const to = lakeFolder();
    const hosts = ['../../etc', 'CON', 'a/b=c', '', 'x'.repeat(400), "it's", 'day=1'];
    const source = file(
      'hostile.json',
      ...hosts.map((host) => event(host, '2020-09-22T01:00:00Z')),
      { EventID: 4, Channel: 'c', Computer: 'WS1' },
      { EventID: 4, Channel: 'c', day: 'x', host: 'y' },
    );
    expect((await importEvents([source], { to })).events).toBe(hosts.length + 2);
    for (const name of filesOf(to)) {
      expect(name.replaceAll('\\', '/')).toMatch(
        /^day=(?:2020-09-22|unknown)\/host=[^/]+\/[0-9a-f]{32}-\d+\.parquet$/,
      );
      expect(Math.max(...name.split(/[\\/]/u).map((part) => Buffer.byteLength(part)))).toBeLessThan(256);
    }
    expect(await count(to)).toBe(hosts.length + 2);
  });

  it('leaves out and removes what a broken import left behind', async () => {
    const to = lakeFolder();
    await importEvents([file('c.json', event('WS1', '2020-09-22T01:00:00Z'))], { to });
    const [known] = filesOf(to) as [string];
    const stray = path.join(to, path.dirname(known), `${'0'.repeat(32)}-0.parquet`);
    const own = path.join(to, path.dirname(known), 'notes.parquet');
    for (const copy of [stray, own]) cpSync(path.join(to, known), copy);
    mkdirSync(path.join(to, '.huntbook-lake/staging-1'));
    writeFileSync(path.join(to, '.huntbook-lake/lock'), JSON.stringify({ host: 'another', pid: 1 }));
    expect(await count(to)).toBe(1);
    const next = file('d.json', event('WS1', '2020-09-22T03:00:00Z'));
    await expect(importEvents([next], { to })).rejects.toMatchObject({ code: 'HB_BUSY' });
    rmSync(path.join(to, '.huntbook-lake/lock'));
    await importEvents([next], { to });
    expect(readdirSync(path.join(to, '.huntbook-lake'))).toEqual(['catalogue.json']);
    const left = filesOf(to);
    expect(left).not.toContain(path.relative(to, stray));
    // What the user put there stays.
    expect(left).toContain(path.relative(to, own));
    expect(await count(to)).toBe(2);
  });

  it('imports one at a time', async () => {
    const to = lakeFolder();
    const sources = [1, 2].map((n) => file(`race${n}.json`, event('WS1', '2020-09-22T01:00:00Z', n)));
    const results = await Promise.allSettled(sources.map((source) => importEvents([source], { to })));
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'HB_BUSY' });
    expect(await count(to)).toBe(2 - failed.length);
    await importEvents(sources, { to });
    expect(await count(to)).toBe(2);
  });

  it('refuses a folder of other files and a damaged catalogue, and changes nothing', async () => {
    const source = file('e.json', event('WS1', '2020-09-22T01:00:00Z'));
    await expect(importEvents([source], { to: folder })).rejects.toMatchObject({ code: 'HB_EXISTS' });
    const to = lakeFolder();
    await importEvents([source], { to });
    const catalogue = path.join(to, '.huntbook-lake/catalogue.json');
    const evil = JSON.parse(readFileSync(catalogue, 'utf8')) as { batches: { files: string[] }[] };
    (evil.batches[0] as { files: string[] }).files = ['../../secret.parquet'];
    writeFileSync(catalogue, JSON.stringify(evil));
    await expect(openEvents([to])).rejects.toMatchObject({ code: 'HB_READ' });
    await expect(importEvents([source], { to })).rejects.toMatchObject({ code: 'HB_READ' });
    expect(readdirSync(path.join(to, '.huntbook-lake'))).toEqual(['catalogue.json']);
  });

  it('imports nothing of a run that is stopped', async () => {
    const to = lakeFolder();
    const source = file('f.json', event('WS1', '2020-09-22T01:00:00Z'));
    const result = await importEvents([source], { to, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ files: 0, events: 0, truncated: true });
    expect(await count(to)).toBe(0);
  });

  it('reads standard input, and its content once too', async () => {
    const to = lakeFolder();
    const stdin = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(JSON.stringify(event('WS1', '2020-09-22T01:00:00Z')));
    };
    expect((await importEvents(['-'], { to, stdin: stdin() })).events).toBe(1);
    expect((await importEvents(['-'], { to, stdin: stdin() })).known.length).toBe(1);
    expect(await count(to)).toBe(1);
  });
});
