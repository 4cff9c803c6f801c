/**
 * The chains of a tree, as types.ts defines them. Work follows the hits of the last step: from each of its processes
 * the line of descent is walked up as far as the window allows.
 *
 * Checked against all combinations of hits in test/process/chain. Benchmark: bench/process-chain.ts.
 */
import type { ProcessTree } from '../tree.ts';
import { StepHits } from './hits.ts';
import { Line } from './line.ts';
import { LineSearch, type Placing } from './search.ts';
import type { Chain, ChainSpec, StepHit } from './types.ts';

/**
 * `steps`: the hits of each rule, in any order. `excluded`: not 0 for processes that may not stand between steps. Chains
 * come in order of time.
 */
export function findChains(
  tree: Pick<ProcessTree, 'parent' | 'time'>,
  spec: ChainSpec,
  steps: readonly (readonly StepHit[])[],
  excluded: Uint8Array | null,
): Chain[] {
  if (steps.some((hits) => hits.length === 0)) return [];
  const { parent, time } = tree;
  const hits = steps.map((some) => new StepHits(some, parent.length));
  const marks = new Uint16Array(parent.length);
  for (const [rule, { processes }] of hits.entries())
    for (const process of processes) marks[process] = (marks[process] as number) | (1 << rule);
  const line = new Line({ parent, time, steps: marks, excluded }, spec);
  const search = new LineSearch(spec, hits);
  const written = steps.map((_, rule) => rule);
  const orders = spec.order === 'any' ? permutations(written) : [written];
  const chains: Chain[] = [];
  for (const lowest of lowestOf(spec, hits)) {
    line.begin(lowest);
    let best: { order: readonly number[]; placing: Placing } | null = null;
    for (const order of orders) {
      const placing = search.nearest(line, order);
      if (placing && (!best || isNearer(placing, best.placing))) best = { order, placing };
    }
    if (best) chains.push(chainOf(line, best.order, best.placing, hits));
  }
  return chains.sort(byTime);
}

/** Processes in which a chain may end. */
function lowestOf({ order }: ChainSpec, hits: readonly StepHits[]): Iterable<number> {
  const last = hits[hits.length - 1] as StepHits;
  if (order === 'written') return last.processes;
  return new Set(hits.flatMap(({ processes }) => [...processes]));
}

function isNearer({ places }: Placing, than: Placing): boolean {
  const at = places.findIndex((place, step) => place !== than.places[step]);
  return at >= 0 && (places[at] as number) < (than.places[at] as number);
}

function chainOf(
  line: Line,
  order: readonly number[],
  { places, begin }: Placing,
  hits: readonly StepHits[],
): Chain {
  const top = places[0] as number;
  const steps = order.map(() => -1);
  const events = order.map(() => -1);
  let first = line.first[top] as number;
  let last = line.last[top] as number;
  for (const [step, rule] of order.entries()) {
    const process = line.process[places[step] as number] as number;
    const { time, event } = (hits[rule] as StepHits).firstFrom(process, begin) as StepHit;
    steps[rule] = process;
    events[rule] = event;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const path = Array.from(line.process.subarray(0, top + 1)).reverse();
  return { steps, events, path, first, last };
}

/** In the order of their comparison item by item. */
function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function byTime(a: Chain, b: Chain): number {
  return a.last - b.last || a.first - b.first || (a.path.at(-1) as number) - (b.path.at(-1) as number);
}
