/**
 * Columns of the device tables of Microsoft Defender XDR, as their references list them
 * (https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables; in Sentinel
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/deviceprocessevents and its like, with TimeGenerated
 * for Timestamp).
 */
import { names } from './kusto-table.ts';

/** Version information of a file, as columns end and as Sigma calls it. */
const versionInfo = {
  Company: 'VersionInfoCompanyName',
  Description: 'VersionInfoFileDescription',
  OriginalFileName: 'VersionInfoOriginalFileName',
  Product: 'VersionInfoProductName',
  FileVersion: 'VersionInfoProductVersion',
} as const;

function versionColumns(prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(versionInfo).map(([field, column]) => [field, prefix + column]));
}

const initiator =
  'AccountDomain AccountName AccountObjectId AccountSid AccountUpn CommandLine CreationTime FileName FileSize ' +
  'FolderPath Id IntegrityLevel LogonId MD5 ParentCreationTime ParentFileName ParentId SHA1 SHA256 SessionId ' +
  'SignatureStatus SignerType TokenElevation UniqueId VersionInfoCompanyName VersionInfoFileDescription ' +
  'VersionInfoInternalFileName VersionInfoOriginalFileName VersionInfoProductName VersionInfoProductVersion ' +
  'RemoteSessionDeviceName RemoteSessionIP';

const common = names(
  'ActionType AppGuardContainerId DeviceId DeviceName MachineGroup ReportId SourceSystem TenantId TimeGenerated',
  'Timestamp Type IsInitiatingProcessRemoteSession',
).concat(names(initiator).map((name) => `InitiatingProcess${name}`));

const hashNames = 'MD5 SHA1 SHA256';

export const xdrColumns = {
  DeviceProcessEvents: common.concat(
    names(
      hashNames,
      'AccountDomain AccountName AccountObjectId AccountSid AccountUpn AdditionalFields CreatedProcessSessionId',
      'FileName FileSize FolderPath IsProcessRemoteSession LogonId ProcessCommandLine ProcessCreationTime ProcessId',
      'ProcessIntegrityLevel ProcessRemoteSessionDeviceName ProcessRemoteSessionIP ProcessTokenElevation',
      'ProcessUniqueId ProcessVersionInfoCompanyName ProcessVersionInfoFileDescription',
      'ProcessVersionInfoInternalFileName ProcessVersionInfoOriginalFileName ProcessVersionInfoProductName',
      'ProcessVersionInfoProductVersion',
    ),
  ),
  DeviceFileEvents: common.concat(
    names(
      hashNames,
      'AdditionalFields FileName FileOriginIP FileOriginReferrerUrl FileOriginUrl FileSize FolderPath',
      'IsAzureInfoProtectionApplied PreviousFileName PreviousFolderPath RequestAccountDomain RequestAccountName',
      'RequestAccountSid RequestProtocol RequestSourceIP RequestSourcePort SensitivityLabel SensitivitySubLabel',
      'ShareName',
    ),
  ),
  DeviceRegistryEvents: common.concat(
    names(
      'PreviousRegistryKey PreviousRegistryValueData PreviousRegistryValueName RegistryKey RegistryValueData',
      'RegistryValueName RegistryValueType',
    ),
  ),
  DeviceImageLoadEvents: common.concat(names(hashNames, 'FileName FileSize FolderPath')),
  DeviceNetworkEvents: common.concat(
    names(
      'AdditionalFields LocalIP LocalIPType LocalPort Protocol RemoteIP RemoteIPType RemotePort RemoteUrl',
    ),
  ),
  DeviceLogonEvents: common.concat(
    names(
      'AccountDomain AccountName AccountSid AdditionalFields FailureReason IsLocalAdmin LogonId LogonType Protocol',
      'RemoteDeviceName RemoteIP RemoteIPType RemotePort',
    ),
  ),
} as const;

export type XdrTable = keyof typeof xdrColumns;

const machine = { Computer: 'DeviceName', ComputerName: 'DeviceName', Hostname: 'DeviceName' };
const hashes = { md5: 'MD5', sha1: 'SHA1', sha256: 'SHA256' };

/** The process that did it, where the table is about something else. */
const actor = {
  ...machine,
  Image: 'InitiatingProcessFolderPath',
  CommandLine: 'InitiatingProcessCommandLine',
  IntegrityLevel: 'InitiatingProcessIntegrityLevel',
  ParentImage: 'InitiatingProcessParentFileName',
  ParentProcessId: 'InitiatingProcessParentId',
  ProcessId: 'InitiatingProcessId',
};

/** Sigma's names of fields. */
export const xdrMappings: Readonly<Record<XdrTable, Readonly<Record<string, string>>>> = {
  DeviceProcessEvents: {
    ...machine,
    ...hashes,
    ...versionColumns('Process'),
    CommandLine: 'ProcessCommandLine',
    GrandParentImage: 'InitiatingProcessParentFileName',
    Image: 'FolderPath',
    IntegrityLevel: 'ProcessIntegrityLevel',
    ParentCommandLine: 'InitiatingProcessCommandLine',
    ParentImage: 'InitiatingProcessFolderPath',
    ParentIntegrityLevel: 'InitiatingProcessIntegrityLevel',
    ParentProcessId: 'InitiatingProcessId',
  },
  DeviceFileEvents: {
    ...actor,
    ...hashes,
    ...versionColumns('InitiatingProcess'),
    FileName: 'FolderPath',
    TargetFilename: 'FolderPath',
  },
  DeviceRegistryEvents: {
    ...actor,
    ...versionColumns('InitiatingProcess'),
    Details: 'RegistryValueData',
    EventType: 'ActionType',
    NewValue: 'RegistryValueData',
    ObjectName: 'RegistryKey',
    ObjectValueName: 'RegistryValueName',
    ProcessName: 'InitiatingProcessFolderPath',
    TargetObject: 'RegistryPath',
  },
  // Version information of an image load is about what was loaded; the table has none of it.
  DeviceImageLoadEvents: { ...actor, ...hashes, ImageLoaded: 'FolderPath' },
  DeviceNetworkEvents: {
    ...actor,
    ...versionColumns('InitiatingProcess'),
    DestinationHostname: 'RemoteUrl',
    DestinationIp: 'RemoteIP',
    DestinationPort: 'RemotePort',
    SourceIp: 'LocalIP',
    SourcePort: 'LocalPort',
  },
  DeviceLogonEvents: {
    ...machine,
    EventID: 'ActionType',
    IpAddress: 'RemoteIP',
    IpPort: 'RemotePort',
    ProcessName: 'InitiatingProcessFolderPath',
    TargetDomainName: 'AccountDomain',
    TargetUserName: 'AccountName',
    TargetUserSid: 'AccountSid',
    WorkstationName: 'RemoteDeviceName',
  },
};
