/**
 * Field names, order and types of the events the lab writes. Sysmon: schema of version 15; Security, System and
 * PowerShell: the manifests of Windows 10 and Server 2019.
 * Notation: `Name` or `Name:type`, see FieldType; no type means string.
 */
import type { EventSchema, FieldType } from './event.ts';

export const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
export const POWERSHELL_CHANNEL = 'Microsoft-Windows-PowerShell/Operational';

const AUDIT_SUCCESS = '0x8020000000000000';
const AUDIT_FAILURE = '0x8010000000000000';

function fields(text: string): EventSchema['fields'] {
  return text.split(/\s+/).map((item) => {
    const [name = '', type = 's'] = item.split(':');
    return { name, type: type as FieldType };
  });
}

function sysmon(eventId: number, version: number, text: string): EventSchema {
  return {
    eventId,
    provider: 'Microsoft-Windows-Sysmon',
    guid: '{5770385f-c22a-43e0-bf4c-06f5698ffbd9}',
    channel: SYSMON_CHANNEL,
    version,
    level: 4,
    task: eventId,
    opcode: 0,
    keywords: '0x8000000000000000',
    fields: fields(text),
  };
}

function audit(eventId: number, version: number, task: number, text: string): EventSchema {
  return {
    eventId,
    provider: 'Microsoft-Windows-Security-Auditing',
    guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
    channel: 'Security',
    version,
    level: 0,
    task,
    opcode: 0,
    keywords: eventId === 4625 ? AUDIT_FAILURE : AUDIT_SUCCESS,
    fields: fields(text),
  };
}

function eventLog(eventId: number, channel: string, keywords: string, text: string): EventSchema {
  return {
    eventId,
    provider: 'Microsoft-Windows-Eventlog',
    guid: '{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}',
    channel,
    version: 0,
    level: 4,
    task: 104,
    opcode: 0,
    keywords,
    userData: 'LogFileCleared',
    fields: fields(text),
  };
}

function serviceControl(eventId: number, text: string): EventSchema {
  return {
    eventId,
    provider: 'Service Control Manager',
    guid: '{555908d1-a6d7-4695-8e1e-26931d2012f4}',
    sourceName: 'Service Control Manager',
    qualifiers: 16384,
    channel: 'System',
    version: 0,
    level: 4,
    task: 0,
    opcode: 0,
    keywords: '0x8080000000000000',
    fields: fields(text),
  };
}

function powershell(eventId: number, level: number, task: number, opcode: number, text: string): EventSchema {
  return {
    eventId,
    provider: 'Microsoft-Windows-PowerShell',
    guid: '{a0c1853b-5c40-4b15-8766-3cf1c58f985a}',
    channel: POWERSHELL_CHANNEL,
    version: 1,
    level,
    task,
    opcode,
    keywords: '0x0',
    fields: fields(text),
  };
}

const SUBJECT = 'SubjectUserSid:sid SubjectUserName SubjectDomainName SubjectLogonId:x8';
const PROCESS = 'RuleName UtcTime ProcessGuid:g ProcessId:u4';
const REGISTRY = `RuleName EventType ${PROCESS.slice('RuleName '.length)} Image TargetObject`;
const PIPE = `RuleName EventType ${PROCESS.slice('RuleName '.length)} PipeName Image User`;

export const schemas = {
  processCreate: sysmon(
    1,
    5,
    `${PROCESS} Image FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid:g LogonId:x8 TerminalSessionId:u4 IntegrityLevel Hashes ParentProcessGuid:g ParentProcessId:u4 ParentImage ParentCommandLine ParentUser`,
  ),
  fileTimeChanged: sysmon(
    2,
    5,
    `${PROCESS} Image TargetFilename CreationUtcTime PreviousCreationUtcTime User`,
  ),
  networkConnect: sysmon(
    3,
    5,
    `${PROCESS} Image User Protocol Initiated:b SourceIsIpv6:b SourceIp SourceHostname SourcePort:u2 SourcePortName DestinationIsIpv6:b DestinationIp DestinationHostname DestinationPort:u2 DestinationPortName`,
  ),
  sysmonState: sysmon(4, 3, 'UtcTime State Version SchemaVersion'),
  processTerminate: sysmon(5, 3, `${PROCESS} Image User`),
  driverLoad: sysmon(6, 4, 'RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus'),
  imageLoad: sysmon(
    7,
    3,
    `${PROCESS} Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes Signed Signature SignatureStatus User`,
  ),
  remoteThread: sysmon(
    8,
    2,
    'RuleName UtcTime SourceProcessGuid:g SourceProcessId:u4 SourceImage TargetProcessGuid:g TargetProcessId:u4 TargetImage NewThreadId:u4 StartAddress StartModule StartFunction SourceUser TargetUser',
  ),
  processAccess: sysmon(
    10,
    3,
    'RuleName UtcTime SourceProcessGUID:g SourceProcessId:u4 SourceThreadId:u4 SourceImage TargetProcessGUID:g TargetProcessId:u4 TargetImage GrantedAccess:x4 CallTrace SourceUser TargetUser',
  ),
  fileCreate: sysmon(11, 2, `${PROCESS} Image TargetFilename CreationUtcTime User`),
  registryKey: sysmon(12, 2, `${REGISTRY} User`),
  registryValue: sysmon(13, 2, `${REGISTRY} Details User`),
  streamHash: sysmon(15, 2, `${PROCESS} Image TargetFilename CreationUtcTime Hash Contents User`),
  pipeCreated: sysmon(17, 1, PIPE),
  pipeConnected: sysmon(18, 1, PIPE),
  wmiFilter: sysmon(19, 3, 'RuleName EventType UtcTime Operation User EventNamespace Name Query'),
  wmiConsumer: sysmon(20, 3, 'RuleName EventType UtcTime Operation User Name Type Destination'),
  wmiBinding: sysmon(21, 3, 'RuleName EventType UtcTime Operation User Consumer Filter'),
  dnsQuery: sysmon(22, 5, `${PROCESS} QueryName QueryStatus QueryResults Image User`),
  fileDelete: sysmon(23, 5, `${PROCESS} User Image TargetFilename Hashes IsExecutable:b Archived`),
  processTampering: sysmon(25, 5, `${PROCESS} Image Type User`),

  logon: audit(
    4624,
    2,
    12544,
    `${SUBJECT} TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:x8 LogonType:u4 LogonProcessName AuthenticationPackageName WorkstationName LogonGuid:g TransmittedServices LmPackageName KeyLength:u4 ProcessId:x8 ProcessName IpAddress IpPort ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName VirtualAccount TargetLinkedLogonId:x8 ElevatedToken`,
  ),
  logonFailed: audit(
    4625,
    0,
    12544,
    `${SUBJECT} TargetUserSid:sid TargetUserName TargetDomainName Status:x4 FailureReason SubStatus:x4 LogonType:u4 LogonProcessName AuthenticationPackageName WorkstationName TransmittedServices LmPackageName KeyLength:u4 ProcessId:x8 ProcessName IpAddress IpPort`,
  ),
  logoff: audit(
    4634,
    0,
    12545,
    'TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:x8 LogonType:u4',
  ),
  explicitLogon: audit(
    4648,
    0,
    12544,
    `${SUBJECT} LogonGuid:g TargetUserName TargetDomainName TargetLogonGuid:g TargetServerName TargetInfo ProcessId:x8 ProcessName IpAddress IpPort`,
  ),
  specialPrivileges: audit(4672, 0, 12548, `${SUBJECT} PrivilegeList`),
  processCreateAudit: audit(
    4688,
    2,
    13312,
    `${SUBJECT} NewProcessId:x8 NewProcessName TokenElevationType ProcessId:x8 CommandLine TargetUserSid:sid TargetUserName TargetDomainName TargetLogonId:x8 ParentProcessName MandatoryLabel:sid`,
  ),
  processExitAudit: audit(4689, 0, 13313, `${SUBJECT} Status:x4 ProcessId:x8 ProcessName`),
  serviceInstalledAudit: audit(
    4697,
    0,
    12289,
    `${SUBJECT} ServiceName ServiceFileName ServiceType:x4 ServiceStartType:u4 ServiceAccount`,
  ),
  taskCreated: audit(4698, 0, 12804, `${SUBJECT} TaskName TaskContent`),
  userCreated: audit(
    4720,
    0,
    13824,
    `TargetUserName TargetDomainName TargetSid:sid ${SUBJECT} PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations PasswordLastSet AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue:x4 NewUacValue:x4 UserAccountControl UserParameters SidHistory LogonHours`,
  ),
  groupMemberAdded: audit(
    4732,
    0,
    13826,
    `MemberName MemberSid:sid TargetUserName TargetDomainName TargetSid:sid ${SUBJECT} PrivilegeList`,
  ),
  ticketGranting: audit(
    4768,
    0,
    14339,
    'TargetUserName TargetDomainName TargetSid:sid ServiceName ServiceSid:sid TicketOptions:x4 Status:x4 TicketEncryptionType:x4 PreAuthType IpAddress IpPort CertIssuerName CertSerialNumber CertThumbprint',
  ),
  serviceTicket: audit(
    4769,
    0,
    14337,
    'TargetUserName TargetDomainName ServiceName ServiceSid:sid TicketOptions:x4 TicketEncryptionType:x4 IpAddress IpPort Status:x4 LogonGuid:g TransmittedServices',
  ),
  shareAccess: audit(
    5140,
    1,
    12808,
    `${SUBJECT} ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask:x4 AccessList`,
  ),
  shareCheck: audit(
    5145,
    0,
    12811,
    `${SUBJECT} ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName AccessMask:x4 AccessList AccessReason`,
  ),
  connectionAllowed: audit(
    5156,
    1,
    12810,
    'ProcessID:u8 Application Direction SourceAddress SourcePort DestAddress DestPort Protocol:u4 FilterRTID:u8 LayerName LayerRTID:u8 RemoteUserID:sid RemoteMachineID:sid',
  ),
  securityLogCleared: eventLog(
    1102,
    'Security',
    '0x4020000000000000',
    'SubjectUserSid:sid SubjectUserName SubjectDomainName SubjectLogonId:x8',
  ),
  otherLogCleared: eventLog(
    104,
    'System',
    '0x8000000000000000',
    'SubjectUserName SubjectDomainName Channel BackupPath',
  ),
  serviceState: serviceControl(7036, 'param1 param2'),
  serviceInstalled: serviceControl(7045, 'ServiceName ImagePath ServiceType StartType AccountName'),
  pipelineExecution: powershell(4103, 4, 106, 20, 'ContextInfo UserData Payload'),
  scriptBlock: powershell(
    4104,
    5,
    2,
    15,
    'MessageNumber:u4 MessageTotal:u4 ScriptBlockText ScriptBlockId Path',
  ),
} satisfies Record<string, EventSchema>;

export const allSchemas: readonly EventSchema[] = Object.values(schemas);
