/** Events of processes as JSON lines, for the tests of `tree` and `chain`. */
let record = 0;

export const guidOf = (n: number): string => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

/** A time of the third of March, as Sysmon writes it. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2025, 2, 3, 8, 0, seconds)).toISOString().replace('T', ' ').slice(0, -1);

export function sysmon(EventID: number, seconds: number, fields: object): string {
  return JSON.stringify({
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: 'WS1',
    EventID,
    UtcTime: at(seconds),
    EventTime: at(seconds),
    RecordNumber: ++record,
    ...fields,
  });
}

/** Process `n` is started by process `parent`. */
export function started(seconds: number, n: number, parent: number, name: string, more: object = {}): string {
  return sysmon(1, seconds, {
    ProcessGuid: `{${guidOf(n)}}`,
    ProcessId: 1000 + n,
    Image: `C:\\Windows\\${name}`,
    CommandLine: `${name} /n ${n}`,
    ParentProcessGuid: `{${guidOf(parent)}}`,
    ParentProcessId: 1000 + parent,
    ParentImage: 'C:\\Windows\\parent.exe',
    User: 'CORP\\ann',
    ...more,
  });
}
