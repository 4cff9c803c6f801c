import { describe, expect, it } from 'vitest';
import {
  treeDot,
  treeHtml,
  treeJson,
  treeMermaid,
  treeNdjson,
  treeSvg,
  treeText,
} from '../../../src/report/index.ts';
import { axisOf } from '../../../src/report/tree/axis.ts';
import { rowsOf } from '../../../src/report/tree/rows.ts';
import { chainOf, graph, macro, node, starOf } from './fixture.ts';

describe('rows of a tree', () => {
  it('fold siblings that are alike, with what is below them, and add up their events', () => {
    const shells = Array.from({ length: 40 }, (_, i) => [
      node({ parent: 0, pid: i, image: 'C:\\cmd.exe', commandLine: `cmd /c ${i}`, counts: { file: 2 } }),
      node({ parent: 1 + i * 2, pid: 900 + i, image: 'C:\\conhost.exe', commandLine: 'conhost' }),
    ]).flat();
    const { rows } = rowsOf(graph([node({ image: 'C:\\svc.exe' }), ...shells]), 100);
    expect(rows.map(({ nodes, depth }) => [nodes[0]?.image, nodes.length, depth])).toEqual([
      ['C:\\svc.exe', 1, 0],
      ['C:\\cmd.exe', 40, 1],
      ['C:\\conhost.exe', 40, 2],
    ]);
    expect(treeText(graph([node({ image: 'C:\\svc.exe' }), ...shells]))).toContain(
      'cmd.exe × 40  [80 files]',
    );
  });

  it('keep apart what was asked for, what has a finding and what is another program', () => {
    const make = (i: number, facts: object = {}) => node({ parent: 0, pid: i, image: 'C:\\a.exe', ...facts });
    const finding = { findings: [{ title: 'x', level: 'low', time: null }] };
    const nodes = [
      node({}),
      make(1),
      make(2),
      make(3),
      make(4, finding),
      make(5),
      make(6, { image: 'b.exe' }),
    ];
    const { rows } = rowsOf(graph(nodes, { focus: [5] }), 100);
    expect(rows.map(({ members }) => members)).toEqual([[0], [1, 2, 3], [4], [5], [6]]);
  });

  it('are never more than the limit, hold every process once or count it, and keep what was asked for', () => {
    for (const one of [chainOf(3000), starOf(3000, 3000), starOf(3000, 7), macro]) {
      for (const limit of [1, 5, 100, 5000]) {
        const { rows, left } = rowsOf(one, limit);
        expect(rows.length).toBeLessThanOrEqual(limit);
        const members = rows.flatMap((row) => row.members);
        expect(new Set(members).size).toBe(members.length);
        expect(members.length + left).toBe(one.nodes.length);
        expect(members).toContain(one.focus[0]);
      }
    }
  });

  it('say what is not drawn', () => {
    expect(treeText(chainOf(500), { maxRows: 10 })).toContain(
      '490 more processes of this tree are not drawn.',
    );
    expect(treeText(chainOf(500), { maxRows: 10 })).toMatch(/\(\d+ generations left out\)/);
  });

  it('take a graph whose parents are wrong as one without them', () => {
    const nodes = [node({ parent: 1 }), node({ parent: 0 }), node({ parent: 99 }), node({ parent: 3 })];
    expect(rowsOf(graph(nodes), 10).rows).toHaveLength(4);
  });
});

describe('the axis', () => {
  const at = (time: string, generation = 0) => node({ start: `2026-03-${time}Z`, generation });

  it('is not squeezed by a service of days ago nor by one late process', () => {
    const near = Array.from({ length: 10 }, (_, i) => at(`02T10:00:${10 + i}`));
    const axis = axisOf(graph([at('01T08:00:00', -1), ...near, at('05T10:00:00')]));
    expect(new Date(axis?.from ?? 0).toISOString()).toMatch(/^2026-03-02T10:00:0/);
    expect(new Date(axis?.to ?? 0).toISOString()).toMatch(/^2026-03-02T10:00:[12]/);
    expect(axis?.ticks.length).toBeGreaterThan(1);
  });

  it('takes in what is near, has room for one moment, and is left out without times', () => {
    const both = axisOf(graph([at('02T10:00:00', -1), at('02T10:00:02')]));
    expect(both?.from).toBeLessThanOrEqual(Date.parse('2026-03-02T10:00:00Z'));
    const one = axisOf(graph([at('02T10:00:00')]));
    expect((one?.to ?? 0) - (one?.from ?? 0)).toBeGreaterThan(1000);
    expect(axisOf(graph([node({})]))).toBeNull();
  });
});

describe('large trees', () => {
  const draws = { treeDot, treeHtml, treeMermaid, treeSvg, treeText };

  it('of 100,000 generations and of 100,000 children are drawn in bounds', () => {
    for (const one of [chainOf(100_000), starOf(100_000, 100_000), starOf(100_000, 3)]) {
      for (const draw of Object.values(draws)) expect(draw(one).length).toBeLessThan(12_000_000);
      expect(treeNdjson(one).split('\n')).toHaveLength(one.nodes.length + 1);
    }
    expect((JSON.parse(treeJson(chainOf(100_000))) as { data: unknown[] }).data).toHaveLength(100_000);
  }, 60_000);

  it('stay below what Mermaid reads and draws', () => {
    const text = treeMermaid(starOf(3000, 3000));
    expect(text.length).toBeLessThan(50_000);
    expect(text.match(/-->/g)?.length).toBeLessThan(500);
  });

  it('no line of text is wider than the terminal, however deep', () => {
    for (const line of treeText(chainOf(500), { width: 70 }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(70);
  });
});
