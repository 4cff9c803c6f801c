/**
 * Advanced hunting of Microsoft Defender XDR: one table for each kind of event of a device
 * (https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables). FolderPath holds the whole path of a file.
 */
import { chooseTable, columnSteps, forTable, needTable, onFields } from './kusto-table.ts';
import { kindSteps, registryPath, rootSteps, withColumns } from './kusto-table.ts';
import { xdrColumns, xdrMappings } from './microsoft-xdr-columns.ts';
import type { XdrTable } from './microsoft-xdr-columns.ts';
import type { PipelineSource, StepSource } from './source.ts';

/** Accounts are kept as domain and name. */
const account = (prefix: string): string => `strcat(${prefix}AccountDomain, "\\\\", ${prefix}AccountName)`;

/** Fields of a table that are computed when a rule asks for them, with the columns to group by otherwise. */
const users: Readonly<Record<XdrTable, Readonly<Record<string, string>>>> = {
  DeviceProcessEvents: { User: '', ParentUser: 'InitiatingProcess' },
  DeviceFileEvents: { User: 'InitiatingProcess' },
  DeviceRegistryEvents: { User: 'InitiatingProcess' },
  DeviceImageLoadEvents: { User: 'InitiatingProcess' },
  DeviceNetworkEvents: { User: 'InitiatingProcess' },
  DeviceLogonEvents: {},
};

const registryCategories = ['registry_add', 'registry_delete', 'registry_event', 'registry_set'].map(
  (category) => ({ category }),
);
const registryRoots = {
  HKLM: 'HKEY_LOCAL_MACHINE',
  HKU: 'HKEY_USERS',
  HKCU: 'HKEY_CURRENT_USER',
  HKCR: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes',
};
const security = { type: 'logsource', product: 'windows', service: 'security' };

export function microsoftXdr(): PipelineSource {
  const tables = Object.keys(xdrColumns) as XdrTable[];
  return {
    name: 'Microsoft Defender XDR: tables of advanced hunting',
    priority: 10,
    allowed_backends: ['kusto'],
    transformations: [
      { type: 'set_state', key: 'time_field', val: 'Timestamp' },
      ...tableChoice,
      needTable(tables, 'no table of Microsoft Defender XDR is known for the log source of the rule'),
      ...tables.flatMap(userSteps),
      ...eventSteps,
      ...hashSteps,
      ...tables.flatMap((table) => columnSteps(table, xdrMappings[table], fieldsOf(table))),
      ...registrySteps,
      ...valueSteps,
    ],
  };
}

const tableChoice: readonly StepSource[] = [
  ...chooseTable('DeviceProcessEvents', [{ category: 'process_creation' }]),
  ...chooseTable(
    'DeviceFileEvents',
    ['file_access', 'file_delete', 'file_event', 'file_rename'].map((category) => ({ category })),
  ),
  ...chooseTable('DeviceRegistryEvents', registryCategories, {
    RegistryPath: registryPath('RegistryKey', 'RegistryValueName'),
  }),
  ...chooseTable('DeviceImageLoadEvents', [{ category: 'image_load' }]),
  ...chooseTable('DeviceNetworkEvents', [{ category: 'network_connection' }]),
  ...fromSecurityLog('DeviceLogonEvents', [4624, 4625]),
  ...fromSecurityLog('DeviceRegistryEvents', [4657]),
  // Handles of other objects have the same event ids.
  ...fromSecurityLog('DeviceRegistryEvents', [4656, 4663], 'Key'),
  ...fromSecurityLog('DeviceRegistryEvents', [4656, 4663], 'key'),
];

/** Rules about the Security log that name one of the events. */
function fromSecurityLog(table: string, eventIds: readonly number[], objectType?: string): StepSource[] {
  return eventIds.flatMap((value) => {
    const conditions = [
      security,
      { type: 'contains_detection_item', field: 'EventID', value },
      ...(objectType === undefined
        ? []
        : [{ type: 'contains_detection_item', field: 'ObjectType', value: objectType }]),
    ];
    return [
      { type: 'set_state', key: 'table', val: table, rule_conditions: conditions },
      { type: 'set_state', key: 'query_table', val: table, rule_conditions: conditions },
    ];
  });
}

/** Accounts are computed only for rules that ask for them; grouping by them takes the name alone. */
function userSteps(table: XdrTable): StepSource[] {
  const prefixes = Object.entries(users[table]);
  if (prefixes.length === 0) return [];
  const asked = prefixes.map(([field]) => ({ type: 'contains_field', field }));
  const computed = Object.fromEntries(prefixes.map(([field, prefix]) => [field, account(prefix)]));
  const path = { RegistryPath: registryPath('RegistryKey', 'RegistryValueName') };
  const inTable = { type: 'processing_state', key: 'table', val: table };
  return [
    ...asked.map((condition) => ({
      type: 'set_state',
      key: 'query_table',
      val: withColumns(table, table === 'DeviceRegistryEvents' ? { ...path, ...computed } : computed),
      rule_conditions: [inTable, condition],
    })),
    ...prefixes.map(([field, prefix]) => ({
      type: 'field_name_mapping',
      mapping: { [field]: `${prefix}AccountName` },
      rule_conditions: { table: inTable, ...Object.fromEntries(asked.map((one, i) => [`asked${i}`, one])) },
      rule_cond_expr: `table and not (${asked.map((_, i) => `asked${i}`).join(' or ')})`,
    })),
  ];
}

function fieldsOf(table: XdrTable): string[] {
  const computed = Object.keys(users[table]);
  return [...xdrColumns[table], ...computed, ...(table === 'DeviceRegistryEvents' ? ['RegistryPath'] : [])];
}

/** Kinds of events that share a table with others, and fields that only say which kind it is. */
const eventSteps: readonly StepSource[] = [
  ...kindSteps('ActionType', forTable('DeviceRegistryEvents')),
  {
    type: 'translate_values',
    strict: true,
    mapping: { 4624: 'LogonSuccess', 4625: 'LogonFailed' },
    ...onFields('EventID'),
    ...forTable('DeviceLogonEvents'),
  },
  {
    type: 'translate_values',
    strict: true,
    mapping: {
      2: 'Interactive',
      3: 'Network',
      4: 'Batch',
      5: 'Service',
      7: 'Unlock',
      10: 'RemoteInteractive',
      11: 'CachedInteractive',
    },
    ...onFields('LogonType'),
    ...forTable('DeviceLogonEvents'),
  },
  {
    type: 'translate_values',
    strict: true,
    mapping: { 4656: '4656', 4657: '4657', 4663: '4663', Key: 'Key' },
    ...onFields('EventID', 'ObjectType'),
    ...forTable('DeviceRegistryEvents'),
  },
  {
    type: 'drop_detection_item',
    ...onFields('EventID', 'ObjectType'),
    ...forTable('DeviceRegistryEvents'),
  },
  // Outgoing connections have several kinds; what came in has one.
  {
    type: 'translate_values',
    strict: true,
    mapping: { true: 'outbound', false: 'InboundConnectionAccepted' },
    ...onFields('Initiated'),
    ...forTable('DeviceNetworkEvents'),
  },
  {
    type: 'drop_detection_item',
    detection_item_conditions: [{ type: 'match_string', cond: 'any', pattern: '^outbound$' }],
    ...onFields('Initiated'),
    ...forTable('DeviceNetworkEvents'),
  },
  {
    type: 'field_name_mapping',
    mapping: { Initiated: 'ActionType' },
    ...forTable('DeviceNetworkEvents'),
  },
];

const hashSteps: readonly StepSource[] = (
  ['DeviceProcessEvents', 'DeviceFileEvents', 'DeviceImageLoadEvents'] as const
).map((table) => ({
  type: 'hashes_fields',
  valid_hash_algos: ['MD5', 'SHA1', 'SHA256'],
  ...forTable(table),
}));

const registrySteps: readonly StepSource[] = [
  ...rootSteps('DeviceRegistryEvents', 'RegistryPath', registryRoots),
  ...rootSteps('DeviceRegistryEvents', 'RegistryKey', { '\\REGISTRY\\MACHINE': 'HKEY_LOCAL_MACHINE' }),
  {
    type: 'convert_type',
    target_type: 'str',
    ...onFields('RegistryValueData'),
    ...forTable('DeviceRegistryEvents'),
  },
  { type: 'plain_registry_data', ...onFields('RegistryValueData'), ...forTable('DeviceRegistryEvents') },
];

const valueSteps: readonly StepSource[] = [
  { type: 'file_names', ...onFields('InitiatingProcessParentFileName') },
  { type: 'read_numbers', ...onFields('LogonId', 'LocalPort', 'RemotePort') },
];
