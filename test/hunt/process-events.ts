/** Events of processes as files of JSON lines, as Sysmon and as the Security log write them. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Created {
  /** Seconds after eight. */
  readonly at: number;
  readonly pid: number;
  readonly parent: number;
  readonly image: string;
  readonly host?: string;
  readonly commandLine?: string;
  readonly user?: string;
}

const epoch = Date.UTC(2025, 2, 3, 8);
export const timeAt = (seconds: number): string => new Date(epoch + seconds * 1000).toISOString();
/** A process id is used once in these events. */
export const guidOf = (pid: number): string => `11111111-2222-3333-4444-${String(pid).padStart(12, '0')}`;
const braced = (pid: number): string => `{${guidOf(pid).toUpperCase()}}`;
const sysmonTime = (seconds: number): string => timeAt(seconds).replace('T', ' ').replace('Z', '');

export const sysmon = (created: Created, more: object = {}): object => {
  const { at, pid, parent, image, host = 'WS1', commandLine = image, user = 'CORP\\anna' } = created;
  return eventOf(1, at, host, {
    UtcTime: sysmonTime(at),
    ProcessGuid: braced(pid),
    ProcessId: pid,
    Image: `C:\\Windows\\${image}`,
    CommandLine: commandLine,
    User: user,
    ParentProcessGuid: braced(parent),
    ParentProcessId: parent,
    ParentImage: 'C:\\Windows\\parent.exe',
    ...more,
  });
};

/** Something else that a process did. */
export const did = (id: number, at: number, pid: number, fields: object, host = 'WS1'): object =>
  eventOf(id, at, host, { UtcTime: sysmonTime(at), ProcessGuid: braced(pid), ProcessId: pid, ...fields });

export const audit = ({
  at,
  pid,
  parent,
  image,
  host = 'WS1',
  commandLine = image,
  user = 'anna',
}: Created): object =>
  eventOf(
    4688,
    at,
    host,
    {
      NewProcessId: `0x${pid.toString(16)}`,
      ProcessId: `0x${parent.toString(16)}`,
      NewProcessName: `C:\\Windows\\${image}`,
      CommandLine: commandLine,
      SubjectUserName: user,
    },
    'Security',
    'Microsoft-Windows-Security-Auditing',
  );

let records = 0;

function eventOf(
  id: number,
  at: number,
  host: string,
  EventData: object,
  Channel = 'Microsoft-Windows-Sysmon/Operational',
  provider = 'Microsoft-Windows-Sysmon',
): object {
  const System = {
    Channel,
    EventID: id,
    Computer: host,
    EventRecordID: ++records,
    TimeCreated: { '#attributes': { SystemTime: timeAt(at) } },
    Provider: { '#attributes': { Name: provider } },
  };
  return { Event: { System, EventData } };
}

export function writeEvents(folder: string, name: string, events: readonly object[]): string {
  const file = path.join(folder, `${name}.ndjson`);
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return file;
}

/** A rule about creations of processes with an image. */
export const step = (name: string, image: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image|endswith: '\\${image}'}, condition: s}\nlevel: low\n`;

export const chainRule = (title: string, body: string): string =>
  `title: ${title}\nid: 5c0d4bb2-0000-4000-8000-${String(title.length).padStart(12, '0')}\ncorrelation: {type: process_chain, ${body}}\nlevel: high\n`;
