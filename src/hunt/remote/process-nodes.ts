/** Nodes of a tree as questions for an engine: by GUID, by process id and host, and between which times. */
import { isoTime } from '../../detect/index.ts';
import type { ProcessTree } from '../../process/index.ts';
import type { ProcessAsk } from './process-query.ts';
import type { SearchSpan } from './searcher.ts';

/** Hosts that a search for GUIDs names. */
const mostHosts = 8;
/** A parent may seem to begin this much after its child. */
const skew = 1000;
/** The time of an engine is not always that of the event: Sysmon writes its own, and clocks of collectors differ. */
export const clockSlack = 5 * 60_000;
export function byGuid(
  tree: ProcessTree,
  nodes: readonly number[],
  by: 'guid' | 'parentGuid',
  of: 'creation' | 'end' = 'creation',
): ProcessAsk[] {
  if (nodes.length === 0) return [];
  const values = new Map<string | null, string[]>();
  for (const node of nodes) put(values, hostOf(tree, node), tree.guid(node) as string);
  return [
    { of, by, values: values.size <= mostHosts ? values : new Map([[null, [...values.values()].flat()]]) },
  ];
}

/** A name of a node that outlives its number. */
export function keyOf(tree: ProcessTree, node: number): string {
  const host = hostOf(tree, node).toLowerCase();
  const guid = tree.guid(node);
  if (guid !== null) return `${host} ${guid}`;
  const image = (tree.images[tree.imageId[node] as number] ?? '').toLowerCase();
  return `${host} ${tree.pid[node]} ${tree.time[node]} ${image}`;
}

export function hostOf(tree: ProcessTree, node: number): string {
  return tree.hosts[tree.hostId[node] as number] ?? '';
}

/** Milliseconds since 1970; null where the beginning was not seen. */
export function startTime(tree: ProcessTree, node: number): number | null {
  const time = tree.time[node] as number;
  return Number.isNaN(time) ? null : Date.parse(isoTime(time));
}

export function childrenOf(tree: ProcessTree, node: number): number[] {
  const found: number[] = [];
  for (let child = tree.firstChild[node] as number; child >= 0; child = tree.nextSibling[child] as number)
    found.push(child);
  return found;
}

/** From `before` milliseconds ahead of the first child to the last. */
export function childSpan(
  tree: ProcessTree,
  nodes: readonly number[],
  before: number,
  span: SearchSpan,
): SearchSpan {
  let from = Infinity;
  let to = -Infinity;
  for (const node of nodes)
    for (const child of childrenOf(tree, node)) {
      const time = startTime(tree, child);
      if (time === null) continue;
      from = Math.min(from, time);
      to = Math.max(to, time);
    }
  if (to === -Infinity) return span;
  const low = from - before - clockSlack;
  return {
    from: Number.isFinite(low) ? Math.max(low, span.from ?? -Infinity) : span.from,
    to: Math.min(to + skew + clockSlack, span.to ?? Infinity),
  };
}

export function byHost(tree: ProcessTree, nodes: readonly number[]): Map<string | null, string[]> {
  const values = new Map<string | null, string[]>();
  for (const node of nodes) put(values, hostOf(tree, node), String(tree.pid[node]));
  return values;
}

/** Each value once. */
function put(values: Map<string | null, string[]>, host: string, value: string): void {
  const known = values.get(host);
  if (known === undefined) values.set(host, [value]);
  else if (!known.includes(value)) known.push(value);
}
