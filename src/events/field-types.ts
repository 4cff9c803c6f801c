/**
 * The type of a field's values, by its canonical name: what text of a shipper may be read as without guessing from
 * the values. Only fields that hold one type wherever they occur are listed; all others are text. Names are those of
 * Sysmon's schema and of the event manifests of Windows (Security auditing, PowerShell, the event log itself).
 */
import { foldFieldName } from './field-table.ts';
import { sysmonEvents } from './sysmon-events.ts';

/**
 * How a column is to be read. `hex` is an integer that is written in hexadecimal (rights, masks, status codes);
 * `time` is UTC with 100 ns; `list` holds several values.
 */
export type FieldType = 'text' | 'integer' | 'hex' | 'float' | 'boolean' | 'time' | 'ip' | 'guid' | 'list';

// Process ids are `integer` though Security writes some of them in hexadecimal (0x1a4 in 4688) and some not.
const named: Readonly<Record<Exclude<FieldType, 'text' | 'list' | 'float'>, string>> = {
  integer: `EventID EventRecordID Execution_ProcessID Execution_ThreadID
    ProcessId ParentProcessId SourceProcessId TargetProcessId NewProcessId CallerProcessId ClientProcessId
    SourceThreadId NewThreadId SourcePort DestinationPort DestPort IpPort TerminalSessionId Session SessionId
    LogonType KeyLength RestrictedSidCount PreAuthType PrimaryGroupId QueryStatus FilterRTID LayerRTID
    MessageNumber MessageTotal`,
  hex: `GrantedAccess AccessMask LogonId SubjectLogonId TargetLogonId TargetLinkedLogonId HandleId SourceHandleId
    TargetHandleId SubStatus TicketOptions TicketEncryptionType OldUacValue NewUacValue`,
  boolean: 'Initiated SourceIsIpv6 DestinationIsIpv6 Signed IsExecutable',
  time: `SystemTime UtcTime CreationUtcTime PreviousCreationUtcTime ProcessCreationTime ClientCreationTime
    @timestamp`,
  ip: 'SourceIp DestinationIp SourceAddress DestAddress IpAddress ClientAddress',
  guid: `ProcessGuid ParentProcessGuid SourceProcessGUID TargetProcessGUID LogonGuid TargetLogonGuid TransactionId
    Provider_Guid Correlation_ActivityID Correlation_RelatedActivityID ScriptBlockId`,
};

const types = new Map<string, FieldType>();
const spellings = new Map<string, string>();

// The first spelling of a name counts: that of event 10 for SourceProcessGUID, which event 8 writes otherwise.
for (const [type, names] of Object.entries(named)) {
  for (const name of names.split(/\s+/u)) {
    types.set(foldFieldName(name), type as FieldType);
    addSpelling(name);
  }
}
for (const { fields } of sysmonEvents.values()) for (const name of fields) addSpelling(name);
for (const name of [
  'Channel Computer Provider_Name Security_UserID Keywords Level Task Opcode Version Message MD5 SHA1 SHA256 IMPHASH',
  'SubjectUserSid SubjectUserName SubjectDomainName TargetUserSid TargetUserName TargetDomainName TargetSid',
  'NewProcessName ParentProcessName ProcessName MandatoryLabel TokenElevationType LogonProcessName Status',
  'AuthenticationPackageName WorkstationName LmPackageName ObjectServer ObjectType ObjectName AccessList',
  'PrivilegeList ShareName ShareLocalPath RelativeTargetName ServiceName ServiceFileName ServiceType',
  'ServiceStartType ServiceAccount ImagePath StartType AccountName TaskName TaskContent TaskContentNew',
  'ScriptBlockText Path Payload ContextInfo Application Direction FailureReason ImpersonationLevel',
]) {
  for (const one of name.split(' ')) addSpelling(one);
}

function addSpelling(name: string): void {
  const key = foldFieldName(name);
  if (!spellings.has(key)) spellings.set(key, name);
}

/** The type of a field; `text` for those that are not known. */
export function fieldType(name: string): FieldType {
  return types.get(foldFieldName(name)) ?? 'text';
}

/** The spelling of a field by Sysmon or Windows, whatever its case; a name that is not known stays as it is. */
export function sysmonName(name: string): string {
  return spellings.get(foldFieldName(name)) ?? name;
}
