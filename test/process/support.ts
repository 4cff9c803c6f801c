/** Events of processes for tests. */
import { eventOfFields, type HuntEvent, type Value } from '../../src/events/index.ts';
import { ProcessTreeBuilder, type ProcessStart, type ProcessTree } from '../../src/process/index.ts';

export const second = 1e7;

export const guidOf = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const braced = (number: number): string => `{${guidOf(number).toUpperCase()}}`;

/** An event of Sysmon on WS1 at a second of one morning. */
export function sysmon(eventId: number, at: number, fields: Record<string, Value>): HuntEvent {
  const time = new Date(Date.UTC(2025, 2, 3, 9) + at * 1000).toISOString();
  return event('Microsoft-Windows-Sysmon', 'Microsoft-Windows-Sysmon/Operational', eventId, {
    SystemTime: time,
    UtcTime: time.replace('T', ' ').replace('Z', ''),
    ...fields,
  });
}

export function security(eventId: number, at: number, fields: Record<string, Value>): HuntEvent {
  const time = new Date(Date.UTC(2025, 2, 3, 9) + at * 1000).toISOString();
  return event('Microsoft-Windows-Security-Auditing', 'Security', eventId, { SystemTime: time, ...fields });
}

export function event(
  provider: string | null,
  channel: string | null,
  eventId: number | string,
  fields: Record<string, Value>,
): HuntEvent {
  return eventOfFields(
    { ...fields, Provider_Name: provider, Channel: channel, EventID: eventId, Computer: 'WS1.corp.example' },
    'test',
  );
}

/** A process `number` that `parent` started (-1: nobody), at `at` seconds. */
export function start(
  number: number,
  parent: number,
  at: number,
  more: Partial<ProcessStart> = {},
): ProcessStart {
  return {
    host: 'WS1',
    guid: guidOf(number),
    pid: 1000 + number,
    time: at * second,
    parentGuid: parent < 0 ? null : guidOf(parent),
    parentPid: parent < 0 ? null : 1000 + parent,
    image: `C:\\p${number}.exe`,
    commandLine: `p${number} /run`,
    user: 'CORP\\ann',
    parentImage: parent < 0 ? null : `C:\\p${parent}.exe`,
    parentCommandLine: parent < 0 ? null : `p${parent} /run`,
    ref: number,
    ...more,
  };
}

export function treeOf(starts: readonly ProcessStart[]): ProcessTree {
  const builder = new ProcessTreeBuilder();
  for (const one of starts) builder.add(one);
  return builder.build();
}
