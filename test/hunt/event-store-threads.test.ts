import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvents, type OpenEventsOptions } from '../../src/hunt/event-store.ts';
import { IssueLog } from '../../src/hunt/issue-log.ts';
import { loadFiles } from '../../src/hunt/store/load-files.ts';
import { divide } from '../../src/hunt/store/load-group.ts';
import { writeLab } from '../../src/lab/index.ts';
import { fileInput, listInputs, type InputReport } from '../../src/sources/index.ts';
import { temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

let made = 0;
/** A folder with a file of JSON lines for each list of events. */
function folderOf(...files: readonly (readonly object[])[]): string {
  const to = path.join(folder, `in-${made++}`);
  mkdirSync(to);
  files.forEach((events, index) =>
    writeFileSync(path.join(to, `${index}.json`), events.map((event) => JSON.stringify(event)).join('\n')),
  );
  return to;
}
const event = (fields: object): object => ({ EventID: 1, Channel: 'Security', Computer: 'WS1', ...fields });

/** All that a caller can see. */
async function seen(paths: readonly string[], options: OpenEventsOptions): Promise<unknown> {
  const inputs: InputReport[] = [];
  const store = await openEvents(paths, { ...options, onInput: (report) => inputs.push(report) });
  try {
    const rows: Record<string, unknown> = {};
    for (const { name } of store.tables)
      rows[name] = await store.database.all(`SELECT * FROM ${name} ORDER BY _row`);
    return { events: store.events, issues: store.issues, tables: store.tables, inputs, rows };
  } finally {
    await store.close();
  }
}

async function expectSame(paths: readonly string[], options: OpenEventsOptions = {}): Promise<unknown> {
  const one = await seen(paths, { ...options, threads: 1 });
  for (const threads of [2, 3]) expect(await seen(paths, { ...options, threads })).toEqual(one);
  return one;
}

describe('files loaded on several threads', () => {
  let estate = '';
  beforeAll(async () => {
    const lab = await writeLab({
      out: path.join(folder, 'estate'),
      hosts: 3,
      hours: 3,
      events: 1500,
      formats: ['ndjson', 'evtx', 'csv'],
    });
    estate = lab.eventsFolder;
    writeFileSync(path.join(estate, 'a-broken.json'), '{"EventID": 1, "Channel": "x"}\n{"EventID": \n{]\n');
    writeFileSync(path.join(estate, 'a-readme.txt'), 'no events');
    writeFileSync(path.join(estate, 'z-readme.txt'), 'no events either');
    writeFileSync(path.join(estate, 'z-empty.json'), '');
    writeFileSync(path.join(estate, 'z-broken.json.gz'), gzipSync('{"EventID": 7}\n{"EventID": \n'));
  });

  it('are the tables, problems and reports of one thread', async () => {
    const { events, issues } = (await expectSame([estate])) as { events: number; issues: object[] };
    expect(events).toBeGreaterThan(1000);
    expect(issues).toContainEqual(expect.objectContaining({ code: 'HB_UNKNOWN_KIND', source: '', count: 2 }));
    expect(issues.length).toBeGreaterThan(3);
  });

  it('hold what a filter takes, and count what has no time once', async () => {
    const paths = [
      folderOf(
        [event({ '@timestamp': '2020-01-02T00:00:00Z', A: '1' }), event({ B: '2' })],
        [event({ B: '3' }), event({ '@timestamp': '2020-01-03T00:00:00Z', C: '4' })],
      ),
    ];
    const filter = { since: Date.UTC(2020, 0) };
    const { events, issues } = (await expectSame(paths, { filter })) as { events: number; issues: unknown };
    expect(events).toBe(2);
    expect(issues).toMatchObject([
      { source: 'events', message: expect.stringMatching(/^2 events without/u) },
    ]);
    await expectSame(paths, { fields: ['B'] });
  });

  it('have one column for a field, whatever thread met it under which name', async () => {
    await expectSame([
      folderOf(
        [event({ time_: 'a', 'Process Name': 'x' }), event({ list: ['1', '2'] })],
        [event({ time: 'b', processname: 'y' }), event({ time_: 'c', list: 'text' })],
        [event({ Time: 'd', _row: 'mine' }), { EventID: 4688, Channel: 'Security', New: 'e' }],
      ),
    ]);
  });

  it('keep the bound of columns', async () => {
    const wide = (from: number): object =>
      event(Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`f${from + n}`, `${n}`])));
    await expectSame([folderOf([wide(0)], [wide(1400)])], {});
  });

  it('tell of progress that ends with all bytes', async () => {
    const to = folderOf([event({})], [event({})], [event({})]);
    const { totalBytes } = listInputs([to], { onIssue: () => {} });
    const told: { bytes: number; totalBytes: number; events: number }[] = [];
    const store = await openEvents([to], { threads: 2, onProgress: (progress) => void told.push(progress) });
    await store.close();
    expect(told.at(-1)).toMatchObject({ bytes: totalBytes, totalBytes, events: 3 });
  });

  it('end early when aborted', async () => {
    for (const threads of [1, 2]) {
      const store = await openEvents([estate], { threads, signal: AbortSignal.abort() });
      expect(store.events).toBeLessThan(1000);
      await store.close();
    }
  });

  it('fail as one thread fails, whichever thread it is', async () => {
    const list = listInputs([folderOf([event({})], [event({})])], { onIssue: () => {} });
    for (const taken of ['events-0.parquet', 'events-1.parquet']) {
      const to = path.join(folder, `out-${made++}`);
      mkdirSync(path.join(to, taken), { recursive: true });
      await expect(loadFiles(list, to, {}, new IssueLog(), 2)).rejects.toMatchObject({ code: 'HB_WRITE' });
    }
  });
});

describe('groups of inputs', () => {
  it('follow each other and are about equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 5 }), (sizes, most) => {
        const base = fileInput(import.meta.filename);
        const inputs = sizes.map((size, index) => ({
          input: { name: `${index}`, path: `${index}`, size, stream: () => base.stream() },
          named: true,
        }));
        const totalBytes = sizes.reduce((a, b) => a + b, 0);
        const groups = divide({ inputs, totalBytes }, most);
        expect(groups.flatMap((group) => group.inputs)).toEqual(inputs);
        expect(groups.length).toBeLessThanOrEqual(most);
        const bound = totalBytes / most + Math.max(0, ...sizes);
        for (const group of groups) {
          expect(group.inputs.length).toBeGreaterThan(0);
          expect(group.totalBytes).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 1000, examples: [[[1, 0], 1]] },
    );
  });
});
