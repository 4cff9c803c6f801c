/**
 * The Advanced Security Information Model (ASIM) of Microsoft Sentinel: parsers that give events of all sources the same
 * columns (https://learn.microsoft.com/azure/sentinel/normalization-about-schemas).
 */
import {
  chooseTable,
  columnSteps,
  kindSteps,
  forTable,
  needTable,
  onFields,
  registryPath,
  rootSteps,
} from './kusto-table.ts';
import { asimColumns } from './sentinel-asim-columns.ts';
import type { PipelineSource, StepSource } from './source.ts';

type Schema = keyof typeof asimColumns;

const machine = { Computer: 'DvcHostname', ComputerName: 'DvcHostname', Hostname: 'DvcHostname' };
const actor = {
  ...machine,
  CommandLine: 'ActingProcessCommandLine',
  Image: 'ActingProcessName',
  ProcessGuid: 'ActingProcessGuid',
  ProcessId: 'ActingProcessId',
  User: 'ActorUsername',
};

function hashColumns(prefix: string): Record<string, string> {
  return { md5: `${prefix}MD5`, sha1: `${prefix}SHA1`, sha256: `${prefix}SHA256` };
}

const mappings: Readonly<Record<Schema, Readonly<Record<string, string | readonly string[]>>>> = {
  imProcessCreate: {
    ...machine,
    ...hashColumns('TargetProcess'),
    CommandLine: 'TargetProcessCommandLine',
    Company: 'TargetProcessFileCompany',
    CurrentDirectory: 'TargetProcessCurrentDirectory',
    Description: 'TargetProcessFileDescription',
    FileVersion: 'TargetProcessFileVersion',
    Image: 'TargetProcessName',
    Imphash: 'TargetProcessIMPHASH',
    IntegrityLevel: 'TargetProcessIntegrityLevel',
    LogonId: 'TargetUserSessionId',
    OriginalFileName: 'TargetProcessFileOriginalName',
    ParentCommandLine: 'ActingProcessCommandLine',
    // Who asked for the process and who is its parent may differ; sources fill one or both.
    ParentImage: ['ParentProcessName', 'ActingProcessName'],
    ParentIntegrityLevel: 'ActingProcessIntegrityLevel',
    ParentProcessGuid: 'ActingProcessGuid',
    ParentProcessId: 'ActingProcessId',
    ParentUser: 'ActorUsername',
    ProcessGuid: 'TargetProcessGuid',
    ProcessId: 'TargetProcessId',
    Product: 'TargetProcessFileProduct',
    User: 'TargetUsername',
  },
  imFileEvent: {
    ...actor,
    ...hashColumns('TargetFile'),
    FileName: 'TargetFilePath',
    SourceFilename: 'SrcFilePath',
    TargetFilename: 'TargetFilePath',
  },
  imRegistry: {
    ...actor,
    Details: 'RegistryValueData',
    NewName: 'RegistryKey',
    NewValue: 'RegistryValueData',
    ObjectName: 'RegistryKey',
    ObjectValueName: 'RegistryValue',
    ParentCommandLine: 'ParentProcessCommandLine',
    ParentImage: 'ParentProcessName',
    ParentProcessId: 'ParentProcessId',
    ProcessName: 'ActingProcessName',
    SubjectUserName: 'ActorUsername',
    TargetObject: 'RegistryPath',
  },
  imNetworkSession: {
    ...machine,
    DestinationHostname: ['DstHostname', 'DstFQDN'],
    DestinationIp: 'DstIpAddr',
    DestinationPort: 'DstPortNumber',
    Image: ['SrcProcessName', 'DstProcessName'],
    Initiated: 'NetworkDirection',
    Protocol: 'NetworkProtocol',
    SourceHostname: ['SrcHostname', 'SrcFQDN'],
    SourceIp: 'SrcIpAddr',
    SourcePort: 'SrcPortNumber',
    User: ['SrcUsername', 'DstUsername'],
  },
  imWebSession: {
    'c-ip': 'SrcIpAddr',
    'c-uri': 'Url',
    'c-uri-query': 'Url',
    'c-useragent': 'HttpUserAgent',
    'cs-host': 'HttpHost',
    'cs-method': 'HttpRequestMethod',
    'cs-referer': 'HttpReferrer',
    'cs-referrer': 'HttpReferrer',
    'cs-user-agent': 'HttpUserAgent',
    'cs-version': 'HttpVersion',
    'sc-status': 'HttpStatusCode',
    dst_ip: 'DstIpAddr',
    src_ip: 'SrcIpAddr',
  },
};

export function sentinelAsim(): PipelineSource {
  const schemas = Object.keys(asimColumns) as Schema[];
  return {
    name: 'Microsoft Sentinel: ASIM parsers',
    priority: 10,
    allowed_backends: ['kusto'],
    transformations: [
      ...choice,
      needTable(schemas, 'no schema of ASIM is known for the log source of the rule'),
      ...eventSteps,
      ...hashSteps,
      ...schemas.flatMap((schema) => columnSteps(schema, mappings[schema], fieldsOf(schema))),
      ...valueSteps,
    ],
  };
}

function fieldsOf(schema: Schema): string[] {
  return schema === 'imRegistry' ? [...asimColumns[schema], 'RegistryPath'] : [...asimColumns[schema]];
}

function categories(...list: readonly string[]): { category: string }[] {
  return list.map((category) => ({ category }));
}

const choice: readonly StepSource[] = [
  ...chooseTable('imProcessCreate', categories('process_creation')),
  ...chooseTable('imFileEvent', categories('file_access', 'file_delete', 'file_event', 'file_rename')),
  ...chooseTable(
    'imRegistry',
    categories('registry_add', 'registry_delete', 'registry_event', 'registry_set'),
    { RegistryPath: registryPath('RegistryKey', 'RegistryValue') },
  ),
  ...chooseTable('imNetworkSession', categories('network_connection')),
  ...chooseTable('imWebSession', categories('proxy', 'webserver')),
  ...audited({ EventID: 4657 }),
  // Handles of other objects have the same event ids.
  ...[4656, 4663].flatMap((EventID) =>
    ['Key', 'key'].flatMap((ObjectType) => audited({ EventID, ObjectType })),
  ),
];

/** Registry changes of the Security log. */
function audited(items: Readonly<Record<string, string | number>>): StepSource[] {
  const conditions = [
    { type: 'logsource', product: 'windows', service: 'security' },
    ...Object.entries(items).map(([field, value]) => ({ type: 'contains_detection_item', field, value })),
  ];
  return ['table', 'query_table'].map((key) => ({
    type: 'set_state',
    key,
    val: 'imRegistry',
    rule_conditions: conditions,
  }));
}

const inRegistry = forTable('imRegistry');

/** Kinds of events that share a schema with others, and fields that only say which kind it is. */
const eventSteps: readonly StepSource[] = [
  ...kindSteps('EventType', inRegistry),
  {
    type: 'translate_values',
    strict: true,
    mapping: { 4656: '4656', 4657: '4657', 4663: '4663', Key: 'Key' },
    ...onFields('EventID', 'ObjectType'),
    ...inRegistry,
  },
  { type: 'drop_detection_item', ...onFields('EventID', 'ObjectType'), ...inRegistry },
  {
    type: 'translate_values',
    mapping: { true: 'Outbound', false: 'Inbound' },
    strict: true,
    ...onFields('Initiated'),
    ...forTable('imNetworkSession'),
  },
];

const hashSteps: readonly StepSource[] = [
  {
    type: 'hashes_fields',
    valid_hash_algos: ['MD5', 'SHA1', 'SHA256', 'SHA512', 'IMPHASH'],
    field_prefix: 'TargetProcess',
    ...forTable('imProcessCreate'),
  },
  {
    type: 'hashes_fields',
    valid_hash_algos: ['MD5', 'SHA1', 'SHA256', 'SHA512'],
    field_prefix: 'TargetFile',
    ...forTable('imFileEvent'),
  },
];

const roots = {
  HKLM: 'HKEY_LOCAL_MACHINE',
  HKU: 'HKEY_USERS',
  HKCU: 'HKEY_CURRENT_USER',
  HKCR: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes',
};

const valueSteps: readonly StepSource[] = [
  ...rootSteps('imRegistry', 'RegistryPath', roots),
  ...rootSteps('imRegistry', 'RegistryKey', { ...roots, '\\REGISTRY\\MACHINE': 'HKEY_LOCAL_MACHINE' }),
  // Sessions of Windows are numbers in decimal digits.
  { type: 'read_numbers', ...onFields('TargetUserSessionId'), ...forTable('imProcessCreate') },
  {
    type: 'convert_type',
    target_type: 'str',
    ...onFields('TargetUserSessionId', 'RegistryValueData', 'HttpStatusCode'),
  },
];
