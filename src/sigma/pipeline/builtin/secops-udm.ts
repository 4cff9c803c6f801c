/**
 * Google SecOps: fields of the Unified Data Model and its types of events
 * (https://cloud.google.com/chronicle/docs/reference/udm-field-list). `principal` is who acts, `target` what is acted
 * on. The target secops takes the types of events from the state `event_types`.
 */
import { forLogSources } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';

interface EventKind {
  readonly sources: readonly Readonly<Record<string, string>>[];
  /** Empty: the log source says too little. */
  readonly types: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

/** The process that acts. */
const actor = {
  CommandLine: 'principal.process.command_line',
  Image: 'principal.process.file.full_path',
  ParentCommandLine: 'principal.process.parent_process.command_line',
  ParentImage: 'principal.process.parent_process.file.full_path',
  User: 'principal.user.userid',
};
const registry = {
  ...actor,
  Details: 'target.registry.registry_value_data',
  EventType: 'metadata.event_type',
  NewName: 'target.registry.registry_key',
  TargetObject: 'target.registry.registry_key',
};
const file = { ...actor, TargetFilename: 'target.file.full_path' };
const web = {
  'c-uri': 'target.url',
  'c-useragent': 'network.http.user_agent',
  'cs-host': 'target.hostname',
  'cs-method': 'network.http.method',
  'cs-referer': 'network.http.referral_url',
  'cs-referrer': 'network.http.referral_url',
  'cs-uri': 'target.url',
  'cs-user-agent': 'network.http.user_agent',
  'sc-status': 'network.http.response_code',
};
const registryTypes = [
  'REGISTRY_CREATION',
  'REGISTRY_DELETION',
  'REGISTRY_MODIFICATION',
  'REGISTRY_UNCATEGORIZED',
];

const kinds: readonly EventKind[] = [
  {
    sources: [{ category: 'process_creation' }],
    types: ['PROCESS_LAUNCH'],
    fields: {
      CommandLine: 'target.process.command_line',
      Image: 'target.process.file.full_path',
      IntegrityLevel: 'target.process.integrity_level_rid',
      OriginalFileName: 'target.process.file.names',
      ParentCommandLine: 'principal.process.command_line',
      ParentImage: 'principal.process.file.full_path',
      ParentProcessId: 'principal.process.pid',
      ParentUser: 'principal.user.userid',
      ProcessId: 'target.process.pid',
      User: 'target.user.userid',
      hash_IMPHASH: 'target.process.file.pe_file.imphash',
      hash_MD5: 'target.process.file.md5',
      hash_SHA1: 'target.process.file.sha1',
      hash_SHA256: 'target.process.file.sha256',
    },
  },
  {
    sources: [{ category: 'network_connection' }],
    types: ['NETWORK_CONNECTION'],
    fields: {
      ...actor,
      DestinationHostname: 'target.hostname',
      DestinationIp: 'target.ip',
      DestinationPort: 'target.port',
      Initiated: 'network.direction',
      Protocol: 'network.ip_protocol',
      SourceHostname: 'principal.hostname',
      SourceIp: 'principal.ip',
      SourcePort: 'principal.port',
    },
  },
  {
    sources: [{ category: 'dns_query' }],
    types: ['NETWORK_DNS'],
    fields: { ...actor, QueryName: 'network.dns.questions.name' },
  },
  {
    sources: [{ category: 'dns' }],
    types: ['NETWORK_DNS'],
    fields: { query: 'network.dns.questions.name', src_ip: 'principal.ip' },
  },
  { sources: [{ category: 'file_event' }], types: ['FILE_CREATION', 'FILE_UNCATEGORIZED'], fields: file },
  {
    sources: ['create_stream_hash', 'file_executable_detected', 'pipe_created'].map((category) => ({
      category,
    })),
    types: ['FILE_CREATION'],
    fields: file,
  },
  { sources: [{ category: 'file_delete' }], types: ['FILE_DELETION'], fields: file },
  { sources: [{ category: 'file_change' }], types: ['FILE_MODIFICATION'], fields: file },
  { sources: [{ category: 'file_rename' }], types: ['FILE_MOVE'], fields: file },
  { sources: [{ category: 'image_load' }], types: ['PROCESS_MODULE_LOAD'], fields: actor },
  { sources: [{ category: 'registry_add' }], types: ['REGISTRY_CREATION'], fields: registry },
  { sources: [{ category: 'registry_delete' }], types: ['REGISTRY_DELETION'], fields: registry },
  { sources: [{ category: 'registry_set' }], types: ['REGISTRY_MODIFICATION'], fields: registry },
  { sources: [{ category: 'registry_event' }], types: registryTypes, fields: registry },
  {
    sources: [{ category: 'proxy' }, { category: 'webserver' }, { service: 'apache' }, { service: 'nginx' }],
    types: ['NETWORK_HTTP'],
    fields: web,
  },
  {
    sources: [{ product: 'windows', service: 'dns-client' }],
    types: [],
    fields: { QueryName: 'network.dns.questions.name' },
  },
  {
    sources: [{ product: 'windows', service: 'security' }],
    types: [],
    fields: {
      IpAddress: 'principal.ip',
      ServiceFileName: 'target.process.command_line',
      ServiceName: 'target.application',
      SubjectUserName: 'principal.user.userid',
      TargetUserName: 'target.user.userid',
    },
  },
  {
    sources: [{ product: 'windows', service: 'system' }],
    types: [],
    fields: { ServiceName: 'target.application' },
  },
];

/** Windows events have an id and a provider whatever they are about. */
const common = {
  Computer: 'principal.hostname',
  ComputerName: 'principal.hostname',
  EventID: 'metadata.product_event_type',
  Provider_Name: 'metadata.product_name',
};

/** Sysmon's words for changes of the registry. */
const registryActions = {
  CreateKey: 'REGISTRY_CREATION',
  DeleteKey: 'REGISTRY_DELETION',
  DeleteValue: 'REGISTRY_DELETION',
  RenameKey: 'REGISTRY_MODIFICATION',
  SetValue: 'REGISTRY_MODIFICATION',
};

/** Relative ids of mandatory labels. */
const integrityLevels = {
  Untrusted: '0',
  Low: '4096',
  Medium: '8192',
  High: '12288',
  System: '16384',
  'S-1-16-0': '0',
  'S-1-16-4096': '4096',
  'S-1-16-8192': '8192',
  'S-1-16-12288': '12288',
  'S-1-16-16384': '16384',
};

const udmField =
  '(?:about|additional|extensions|extracted|intermediary|metadata|network|observer|principal|security_result|src|target)\\..+';

export function secopsUdm(): PipelineSource {
  return {
    name: 'Google SecOps: Unified Data Model',
    priority: 20,
    allowed_backends: ['secops'],
    transformations: [
      ...valueSteps,
      ...kinds.flatMap(kindSteps),
      ...objectNames,
      { id: 'udm_common', type: 'field_name_mapping', mapping: common, ...onFields(Object.keys(common)) },
      {
        id: 'udm_unknown_field',
        type: 'check_fields',
        fields: [],
        table: 'the Unified Data Model',
        field_name_conditions: [{ type: 'exclude_fields', fields: [udmField], mode: 're' }],
      },
    ],
  };
}

function onFields(fields: readonly string[]): StepSource {
  return { field_name_conditions: [{ type: 'include_fields', fields }] };
}

const onRegistry = forLogSources(
  ...['registry_add', 'registry_delete', 'registry_event', 'registry_set'].map((category) => ({ category })),
);
const onProcesses = forLogSources({ category: 'process_creation' });

const valueSteps: readonly StepSource[] = [
  {
    id: 'udm_hashes',
    type: 'hashes_fields',
    valid_hash_algos: ['MD5', 'SHA1', 'SHA256', 'IMPHASH'],
    field_prefix: 'hash_',
    ...onProcesses,
  },
  {
    id: 'udm_integrity',
    type: 'translate_values',
    mapping: integrityLevels,
    strict: true,
    ...onProcesses,
    ...onFields(['IntegrityLevel']),
  },
  {
    id: 'udm_integrity_number',
    type: 'convert_type',
    target_type: 'num',
    ...onProcesses,
    ...onFields(['IntegrityLevel']),
  },
  {
    id: 'udm_registry_action',
    type: 'translate_values',
    mapping: registryActions,
    strict: true,
    ...onRegistry,
    ...onFields(['EventType']),
  },
  {
    id: 'udm_direction',
    type: 'translate_values',
    mapping: { true: 'OUTBOUND', false: 'INBOUND' },
    strict: true,
    ...forLogSources({ category: 'network_connection' }),
    ...onFields(['Initiated']),
  },
  // Texts in the model.
  {
    id: 'udm_texts',
    type: 'convert_type',
    target_type: 'str',
    ...onFields(['EventID', 'ProcessId', 'ParentProcessId']),
  },
];

function kindSteps({ sources, types, fields }: EventKind): StepSource[] {
  const where = forLogSources(...sources);
  const name = Object.values(sources[0] ?? {}).join('_');
  return [
    ...(types.length === 0
      ? []
      : [{ id: `udm_${name}_types`, type: 'set_state', key: 'event_types', val: types, ...where }]),
    { id: `udm_${name}_fields`, type: 'field_name_mapping', mapping: fields, ...where },
  ];
}

/** Event 4657 is about values of the registry, the others about files where no type is named. */
const security = { type: 'logsource', product: 'windows', service: 'security' };
const objectNames: readonly StepSource[] = [
  {
    id: 'udm_registry_object',
    type: 'field_name_mapping',
    mapping: { ObjectName: 'target.registry.registry_key' },
    rule_conditions: [security, { type: 'contains_detection_item', field: 'EventID', value: '4657' }],
  },
  {
    id: 'udm_file_object',
    type: 'field_name_mapping',
    mapping: { ObjectName: 'target.file.full_path' },
    rule_conditions: [security],
  },
];
