/**
 * The graph as data: one document in the versioned envelope of the command line, or a line for each process. Raw
 * values, nothing left out, the same bytes for the same graph.
 */
import { toJson } from '../../events/index.ts';
import type { GraphNode, ProcessGraph } from '../../process/index.ts';

export function treeJson(graph: ProcessGraph): string {
  const { focus, from, to, cut, notes, cost } = graph;
  const data = nodeLines(graph).join(',\n');
  const rest = toJson({ from, to, cut, notes, cost });
  return `{"schema":"huntbook/1","data":[\n${data}\n],"focus":${toJson(focus)},${rest.slice(1)}\n`;
}

export function treeNdjson(graph: ProcessGraph): string {
  return nodeLines(graph)
    .map((line) => `${line}\n`)
    .join('');
}

function nodeLines({ nodes, focus }: ProcessGraph): string[] {
  const asked = new Set(focus);
  return nodes.map((node, i) => toJson({ node: i, focus: asked.has(i), ...ordered(node) }));
}

/** Keys in one order, whoever made the node. */
function ordered(node: GraphNode): GraphNode {
  const { parent, generation, host, guid, pid, image, commandLine, user, start, end, known, link } = node;
  const { hidden, counts, events, findings } = node;
  return {
    parent,
    generation,
    host,
    guid,
    pid,
    image,
    commandLine,
    user,
    start,
    end,
    known,
    link,
    hidden,
    counts,
    events,
    findings,
  };
}
