/** The slow twin of findChains: every combination of hits, judged by the words of src/process/chain/types.ts. */
import {
  maxGenerations,
  type Chain,
  type ChainSpec,
  type StepHit,
} from '../../../src/process/chain/types.ts';

export interface SmallTree {
  readonly parent: Int32Array;
  readonly time: Float64Array;
}

interface Candidate {
  readonly chain: Chain;
  /** From the lowest process, those of the steps from the top of the line down. */
  readonly distances: readonly number[];
  readonly order: readonly number[];
  readonly times: readonly number[];
}

export function slowChains(
  tree: SmallTree,
  spec: ChainSpec,
  steps: readonly (readonly StepHit[])[],
  excluded: Uint8Array | null,
): Chain[] {
  const found = new Map<number, Candidate>();
  for (const order of spec.order === 'any' ? ordersOf(steps.length) : [steps.map((_, i) => i)])
    for (const hits of combinations(order.map((rule) => steps[rule] ?? []))) {
      const candidate = judge(tree, spec, order, hits, excluded);
      if (!candidate) continue;
      const lowest = candidate.chain.path.at(-1) as number;
      const best = found.get(lowest);
      if (!best || compare(candidate, best) < 0) found.set(lowest, candidate);
    }
  return [...found.values()].map(({ chain }) => chain);
}

function judge(
  { parent, time }: SmallTree,
  spec: ChainSpec,
  order: readonly number[],
  hits: readonly StepHit[],
  excluded: Uint8Array | null,
): Candidate | null {
  const lowest = (hits.at(-1) as StepHit).process;
  const line: number[] = [];
  for (let node = lowest; node >= 0 && line.length <= maxGenerations; node = parent[node] as number)
    line.push(node);
  const distances = hits.map(({ process }) => line.indexOf(process));
  if (distances.includes(-1)) return null;
  for (let i = 1; i < distances.length; i++) {
    const below = distances[i] as number;
    const generations = (distances[i - 1] as number) - below;
    if (generations < 1) return null;
    if (spec.relations[i - 1] === 'child' ? generations !== 1 : generations > (spec.maxDepth ?? Infinity))
      return null;
    const between = line.slice(below + 1, below + generations);
    if (excluded && between.some((node) => excluded[node])) return null;
  }
  const path = line.slice(0, (distances[0] as number) + 1);
  const times = [...hits.map((hit) => hit.time), ...path.slice(0, -1).map((node) => time[node] as number)];
  if (times.some(Number.isNaN)) return null;
  const first = Math.min(...times);
  const last = Math.max(...times);
  if (last - first > spec.ticks) return null;
  const inRules = <T>(list: readonly T[]): T[] => order.map((_, rule) => list[order.indexOf(rule)] as T);
  const chain: Chain = {
    steps: inRules(hits.map(({ process }) => process)),
    events: inRules(hits.map(({ event }) => event)),
    path: path.reverse(),
    first,
    last,
  };
  return { chain, distances, order, times: hits.map((hit) => hit.time) };
}

function compare(a: Candidate, b: Candidate): number {
  return (
    inTurn(a.distances, b.distances) ||
    inTurn(a.order, b.order) ||
    b.chain.first - a.chain.first ||
    inTurn(a.times, b.times) ||
    inTurn(a.chain.events, b.chain.events)
  );
}

function inTurn(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}

function* combinations(lists: readonly (readonly StepHit[])[]): Generator<StepHit[]> {
  const [head, ...tail] = lists;
  if (!head) return void (yield []);
  for (const hit of head) for (const rest of combinations(tail)) yield [hit, ...rest];
}

function ordersOf(count: number): number[][] {
  if (count === 0) return [[]];
  return ordersOf(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  );
}
