/** Which log an event is from, as far as processes go: Sysmon's, or the Security log of Windows. */
import { first, guidOf, pidOf, textOf, type Fields } from './fields.ts';

export type Log = 'sysmon' | 'security' | 'other';

const logs: Readonly<Record<string, Log>> = {
  'microsoft-windows-sysmon': 'sysmon',
  'linux-sysmon': 'sysmon',
  'microsoft-windows-security-auditing': 'security',
  'microsoft-windows-sysmon/operational': 'sysmon',
  'linux-sysmon/operational': 'sysmon',
  security: 'security',
};

/** By provider, since forwarded events may stand in another channel; else by channel; else by the fields. */
export function logOf(fields: Fields): Log {
  const provider = textOf(fields, 'Provider_Name');
  const channel = textOf(fields, 'Channel');
  for (const name of [provider, channel]) {
    const key = name?.toLowerCase();
    if (key !== undefined && Object.hasOwn(logs, key)) return logs[key] as Log;
  }
  if (provider !== null || channel !== null) return 'other';
  if (guidOf(fields, 'ProcessGuid') !== null) return 'sysmon';
  return pidOf(fields, 'NewProcessId') === null ? 'other' : 'security';
}

/** The event id as a number; -1 when it is none. */
export function eventIdOf(fields: Fields): number {
  const value = first(fields.get('EventID'));
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,9}$/u.test(value) ? Number(value) : -1;
}

export type FactKind = 'start' | 'end' | null;

/** Whether an event of this id says that a process began or ended. */
export function factKind(eventId: number, fields: Fields): FactKind {
  if (eventId === 1 || eventId === 5) {
    if (logOf(fields) !== 'sysmon') return null;
    return eventId === 1 ? 'start' : 'end';
  }
  if (eventId === 4688 || eventId === 4689) {
    if (logOf(fields) !== 'security') return null;
    return eventId === 4688 ? 'start' : 'end';
  }
  return null;
}
