import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ProcessTreeBuilder,
  type ProcessEnd,
  type ProcessStart,
  type ProcessTree,
} from '../../src/process/index.ts';
import { slowForest } from './forest-oracle.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 5000 : 300;
const second = 1e7;

const guids = Array.from(
  { length: 24 },
  (_, i) => `${String(i).padStart(8, '0')}-0000-4000-8000-00000000000a`,
);
const orNull = <T>(value: fc.Arbitrary<T>, freq = 5): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq });
const hosts = fc.constantFrom('WS1', 'ws1', 'WS1', 'SRV2');
const images = fc.constantFrom(
  'C:\\W\\cmd.exe',
  'C:\\w\\CMD.exe',
  'cmd.exe',
  'C:\\X\\cmd.exe',
  '/bin/sh',
  'D:\\a.exe',
);
/** Quarters of a second, so that limits of one and two seconds are met exactly. */
const times = fc.oneof(fc.nat({ max: 24 }), fc.nat({ max: 400 })).map((quarter) => (quarter * second) / 4);
const pids = fc.nat({ max: 7 }).map((pid) => pid * 4);

/** Events without any sense, of few values: everything collides. */
const wildStart = fc.record({
  host: hosts,
  guid: orNull(fc.constantFrom(...guids), 2),
  pid: orNull(pids),
  time: orNull(times, 12),
  parentGuid: orNull(fc.constantFrom(...guids), 2),
  parentPid: orNull(pids),
  image: orNull(images),
  commandLine: orNull(fc.constantFrom('a', 'b')),
  user: fc.constant(null),
  parentImage: orNull(images),
  parentCommandLine: orNull(fc.constantFrom('p', 'q')),
});
const wildEnd = fc.record({
  host: hosts,
  guid: orNull(fc.constantFrom(...guids), 2),
  pid: orNull(pids),
  time: orNull(times, 12),
  image: orNull(images),
});

interface Born {
  readonly guid: string;
  readonly pid: number;
  readonly time: number;
  readonly image: string;
  readonly parent: Born | null;
  readonly host: string;
}

/** A life of hosts as it is, and then what logging makes of it. */
const lifelike = fc
  .array(
    fc.record({
      parent: fc.nat(),
      after: fc.nat({ max: 12 }),
      pid: pids,
      image: images,
      host: hosts,
      sysmon: fc.constantFrom('yes', 'yes', 'without id', 'twice', 'no'),
      audit: fc.constantFrom('yes', 'no', 'at the limit', 'late', 'twice'),
      ends: fc.constantFrom('sysmon', 'audit', 'both', 'no'),
      lasts: fc.nat({ max: 40 }),
      skew: fc.constantFrom(0, 0, 0, -3, 3, 5),
      namesParent: fc.boolean(),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((lives) => {
    const born: Born[] = [];
    const starts: Omit<ProcessStart, 'ref'>[] = [];
    const ends: ProcessEnd[] = [];
    let now = 40 * second;
    for (const [i, life] of lives.entries()) {
      now += (life.after * second) / 4;
      const parent = life.parent % 4 === 0 ? null : (born[life.parent % Math.max(1, born.length)] ?? null);
      const host = parent?.host ?? life.host;
      const time = now + (life.skew * second) / 4;
      const process: Born = {
        guid: guids[i] as string,
        pid: life.pid,
        time,
        image: life.image,
        parent,
        host,
      };
      born.push(process);
      const common = { host, image: life.image, commandLine: `c${i}`, user: null, parentCommandLine: null };
      const parentFacts = {
        parentPid: parent?.pid ?? null,
        parentImage: life.namesParent ? (parent?.image ?? null) : null,
      };
      const sysmon = {
        ...common,
        ...parentFacts,
        guid: process.guid,
        pid: life.sysmon === 'without id' ? null : life.pid,
        time,
        parentGuid: parent?.guid ?? null,
      };
      const audit = {
        ...common,
        ...parentFacts,
        guid: null,
        pid: life.pid,
        time: time + second / 4,
        parentGuid: null,
      };
      if (life.sysmon !== 'no') starts.push(sysmon);
      if (life.sysmon === 'twice') starts.push({ ...sysmon, time: time + second });
      if (life.audit === 'yes' || life.audit === 'twice') starts.push(audit);
      if (life.audit === 'twice') starts.push({ ...audit });
      if (life.audit === 'at the limit') starts.push({ ...audit, time: time + 2 * second });
      if (life.audit === 'late') starts.push({ ...audit, time: time + 9 * (second / 4) });
      const end = { host, pid: life.pid, time: time + (life.lasts * second) / 4, image: life.image };
      if (life.ends === 'sysmon' || life.ends === 'both') ends.push({ ...end, guid: process.guid });
      if (life.ends === 'audit' || life.ends === 'both') ends.push({ ...end, guid: null });
    }
    return { starts, ends };
  });

const forests = fc
  .oneof(
    lifelike,
    fc.record({
      starts: fc.array(wildStart, { maxLength: 60 }),
      ends: fc.array(wildEnd, { maxLength: 20 }),
    }),
  )
  .chain(({ starts, ends }) => {
    const events: ProcessStart[] = starts.map((start, ref) => ({ ...start, ref }));
    return fc.record({
      starts: fc.shuffledSubarray(events, { minLength: Math.ceil(events.length * 0.7) }),
      ends: fc.shuffledSubarray(ends, { minLength: Math.ceil(ends.length * 0.7) }),
      seed: fc.nat(),
    });
  });

export function build(starts: readonly ProcessStart[], ends: readonly ProcessEnd[]): ProcessTree {
  const builder = new ProcessTreeBuilder();
  for (const start of starts) builder.add(start);
  for (const end of ends) builder.end(end);
  return builder.build();
}

/** All that a tree says, in plain form. */
async function tell(tree: ProcessTree): Promise<object> {
  const infos = await tree.describe(Array.from({ length: tree.length }, (_, node) => node));
  return {
    known: tree.known,
    counts: tree.counts,
    nodes: infos.map((info, node) => ({
      ...info,
      parent: tree.parent[node],
      first: tree.firstChild[node],
      next: tree.nextSibling[node],
      ref: tree.ref(node),
    })),
  };
}

describe('a tree of events', () => {
  it('is the one that comparing everything with everything gives', async () => {
    await fc.assert(
      fc.asyncProperty(forests, async ({ starts, ends }) => {
        const tree = build(starts, ends);
        const slow = slowForest(starts, ends);
        expect(starts.map((_, i) => tree.nodeOf(i))).toEqual(slow.nodeOf);
        expect(tree.counts).toEqual(slow.counts);
        expect(tree.length).toBe(slow.nodes.length);
        const infos = await tree.describe(slow.nodes.map((_, node) => node));
        const fast = infos.map((info, node) => ({
          host: info.host.toLowerCase(),
          known: node < tree.known,
          guid: info.guid,
          pid: info.pid,
          image: info.image?.toLowerCase() ?? null,
          link: info.link,
          parent: tree.parent[node],
          time: Number.isNaN(tree.time[node]) ? null : tree.time[node],
          end: Number.isNaN(tree.end[node]) ? null : tree.end[node],
        }));
        expect(fast).toEqual(
          slow.nodes.map(({ host, known, guid, pid, image, link, parent, time, end }) => ({
            host,
            known,
            guid,
            pid,
            image,
            link,
            parent,
            time,
            end,
          })),
        );
        checkChildren(tree);
      }),
      { numRuns: runs },
    );
  });

  it('does not depend on the order of the events', async () => {
    await fc.assert(
      fc.asyncProperty(forests, async ({ starts, ends, seed }) => {
        const turned = <T>(list: readonly T[]): T[] => {
          const at = list.length === 0 ? 0 : seed % list.length;
          return [...list.slice(at), ...list.slice(0, at)].reverse();
        };
        const one = await tell(build(starts, ends));
        expect(await tell(build(turned(starts), turned(ends)))).toEqual(one);
      }),
      { numRuns: runs },
    );
  });

  it('finds each process by its GUID, and by its id from its beginning to its end', () => {
    fc.assert(
      fc.property(forests, ({ starts, ends }) => {
        const tree = build(starts, ends);
        for (let node = 0; node < tree.length; node++) {
          const guid = tree.guid(node);
          const host = (tree.hosts[tree.hostId[node] as number] as string).toUpperCase();
          if (guid !== null) expect(tree.find(host, `{${guid.toUpperCase()}}`, null, null)).toBe(node);
          const time = tree.time[node] as number;
          const pid = tree.pid[node] as number;
          if (pid < 0 || Number.isNaN(time) || (tree.end[node] as number) < time - second) continue;
          const found = tree.find(host, null, pid, time);
          expect([tree.time[found], tree.pid[found]]).toEqual([time, pid]);
        }
        expect(tree.find('elsewhere', guids[0] as string, 4, 0)).toBe(-1);
      }),
      { numRuns: runs },
    );
  });
});

/** Lists of children hold those whose parent is this, in order. */
function checkChildren(tree: ProcessTree): void {
  const listed: number[] = [];
  for (let node = 0; node < tree.length; node++) {
    let last = -1;
    for (let child = tree.firstChild[node] as number; child >= 0; child = tree.nextSibling[child] as number) {
      expect(tree.parent[child]).toBe(node);
      expect(child).toBeGreaterThan(last);
      listed.push((last = child));
    }
  }
  expect(listed).toHaveLength([...tree.parent].filter((parent) => parent >= 0).length);
}
