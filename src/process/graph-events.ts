/** Events of the processes of a graph: counted by group, and the first of each process listed. */
import type { HuntEvent } from '../events/index.ts';
import { aboutOf } from './about.ts';
import { activityOf } from './activity.ts';
import { EventHomes } from './event-home.ts';
import { compareEvents, type EventOrder } from './event-order.ts';
import { isoOf } from './time.ts';
import type { Activity, GraphEvent, GraphNode, ProcessGraph } from './types.ts';

export interface EventOptions {
  /** Events that are listed of each process, the first in time; default 100. */
  readonly perNode?: number;
}

const usualPerNode = 100;

interface Listed extends GraphEvent, EventOrder {}

class Collected {
  readonly counts: Partial<Record<Activity, number>> = {};
  total = 0;
  #listed: Listed[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(event: HuntEvent, activity: Activity, time: number | null, inferred: boolean): void {
    this.counts[activity] = (this.counts[activity] ?? 0) + 1;
    this.total++;
    if (this.#most === 0) return;
    const { recordId, channel, eventId } = event;
    const at = time ?? Number.NaN;
    const about = aboutOf(event);
    this.#listed.push({ at, activity, time: isoOf(at), recordId, channel, eventId, about, inferred });
    if (this.#listed.length >= this.#most * 2 + 100) this.#shorten();
  }

  list(): GraphEvent[] {
    this.#shorten();
    return this.#listed.map(({ at: _at, ...event }) => event);
  }

  #shorten(): void {
    this.#listed.sort(compareEvents);
    this.#listed.length = Math.min(this.#listed.length, this.#most);
  }
}

/** The graph with what its processes did. Events of other processes are passed over. */
export async function addEvents(
  graph: ProcessGraph,
  events: AsyncIterable<HuntEvent> | Iterable<HuntEvent>,
  options: EventOptions = {},
): Promise<ProcessGraph> {
  const most = options.perNode ?? usualPerNode;
  const homes = new EventHomes(graph);
  const collected = new Map<number, Collected>();
  for await (const event of events) {
    const activity = activityOf(event);
    const home = activity === null ? null : homes.of(event);
    if (activity === null || home === null) continue;
    let at = collected.get(home.node);
    if (!at) collected.set(home.node, (at = new Collected(most)));
    at.add(event, activity, home.time, home.inferred);
  }
  const nodes = graph.nodes.map((node, place): GraphNode => {
    const own = collected.get(place);
    return own ? { ...node, counts: own.counts, events: own.list() } : node;
  });
  const over = [...collected.values()].filter(({ total }) => most > 0 && total > most);
  const left = over.reduce((sum, { total }) => sum + total - most, 0);
  const cut =
    left === 0
      ? graph.cut
      : [...graph.cut, `${left} events are counted and not listed: of each process the first ${most} are`];
  return { ...graph, nodes, cut };
}
