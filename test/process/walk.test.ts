import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestors, descendants, graphOf, Link, pathBetween, siblings } from '../../src/process/index.ts';
import { start, treeOf } from './support.ts';

/** 0 - 1 - 2 - 4, 1 - 3 */
const small = treeOf([start(0, -1, 0), start(1, 0, 1), start(2, 1, 2), start(3, 1, 3), start(4, 2, 4)]);

describe('walks', () => {
  it('go up, down, beside and between', () => {
    expect(ancestors(small, 4)).toEqual({ nodes: [2, 1, 0], depths: [1, 2, 3], cut: null });
    expect(descendants(small, 0)).toEqual({ nodes: [1, 2, 3, 4], depths: [1, 2, 2, 3], cut: null });
    expect(siblings(small, 3)).toMatchObject({ nodes: [2], cut: null });
    expect(siblings(small, 0)).toMatchObject({ nodes: [], cut: null });
    expect(pathBetween(small, 4, 3)).toEqual([4, 2, 1, 3]);
    expect(pathBetween(small, 0, 4)).toEqual([0, 1, 2, 4]);
    expect(pathBetween(small, 2, 2)).toEqual([2]);
    expect(pathBetween(treeOf([start(0, -1, 0), start(1, -1, 1)]), 0, 1)).toBeNull();
  });

  it('say what cut them short, and only then', () => {
    expect(ancestors(small, 4, { depth: 2 })).toMatchObject({ nodes: [2, 1], cut: 'depth' });
    expect(ancestors(small, 4, { depth: 3 })).toMatchObject({ nodes: [2, 1, 0], cut: null });
    expect(ancestors(small, 4, { nodes: 1 })).toMatchObject({ nodes: [2], cut: 'nodes' });
    expect(ancestors(small, 4, { accepts: (node) => node !== 1 })).toMatchObject({ nodes: [2], cut: null });
    expect(descendants(small, 0, { depth: 2 })).toMatchObject({ nodes: [1, 2, 3], cut: 'depth' });
    expect(descendants(small, 0, { depth: 3 })).toMatchObject({ cut: null });
    expect(descendants(small, 0, { nodes: 3 })).toMatchObject({ nodes: [1, 2, 3], cut: 'nodes' });
    expect(descendants(small, 0, { nodes: 4 })).toMatchObject({ cut: null });
    expect(descendants(small, 0, { accepts: (node) => node !== 2 })).toMatchObject({ nodes: [1, 3] });
    expect(siblings(small, 3, { nodes: 0 })).toMatchObject({ nodes: [], cut: 'nodes' });
  });

  it('agree with each other on any tree', () => {
    const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(parents, fc.nat(), (list, pick) => {
        const tree = treeOf(list.map((value, i) => start(i, i === 0 ? -1 : value % i, i)));
        const node = pick % list.length;
        const above = new Set(ancestors(tree, node).nodes);
        for (let other = 0; other < tree.length; other++) {
          expect(descendants(tree, other).nodes.includes(node)).toBe(above.has(other));
          const path = pathBetween(tree, node, other) as readonly number[];
          expect([path[0], path.at(-1), new Set(path).size]).toEqual([node, other, path.length]);
          for (const [i, at] of path.slice(1).entries())
            expect(tree.parent[at] === path[i] || tree.parent[path[i] as number] === at).toBe(true);
        }
      }),
    );
  });

  it('go through 100,000 generations', async () => {
    const tree = treeOf(Array.from({ length: 100_000 }, (_, i) => start(i, i - 1, i)));
    expect(tree.counts).toEqual({ duplicates: 0, inferred: 0, orphans: 0, cycles: 0 });
    expect(ancestors(tree, 99_999).nodes).toHaveLength(99_999);
    expect(descendants(tree, 0).depths.at(-1)).toBe(99_999);
    expect(pathBetween(tree, 0, 99_999)).toHaveLength(100_000);
    const graph = await graphOf(tree, [50_000], { maxNodes: 100 });
    expect(graph.nodes).toHaveLength(100);
    expect(graph.notes).toContain('1 process has a parent further above that is not shown');
    expect(graph.cut).toEqual(['1 of 1 children of p50000.exe (51000) are not shown']);
  });

  it('go through 100,000 children of one process', async () => {
    const tree = treeOf([start(0, -1, 0), ...Array.from({ length: 100_000 }, (_, i) => start(i + 1, 0, i))]);
    expect(descendants(tree, 0).nodes).toHaveLength(100_000);
    expect(siblings(tree, 500, { nodes: 10 })).toMatchObject({ cut: 'nodes' });
    const graph = await graphOf(tree, [0], { maxNodes: 50 });
    expect(graph.nodes).toHaveLength(50);
    expect(graph.nodes[0]?.hidden).toBe(100_000 - 49);
    expect(graph.cut).toEqual(['99951 of 100000 children of p0.exe (1000) are not shown']);
  });

  it('take a circle of 100,000 processes apart at the first', () => {
    const size = 100_000;
    const tree = treeOf(Array.from({ length: size }, (_, i) => start(i, (i + size - 1) % size, i)));
    expect(tree.counts.cycles).toBe(1);
    expect([tree.parent[0], tree.link[0], tree.parent[1]]).toEqual([-1, Link.none, 0]);
    expect(ancestors(tree, size - 1).nodes).toHaveLength(size - 1);
  });

  it('do not cost the square of processes that all claim one id and one moment', () => {
    const many = Array.from({ length: 100_000 }, (_, i) =>
      start(i, -1, 0, { pid: 4, parentPid: 4, parentImage: 'C:\\other.exe', commandLine: `${i}` }),
    );
    const before = performance.now();
    const tree = treeOf(many);
    expect(tree.length).toBe(100_001);
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});
