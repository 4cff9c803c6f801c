/** Which processes a chain may be made of, as seen from those of one step: above them, and below. */
import { isoTime, type StoredCorrelation } from '../../detect/index.ts';
import type { ProcessTree } from '../../process/index.ts';
import { clockSlack } from './process-nodes.ts';
import type { SearchSpan } from './searcher.ts';

/** No line is followed over more generations: src/process/chain/types.ts. */
const maxGenerations = 1000;

/** A process of a step, and between which times all events of a chain with it lie. `correlationTime`. */
export interface Origin {
  readonly low: number;
  readonly high: number;
}

export interface Reach extends Origin {
  /** Generations that may still follow. */
  readonly left: number;
}

/**
 * The processes themselves and those above them: up to one that began before the time, which can only be the first of a
 * chain.
 */
export function linesAbove(
  { parent, time }: ProcessTree,
  origins: ReadonlyMap<number, Origin>,
  generations: number,
): Set<number> {
  const found = new Set<number>();
  for (const [node, { low }] of origins) {
    found.add(node);
    let at = node;
    for (let n = 0; n < generations && !((time[at] as number) < low); n++) {
      at = parent[at] as number;
      if (at < 0) break;
      found.add(at);
    }
  }
  return found;
}

/** The processes themselves and those below them that began within the time. */
export function reachBelow(
  { firstChild, nextSibling, time }: ProcessTree,
  origins: ReadonlyMap<number, Origin>,
  generations: number,
): Map<number, Reach> {
  const found = new Map<number, Reach>();
  const work: number[] = [];
  const reach = (node: number, low: number, high: number, left: number): void => {
    const known = found.get(node);
    if (known && known.low <= low && known.high >= high && known.left >= left) return;
    found.set(node, {
      low: Math.min(low, known?.low ?? low),
      high: Math.max(high, known?.high ?? high),
      left: Math.max(left, known?.left ?? left),
    });
    work.push(node);
  };
  for (const [node, { low, high }] of origins) reach(node, low, high, generations);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    const { low, high, left } = found.get(node) as Reach;
    if (left === 0) continue;
    for (let child = firstChild[node] as number; child >= 0; child = nextSibling[child] as number) {
      const began = time[child] as number;
      if (began >= low && began <= high) reach(child, low, high, left - 1);
    }
  }
  return found;
}

/** The most generations that relations may span. */
export function generations({ chain }: StoredCorrelation, relations: readonly string[]): number {
  const most = relations.reduce(
    (sum, relation) => sum + (relation === 'child' ? 1 : (chain?.maxDepth ?? maxGenerations)),
    0,
  );
  return Math.min(most, maxGenerations);
}

export function spanOf(origins: ReadonlyMap<number, Origin>): SearchSpan {
  let from = Infinity;
  let to = -Infinity;
  for (const { low, high } of origins.values()) {
    from = Math.min(from, low);
    to = Math.max(to, high);
  }
  if (from === Infinity) return { from: null, to: null };
  return { from: milliseconds(from) - clockSlack, to: milliseconds(to) + clockSlack };
}

export function milliseconds(time: number): number {
  return Date.parse(isoTime(time));
}
