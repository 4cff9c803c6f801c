/** Trees that an engine gives are those that the files give. */
import { readdirSync } from 'node:fs';
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
import { eventsOf, onOpenSearch, onSplunk, treeOf, type Opened } from './engines.ts';

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
  const nodes = Array.from({ length: tree.known }, (_, node) => node).filter((node) => tree.guid(node) !== null);
  const by = (of: Int32Array): number[] => nodes.toSorted((a, b) => (of[b] as number) - (of[a] as number) || a - b);
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
        for (let child = tree.firstChild[one] as number; child >= 0; child = tree.nextSibling[child] as number) {
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

function tests(open: () => Promise<Opened>): void {
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
      // One for the process, one for each generation, one that finds no more below, and a look for Security 4688.
      expect(opened.requests.length).toBeLessThanOrEqual(generations + 3);
      expect(cost?.searches).toBe(opened.requests.length);
    }
  });
}

describe("on Splunk's stand-in", () => {
  tests(() => onSplunk(paths));
});

describe.skipIf(openSearch.missing)(`on OpenSearch${openSearch.note}`, () => {
  const server = useOpenSearch();
  tests(() => onOpenSearch(server.url, `hbtest-${process.pid}-trees`, paths));
});
