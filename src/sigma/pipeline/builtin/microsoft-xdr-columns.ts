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

export function versionColumns(prefix: string): Record<string, string> {
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

const hashes = 'MD5 SHA1 SHA256';

export const xdrColumns = {
  DeviceProcessEvents: common.concat(
    names(
      hashes,
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
      hashes,
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
  DeviceImageLoadEvents: common.concat(names(hashes, 'FileName FileSize FolderPath')),
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
