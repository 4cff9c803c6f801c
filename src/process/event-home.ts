/** To which process of a graph an event belongs. */
import type { HuntEvent } from '../events/index.ts';
import { correlationTime } from '../detect/index.ts';
import { actorOf } from './actor.ts';
import { ProcessTreeBuilder } from './builder.ts';
import { originOf } from './graph.ts';
import type { ProcessTree } from './tree.ts';
import type { ProcessGraph } from './types.ts';

export interface Home {
  /** Number of the node in the graph. */
  readonly node: number;
  /** By process id and time. */
  readonly inferred: boolean;
  readonly time: number | null;
}

export class EventHomes {
  readonly #tree: ProcessTree;
  readonly #placeOf: ReadonlyMap<number, number>;
  readonly #from: number;
  readonly #to: number;

  constructor(graph: ProcessGraph) {
    const { tree, nodes } = originOf(graph) ?? treeOf(graph);
    this.#tree = tree;
    this.#placeOf = new Map(nodes.map((node, place) => [node, place]));
    this.#from = correlationTime(graph.from) ?? -Infinity;
    this.#to = correlationTime(graph.to) ?? Infinity;
  }

  /** Null when no process of the graph made the event, or not within its time. */
  of(event: HuntEvent): Home | null {
    const actor = actorOf(event);
    if (actor === null) return null;
    const { host, guid, pid, time } = actor;
    if (time !== null && (time < this.#from || time > this.#to)) return null;
    const found = this.#tree.find(host, guid, pid, time);
    const node = this.#placeOf.get(found);
    if (node === undefined) return null;
    return { node, inferred: guid === null || this.#tree.guid(found) !== guid, time };
  }
}

/** A graph that was read again is all that is known of the tree. */
function treeOf(graph: ProcessGraph): { tree: ProcessTree; nodes: readonly number[] } {
  const builder = new ProcessTreeBuilder();
  const { nodes } = graph;
  for (const { host, guid, pid, image, start, end } of nodes) {
    builder.add({
      host,
      guid,
      pid,
      image,
      time: correlationTime(start),
      parentGuid: null,
      parentPid: null,
      commandLine: null,
      user: null,
      parentImage: null,
      parentCommandLine: null,
      ref: -1,
    });
    if (end !== null) builder.end({ host, guid, pid, image, time: correlationTime(end) });
  }
  const tree = builder.build();
  return { tree, nodes: nodes.map((_, place) => tree.nodeOf(place)) };
}
