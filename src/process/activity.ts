/** Which group an event of a process belongs to: Sysmon's ids, the object access audit of Windows, script logs. */
import type { HuntEvent } from '../events/index.ts';
import { EventFieldsOf, textOf, type Fields } from './fields.ts';
import { eventIdOf, factKind, logOf } from './kind.ts';
import type { Activity } from './types.ts';

const sysmon: ReadonlyMap<number, Activity> = new Map(
  (
    [
      ['file', [2, 9, 11, 15, 23, 26, 27, 28, 29]],
      ['network', [3]],
      ['image', [6, 7]],
      ['thread', [8]],
      ['access', [10]],
      ['registry', [12, 13, 14]],
      ['pipe', [17, 18]],
      ['wmi', [19, 20, 21]],
      ['dns', [22]],
    ] as const
  ).flatMap(([activity, ids]) => ids.map((id) => [id, activity] as const)),
);

/** Windows Filtering Platform. */
const isNetworkAudit = (eventId: number): boolean => eventId >= 5150 && eventId <= 5159;
const objectAudit = new Set([4656, 4658, 4660, 4663, 4670]);
const objects: Readonly<Record<string, Activity>> = {
  file: 'file',
  key: 'registry',
  process: 'access',
  thread: 'thread',
};

/** Null for the beginning and the end of a process. */
export function activityOf(event: HuntEvent): Activity | null {
  return activityIn(new EventFieldsOf(event));
}

export function activityIn(fields: Fields): Activity | null {
  const eventId = eventIdOf(fields);
  if (factKind(eventId, fields) !== null) return null;
  const log = logOf(fields);
  if (log === 'sysmon') return sysmon.get(eventId) ?? 'other';
  if (log === 'security') return auditActivity(eventId, fields);
  const channel = textOf(fields, 'Channel')?.toLowerCase() ?? '';
  if (channel.includes('powershell')) return 'script';
  if (channel.includes('wmi-activity')) return 'wmi';
  return channel.includes('dns-client') || channel.includes('dns client') ? 'dns' : 'other';
}

function auditActivity(eventId: number, fields: Fields): Activity {
  if (eventId === 4657) return 'registry';
  if (isNetworkAudit(eventId)) return 'network';
  const type = objectAudit.has(eventId) ? textOf(fields, 'ObjectType')?.toLowerCase() : undefined;
  return type !== undefined && Object.hasOwn(objects, type) ? (objects[type] as Activity) : 'other';
}
