/**
 * Which process made an event. Sysmon names it as `ProcessGuid`, or as source where there is a target; events of the
 * audit have a process id; the channels of PowerShell are written by the process itself.
 */
import type { HuntEvent } from '../events/index.ts';
import { hostIn, startIn, timeIn } from './facts.ts';
import { EventFieldsOf, guidOf, pidOf, textOf, type Fields } from './fields.ts';
import { eventIdOf, factKind, logOf } from './kind.ts';
import type { ProcessName } from './types.ts';

export interface Actor extends ProcessName {
  /** `correlationTime` of the event. */
  readonly time: number | null;
}

/** Null when the event names no process. Of a creation, the process created. */
export function actorOf(event: HuntEvent): Actor | null {
  const fields = new EventFieldsOf(event);
  const eventId = eventIdOf(fields);
  const { guid, pid } = factKind(eventId, fields) === 'start' ? startIn(fields, -1) : actorIn(fields);
  return guid === null && pid === null ? null : { host: hostIn(fields), guid, pid, time: timeIn(fields) };
}

function actorIn(fields: Fields): { guid: string | null; pid: number | null } {
  const guid = guidOf(fields, 'ProcessGuid') ?? guidOf(fields, 'SourceProcessGUID');
  const pid =
    pidOf(fields, 'ProcessId') ??
    pidOf(fields, 'SourceProcessId') ??
    pidOf(fields, 'ClientProcessId') ??
    pidOf(fields, 'CallerProcessId');
  if (guid !== null || pid !== null) return { guid, pid };
  return { guid, pid: isOwnWriter(fields) ? pidOf(fields, 'Execution_ProcessID') : null };
}

/** Whether the process that wrote the event is the one that did what it tells. */
function isOwnWriter(fields: Fields): boolean {
  if (logOf(fields) !== 'other') return false;
  const channel = textOf(fields, 'Channel')?.toLowerCase() ?? '';
  return (
    channel.startsWith('microsoft-windows-powershell/') ||
    channel.startsWith('powershellcore/') ||
    channel === 'windows powershell'
  );
}
