/** Findings on the processes of a picture. */
import { correlationTime } from '../detect/index.ts';
import type { ProcessGraph, ProcessInfo, ProcessTree } from '../process/index.ts';
import type { FoundOn } from './finding-file.ts';

/** Findings shown on one process. */
const maxOnOne = 20;

/** The graph with what was found on its processes: each title once on each process, with its first time. */
export async function markFindings(
  graph: ProcessGraph,
  tree: ProcessTree,
  marks: readonly FoundOn[],
): Promise<ProcessGraph> {
  const places = new Map(graph.nodes.map((node, place) => [keyOf(node), place]));
  const named = marks.flatMap((mark) => {
    const { host, guid, pid } = mark.process;
    const node = tree.find(host, guid, pid, mark.at === null ? null : correlationTime(mark.at));
    return node < 0 ? [] : [{ mark, node }];
  });
  const infos = await tree.describe(named.map(({ node }) => node));
  const found = new Map<number, Map<string, FoundOn>>();
  for (const [index, { mark }] of named.entries()) {
    const place = places.get(keyOf(infos[index] as ProcessInfo));
    if (place === undefined) continue;
    const titles = found.get(place) ?? new Map<string, FoundOn>();
    found.set(place, titles);
    const known = titles.get(mark.title);
    if (known === undefined ? titles.size < maxOnOne : (mark.at ?? '') < (known.at ?? ''))
      titles.set(mark.title, mark);
  }
  if (found.size === 0) return graph;
  const nodes = graph.nodes.map((node, place) => {
    const more = [...(found.get(place)?.values() ?? [])];
    if (more.length === 0) return node;
    return {
      ...node,
      findings: [...node.findings, ...more.map(({ title, level, at }) => ({ title, level, time: at }))],
    };
  });
  return { ...graph, nodes };
}

function keyOf({ host, guid, pid, start, image }: ProcessInfo): string {
  return JSON.stringify([host.toLowerCase(), guid ?? [pid, start, image]]);
}
