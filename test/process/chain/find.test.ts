import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findChains } from '../../../src/process/chain/find.ts';
import type { Chain, ChainSpec, Relation, StepHit } from '../../../src/process/chain/types.ts';
import { slowChains, type SmallTree } from './oracle.ts';
import '../../support/seed.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 5000 : 300;

const spec = (relations: Relation[], ticks: number, more: Partial<ChainSpec> = {}): ChainSpec => ({
  relations,
  ticks,
  maxDepth: null,
  order: 'written',
  ...more,
});
const treeOf = (parent: number[], time: number[]): SmallTree => ({
  parent: Int32Array.from(parent),
  time: Float64Array.from(time),
});
/** A line of processes, one a tick, each the parent of the next. */
const lineOf = (length: number): SmallTree =>
  treeOf(
    Array.from({ length }, (_, i) => i - 1),
    Array.from({ length }, (_, i) => i),
  );
const creations = (tree: SmallTree, ...processes: number[]): StepHit[] =>
  processes.map((process) => ({ process, time: tree.time[process] as number, event: process }));

describe('findChains', () => {
  it('finds the office chain with processes between its steps', () => {
    const tree = lineOf(6);
    const steps = [creations(tree, 1), creations(tree, 3), creations(tree, 5)];
    expect(findChains(tree, spec(['descendant', 'descendant'], 4), steps, null)).toEqual([
      { steps: [1, 3, 5], events: [1, 3, 5], path: [1, 2, 3, 4, 5], first: 1, last: 5 },
    ]);
  });

  it('takes both ends of the window in and nothing beyond', () => {
    const tree = lineOf(3);
    const steps = [creations(tree, 0), creations(tree, 2)];
    expect(findChains(tree, spec(['descendant'], 2), steps, null)).toHaveLength(1);
    expect(findChains(tree, spec(['descendant'], 1), steps, null)).toEqual([]);
  });

  it('holds creations between the steps against the window, but not that of the first process', () => {
    const hit = (process: number, time: number): StepHit => ({ process, time, event: process });
    const old = treeOf([-1, 0, 1], [0, 90, 100]);
    expect(findChains(old, spec(['descendant'], 15), [[hit(0, 95)], [hit(2, 100)]], null)).toHaveLength(1);
    const oldBetween = treeOf([-1, 0, 1], [0, 50, 100]);
    expect(findChains(oldBetween, spec(['descendant'], 15), [[hit(0, 95)], [hit(2, 100)]], null)).toEqual([]);
    const unknownBetween = treeOf([-1, 0, 1], [0, NaN, 100]);
    expect(findChains(unknownBetween, spec(['descendant'], 15), [[hit(0, 95)], [hit(2, 100)]], null)).toEqual(
      [],
    );
  });

  it('gives one chain for each process that completes one, with the nearest first step', () => {
    const tree = treeOf([-1, 0, 1, 1], [0, 1, 2, 3]);
    const steps = [creations(tree, 0, 1), creations(tree, 2, 3)];
    expect(findChains(tree, spec(['descendant'], 10), steps, null).map((chain) => chain.steps)).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });

  it('takes the window that begins last, and of each step its earliest event there', () => {
    const tree = treeOf([-1, 0], [0, 100]);
    const first = [70, 92, 95].map((time, event) => ({ process: 0, time, event }));
    const second = [80, 103, 104].map((time, event) => ({ process: 1, time, event: 10 + event }));
    expect(findChains(tree, spec(['child'], 10), [first, second], null)).toEqual([
      { steps: [0, 1], events: [2, 11], path: [0, 1], first: 95, last: 103 },
    ]);
  });

  it('does not let one process serve two steps', () => {
    const tree = lineOf(2);
    const same = creations(tree, 1);
    expect(findChains(tree, spec(['descendant'], 10), [same, same], null)).toEqual([]);
  });

  it('follows a line of 100,000 processes that all match, and one parent with 100,000 children', () => {
    const length = 100_000;
    const deep = lineOf(length);
    const all = creations(deep, ...Array.from({ length }, (_, i) => i));
    const found = findChains(deep, spec(['descendant', 'descendant'], 1e6), [all, all, all], null);
    expect(found).toHaveLength(length - 2);
    expect(found.at(-1)?.path).toEqual([length - 3, length - 2, length - 1]);

    const wide = treeOf(
      [-1, ...Array.from({ length }, () => 0)],
      Array.from({ length: length + 1 }, (_, i) => i),
    );
    const children = creations(wide, ...Array.from({ length }, (_, i) => i + 1));
    expect(findChains(wide, spec(['child'], 1e6), [creations(wide, 0), children], null)).toHaveLength(length);
  });

  it('looks 1,000 generations far and no further', () => {
    const tree = lineOf(1002);
    const last = creations(tree, 1001);
    const within = spec(['descendant'], 1e6);
    expect(findChains(tree, within, [creations(tree, 1), last], null)[0]?.path).toHaveLength(1001);
    expect(findChains(tree, within, [creations(tree, 0), last], null)).toEqual([]);
  });
});

const scene = fc
  .record({
    size: fc.integer({ min: 2, max: 12 }),
    /** 0: nearly always the process before, so that lines are long. */
    bushy: fc.boolean(),
    steps: fc.integer({ min: 2, max: 4 }),
    ticks: fc.integer({ min: 0, max: 12 }),
    maxDepth: fc.constantFrom(null, null, 1, 2, 3),
    order: fc.constantFrom<ChainSpec['order']>('written', 'written', 'any'),
    creationsOnly: fc.boolean(),
    excludes: fc.boolean(),
    relations: fc.array(fc.constantFrom<Relation>('child', 'descendant', 'descendant'), {
      minLength: 3,
      maxLength: 3,
    }),
    same: fc.boolean(),
  })
  .chain(({ size, bushy, steps, ticks, maxDepth, order, creationsOnly, excludes, relations, same }) =>
    fc.record({
      spec: fc.constant<ChainSpec>({
        relations:
          order === 'any' || same
            ? relations.slice(0, steps - 1).map(() => relations[0] as Relation)
            : relations.slice(0, steps - 1),
        ticks,
        maxDepth,
        order,
      }),
      parents: fc
        .array(fc.tuple(fc.nat(99), fc.nat(9)), { minLength: size, maxLength: size })
        .map((list) =>
          list.map(([pick, root], node) => (node === 0 || root === 0 ? -1 : bushy ? pick % node : node - 1)),
        ),
      /** Steps in time, now and then backwards or not known. */
      gaps: fc.array(fc.constantFrom(0, 1, 1, 2, 3, 5, -2, NaN), { minLength: size, maxLength: size }),
      hits: fc.tuple(
        ...Array.from({ length: steps }, () =>
          fc.array(fc.tuple(fc.nat(size - 1), fc.integer({ min: -8, max: 8 })), {
            minLength: 1,
            maxLength: 7,
          }),
        ),
      ),
      excluded: excludes
        ? fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: size, maxLength: size })
        : fc.constant(null),
      creationsOnly: fc.constant(creationsOnly),
    }),
  )
  .map(({ spec: asked, parents, gaps, hits, excluded, creationsOnly: only }) => {
    let now = 100;
    const time = gaps.map((gap) => (Number.isNaN(gap) ? NaN : (now += gap)));
    let event = 0;
    return {
      asked,
      tree: treeOf(parents, time),
      steps: hits.map((list) =>
        list.map(([process, off]) => ({
          process,
          time: (time[process] as number) + (only ? 0 : off),
          event: event++,
        })),
      ),
      excluded: excluded && Uint8Array.from(excluded),
    };
  });

const sorted = (chains: Chain[]): Chain[] =>
  chains.toSorted((a, b) => (a.path.at(-1) as number) - (b.path.at(-1) as number));

describe('findChains against all combinations', () => {
  it('gives the same chains', () => {
    let found = 0;
    fc.assert(
      fc.property(scene, ({ asked, tree, steps, excluded }) => {
        const chains = findChains(tree, asked, steps, excluded);
        expect(sorted(chains)).toEqual(sorted(slowChains(tree, asked, steps, excluded)));
        found += chains.length;
      }),
      { numRuns: runs },
    );
    expect(found).toBeGreaterThan(runs / 10);
  });
});
