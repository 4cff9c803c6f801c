import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainWatch, type FoundChain, type WatchedChain } from '../../../src/process/index.ts';
import type { ChainSpec, ProcessStart } from '../../../src/process/index.ts';
import '../../support/seed.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 3000 : 200;
const second = 1e7;
const guidOf = (number: number): string => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;

type Kind = { at: number } & (
  | { kind: 'start'; start: ProcessStart; steps: readonly Matched[] }
  | { kind: 'end'; host: string; pid: number; guid: string | null }
  | { kind: 'act'; host: string; pid: number; guid: string | null; steps: readonly Matched[] }
);
interface Matched {
  readonly chain: number;
  readonly step: number;
  readonly group: string | null;
}

const startOf = (
  node: number,
  parent: number,
  time: number,
  more: Partial<ProcessStart> = {},
): ProcessStart => ({
  host: 'WS1',
  guid: guidOf(node + 1),
  pid: 100 + node,
  time,
  parentGuid: parent < 0 ? null : guidOf(parent + 1),
  parentPid: parent < 0 ? null : 100 + parent,
  image: `C:\\Windows\\image${node}.exe`,
  commandLine: `image${node}.exe -x`,
  user: 'LAB\\ann',
  parentImage: parent < 0 ? null : `C:\\Windows\\image${parent}.exe`,
  parentCommandLine: null,
  ref: node,
  ...more,
});

const pair = (ticks: number, more: Partial<ChainSpec> = {}): ChainSpec => ({
  relations: ['descendant'],
  ticks,
  maxDepth: null,
  order: 'written',
  ...more,
});

function feed(watch: ChainWatch<string>, event: Kind): void {
  if (event.kind === 'start') {
    watch.start(event.start);
    for (const { chain, step, group } of event.steps)
      watch.match(chain, step, event.start, `${event.start.host} ${event.start.ref}`, group);
  } else if (event.kind === 'end') {
    watch.end({ host: event.host, guid: event.guid, pid: event.pid, time: event.at, image: null });
  } else
    for (const { chain, step, group } of event.steps) {
      const actor = { host: event.host, guid: event.guid, pid: event.pid, time: event.at };
      watch.match(chain, step, actor, `${event.host} ${event.at}`, group);
    }
}

/** What identifies a chain, wherever it was found. */
const nameOf = ({ chain, group, path, steps, first, last }: FoundChain<string>): string =>
  JSON.stringify([
    chain,
    group,
    steps.map(({ place, time }) => {
      const { host, guid, pid } = path[place] as FoundChain<string>['path'][number];
      return [host.toLowerCase(), guid, guid === null ? pid : null, time];
    }),
    path.length,
    first,
    last,
  ]);

async function found(
  chains: readonly WatchedChain[],
  events: readonly Kind[],
  options: { maxDelay?: number; maxProcesses?: number; spare?: number } = {},
): Promise<{ names: string[]; counts: ChainWatch<string>['counts']; held: number }> {
  const names: string[] = [];
  const watch = new ChainWatch<string>(chains, {
    onChain: (one) => void names.push(nameOf(one)),
    ...options,
  });
  let held = 0;
  for (const event of events) {
    feed(watch, event);
    await watch.advance(event.at);
    held = Math.max(held, watch.processes + watch.hits);
  }
  await watch.flush();
  return { names: names.sort(), counts: watch.counts, held };
}

const creation = (
  node: number,
  parent: number,
  time: number,
  steps: number[],
  more: Partial<ProcessStart> = {},
): Kind => ({
  at: time,
  kind: 'start',
  start: startOf(node, parent, time, more),
  steps: steps.map((step) => ({ chain: 0, step, group: null })),
});

describe('ChainWatch', () => {
  it('gives a chain with its processes described and its events', async () => {
    const seen: FoundChain<string>[] = [];
    const watch = new ChainWatch<string>([{ spec: pair(10 * second) }], {
      onChain: (one) => void seen.push(one),
    });
    for (const event of [
      creation(2, 1, 3 * second, [1]),
      creation(0, -1, second, [0]),
      creation(1, 0, 2 * second, []),
    ])
      feed(watch, event);
    await watch.flush();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      chain: 0,
      group: null,
      path: [0, 1, 2].map((node) => ({
        guid: guidOf(node + 1),
        commandLine: `image${node}.exe -x`,
        user: 'LAB\\ann',
      })),
      steps: [
        { place: 0, event: 'WS1 0', time: second },
        { place: 2, event: 'WS1 2', time: 3 * second },
      ],
      first: second,
      last: 3 * second,
    });
  });

  it('gives it before the end when its time is over, and only once', async () => {
    const seen: string[] = [];
    const watch = new ChainWatch<string>([{ spec: pair(10 * second) }], {
      onChain: (one) => void seen.push(nameOf(one)),
      maxDelay: second,
    });
    feed(watch, creation(0, -1, second, [0]));
    feed(watch, creation(1, 0, 2 * second, [1]));
    await watch.advance(5 * second);
    expect(seen).toHaveLength(0);
    await watch.advance(60 * second);
    expect(seen).toHaveLength(1);
    await watch.advance(90 * second);
    await watch.flush();
    expect(seen).toHaveLength(1);
  });

  it('takes processes between steps that are excluded, on their own host only', async () => {
    const events = (excluded: string): Kind[] => [
      creation(0, -1, second, [0]),
      creation(1, 0, 2 * second, excluded === 'WS1' ? [-1] : []),
      creation(2, 1, 3 * second, [1]),
      creation(1, 0, 2 * second, [-1], { host: 'WS2' }),
    ];
    const chains = [{ spec: pair(10 * second) }];
    expect((await found(chains, events('WS2'))).names).toHaveLength(1);
    expect((await found(chains, events('WS1'))).names).toHaveLength(0);
  });

  it('judges each group by itself, and leaves out what has none', async () => {
    const grouped = (...groups: (string | null)[]): Kind[] =>
      groups.map((group, node) => ({
        at: node * second,
        kind: 'start',
        start: startOf(node, node - 1, node * second),
        steps: [{ chain: 0, step: node === 0 ? 0 : 1, group }],
      }));
    const chains = [{ spec: pair(10 * second), groups: true }];
    expect((await found(chains, grouped('a', 'b'))).names).toHaveLength(0);
    expect((await found(chains, grouped('a', 'b', 'a'))).names).toHaveLength(1);
    expect((await found(chains, grouped(null, null))).names).toHaveLength(0);
  });

  it('counts what comes too late and what is forgotten early', async () => {
    const late = await found(
      [{ spec: pair(second) }],
      [creation(0, -1, 100 * second, []), creation(1, 0, 200 * second, []), creation(2, 0, second, [0])],
      { maxDelay: second },
    );
    expect(late.counts.late).toBe(2);

    const many = Array.from({ length: 1000 }, (_, node) => creation(node, node - 1, 1000 + node, [node % 2]));
    const crowded = await found([{ spec: pair(10 * second) }], many, { maxProcesses: 100 });
    expect(crowded.counts.dropped).toBeGreaterThan(0);
    expect(crowded.held).toBeLessThan(1200);
  });

  it('makes room by judging each host up to its newest event, so that files host by host lose nothing', async () => {
    const events = ['a', 'b', 'c'].flatMap((host) =>
      Array.from({ length: 300 }, (_, node) =>
        creation(node, node - 1, node * 20 * second, [node % 2], { host }),
      ),
    );
    const chains = [{ spec: pair(30 * second) }];
    const whole = await found(chains, events);
    const small = await found(chains, events, { maxProcesses: 100 });
    expect(whole.names.length).toBeGreaterThan(300);
    expect(small).toMatchObject({ names: whole.names, counts: { late: 0, dropped: 0 } });
  });
});

const lag = 5 * second;
const scene = fc
  .record({
    chains: fc.array(
      fc.record({
        relations: fc.array(fc.constantFrom('child' as const, 'descendant' as const), {
          minLength: 1,
          maxLength: 2,
        }),
        ticks: fc.constantFrom(1, 4, 12).map((seconds) => seconds * second),
        maxDepth: fc.constantFrom(null, 2),
        order: fc.constantFrom('written' as const, 'written' as const, 'any' as const),
        groups: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    byPid: fc.boolean(),
    processes: fc.array(
      fc.record({
        gap: fc.constantFrom(0, 0, 1, 1, 2, 6),
        parent: fc.constantFrom(0, 0, 0, 1, 2, 8),
        host: fc.constantFrom('WS1', 'ws1', 'SRV'),
        /** Matches of its creation and of what it does later: bits of chain and step. */
        bits: fc.nat(63),
        acts: fc.array(fc.tuple(fc.nat(30), fc.nat(63)), { maxLength: 2 }),
        excluded: fc.integer({ min: 0, max: 7 }),
        group: fc.constantFrom('x', 'x', 'y', null),
        life: fc.constantFrom(null, 5, 20),
        delay: fc.nat(5),
      }),
      { minLength: 2, maxLength: 60 },
    ),
  })
  .map(({ chains, byPid, processes }) => {
    let now = 0;
    const watched: WatchedChain[] = chains.map(({ groups, relations, order, ...spec }) => ({
      spec: {
        ...spec,
        order,
        relations: order === 'any' ? relations.map(() => relations[0] as 'child') : relations,
      },
      groups,
    }));
    const matched = (bits: number, group: string | null): Matched[] =>
      watched.flatMap(({ spec }, chain) =>
        Array.from({ length: spec.relations.length + 1 }, (_, step) => ({ chain, step, group })).filter(
          ({ step }) => ((bits >> (chain * 3 + step)) & 1) === 1,
        ),
      );
    const arrivals: { order: number; event: Kind }[] = [];
    const hosts: string[] = [];
    // Times differ in their last digits, so that no two events tie.
    const put = (event: Kind, delay: number): void => {
      arrivals.push({ order: event.at + delay * second * 0.999, event });
    };
    for (const [node, one] of processes.entries()) {
      now += one.gap * second;
      const at = now + node * 1000 + 1;
      const parent = node - 1 - one.parent;
      const host = parent >= 0 ? (hosts[parent] as string) : one.host;
      hosts.push(host);
      const start = startOf(node, parent, at, {
        host,
        ...(byPid && { guid: null, parentGuid: null }),
        image: null,
        parentImage: null,
      });
      const excluded = one.excluded === 0 ? [{ chain: 0, step: -1, group: null }] : [];
      put({ at, kind: 'start', start, steps: [...matched(one.bits, one.group), ...excluded] }, one.delay);
      const { pid, guid } = start as { pid: number; guid: string | null };
      for (const [i, [later, bits]] of one.acts.entries()) {
        const steps = matched(bits, one.group);
        const act = { at: at + later * second + 100 * (i + 1), kind: 'act' as const, host, pid, guid, steps };
        put(act, (one.delay + i) % 5);
      }
      if (one.life !== null)
        put({ at: at + (31 + one.life) * second, kind: 'end', host, pid, guid }, one.delay);
    }
    return { watched, events: arrivals.sort((a, b) => a.order - b.order).map(({ event }) => event) };
  });

describe('ChainWatch while events come', () => {
  it('gives the same chains as when all is judged at the end', async () => {
    let chains = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ watched, events }) => {
        const whole = await found(watched, events);
        const live = await found(watched, events, { maxDelay: lag, spare: 0 });
        expect(live.names).toEqual(whole.names);
        expect(live.counts).toMatchObject({ late: 0, dropped: 0 });
        chains += whole.names.length;
      }),
      { numRuns: runs },
    );
    expect(chains).toBeGreaterThan(runs / 2);
  });
});
