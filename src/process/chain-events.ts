/**
 * Every event of the processes of a graph as rows of a table, so that SQL works on them: who, who started it, which
 * generation, what it did. In order of UtcTime, then record number.
 */
import type { HuntEvent, Value } from '../events/index.ts';
import { aboutOf } from './about.ts';
import { activityOf } from './activity.ts';
import { EventHomes } from './event-home.ts';
import { compareEvents, type EventOrder } from './event-order.ts';
import { EventFieldsOf } from './fields.ts';
import { isoOf } from './time.ts';
import type { GraphNode, ProcessGraph } from './types.ts';

/** Fields of the events that stand in columns of their own; the others are in the event itself. */
const eventColumns = [
  'User',
  'TargetFilename',
  'TargetObject',
  'Details',
  'Protocol',
  'SourceIp',
  'SourcePort',
  'DestinationIp',
  'DestinationPort',
  'DestinationHostname',
  'QueryName',
  'QueryResults',
  'ImageLoaded',
  'Hashes',
  'Signed',
  'TargetImage',
  'TargetProcessGUID',
  'GrantedAccess',
  'StartFunction',
  'PipeName',
  'EventType',
  'Operation',
  'Name',
  'Query',
  'Destination',
  'ScriptBlockText',
] as const;

export type ChainEventRow = Readonly<Record<string, unknown>>;

export interface ChainEventOptions {
  /** Most events; of more, the first in time are given. Default 1,000,000. */
  readonly maxEvents?: number;
}

const usualMaxEvents = 1_000_000;

/** Rows in order. `truncated()` says afterwards what was left out, as `frameFromRows` takes it. */
export interface ChainEventRows extends AsyncIterable<ChainEventRow> {
  truncated(): string | null;
}

export function chainEventRows(
  graph: ProcessGraph,
  events: AsyncIterable<HuntEvent> | Iterable<HuntEvent>,
  { maxEvents = usualMaxEvents }: ChainEventOptions = {},
): ChainEventRows {
  let left = 0;
  return {
    truncated: () => (left === 0 ? null : `${left} later events of the chain are left out`),
    async *[Symbol.asyncIterator]() {
      const homes = new EventHomes(graph);
      let sorted: Placed[] = [];
      const shorten = (): void => {
        sorted.sort(compareEvents);
        left += Math.max(0, sorted.length - maxEvents);
        sorted = sorted.slice(0, maxEvents);
      };
      for await (const event of events) {
        const home = activityOf(event) === null ? null : homes.of(event);
        if (home === null) continue;
        sorted.push({ ...home, at: home.time ?? Number.NaN, recordId: event.recordId, event });
        if (sorted.length >= maxEvents * 1.5) shorten();
      }
      shorten();
      for (const placed of sorted) yield rowOf(graph, placed);
    },
  };
}

interface Placed extends EventOrder {
  readonly node: number;
  readonly inferred: boolean;
  readonly event: HuntEvent;
}

function rowOf(graph: ProcessGraph, { node, inferred, at, event }: Placed): ChainEventRow {
  const own = graph.nodes[node] as GraphNode;
  const parent = own.parent === null ? null : (graph.nodes[own.parent] as GraphNode);
  const fields = new EventFieldsOf(event);
  const row: Record<string, unknown> = {
    Time: isoOf(at),
    Generation: own.generation,
    Process: node,
    Parent: own.parent,
    Image: own.image,
    CommandLine: own.commandLine,
    ProcessGuid: braced(own.guid),
    ProcessId: own.pid,
    ParentImage: parent?.image ?? null,
    ParentProcessGuid: braced(parent?.guid ?? null),
    Activity: activityOf(event),
    About: aboutOf(event),
    EventID: event.eventId,
    Channel: event.channel,
    EventRecordID: event.recordId,
    Computer: event.host,
    Inferred: inferred,
  };
  for (const name of eventColumns) row[name] = textual(fields.get(name));
  return row;
}

/** As frames write GUIDs. */
function braced(guid: string | null): string | null {
  return guid === null ? null : `{${guid.toUpperCase()}}`;
}

/** The same form from every source, so that a column has one type. */
function textual(value: Value | undefined): string | null {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? value.map(String).join('\n') : String(value);
}
