/** Sections that many messages of Security auditing share: labels and the fields they stand for. */

export type Labels = Readonly<Record<string, string>>;

export const subject: Labels = {
  'Security ID': 'SubjectUserSid',
  'Account Name': 'SubjectUserName',
  'Account Domain': 'SubjectDomainName',
  'Domain Name': 'SubjectDomainName',
  'Logon ID': 'SubjectLogonId',
};
export const target: Labels = {
  'Security ID': 'TargetUserSid',
  'Account Name': 'TargetUserName',
  'Account Domain': 'TargetDomainName',
  'Logon ID': 'TargetLogonId',
};
export const processNamed: Labels = { 'Process ID': 'ProcessId', 'Process Name': 'ProcessName' };
export const authentication: Labels = {
  'Logon Process': 'LogonProcessName',
  'Authentication Package': 'AuthenticationPackageName',
  'Transited Services': 'TransmittedServices',
  'Package Name (NTLM only)': 'LmPackageName',
  'Key Length': 'KeyLength',
};
export const logonNetwork: Labels = {
  'Workstation Name': 'WorkstationName',
  'Source Network Address': 'IpAddress',
  'Source Port': 'IpPort',
};
export const object: Labels = {
  'Object Server': 'ObjectServer',
  'Object Type': 'ObjectType',
  'Object Name': 'ObjectName',
  'Handle ID': 'HandleId',
  'Resource Attributes': 'ResourceAttributes',
};
export const access: Labels = {
  'Transaction ID': 'TransactionId',
  Accesses: 'AccessList',
  'Access Reasons': 'AccessReason',
  'Access Mask': 'AccessMask',
  'Privileges Used for Access Check': 'PrivilegeList',
  'Restricted SID Count': 'RestrictedSidCount',
};
export const shareNetwork: Labels = {
  'Object Type': 'ObjectType',
  'Source Address': 'IpAddress',
  'Source Port': 'IpPort',
};
export const share: Labels = {
  'Share Name': 'ShareName',
  'Share Path': 'ShareLocalPath',
  'Relative Target Name': 'RelativeTargetName',
};
export const task: Labels = { 'Task Name': 'TaskName', 'Task Content': 'TaskContent' };
export const filterOfPacket: Labels = {
  'Filter Run-Time ID': 'FilterRTID',
  'Layer Name': 'LayerName',
  'Layer Run-Time ID': 'LayerRTID',
};
export const endpoints: Labels = {
  Direction: 'Direction',
  'Source Address': 'SourceAddress',
  'Source Port': 'SourcePort',
  'Destination Address': 'DestAddress',
  'Destination Port': 'DestPort',
  Protocol: 'Protocol',
};
