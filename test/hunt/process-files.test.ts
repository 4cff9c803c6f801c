import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldTable, type HuntEvent } from '../../src/events/index.ts';
import { fileProcesses, importEvents, type FileProcesses } from '../../src/hunt/index.ts';
import {
  actorOf,
  addEvents,
  endOf,
  graphOf,
  ProcessTreeBuilder,
  startOf,
  type ProcessInfo,
  type ProcessTree,
  type TreeQuery,
} from '../../src/process/index.ts';
import { defaultLimits, readAll } from '../../src/sources/index.ts';
import { makeEstate, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
const all: HuntEvent[] = [];
let events = '';
let slow: ProcessTree;
const open: FileProcesses[] = [];

beforeAll(async () => {
  const estate = await makeEstate(path.join(folder, 'estate'));
  events = path.join(estate.eventsFolder, 'events.ndjson');
  const options = { fields: new FieldTable(), onIssue: () => {}, limits: defaultLimits };
  for await (const batch of readAll([events], options))
    for (let row = 0; row < batch.length; row++) all.push(batch.event(row));
  const builder = new ProcessTreeBuilder();
  for (const event of all) {
    const start = startOf(event);
    const end = endOf(event);
    if (start) builder.add(start);
    if (end) builder.end(end);
  }
  slow = builder.build();
}, 60_000);
afterAll(() => {
  for (const each of open) each.close();
  remove();
});

function opened(...given: Parameters<typeof fileProcesses>): FileProcesses {
  const processes = fileProcesses(...given);
  open.push(processes);
  return processes;
}

const query = (start: TreeQuery['start']): TreeQuery => ({ start, up: 9, down: 9, before: 0, after: 0 });
const nodes = ({ length }: ProcessTree): number[] => Array.from({ length }, (_, node) => node);
const describeAll = async (tree: ProcessTree): Promise<string[]> =>
  (await tree.describe(nodes(tree))).map((info) => JSON.stringify(info)).sort();

async function collect(iterable: AsyncIterable<HuntEvent>): Promise<HuntEvent[]> {
  const found: HuntEvent[] = [];
  for await (const event of iterable) found.push(event);
  return found;
}

describe('the tree of files', () => {
  it('is that of their events read whole', async () => {
    const tree = await opened([events]).readTree();
    expect(await describeAll(tree)).toEqual(await describeAll(slow));
    expect(tree.known).toBeGreaterThan(500);
  });

  it('is the same from EVTX, from a lake, and from standard input', async () => {
    const expected = await describeAll(slow);
    const evtx = opened([path.join(path.dirname(events), 'evtx')]);
    expect(await describeAll(await evtx.readTree())).toEqual(expected);
    const lake = path.join(folder, 'lake');
    await importEvents([events], { to: lake });
    expect(await describeAll(await opened([lake]).readTree())).toEqual(expected);
    const stdin = opened(['-'], { stdin: createReadStream(events) });
    expect(await describeAll(await stdin.readTree())).toEqual(expected);
  });

  it('holds what the filter takes', async () => {
    const tree = await opened([events], { filter: { hosts: ['bw-ws002'] } }).readTree();
    expect(tree.hosts).toEqual(['BW-WS002.brackwater.example']);
    expect(tree.known).toBeLessThan(slow.known);
  });

  it('comes with what was wrong with the inputs, once', async () => {
    const broken = path.join(folder, 'broken.ndjson');
    writeFileSync(broken, `${readFileSync(events, 'utf8').split('\n').slice(0, 50).join('\n')}\n{"EventID":`);
    const processes = opened([broken]);
    await processes.tree(query({ kind: 'record', record: 'none' }));
    expect(processes.issues.map(({ code, count }) => ({ code, count }))).toEqual([
      { code: 'HB_TRUNCATED', count: 1 },
    ]);
  });

  it('throws for a path that is not there', async () => {
    await expect(opened([path.join(folder, 'nowhere')]).readTree()).rejects.toMatchObject({
      code: 'HB_NOT_FOUND',
    });
  });
});

describe('a query', () => {
  const ask = async (
    start: TreeQuery['start'],
  ): Promise<{ infos: ProcessInfo[]; notes: readonly string[] }> => {
    const { tree, focus, notes } = await opened([events]).tree(query(start));
    return { infos: await tree.describe(focus), notes };
  };
  let word: ProcessInfo;

  beforeAll(async () => {
    const isWord = nodes(slow).filter((node) =>
      /winword/i.test(slow.images[slow.imageId[node] as number] ?? ''),
    );
    word = (await slow.describe(isWord))[0] as ProcessInfo;
  });

  it('finds a process by its GUID, with braces and in capitals too', async () => {
    const guid = word.guid as string;
    expect((await ask({ kind: 'guid', guid })).infos).toEqual([word]);
    expect((await ask({ kind: 'guid', guid: `{${guid.toUpperCase()}}` })).infos).toEqual([word]);
    expect((await ask({ kind: 'guid', guid, host: 'bw-ws002' })).infos).toHaveLength(
      /bw-ws002/i.test(word.host) ? 1 : 0,
    );
  });

  it('finds a process by its id while it ran', async () => {
    const time = Date.parse(word.start as string) + 10;
    const pid = word.pid as number;
    expect((await ask({ kind: 'pid', pid, host: word.host, time })).infos).toEqual([word]);
    const early = await ask({ kind: 'pid', pid, host: word.host, time: time - 86_400_000 });
    expect(early.infos).toEqual([]);
    expect(early.notes.join()).toContain(
      `the id ${pid} was that of WINWORD.EXE on ${word.host} from ${word.start}`,
    );
  });

  it('finds the process that acts in a record', async () => {
    const isKnown = (event: HuntEvent): boolean => {
      const actor = actorOf(event);
      return actor !== null && slow.find(actor.host, actor.guid, actor.pid, actor.time) >= 0;
    };
    const accesses = all.filter(({ eventId }) => eventId === 10);
    const access = accesses.find(isKnown) as HuntEvent;
    const { infos } = await ask({
      kind: 'record',
      record: String(access.recordId),
      channel: 'Sysmon',
      host: access.host as string,
    });
    const guid = String(access.fields['SourceProcessGUID']).toLowerCase().replaceAll(/[{}]/g, '');
    expect(infos.map((info) => info.guid)).toEqual([guid]);
    const none = await ask({ kind: 'record', record: '999999999' });
    expect(none.notes).toEqual(['no event has the record number 999999999']);
  });

  it('finds a process that acted and was not seen being created, by record, GUID and finding', async () => {
    const isUnseen = (event: HuntEvent): boolean => {
      const actor = actorOf(event);
      return event.eventId === 10 && slow.find(actor?.host ?? '', actor?.guid ?? null, null, null) < 0;
    };
    const event = all.find(isUnseen) as HuntEvent;
    const { host, guid, pid } = actorOf(event) as NonNullable<ReturnType<typeof actorOf>>;
    const image = String(event.fields['SourceImage']);
    const expected = [{ host, guid, pid, image, known: false, start: null, commandLine: null }];
    const record = { record: String(event.recordId), channel: 'Sysmon', host };
    expect((await ask({ kind: 'record', ...record })).infos).toMatchObject(expected);
    expect((await ask({ kind: 'guid', guid: guid as string })).infos).toMatchObject([{ host, guid }]);
    const time = Date.parse(event.time as string);
    const processes = opened([events]);
    const found = await processes.tree(query({ kind: 'process', process: { host, guid, pid }, time }));
    expect(await found.tree.describe(found.focus)).toMatchObject([{ host, guid, known: false }]);
    const window = { before: 1000, after: 1000 };
    const graph = await graphOf(found.tree, found.focus, window);
    const full = await addEvents(graph, processes.events(graph.nodes, { from: null, to: null }));
    expect(full.nodes[0]?.counts.access).toBeGreaterThan(0);
  });

  it('finds processes by image: names, patterns, whole paths', async () => {
    const names = (await ask({ kind: 'image', images: ['WinWord.exe'] })).infos;
    expect(names).toContainEqual(word);
    expect((await ask({ kind: 'image', images: ['winw*'] })).infos).toEqual(names);
    expect((await ask({ kind: 'image', images: ['C:\\*\\WINWORD.EXE'] })).infos).toEqual(names);
    expect((await ask({ kind: 'image', images: ['WORD.EXE'] })).infos).toEqual([]);
    expect((await ask({ kind: 'image', images: ['word.exe'] })).notes).toEqual(['there are WINWORD.EXE']);
  });

  it('says which hosts there are when there is none of that name', async () => {
    const { infos, notes } = await ask({ kind: 'image', images: ['*'], host: 'nowhere' });
    expect(infos).toEqual([]);
    expect(notes.join()).toMatch(/^processes are known of .*, not of nowhere$/);
  });
});

describe('events of processes', () => {
  const key = ({ host, channel, recordId }: HuntEvent): string => `${host} ${channel} ${recordId}`;

  it('are those that name one of them as acting, as a look at every event finds them', async () => {
    const processes = opened([events]);
    const tree = await processes.readTree();
    // Every third process, so that others of the same hosts are left out.
    const chosen = nodes(tree).filter((node) => node % 3 === 0);
    const wanted = new Set(chosen);
    const infos = await tree.describe(chosen);
    const found = await collect(processes.events(infos, { from: null, to: null }));
    const assigned = (event: HuntEvent): boolean => {
      const actor = startOf(event) || endOf(event) ? null : actorOf(event);
      return actor !== null && wanted.has(tree.find(actor.host, actor.guid, actor.pid, actor.time));
    };
    const expected = all.filter(assigned).map(key).sort();
    expect(expected.length).toBeGreaterThan(100);
    // More may come where a process id was used twice: whoever assigns them decides.
    expect(new Set(found.map(key))).toEqual(new Set([...found.map(key), ...expected]));
    expect(found.filter(assigned).map(key).sort()).toEqual(expected);
    expect(found.length).toBeLessThan(expected.length * 2);
    expect(found.some((event) => startOf(event) ?? endOf(event))).toBe(false);
  });

  it('lie within the span', async () => {
    const processes = opened([events]);
    const tree = await processes.readTree();
    const infos = await tree.describe(nodes(tree));
    const whole = await collect(processes.events(infos, { from: null, to: null }));
    const times = whole.map(({ fields, time }) =>
      Date.parse(
        `${String(fields['UtcTime'] ?? time)
          .replace(' ', 'T')
          .replace(/Z?$/, 'Z')}`,
      ),
    );
    const from = [...times].sort((a, b) => a - b)[Math.floor(times.length / 3)] as number;
    const to = from + 600_000;
    const part = await collect(processes.events(infos, { from, to }));
    const expected = times.filter((time) => time >= from && time <= to).length;
    expect(part).toHaveLength(expected);
    expect(expected).toBeLessThan(whole.length);
  });

  it('are read from standard input a second time', async () => {
    const processes = opened(['-'], { stdin: createReadStream(events) });
    const tree = await processes.readTree();
    const infos = await tree.describe(nodes(tree));
    const direct = await collect(opened([events]).events(infos, { from: null, to: null }));
    const again = await collect(processes.events(infos, { from: null, to: null }));
    expect(again.map(key)).toEqual(direct.map(key));
  });
});
