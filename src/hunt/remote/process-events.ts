/** The events that processes made, as questions for an engine, and the look at what comes. */
import type { HuntEvent } from '../../events/index.ts';
import { actorOf, endOf, startOf, type ProcessInfo } from '../../process/index.ts';
import type { ProcessAsk } from './process-query.ts';

/** Hosts that a search for GUIDs names. */
const mostHosts = 8;

/** Questions that are asked together: by GUID, and by process id for events that have none. */
export function* eventsAsk(processes: readonly ProcessInfo[]): Generator<ProcessAsk[]> {
  const guids = new Map<string | null, string[]>();
  const pids = new Map<string | null, string[]>();
  for (const { host, guid, pid } of processes) {
    if (guid !== null) put(guids, host, guid);
    if (pid !== null && pid > 0) put(pids, host, String(pid));
  }
  const few = guids.size <= mostHosts ? guids : new Map([[null, [...guids.values()].flat()]]);
  const asks: ProcessAsk[] = [];
  if (few.size > 0) asks.push({ of: 'any', by: 'guid', values: few });
  if (pids.size > 0) asks.push({ of: 'any', by: 'pid', values: pids });
  if (asks.length > 0) yield asks;
}

/** Whether one of the processes acts in an event that neither creates nor ends one. */
export function isOfThese(processes: readonly ProcessInfo[]): (event: HuntEvent) => boolean {
  const guids = new Set<string>();
  const pids = new Set<string>();
  /** Of processes without a GUID. */
  const bare = new Set<string>();
  for (const { host, guid, pid } of processes) {
    const key = host.toLowerCase();
    if (guid !== null) guids.add(`${key} ${guid}`);
    if (pid !== null) pids.add(`${key} ${pid}`);
    if (pid !== null && guid === null) bare.add(`${key} ${pid}`);
  }
  return (event) => {
    if (startOf(event) !== null || endOf(event) !== null) return false;
    const actor = actorOf(event);
    if (actor === null) return false;
    const host = actor.host.toLowerCase();
    if (actor.guid === null) return pids.has(`${host} ${actor.pid}`);
    return guids.has(`${host} ${actor.guid}`) || bare.has(`${host} ${actor.pid}`);
  };
}

function put(values: Map<string | null, string[]>, host: string, value: string): void {
  const known = values.get(host);
  if (known === undefined) values.set(host, [value]);
  else known.push(value);
}
