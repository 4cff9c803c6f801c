/** Trees that an engine gives are those that the files give. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HuntEvent } from '../../../src/events/index.ts';
import { isoTime } from '../../../src/detect/index.ts';
import { engineProcesses } from '../../../src/hunt/remote/engine-processes.ts';
import {
  actorOf,
  endOf,
  startOf,
  type ProcessInfo,
  type ProcessTree,
  type TreeQuery,
} from '../../../src/process/index.ts';
import { openSearch, useOpenSearch } from '../../support/opensearch.ts';
import { makeEstate, temporaryFolder } from '../support.ts';
import { eventsOf, onOpenSearch, onOpenSearchAs, onSplunk, treeOf, type Opened } from './engines.ts';

const place = temporaryFolder();
let paths: string[];
let events: HuntEvent[];
let whole: ProcessTree;
/** Processes with the most ancestors and descendants. */
let chosen: number[];

beforeAll(async () => {
  await makeEstate(place.folder);
  const folder = path.join(place.folder, 'events');
  paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:nd)?jsonl?$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
  events = await eventsOf(paths);
  whole = treeOf(events);
  chosen = choose(whole);
}, 120_000);
afterAll(place.remove);

const minute = 60_000;

function choose(tree: ProcessTree): number[] {
  const depth = new Int32Array(tree.length);
  const below = new Int32Array(tree.length);
  for (let node = 0; node < tree.known; node++)
    for (let at = tree.parent[node] as number; at >= 0; at = tree.parent[at] as number) {
      depth[node] = (depth[node] as number) + 1;
      below[at] = (below[at] as number) + 1;
    }
  const nodes = Array.from({ length: tree.known }, (_, node) => node).filter(
    (node) => tree.guid(node) !== null,
  );
  const by = (of: Int32Array): number[] =>
    nodes.toSorted((a, b) => (of[b] as number) - (of[a] as number) || a - b);
  return [...by(depth).slice(0, 4), ...by(below).slice(0, 4)];
}

/** Ancestors and descendants of a node within the window, as a picture shows them. */
async function around(
  tree: ProcessTree,
  focus: readonly number[],
  { up, down, before, after }: Pick<TreeQuery, 'up' | 'down' | 'before' | 'after'>,
): Promise<unknown[]> {
  const nodes = new Map<number, number>();
  for (const node of focus) {
    nodes.set(node, 0);
    for (let at = node, n = 0; n < up && (tree.parent[at] as number) >= 0; n++) {
      at = tree.parent[at] as number;
      nodes.set(at, -n - 1);
    }
    const start = tree.time[node] as number;
    let level = [node];
    for (let n = 1; n <= down && level.length > 0; n++) {
      const next: number[] = [];
      for (const one of level)
        for (
          let child = tree.firstChild[one] as number;
          child >= 0;
          child = tree.nextSibling[child] as number
        ) {
          const time = tree.time[child] as number;
          if (time < start - before * 1e4 || time > start + after * 1e4) continue;
          nodes.set(child, n);
          next.push(child);
        }
      level = next;
    }
  }
  const found = await tree.describe([...nodes.keys()]);
  return [...nodes.values()]
    .map((generation, at) => ({ generation, ...(found[at] as ProcessInfo) }))
    .sort((a, b) => a.generation - b.generation || compare(JSON.stringify(a), JSON.stringify(b)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const query = (start: TreeQuery['start'], more: Partial<TreeQuery> = {}): TreeQuery => ({
  start,
  up: Infinity,
  down: Infinity,
  before: minute,
  after: 10 * minute,
  ...more,
});

function tests(open: () => Promise<Opened>, openAudit: (file: string) => Promise<Opened>): void {
  let opened: Opened;
  const source = (more = {}): ReturnType<typeof engineProcesses> =>
    engineProcesses({ ...opened.settings, source: 'prod', ...more });
  beforeAll(async () => {
    opened = await open();
  }, 300_000);
  afterAll(() => opened?.close());

  it('has the processes of the files, in as few searches as generations', { timeout: 120_000 }, async () => {
    for (const node of chosen) {
      const guid = whole.guid(node) as string;
      const ask = query({ kind: 'guid', guid: `{${guid.toUpperCase()}}` });
      opened.requests.length = 0;
      const { tree, focus, cut, notes, cost } = await source().tree(ask);
      expect(focus.map((one) => tree.guid(one))).toEqual([guid]);
      const found = await around(tree, focus, ask);
      expect(found).toEqual(await around(whole, [node], ask));
      expect({ cut, notes }).toEqual({ cut: [], notes: [] });
      const generations = new Set(found.map((one) => (one as { generation: number }).generation)).size;
      // One for each generation and one that finds no more below; a look for Security 4688 and for a parent
      // in it; one for the ends.
      expect(opened.requests.length).toBeLessThanOrEqual(generations + 4);
      expect(cost?.searches).toBe(opened.requests.length);
    }
  });

  const near = (node: number): number => Date.parse(isoTime(whole.time[node] as number));

  it('begins from a process id at a time, from a record, from an image', { timeout: 120_000 }, async () => {
    const node = chosen[1] as number;
    const guid = whole.guid(node) as string;
    const [info] = (await whole.describe([node])) as [ProcessInfo];
    const creation = events.find((event) => startOf(event)?.guid === guid) as HuntEvent;
    const starts: TreeQuery['start'][] = [
      { kind: 'pid', pid: info.pid as number, host: info.host, time: near(node) + 1 },
      { kind: 'record', record: String(creation.recordId), channel: 'Sysmon', host: info.host },
      { kind: 'process', process: { host: info.host, guid, pid: null }, time: null },
      { kind: 'process', process: { host: info.host, guid: null, pid: info.pid }, time: near(node) + 1 },
    ];
    for (const start of starts) {
      const ask = query(start, { up: 2, down: 0 });
      const { tree, focus } = await source().tree(ask);
      expect([start.kind, focus.map((one) => tree.guid(one))]).toEqual([start.kind, [guid]]);
      expect(await around(tree, focus, ask)).toEqual(await around(whole, [node], ask));
    }
    const image = info.image?.split('\\').at(-1)?.toUpperCase() as string;
    const ask = query({ kind: 'image', images: [image] }, { up: 1, down: 0 });
    const { tree, focus } = await source().tree(ask);
    const names = (all: ProcessTree): string[] =>
      Array.from({ length: all.known }, (_, one) => one)
        .filter((one) => all.images[all.imageId[one] as number]?.toUpperCase().endsWith(`\\${image}`))
        .map((one) => `${all.hosts[all.hostId[one] as number]} ${all.guid(one)} ${all.time[one]}`)
        .sort();
    expect(focus.length).toBeGreaterThan(0);
    expect(names(tree)).toEqual(names(whole));
  });

  it('has the other events of the processes, in one search', { timeout: 120_000 }, async () => {
    const nodes = Array.from({ length: 25 }, (_, at) => (at * 17) % whole.known);
    const processes = await whole.describe(nodes);
    const guids = new Set(processes.map(({ guid }) => guid));
    const keys = (found: readonly HuntEvent[]): string[] =>
      found.map(({ host, channel, eventId, recordId }) => `${host} ${channel} ${eventId} ${recordId}`).sort();
    const from = Math.min(...nodes.map(near)) - minute;
    const to = Math.max(...nodes.map(near)) + 10 * minute;
    const found: HuntEvent[] = [];
    opened.requests.length = 0;
    for await (const event of source().events(processes, { from, to })) found.push(event);
    expect(opened.requests.length).toBe(1);
    const wanted = events.filter((event) => {
      const actor = actorOf(event);
      const time = Date.parse(event.time as string);
      return (
        startOf(event) === null &&
        endOf(event) === null &&
        actor !== null &&
        time >= from &&
        time <= to &&
        (actor.guid === null
          ? processes.some(({ host, pid }) => host === actor.host && pid === actor.pid)
          : guids.has(actor.guid))
      );
    });
    expect(wanted.length).toBeGreaterThan(10);
    expect(keys(found)).toEqual(keys(wanted));
  });

  it('ends at the limit on searches and says so', { timeout: 120_000 }, async () => {
    const guid = whole.guid(chosen[0] as number) as string;
    opened.requests.length = 0;
    const { focus, cut, cost } = await source({ maxSearches: 3 }).tree(query({ kind: 'guid', guid }));
    expect(focus.length).toBe(1);
    expect(opened.requests.length).toBe(3);
    expect(cost?.searches).toBe(3);
    expect(cut.some((text) => text.includes('the limit of 3 searches'))).toBe(true);
  });

  it('stops when it is told to', { timeout: 120_000 }, async () => {
    const abort = new AbortController();
    const guid = whole.guid(chosen[0] as number) as string;
    const onProgress = ({ searches }: { searches: number }): void => {
      if (searches === 2) abort.abort();
    };
    opened.requests.length = 0;
    await expect(
      source({ onProgress }).tree(query({ kind: 'guid', guid }, { signal: abort.signal })),
    ).rejects.toThrow();
    expect(opened.requests.length).toBeLessThan(4);
  });

  it('without GUIDs, goes by process id, host and time', { timeout: 120_000 }, async () => {
    const file = path.join(place.folder, 'audit.ndjson');
    const lines = paths.flatMap((one) => readFileSync(one, 'utf8').split('\n'));
    writeFileSync(file, lines.filter((line) => /"EventID":\s*"?46(?:88|89)\b/.test(line)).join('\n'));
    const all = treeOf(await eventsOf([file]));
    const other = await openAudit(file);
    try {
      for (let node = 5; node < all.known; node += Math.ceil(all.known / 10)) {
        const [{ host, pid, start }] = (await all.describe([node])) as [ProcessInfo];
        const time = Date.parse(start as string) + 1;
        const ask = query({ kind: 'pid', pid: pid as number, host, time }, { down: 3 });
        const { tree, focus } = await engineProcesses({ ...other.settings, source: 'prod' }).tree(ask);
        // Ends that come later than the window are not asked for.
        const plain = (found: readonly unknown[]): unknown[] =>
          found.map((one) => ({ ...(one as ProcessInfo), end: null }));
        expect(plain(await around(tree, focus, ask))).toEqual(plain(await around(all, [node], ask)));
      }
    } finally {
      await other.close();
    }
  });

  it('says what is near where there is no such process', { timeout: 120_000 }, async () => {
    const guid = '01234567-89ab-cdef-0123-456789abcdef';
    const { focus, notes } = await source().tree(query({ kind: 'guid', guid }));
    expect(focus).toEqual([]);
    expect(notes.length).toBe(1);
  });
}

describe("on Splunk's stand-in", () => {
  tests(
    () => onSplunk(paths),
    (file) => onSplunk([file]),
  );
});

describe.skipIf(openSearch.missing)(`on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  tests(
    () => onOpenSearch(server.url, `hbtest-${process.pid}-trees`, paths),
    (file) => onOpenSearch(server.url, `hbtest-${process.pid}-pids`, [file]),
  );

  /** As Winlogbeat ships events; with `ecs` as its module for Sysmon does. */
  function shipped({ fields, ...event }: HuntEvent, ecs: boolean): object {
    const { Channel, EventID, Computer, Provider_Name, SystemTime: _, EventRecordID, ...own } = fields;
    const process = {
      entity_id: own['ProcessGuid'],
      pid: Number(own['ProcessId']),
      executable: own['Image'],
      command_line: own['CommandLine'],
      parent: {
        entity_id: own['ParentProcessGuid'],
        pid: own['ParentProcessId'] === undefined ? undefined : Number(own['ParentProcessId']),
        executable: own['ParentImage'],
        command_line: own['ParentCommandLine'],
      },
    };
    return {
      '@timestamp': event.time?.replace(/(\.\d{3})\d*Z$/, '$1Z'),
      event: { code: String(EventID) },
      winlog: {
        channel: Channel,
        event_id: String(EventID),
        computer_name: Computer,
        provider_name: Provider_Name,
        record_id: EventRecordID,
        event_data: ecs ? { UtcTime: own['UtcTime'], User: own['User'] } : own,
      },
      ...(ecs && { process }),
    };
  }

  it.each([false, true])('has them as Winlogbeat ships them (ECS: %s)', { timeout: 120_000 }, async (ecs) => {
    const sysmon = events.filter(({ channel }) => channel === 'Microsoft-Windows-Sysmon/Operational');
    const some = sysmon.filter((event) => startOf(event) !== null || endOf(event) !== null);
    const all = treeOf(some);
    const index = `hbtest-${process.pid}-shipped-${ecs ? 'ecs' : 'plain'}`;
    const documents = some.map((event) => shipped(event, ecs));
    const opened = await onOpenSearchAs(server.url, index, documents);
    try {
      expect(opened.settings.fields).toBe(ecs ? 'ecs' : 'winlogbeat');
      for (const node of choose(all)) {
        const ask = query({ kind: 'guid', guid: all.guid(node) as string });
        const { tree, focus } = await engineProcesses({ ...opened.settings, source: 'prod' }).tree(ask);
        expect(await around(tree, focus, ask)).toEqual(await around(all, [node], ask));
      }
    } finally {
      await opened.close();
    }
  });
});
