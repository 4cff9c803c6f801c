/**
 * Events of Sysmon: their fields (schema 4.90, https://learn.microsoft.com/sysinternals/downloads/sysmon) and the
 * categories of the Sigma taxonomy (specification, appendix "taxonomy") that stand for them.
 */

const always = 'UtcTime RuleName EventID Computer Channel Provider_Name User';
const actor = 'ProcessGuid ProcessId Image';
const pair =
  'SourceProcessGUID SourceProcessId SourceImage TargetProcessGUID TargetProcessId TargetImage SourceUser TargetUser';
const product = 'FileVersion Description Product Company OriginalFileName Hashes';
const registry = `EventType ${actor} TargetObject`;
const deleted = `${actor} TargetFilename Hashes IsExecutable Archived`;
const pipe = `EventType ${actor} PipeName`;

const events: readonly (readonly [ids: readonly number[], category: string, fields: string])[] = [
  [
    [1],
    'process_creation',
    `${actor} ${product} CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId IntegrityLevel ` +
      'ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser',
  ],
  [[2], 'file_change', `${actor} TargetFilename CreationUtcTime PreviousCreationUtcTime`],
  [
    [3],
    'network_connection',
    `${actor} Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName ` +
      'DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  ],
  [[4, 16], 'sysmon_status', 'State Version SchemaVersion Configuration ConfigurationFileHash'],
  [[5], 'process_termination', actor],
  [[6], 'driver_load', 'ImageLoaded Hashes Signed Signature SignatureStatus'],
  [[7], 'image_load', `${actor} ${product} ImageLoaded Signed Signature SignatureStatus`],
  [
    [8],
    'create_remote_thread',
    `${pair} SourceProcessGuid TargetProcessGuid NewThreadId StartAddress StartModule StartFunction`,
  ],
  [[9], 'raw_access_thread', `${actor} Device`],
  [[10], 'process_access', `${pair} SourceThreadId GrantedAccess CallTrace`],
  [[11], 'file_event', `${actor} TargetFilename CreationUtcTime`],
  [[12, 13, 14], 'registry_event', `${registry} Details NewName`],
  [[15], 'create_stream_hash', `${actor} TargetFilename CreationUtcTime Hash Contents`],
  [[17, 18], 'pipe_created', pipe],
  [
    [19, 20, 21],
    'wmi_event',
    'EventType Operation EventNamespace Name Query Type Destination Consumer Filter',
  ],
  [[22], 'dns_query', `${actor} QueryName QueryStatus QueryResults`],
  [[23, 26], 'file_delete', deleted],
  [[24], 'clipboard_capture', `${actor} Session ClientInfo Hashes Archived`],
  [[25], 'process_tampering', `${actor} Type`],
  [[27], 'file_block_executable', `${actor} TargetFilename Hashes`],
  [[28], 'file_block_shredding', `${actor} TargetFilename Hashes IsExecutable`],
  [[29], 'file_executable_detected', `${actor} TargetFilename Hashes`],
  [[255], 'sysmon_error', 'ID Description'],
  [[], 'registry_add', registry],
  [[], 'registry_set', `${registry} Details`],
  [[], 'registry_delete', registry],
  [[], 'registry_rename', `${registry} NewName`],
];

const categories = new Map(events.flatMap(([ids, category]) => ids.map((id) => [id, category] as const)));
const fields = new Map(
  events.map(([, category, names]) => [category, [...new Set(`${always} ${names}`.split(' '))]] as const),
);

/** The category that stands for a Sysmon event, or null. */
export function categoryOfSysmonEvent(id: number): string | null {
  return categories.get(id) ?? null;
}

/** What Sysmon's events of a category have; null for other categories. */
export function fieldsOfCategory(category: string): readonly string[] | null {
  return fields.get(category) ?? null;
}
