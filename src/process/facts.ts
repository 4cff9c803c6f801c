/**
 * What an event says of a process: Sysmon 1 and Security 4688 that it began, Sysmon 5 and Security 4689 that it ended.
 * In 4688 the new process has fields of its own, and `ProcessId` is that of its parent; where a shipper has renamed
 * them to Sysmon's names, these are taken.
 */
import { correlationTime } from '../detect/index.ts';
import type { HuntEvent } from '../events/index.ts';
import { EventFieldsOf, first, guidOf, pidOf, textOf, type Fields } from './fields.ts';
import { eventIdOf, factKind } from './kind.ts';
import type { ProcessEnd, ProcessStart } from './types.ts';

/** Null when the event is no creation of a process. */
export function startOf(event: HuntEvent, ref = -1): ProcessStart | null {
  const fields = new EventFieldsOf(event);
  return factKind(eventIdOf(fields), fields) === 'start' ? startIn(fields, ref) : null;
}

/** Null when the event is no end of a process. */
export function endOf(event: HuntEvent): ProcessEnd | null {
  const fields = new EventFieldsOf(event);
  return factKind(eventIdOf(fields), fields) === 'end' ? endIn(fields) : null;
}

export function startIn(fields: Fields, ref: number): ProcessStart {
  // In a table of all events a Sysmon event has these fields too, and nothing in them.
  const audit = pidOf(fields, 'NewProcessId') !== null || textOf(fields, 'NewProcessName') !== null;
  const parentPid = pidOf(fields, audit ? 'ProcessId' : 'ParentProcessId');
  return {
    host: hostIn(fields),
    guid: guidOf(fields, 'ProcessGuid'),
    pid: pidOf(fields, audit ? 'NewProcessId' : 'ProcessId'),
    time: timeIn(fields),
    parentGuid: guidOf(fields, 'ParentProcessGuid'),
    // The idle process starts nothing: Sysmon writes 0 where it does not know.
    parentPid: parentPid === 0 ? null : parentPid,
    image: textOf(fields, 'NewProcessName') ?? textOf(fields, 'Image'),
    commandLine: textOf(fields, 'CommandLine'),
    user: textOf(fields, 'User') ?? accountIn(fields, 'Target') ?? accountIn(fields, 'Subject'),
    parentImage: textOf(fields, 'ParentProcessName') ?? textOf(fields, 'ParentImage'),
    parentCommandLine: textOf(fields, 'ParentCommandLine'),
    ref,
  };
}

export function endIn(fields: Fields): ProcessEnd {
  return {
    host: hostIn(fields),
    guid: guidOf(fields, 'ProcessGuid'),
    pid: pidOf(fields, 'ProcessId'),
    time: timeIn(fields),
    image: textOf(fields, 'Image') ?? textOf(fields, 'ProcessName'),
  };
}

export function hostIn(fields: Fields): string {
  return textOf(fields, 'Computer') ?? '';
}

/** Sysmon's own clock, else that of the log. */
export function timeIn(fields: Fields): number | null {
  return correlationTime(first(fields.get('UtcTime'))) ?? correlationTime(first(fields.get('SystemTime')));
}

/** The account that a process runs under; the audit writes a dash where it is that of the creator. */
function accountIn(fields: Fields, who: 'Target' | 'Subject'): string | null {
  const name = textOf(fields, `${who}UserName`);
  const domain = textOf(fields, `${who}DomainName`);
  return name === null || domain === null ? name : `${domain}\\${name}`;
}
