/**
 * Labels of rendered messages and the fields they stand for, by event id: the message templates and the event data
 * of Windows' Security auditing events as Microsoft documents them ("Advanced security auditing FAQ" and the page of
 * each event), the service control manager's 7045 and the event log's 1102.
 */

import {
  access,
  authentication,
  endpoints,
  filterOfPacket,
  type Labels,
  logonNetwork,
  object,
  processNamed,
  share,
  shareNetwork,
  subject,
  target,
  task,
} from './message-label-parts.ts';
import { furtherEvents } from './message-labels-further.ts';

const ticketClient: Labels = { 'Client Address': 'IpAddress', 'Client Port': 'IpPort' };

/** By event id: section to labels; the section '' holds labels that stand outside of any. */
const events: Readonly<Record<number, Readonly<Record<string, Labels>>>> = {
  1102: { Subject: subject },
  4624: {
    '': { 'Logon Type': 'LogonType', 'Impersonation Level': 'ImpersonationLevel' },
    Subject: subject,
    'Logon Information': {
      'Restricted Admin Mode': 'RestrictedAdminMode',
      'Virtual Account': 'VirtualAccount',
      'Elevated Token': 'ElevatedToken',
    },
    'New Logon': {
      ...target,
      'Linked Logon ID': 'TargetLinkedLogonId',
      'Network Account Name': 'TargetOutboundUserName',
      'Network Account Domain': 'TargetOutboundDomainName',
      'Logon GUID': 'LogonGuid',
    },
    'Process Information': processNamed,
    'Network Information': logonNetwork,
    'Detailed Authentication Information': authentication,
  },
  4625: {
    '': { 'Logon Type': 'LogonType' },
    Subject: subject,
    'Account For Which Logon Failed': target,
    'Failure Information': { 'Failure Reason': 'FailureReason', Status: 'Status', 'Sub Status': 'SubStatus' },
    'Process Information': { 'Caller Process ID': 'ProcessId', 'Caller Process Name': 'ProcessName' },
    'Network Information': logonNetwork,
    'Detailed Authentication Information': authentication,
  },
  4634: { '': { 'Logon Type': 'LogonType' }, Subject: target },
  4648: {
    Subject: { ...subject, 'Logon GUID': 'LogonGuid' },
    'Account Whose Credentials Were Used': { ...target, 'Logon GUID': 'TargetLogonGuid' },
    'Target Server': { 'Target Server Name': 'TargetServerName', 'Additional Information': 'TargetInfo' },
    'Process Information': processNamed,
    'Network Information': { 'Network Address': 'IpAddress', Port: 'IpPort' },
  },
  4656: {
    Subject: subject,
    Object: object,
    'Process Information': processNamed,
    'Access Request Information': access,
  },
  4657: {
    Subject: subject,
    Object: {
      'Object Name': 'ObjectName',
      'Object Value Name': 'ObjectValueName',
      'Handle ID': 'HandleId',
      'Operation Type': 'OperationType',
    },
    'Process Information': processNamed,
    'Change Information': {
      'Old Value Type': 'OldValueType',
      'Old Value': 'OldValue',
      'New Value Type': 'NewValueType',
      'New Value': 'NewValue',
    },
  },
  4663: {
    Subject: subject,
    Object: object,
    'Process Information': processNamed,
    'Access Request Information': access,
  },
  4672: { '': { Privileges: 'PrivilegeList' }, Subject: subject },
  4688: {
    Subject: subject,
    'Creator Subject': subject,
    'Target Subject': target,
    'Process Information': {
      'New Process ID': 'NewProcessId',
      'New Process Name': 'NewProcessName',
      'Token Elevation Type': 'TokenElevationType',
      'Mandatory Label': 'MandatoryLabel',
      'Creator Process ID': 'ProcessId',
      'Creator Process Name': 'ParentProcessName',
      'Process Command Line': 'CommandLine',
    },
  },
  4697: {
    Subject: subject,
    'Service Information': {
      'Service Name': 'ServiceName',
      'Service File Name': 'ServiceFileName',
      'Service Type': 'ServiceType',
      'Service Start Type': 'ServiceStartType',
      'Service Account': 'ServiceAccount',
    },
  },
  4698: { Subject: subject, 'Task Information': task },
  4720: {
    Subject: subject,
    'New Account': {
      'Security ID': 'TargetSid',
      'Account Name': 'TargetUserName',
      'Account Domain': 'TargetDomainName',
    },
    Attributes: {
      'SAM Account Name': 'SamAccountName',
      'Display Name': 'DisplayName',
      'User Principal Name': 'UserPrincipalName',
      'Home Directory': 'HomeDirectory',
      'Home Drive': 'HomePath',
      'Script Path': 'ScriptPath',
      'Profile Path': 'ProfilePath',
      'User Workstations': 'UserWorkstations',
      'Password Last Set': 'PasswordLastSet',
      'Account Expires': 'AccountExpires',
      'Primary Group ID': 'PrimaryGroupId',
      'Allowed To Delegate To': 'AllowedToDelegateTo',
      AllowedToDelegateTo: 'AllowedToDelegateTo',
      'Old UAC Value': 'OldUacValue',
      'New UAC Value': 'NewUacValue',
      'User Account Control': 'UserAccountControl',
      'User Parameters': 'UserParameters',
      'SID History': 'SidHistory',
      'Logon Hours': 'LogonHours',
    },
    'Additional Information': { Privileges: 'PrivilegeList' },
  },
  4768: {
    'Account Information': {
      'Account Name': 'TargetUserName',
      'Supplied Realm Name': 'TargetDomainName',
      'User ID': 'TargetSid',
    },
    'Service Information': { 'Service Name': 'ServiceName', 'Service ID': 'ServiceSid' },
    'Network Information': ticketClient,
    'Additional Information': {
      'Ticket Options': 'TicketOptions',
      'Result Code': 'Status',
      'Ticket Encryption Type': 'TicketEncryptionType',
      'Pre-Authentication Type': 'PreAuthType',
    },
  },
  4769: {
    'Account Information': {
      'Account Name': 'TargetUserName',
      'Account Domain': 'TargetDomainName',
      'Logon GUID': 'LogonGuid',
    },
    'Service Information': { 'Service Name': 'ServiceName', 'Service ID': 'ServiceSid' },
    'Network Information': ticketClient,
    'Additional Information': {
      'Ticket Options': 'TicketOptions',
      'Ticket Encryption Type': 'TicketEncryptionType',
      'Failure Code': 'Status',
      'Transited Services': 'TransmittedServices',
    },
  },
  4776: {
    '': {
      'Authentication Package': 'PackageName',
      'Logon Account': 'TargetUserName',
      'Source Workstation': 'Workstation',
      'Error Code': 'Status',
    },
  },
  5140: {
    Subject: subject,
    'Network Information': shareNetwork,
    'Share Information': share,
    'Access Request Information': access,
  },
  5145: {
    '': { 'Access Check Results': 'AccessReason' },
    Subject: subject,
    'Network Information': shareNetwork,
    'Share Information': share,
    'Access Request Information': access,
  },
  5156: {
    'Application Information': { 'Process ID': 'ProcessID', 'Application Name': 'Application' },
    'Network Information': endpoints,
    'Filter Information': filterOfPacket,
  },
  7045: {
    '': {
      'Service Name': 'ServiceName',
      'Service File Name': 'ImagePath',
      'Service Type': 'ServiceType',
      'Service Start Type': 'StartType',
      'Service Account': 'AccountName',
    },
  },
};

const byEvent = new Map<number, ReadonlyMap<string, string>>();
for (const [id, sections] of Object.entries({ ...events, ...furtherEvents })) {
  const labels = new Map<string, string>();
  for (const [section, names] of Object.entries(sections)) {
    for (const [label, name] of Object.entries(names)) labels.set(`${section}/${label}`, name);
  }
  byEvent.set(Number(id), labels);
}

/** `section/label` to field for one event, or undefined when it is not in the table. */
export function messageLabels(eventId: number): ReadonlyMap<string, string> | undefined {
  return byEvent.get(eventId);
}
