/**
 * The Open Cybersecurity Schema Framework (https://schema.ocsf.io/1.3.0): classes of events by number, attributes as
 * paths. Log sources that are no activity of a system stay as they are; attributes without a place are under `unmapped`.
 */
import { forLogSources } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';
import { oneOrList, sysmonEventIds } from './windows-logs.ts';

type Mapping = Readonly<Record<string, string>>;

interface EventClass {
  readonly uid: number | readonly number[];
  /** The number of the activity in the class; none where it is any. */
  readonly activity?: number | readonly number[];
  readonly fields: Mapping;
  /** Where hashes belong. */
  readonly hashes?: string;
}

const machine: Mapping = {
  Computer: 'device.hostname',
  ComputerName: 'device.hostname',
  Hostname: 'device.hostname',
};

function processFields(process: string): Mapping {
  return {
    CommandLine: `${process}.cmd_line`,
    Image: `${process}.file.path`,
    IntegrityLevel: `${process}.integrity`,
    ProcessGuid: `${process}.uid`,
    ProcessId: `${process}.pid`,
  };
}

/** What a file says of itself. */
function fileFields(file: string): Mapping {
  return {
    Company: `${file}.company_name`,
    Description: `${file}.desc`,
    FileVersion: `${file}.version`,
    OriginalFileName: `${file}.internal_name`,
    Product: `${file}.product.name`,
    Signature: `${file}.signature.certificate.subject`,
    SignatureStatus: `${file}.signature.state`,
  };
}

const actor: Mapping = {
  ...machine,
  ...processFields('actor.process'),
  ParentCommandLine: 'actor.process.parent_process.cmd_line',
  ParentImage: 'actor.process.parent_process.file.path',
  ParentProcessId: 'actor.process.parent_process.pid',
  User: 'actor.user.name',
};

const launched: Mapping = {
  ...machine,
  ...processFields('process'),
  ...fileFields('process.file'),
  CurrentDirectory: 'process.working_directory',
  GrandParentImage: 'actor.process.parent_process.file.path',
  LogonId: 'process.session.uid',
  ParentCommandLine: 'actor.process.cmd_line',
  ParentImage: 'actor.process.file.path',
  ParentProcessGuid: 'actor.process.uid',
  ParentProcessId: 'actor.process.pid',
  ParentUser: 'actor.user.name',
  User: 'process.user.name',
};

const touched: Mapping = {
  ...machine,
  SourceCommandLine: 'actor.process.cmd_line',
  SourceImage: 'actor.process.file.path',
  SourceProcessId: 'actor.process.pid',
  SourceUser: 'actor.user.name',
  TargetImage: 'process.file.path',
  TargetProcessId: 'process.pid',
  TargetUser: 'process.user.name',
};

const files: Mapping = {
  ...actor,
  CreationUtcTime: 'file.created_time_dt',
  FileName: 'file.path',
  SourceFilename: 'file.path',
  TargetFilename: 'file.path',
};

const registry: Mapping = {
  ...actor,
  Details: 'reg_value.data',
  EventType: 'activity_id',
  NewName: 'reg_key.path',
  TargetObject: 'TargetObject',
};

const keyClass = 201001;
const valueClass = 201002;

/** Category to its class. */
export const ocsfClasses: Readonly<Record<string, EventClass>> = {
  process_creation: { uid: 1007, activity: 1, fields: launched, hashes: 'process.file.hashes' },
  process_termination: { uid: 1007, activity: 2, fields: launched },
  process_access: { uid: 1007, activity: 3, fields: touched },
  create_remote_thread: { uid: 1007, activity: 4, fields: touched },
  file_event: { uid: 1001, activity: 1, fields: files, hashes: 'file.hashes' },
  file_access: { uid: 1001, activity: 2, fields: files },
  file_delete: { uid: 1001, activity: 4, fields: files, hashes: 'file.hashes' },
  file_rename: { uid: 1001, activity: 5, fields: files },
  file_change: { uid: 1001, activity: 6, fields: files },
  driver_load: {
    uid: 1002,
    activity: 1,
    fields: { ...actor, ...fileFields('driver.file'), ImageLoaded: 'driver.file.path' },
    hashes: 'driver.file.hashes',
  },
  image_load: {
    uid: 1005,
    activity: 1,
    fields: { ...actor, ...fileFields('module.file'), ImageLoaded: 'module.file.path' },
    hashes: 'module.file.hashes',
  },
  network_connection: {
    uid: 4001,
    activity: 1,
    fields: {
      ...actor,
      DestinationHostname: 'dst_endpoint.hostname',
      DestinationIp: 'dst_endpoint.ip',
      DestinationPort: 'dst_endpoint.port',
      Initiated: 'connection_info.direction_id',
      Protocol: 'connection_info.protocol_name',
      SourceHostname: 'src_endpoint.hostname',
      SourceIp: 'src_endpoint.ip',
      SourcePort: 'src_endpoint.port',
    },
  },
  dns_query: {
    uid: 4003,
    activity: [1, 6],
    fields: { ...actor, QueryName: 'query.hostname', QueryResults: 'answers.rdata', QueryStatus: 'rcode_id' },
  },
  registry_add: { uid: keyClass, activity: 1, fields: registry },
  registry_delete: { uid: [keyClass, valueClass], activity: 4, fields: registry },
  registry_event: { uid: [keyClass, valueClass], fields: registry },
  registry_set: { uid: valueClass, activity: [2, 3], fields: registry },
};

export function ocsf(): PipelineSource {
  return {
    name: 'Open Cybersecurity Schema Framework (OCSF)',
    priority: 20,
    transformations: [
      ...Object.entries(ocsfClasses).flatMap(([category, eventClass]) => [
        ...valueSteps(category),
        ...classSteps(category, eventClass),
      ]),
      ...otherEvents,
    ],
  };
}

/** Sysmon's events that no class is for. */
const otherEvents: readonly StepSource[] = Object.entries(sysmonEventIds)
  .filter(([category]) => !Object.hasOwn(ocsfClasses, category))
  .map(([category, ids]) => ({
    type: 'add_condition',
    conditions: { EventID: oneOrList(ids) },
    ...forLogSources({ category, product: 'windows' }),
  }));

function classSteps(category: string, { uid, activity, fields, hashes }: EventClass): StepSource[] {
  const where = forLogSources({ category });
  return [
    ...(hashes === undefined
      ? []
      : [
          {
            type: 'hashes_fields',
            valid_hash_algos: ['MD5', 'SHA1', 'SHA256', 'SHA512', 'IMPHASH'],
            field_prefix: hashes,
            drop_algo_prefix: true,
            ...where,
          },
          // A list of hashes with their algorithms: one of them holds the digits.
          {
            type: 'replace_string',
            regex: '^\\**([^*]+)\\**$',
            replacement: '*\\1*',
            field_name_conditions: [{ type: 'include_fields', fields: [hashes] }],
            ...where,
          },
        ]),
    { id: `ocsf_${category}`, type: 'field_name_mapping', mapping: fields, ...where },
    ...(category.startsWith('registry_') ? [registryStep(category)] : []),
    {
      type: 'field_name_prefix',
      prefix: 'unmapped.',
      field_name_conditions: [
        { type: 'include_fields', fields: Object.values(fields).concat(hashes ?? [], registryParts) },
        { type: 'include_fields', fields: ['\\w+\\.'], mode: 're' },
      ],
      field_name_cond_op: 'or',
      field_name_cond_not: true,
      ...where,
    },
    ...(activity === undefined
      ? [{ type: 'add_condition', conditions: { class_uid: uid }, ...where }]
      : [
          { type: 'add_condition', conditions: { class_uid: uid }, ...inClass(category, true) },
          {
            type: 'add_condition',
            conditions: { class_uid: uid, activity_id: activity },
            ...inClass(category, false),
          },
        ]),
  ];
}

/** Rules of the category that say themselves what was done, or those that do not. */
function inClass(category: string, typed: boolean): StepSource {
  return {
    rule_conditions: {
      source: { type: 'logsource', category },
      typed: { type: 'contains_field', field: 'activity_id' },
    },
    rule_cond_expr: typed ? 'source and typed' : 'source and not typed',
  };
}

const registryParts = ['reg_key.path', 'reg_value.path', 'reg_value.name'];

/** Values have the path of their key and a name; keys have their own class. */
function registryStep(category: string): StepSource {
  const where = forLogSources({ category });
  if (category === 'registry_add')
    return { type: 'field_name_mapping', mapping: { TargetObject: 'reg_key.path' }, ...where };
  return {
    type: 'split_path',
    container: 'reg_value.path',
    name: 'reg_value.name',
    ...(category === 'registry_set' ? {} : { whole: 'reg_key.path' }),
    field_name_conditions: [{ type: 'include_fields', fields: ['TargetObject'] }],
    ...where,
  };
}

const roots = {
  HKLM: 'HKEY_LOCAL_MACHINE',
  HKU: 'HKEY_USERS',
  HKCU: 'HKEY_CURRENT_USER',
  HKCR: 'HKEY_CLASSES_ROOT',
};

/** Values that OCSF numbers or writes in another way. */
function valueSteps(category: string): StepSource[] {
  const only = (...fields: string[]): StepSource => ({
    field_name_conditions: [{ type: 'include_fields', fields }],
    ...forLogSources({ category }),
  });
  if (category === 'network_connection')
    return [
      {
        type: 'translate_values',
        strict: true,
        mapping: { true: '2', false: '1' },
        ...only('Initiated'),
      },
      { type: 'convert_type', target_type: 'num', ...only('Initiated') },
    ];
  if (!category.startsWith('registry_')) return [];
  return [
    ...Object.entries(roots).map(([root, name]) => ({
      type: 'replace_string',
      regex: `(?i)^(\\*?)${root}(?=\\\\|$)`,
      replacement: `\\1${name}`,
      ...only('TargetObject', 'NewName'),
    })),
    {
      type: 'translate_values',
      strict: true,
      mapping: {
        CreateKey: '1',
        CreateValue: '2',
        DeleteKey: '4',
        DeleteValue: '4',
        RenameKey: '5',
        SetValue: ['2', '3'],
      },
      ...only('EventType'),
    },
    { type: 'convert_type', target_type: 'num', ...only('EventType') },
  ];
}
