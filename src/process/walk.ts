/** Ways through a tree. Nothing is recursive, and every walk has bounds: it says when they cut it short. */
import type { ProcessTree } from './tree.ts';

export interface WalkLimits {
  /** Generations; default: all. */
  readonly depth?: number;
  /** Processes; default: all. */
  readonly nodes?: number;
  /** Processes that are not taken, nor what is below them. */
  readonly accepts?: (node: number) => boolean;
}

export interface Walk {
  readonly nodes: readonly number[];
  /** Generations from where the walk began, for each. */
  readonly depths: readonly number[];
  /** What ended it early; null: nothing. */
  readonly cut: 'depth' | 'nodes' | null;
}

type Parents = Pick<ProcessTree, 'parent'>;
type Children = Pick<ProcessTree, 'firstChild' | 'nextSibling'>;

/** The processes above, the parent first. */
export function ancestors(tree: Parents, node: number, limits: WalkLimits = {}): Walk {
  const { depth = Infinity, nodes: most = Infinity, accepts } = limits;
  const nodes: number[] = [];
  let next = tree.parent[node] as number;
  while (next >= 0 && nodes.length < Math.min(depth, most) && (accepts?.(next) ?? true)) {
    nodes.push(next);
    next = tree.parent[next] as number;
  }
  const whole = next < 0 || (accepts !== undefined && !accepts(next));
  return {
    nodes,
    depths: nodes.map((_, index) => index + 1),
    cut: whole ? null : nodes.length >= depth ? 'depth' : 'nodes',
  };
}

/** The processes below, generation by generation, each in order of time. */
export function descendants(tree: Children, node: number, limits: WalkLimits = {}): Walk {
  const { depth = Infinity, nodes: most = Infinity, accepts } = limits;
  const nodes: number[] = [];
  const depths: number[] = [];
  let cut: Walk['cut'] = null;
  for (let at = -1; at < nodes.length; at++) {
    const generation = at < 0 ? 0 : (depths[at] as number);
    let child = tree.firstChild[at < 0 ? node : (nodes[at] as number)] as number;
    for (; child >= 0; child = tree.nextSibling[child] as number) {
      if (accepts && !accepts(child)) continue;
      if (generation >= depth) cut ??= 'depth';
      if (generation >= depth) break;
      if (nodes.length >= most) return { nodes, depths, cut: 'nodes' };
      nodes.push(child);
      depths.push(generation + 1);
    }
  }
  return { nodes, depths, cut };
}

/** The other children of its parent, in order of time. A process without a parent has none. */
export function siblings(
  tree: Parents & Children,
  node: number,
  { nodes: most = Infinity, accepts }: Omit<WalkLimits, 'depth'> = {},
): Walk {
  const parent = tree.parent[node] as number;
  const walk =
    parent < 0
      ? { nodes: [], depths: [], cut: null }
      : descendants(tree, parent, {
          depth: 1,
          nodes: most,
          accepts: (other) => other !== node && (accepts?.(other) ?? true),
        });
  return { ...walk, cut: walk.cut === 'nodes' ? 'nodes' : null };
}

/** From one process up to the nearest that both descend from, and down to the other; null when there is none. */
export function pathBetween(tree: Parents, from: number, to: number): readonly number[] | null {
  const up = [from, ...ancestors(tree, from).nodes];
  const places = new Map(up.map((node, place) => [node, place]));
  const down: number[] = [];
  for (let node = to; node >= 0; node = tree.parent[node] as number) {
    const place = places.get(node);
    if (place !== undefined) return [...up.slice(0, place + 1), ...down.reverse()];
    down.push(node);
  }
  return null;
}
