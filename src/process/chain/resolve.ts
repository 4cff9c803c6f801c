/** From matches that name processes to the chains of a tree, and back to the matches. */
import type { ProcessTree } from '../tree.ts';
import { findChains } from './find.ts';
import type { HeldHit } from './held-hits.ts';
import type { ChainSpec, StepHit } from './types.ts';

/** A chain with the matches it is made of. */
export interface ResolvedChain<E> {
  /** Nodes, from the highest step to the lowest. */
  readonly path: readonly number[];
  readonly steps: readonly { readonly place: number; readonly event: E; readonly time: number }[];
  readonly first: number;
  readonly last: number;
}

/** The chains whose last process is due. */
export function chainsOf<E>(
  tree: ProcessTree,
  spec: ChainSpec,
  steps: readonly (readonly HeldHit<E>[])[],
  excluded: Uint8Array | null,
  isDue: (node: number) => boolean,
): ResolvedChain<E>[] {
  const held: HeldHit<E>[] = [];
  const hits = steps.map((list, step) => {
    const last = spec.order === 'written' && step === steps.length - 1;
    const placed: StepHit[] = [];
    for (const hit of list) {
      const process = tree.find(hit.host, hit.guid, hit.pid, hit.time);
      if (process < 0 || (last && !isDue(process))) continue;
      placed.push({ process, time: hit.time, event: held.push(hit) - 1 });
    }
    return placed;
  });
  return findChains(tree, spec, hits, excluded)
    .filter(({ path }) => isDue(path.at(-1) as number))
    .map((chain) => ({
      path: chain.path,
      steps: chain.steps.map((process, step) => {
        const { event, time } = held[chain.events[step] as number] as HeldHit<E>;
        return { place: chain.path.indexOf(process), event, time };
      }),
      first: chain.first,
      last: chain.last,
    }));
}

/** Marks the processes that may not stand between steps; null where there are none. */
export function excludedOf<E>(
  tree: ProcessTree,
  hits: readonly HeldHit<E>[],
  hosts: ReadonlySet<string>,
): Uint8Array | null {
  if (hits.length === 0) return null;
  const excluded = new Uint8Array(tree.length);
  for (const { host, guid, pid, time } of hits) {
    if (!hosts.has(host)) continue;
    const node = tree.find(host, guid, pid, time);
    if (node >= 0) excluded[node] = 1;
  }
  return excluded;
}
