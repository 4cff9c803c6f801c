/**
 * Sysmon's events: the heading under which Windows renders each, and its fields in the order of the manifest (schema
 * 4.90, which `sysmon -s` prints; earlier schemas lack some of the fields and have the others in the same order).
 */
export interface SysmonEvent {
  readonly id: number;
  /** The first line of the rendered message, without its colon. */
  readonly heading: string;
  readonly fields: readonly string[];
}

const by = 'ProcessGuid ProcessId';
const start = `UtcTime ${by}`;
const version = 'FileVersion Description Product Company OriginalFileName';
const signature = 'Signed Signature SignatureStatus';
const file = `RuleName ${start} User Image TargetFilename Hashes`;

const table: readonly (readonly [id: number, heading: string, fields: string])[] = [
  [
    1,
    'Process Create',
    `RuleName ${start} Image ${version} CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId
      IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser`,
  ],
  [
    2,
    'File creation time changed',
    `RuleName ${start} Image TargetFilename CreationUtcTime PreviousCreationUtcTime User`,
  ],
  [
    3,
    'Network connection detected',
    `RuleName ${start} Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName
      DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName`,
  ],
  [4, 'Sysmon service state changed', 'UtcTime State Version SchemaVersion'],
  [5, 'Process terminated', `RuleName ${start} Image User`],
  [6, 'Driver loaded', `RuleName UtcTime ImageLoaded Hashes ${signature}`],
  [7, 'Image loaded', `RuleName ${start} Image ImageLoaded ${version} Hashes ${signature} User`],
  [
    8,
    'CreateRemoteThread detected',
    `RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage
      NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser`,
  ],
  [9, 'RawAccessRead detected', `RuleName ${start} Image Device User`],
  [
    10,
    'Process accessed',
    `RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID
      TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser`,
  ],
  [11, 'File created', `RuleName ${start} Image TargetFilename CreationUtcTime User`],
  [12, 'Registry object added or deleted', `RuleName EventType ${start} Image TargetObject User`],
  [13, 'Registry value set', `RuleName EventType ${start} Image TargetObject Details User`],
  [14, 'Registry object renamed', `RuleName EventType ${start} Image TargetObject NewName User`],
  [15, 'File stream created', `RuleName ${start} Image TargetFilename CreationUtcTime Hash Contents User`],
  [16, 'Sysmon config state changed', 'UtcTime Configuration ConfigurationFileHash'],
  [17, 'Pipe Created', `RuleName EventType ${start} PipeName Image User`],
  [18, 'Pipe Connected', `RuleName EventType ${start} PipeName Image User`],
  [
    19,
    'WmiEventFilter activity detected',
    'RuleName EventType UtcTime Operation User EventNamespace Name Query',
  ],
  [
    20,
    'WmiEventConsumer activity detected',
    'RuleName EventType UtcTime Operation User Name Type Destination',
  ],
  [
    21,
    'WmiEventConsumerToFilter activity detected',
    'RuleName EventType UtcTime Operation User Consumer Filter',
  ],
  [22, 'Dns query', `RuleName ${start} QueryName QueryStatus QueryResults Image User`],
  [23, 'File Delete archived', `${file} IsExecutable Archived`],
  [24, 'Clipboard changed', `RuleName ${start} Image Session ClientInfo Hashes Archived User`],
  [25, 'Process Tampering', `RuleName ${start} Image Type User`],
  [26, 'File Delete logged', `${file} IsExecutable`],
  [27, 'File Block Executable', file],
  [28, 'File Block Shredding', `${file} IsExecutable`],
  [29, 'File Executable Detected', file],
  [255, 'Error report', 'UtcTime ID Description'],
];

export const sysmonEvents: ReadonlyMap<number, SysmonEvent> = new Map(
  table.map(([id, heading, fields]) => [id, { id, heading, fields: fields.split(/\s+/u) }]),
);

const byHeading = new Map([...sysmonEvents.values()].map((event) => [event.heading.toLowerCase(), event.id]));
// Headings of earlier versions.
byHeading.set('file delete', 23).set('file stream created', 15).set('dns query', 22);

/** The event whose rendered message begins with this line, or undefined. */
export function sysmonEventOfHeading(line: string): number | undefined {
  return byHeading.get(line.trim().replace(/:$/u, '').trimEnd().toLowerCase());
}
