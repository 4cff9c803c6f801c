/**
 * The table SecurityEvent of Azure Monitor and Sentinel: the Security log of Windows
 * (https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityevent).
 */
import {
  chooseTable,
  columnSteps,
  dropSysmonIds,
  forTable,
  names,
  needTable,
  onFields,
  registryPath,
  rootSteps,
} from './kusto-table.ts';
import type { PipelineSource } from './source.ts';

const table = 'SecurityEvent';

const columns = names(
  'AccessList AccessMask Account AccountDomain AccountExpires AccountName AccountSessionIdentifier',
  'AccountType Activity AdditionalInfo AdditionalInfo2 AllowedToDelegateTo Attributes AuditPolicyChanges',
  'AuditsDiscarded AuthenticationLevel AuthenticationPackageName AuthenticationProvider AuthenticationServer',
  'AuthenticationService AuthenticationType AzureDeploymentID CACertificateHash CAPublicKeyHash CalledStationID',
  'CallerProcessId CallerProcessName CallingStationID CategoryId CertificateDatabaseHash Channel ClassId ClassName',
  'ClientAddress ClientIPAddress ClientName CommandLine CompatibleIds Computer DCDNSName DeviceDescription DeviceId',
  'DisplayName Disposition DomainBehaviorVersion DomainName DomainPolicyChanged DomainSid EAPType ElevatedToken',
  'ErrorCode EventData EventID EventLevelName EventRecordId EventSourceName ExtendedQuarantineState FailureReason',
  'FileHash FilePath FilePathNoUser Filter ForceLogoff Fqbn FullyQualifiedSubjectMachineName',
  'FullyQualifiedSubjectUserName GroupMembership HandleId HardwareIds HomeDirectory HomePath InterfaceUuid IpAddress',
  'IpPort KeyLength Keywords Level LmPackageName LocationInformation LockoutDuration LockoutObservationWindow',
  'LockoutThreshold LoggingResult LogonGuid LogonHours LogonID LogonProcessName LogonType LogonTypeName',
  'MachineAccountQuota MachineInventory MachineLogon ManagementGroupName MandatoryLabel MaxPasswordAge MemberName',
  'MemberSid MinPasswordAge MinPasswordLength MixedDomainMode NASIPv4Address NASIPv6Address NASIdentifier NASPort',
  'NASPortType NetworkPolicyName NewDate NewMaxUsers NewProcessId NewProcessName NewRemark NewShareFlags NewTime',
  'NewUacValue NewValue NewValueType ObjectName ObjectServer ObjectType ObjectValueName OemInformation OldMaxUsers',
  'OldRemark OldShareFlags OldUacValue OldValue OldValueType Opcode OperationType PackageName ParentProcessName',
  'PasswordHistoryLength PasswordLastSet PasswordProperties PreviousDate PreviousTime PrimaryGroupId',
  'PrivateKeyUsageCount PrivilegeList Process ProcessId ProcessName ProfilePath Properties ProtocolSequence',
  'ProxyPolicyName QuarantineHelpURL QuarantineSessionID QuarantineSessionIdentifier QuarantineState',
  'QuarantineSystemHealthResult RelativeTargetName RemoteIpAddress RemotePort RequestId Requester',
  'RestrictedAdminMode RowsDeleted SamAccountName ScriptPath SecurityDescriptor ServiceAccount ServiceFileName',
  'ServiceName ServiceStartType ServiceType SessionName ShareLocalPath ShareName SidHistory SourceComputerId',
  'SourceSystem Status StorageAccount SubStatus SubcategoryGuid SubcategoryId Subject SubjectAccount',
  'SubjectDomainName SubjectKeyIdentifier SubjectLogonId SubjectMachineName SubjectMachineSID SubjectUserName',
  'SubjectUserSid SystemProcessId SystemThreadId SystemUserId TableId TargetAccount TargetDomainName TargetInfo',
  'TargetLinkedLogonId TargetLogonGuid TargetLogonId TargetOutboundDomainName TargetOutboundUserName',
  'TargetServerName TargetSid TargetUser TargetUserName TargetUserSid Task TemplateContent TemplateDSObjectFQDN',
  'TemplateInternalName TemplateOID TemplateSchemaVersion TemplateVersion TenantId TimeCollected TimeGenerated',
  'TokenElevationType TransmittedServices Type UserAccountControl UserParameters UserPrincipalName UserWorkstations',
  'VendorIds Version VirtualAccount Workstation WorkstationName',
);

/** Sigma's names of process creation, as event 4688 has them. */
const processes = {
  ComputerName: 'Computer',
  Image: 'NewProcessName',
  ParentImage: 'ParentProcessName',
  ProcessId: 'NewProcessId',
  ParentProcessId: 'ProcessId',
  User: 'SubjectAccount',
};

/** Of file and registry events, as events 4656, 4657 and 4663 have them: who did it is not a new process. */
const objects = {
  ComputerName: 'Computer',
  Image: 'ProcessName',
  FileName: 'ObjectName',
  TargetFilename: 'ObjectName',
  TargetObject: 'RegistryPath',
  User: 'SubjectAccount',
};

const windows = (...categories: readonly string[]): { category: string; product: string }[] =>
  categories.map((category) => ({ category, product: 'windows' }));

export function azureMonitor(): PipelineSource {
  return {
    name: 'Azure Monitor: the table SecurityEvent',
    priority: 10,
    allowed_backends: ['kusto'],
    transformations: [
      ...chooseTable(table, [
        ...windows('process_creation', 'file_access', 'file_delete', 'file_event', 'file_rename'),
        { product: 'windows', service: 'security' },
      ]),
      ...chooseTable(table, registry, { RegistryPath: registryPath('ObjectName', 'ObjectValueName') }),
      needTable(
        [table],
        'SecurityEvent holds what Windows writes to its Security log: processes, files, the registry and its own events',
      ),
      dropSysmonIds,
      {
        type: 'hashes_fields',
        valid_hash_algos: ['MD5', 'SHA1', 'SHA256'],
        field_prefix: 'FileHash',
        drop_algo_prefix: true,
        ...forTable(table),
      },
      { type: 'field_name_mapping', mapping: processes, ...inCategory('process_creation') },
      ...['file_', 'registry_'].map((start) => ({
        type: 'field_name_mapping',
        mapping: objects,
        ...inCategory(...categoriesOf(start)),
      })),
      { type: 'field_name_mapping', mapping: { ComputerName: 'Computer' }, ...forTable(table) },
      ...columnSteps(table, {}, [...columns, 'RegistryPath']),
      ...rootSteps(table, 'RegistryPath', {
        HKLM: '\\REGISTRY\\MACHINE',
        HKU: '\\REGISTRY\\USER',
        HKCR: '\\REGISTRY\\MACHINE\\SOFTWARE\\Classes',
      }),
      { type: 'convert_type', target_type: 'str', ...onFields('NewValue', 'OldValue') },
    ],
  };
}

const registry = windows('registry_add', 'registry_delete', 'registry_event', 'registry_set');

function categoriesOf(start: string): string[] {
  return ['file_access', 'file_delete', 'file_event', 'file_rename']
    .concat(registry.map(({ category }) => category))
    .filter((category) => category.startsWith(start));
}

function inCategory(...categories: readonly string[]): Record<string, unknown> {
  return {
    rule_conditions: windows(...categories).map((source) => ({ type: 'logsource', ...source })),
    rule_cond_op: 'or',
  };
}
