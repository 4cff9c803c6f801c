import { describe, expect, it } from 'vitest';
import type { HuntEvent } from '../../src/events/index.ts';
import { addEvents, chainEventRows, graphOf, type ProcessGraph } from '../../src/process/index.ts';
import { braced, event, guidOf, security, start, sysmon, treeOf } from './support.ts';

const base = 163_155_600; // Seconds of the clock of correlations at 2025-03-03T09:00:00Z.
const host = 'WS1.corp.example';
/** Times are seconds after nine. */
const at = (number: number, parent: number, seconds: number, more = {}): ReturnType<typeof start> =>
  start(number, parent, base + seconds, { host, ...more });
/** 0 services - 1 svchost - 2 cmd (the one asked for) - 3, 4, 5 (too late) - 6 below 3; 7 beside 2; 8 late beside 2. */
const tree = treeOf([
  at(0, -1, -9000),
  at(1, 0, -8000),
  at(2, 1, 0),
  at(3, 2, 10),
  at(4, 2, 600),
  at(5, 2, 601),
  at(6, 3, 20),
  at(7, 1, 5),
  at(8, 1, 900),
]);
const minutes = { before: 60_000, after: 600_000 };
const shown = (graph: ProcessGraph): string[] =>
  graph.nodes.map((node) => `${node.image?.slice(4, -4)}:${node.generation}<${node.parent}`);

describe('graphOf', () => {
  it('takes all above, and below what began within the time', async () => {
    const graph = await graphOf(tree, [2], minutes);
    expect(shown(graph)).toEqual(['0:-2<null', '1:-1<0', '2:0<1', '3:1<2', '4:1<2', '6:2<3']);
    expect(graph.focus).toEqual([2]);
    expect([graph.from, graph.to]).toEqual(['2025-03-03T08:59:00Z', '2025-03-03T09:10:00Z']);
    expect(graph.nodes.map(({ hidden }) => hidden)).toEqual([0, 2, 1, 0, 0, 0]);
    expect(graph.notes).toEqual(['1 process below began outside of the time span']);
    expect(graph.cut).toEqual([]);
    expect(graph.nodes[2]).toMatchObject({
      guid: guidOf(2),
      link: 'guid',
      start: '2025-03-03T09:00:00Z',
      known: true,
    });
    expect(graph.nodes[0]?.link).toBeNull();
  });

  it('keeps to the generations that were asked for, and says what is beyond', async () => {
    const graph = await graphOf(tree, [2], { ...minutes, up: 1, down: 1 });
    expect(shown(graph)).toEqual(['1:-1<null', '2:0<0', '3:1<1', '4:1<1']);
    expect(graph.nodes[0]?.link).toBeNull();
    expect(graph.notes).toEqual([
      '1 process below began outside of the time span',
      '1 process is further below than was asked for',
      '1 process has a parent further above that is not shown',
    ]);
    expect(shown(await graphOf(tree, [2], { up: 0, down: 0 }))).toEqual(['2:0<null']);
  });

  it('takes those beside it within the same time', async () => {
    const graph = await graphOf(tree, [2], { ...minutes, siblings: true });
    expect(shown(graph)).toContain('7:1<1');
    expect(shown(graph)).not.toContain('8:1<1');
  });

  it('counts generations from the nearest of several, and goes on below each', async () => {
    const graph = await graphOf(tree, [0, tree.find(host, guidOf(6), null, null), 0], { up: 1 });
    expect(graph.focus).toHaveLength(2);
    expect(shown(graph)).toEqual([
      '0:0<null',
      '1:1<0',
      '2:2<1',
      '7:2<1',
      '8:2<1',
      '3:-1<2',
      '4:3<2',
      '5:3<2',
      '6:0<5',
    ]);
    expect([graph.from, graph.to]).toEqual([null, null]);
  });

  it('takes the nearest when there are too many, and names those whose children are left out', async () => {
    const graph = await graphOf(tree, [1], { maxNodes: 4 });
    expect(shown(graph)).toEqual(['0:-1<null', '1:0<0', '2:1<1', '7:1<1']);
    expect(graph.cut).toEqual([
      '3 of 3 children of p2.exe (1002) are not shown',
      '1 of 3 children of p1.exe (1001) are not shown',
    ]);
    const many = await graphOf(tree, [0, 1, 2, 3], { maxNodes: 3, down: 0 });
    expect(many.cut).toEqual(['1 of the processes asked for are not shown: there are more than 3']);
  });

  it('says of parents that were not seen and of what is inferred', async () => {
    const some = treeOf([
      at(1, 9, 0),
      at(2, -1, 5, { guid: null, parentPid: 1001, parentImage: 'C:\\p1.exe' }),
      at(3, -1, 6, { parentPid: 77, parentImage: 'C:\\x.exe', parentCommandLine: 'x' }),
    ]);
    const graph = await graphOf(some, [0, 2], {});
    expect(graph.notes).toEqual([
      '2 processes are known from their children only',
      '2 parents were inferred from process ids',
    ]);
    expect(graph.nodes[0]).toMatchObject({
      image: 'C:\\p9.exe',
      pid: 1009,
      commandLine: 'p9 /run',
      known: false,
    });
    expect(graph.nodes[1]).toMatchObject({ image: 'C:\\x.exe', pid: 77, commandLine: 'x', guid: null });
  });
});

const events: readonly HuntEvent[] = [
  sysmon(3, 50, { ProcessGuid: braced(2), ProcessId: 1, DestinationIp: '10.0.0.9', EventRecordID: 30 }),
  sysmon(11, 20, { ProcessGuid: braced(2), TargetFilename: 'b', EventRecordID: 12 }),
  sysmon(11, 20, { ProcessGuid: braced(2), TargetFilename: 'a', EventRecordID: '9' }),
  sysmon(11, 700, { ProcessGuid: braced(2), TargetFilename: 'too late', EventRecordID: 99 }),
  sysmon(22, 20, { ProcessGuid: braced(77), QueryName: 'other process', EventRecordID: 5 }),
  sysmon(1, 20, { ProcessGuid: braced(2), EventRecordID: 4 }),
  sysmon(10, 21, { SourceProcessGUID: braced(3), TargetImage: 'lsass.exe', EventRecordID: 40 }),
  security(4663, 22, { ProcessId: '0x3ea', ObjectType: 'File', ObjectName: 'c', EventRecordID: 7 }),
  event('Microsoft-Windows-PowerShell', 'Microsoft-Windows-PowerShell/Operational', 4104, {
    SystemTime: '2025-03-03T09:00:30Z',
    Execution_ProcessID: 1003,
    ScriptBlockText: 'whoami',
  }),
];

describe('addEvents', () => {
  it('gives events to their processes within the time, in order of time and record', async () => {
    const graph = await addEvents(await graphOf(tree, [2], minutes), events);
    expect(graph.nodes.map(({ counts }) => counts)).toEqual([
      {},
      {},
      { network: 1, file: 3 },
      { access: 1, script: 1 },
      {},
      {},
    ]);
    expect(graph.nodes[2]?.events.map(({ about, inferred }) => [about, inferred])).toEqual([
      ['a', false],
      ['b', false],
      ['c', true],
      ['10.0.0.9', false],
    ]);
    expect(graph.nodes[3]?.events.map(({ inferred }) => inferred)).toEqual([false, true]);
    expect(graph.cut).toEqual([]);
  });

  it('lists the first of each process in any order of coming, and says so', async () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      sysmon(11, 1 + ((i * 7919) % 1000) / 10, {
        ProcessGuid: braced(2),
        TargetFilename: 'f',
        EventRecordID: i,
      }),
    );
    const graph = await addEvents(await graphOf(tree, [2], minutes), many, { perNode: 3 });
    expect(graph.nodes[2]?.counts).toEqual({ file: 1000 });
    expect(graph.nodes[2]?.events.map(({ time }) => time)).toEqual([
      '2025-03-03T09:00:01Z',
      '2025-03-03T09:00:01.1Z',
      '2025-03-03T09:00:01.2Z',
    ]);
    expect(graph.cut).toEqual(['997 events are counted and not listed: of each process the first 3 are']);
    const counted = await addEvents(await graphOf(tree, [2], minutes), many, { perNode: 0 });
    expect([counted.nodes[2]?.events, counted.cut]).toEqual([[], []]);
  });

  it('works on a graph that was read again', async () => {
    const graph = await graphOf(tree, [2], minutes);
    const again = JSON.parse(JSON.stringify(graph)) as ProcessGraph;
    expect(await addEvents(again, events)).toEqual(await addEvents(graph, events));
  });
});

describe('chainEventRows', () => {
  const rowsOf = async (
    graph: ProcessGraph,
    options = {},
  ): Promise<[Record<string, unknown>[], string | null]> => {
    const rows = chainEventRows(graph, events, options);
    const all: Record<string, unknown>[] = [];
    for await (const row of rows) all.push(row);
    return [all, rows.truncated()];
  };

  it('gives every event of the chain in order, with who, whose child, and which generation', async () => {
    const [rows, truncated] = await rowsOf(await graphOf(tree, [2], minutes));
    expect(rows.map(({ About, Generation, Inferred }) => [About, Generation, Inferred])).toEqual([
      ['a', 0, false],
      ['b', 0, false],
      ['lsass.exe', 1, false],
      ['c', 0, true],
      ['whoami', 1, true],
      ['10.0.0.9', 0, false],
    ]);
    expect(rows[0]).toMatchObject({
      Time: '2025-03-03T09:00:20Z',
      Process: 2,
      Parent: 1,
      Image: 'C:\\p2.exe',
      ParentImage: 'C:\\p1.exe',
      ProcessGuid: braced(2),
      ParentProcessGuid: braced(1),
      Activity: 'file',
      TargetFilename: 'a',
      Computer: host,
    });
    expect(truncated).toBeNull();
  });

  it('keeps the first in time of too many', async () => {
    const [rows, truncated] = await rowsOf(await graphOf(tree, [2], minutes), { maxEvents: 2 });
    expect(rows.map(({ About }) => About)).toEqual(['a', 'b']);
    expect(truncated).toBe('4 later events of the chain are left out');
  });
});
