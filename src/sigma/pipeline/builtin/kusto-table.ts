/** What pipelines for tables of Microsoft's Kusto products share. The target reads the table from `query_table`. */
import { forLogSources } from './source.ts';
import type { StepSource } from './source.ts';
import { sysmonEventIds } from './windows-logs.ts';

type Source = Readonly<Record<string, string>>;

/** A computed column: its name, and the KQL that gives it. */
export type Computed = Readonly<Record<string, string>>;

/** Steps for rules whose table is known. */
export function forTable(table: string, ...others: readonly StepSource[]): StepSource {
  return { rule_conditions: [{ type: 'processing_state', key: 'table', val: table }, ...others] };
}

/** Rules of these log sources are about the table. */
export function chooseTable(
  table: string,
  sources: readonly Source[],
  computed: Computed = {},
): StepSource[] {
  const where = forLogSources(...sources);
  return [
    { type: 'set_state', key: 'table', val: table, ...where },
    { type: 'set_state', key: 'query_table', val: withColumns(table, computed), ...where },
  ];
}

export function withColumns(table: string, computed: Computed): string {
  const columns = Object.entries(computed).map(([name, kql]) => `${name} = ${kql}`);
  return columns.length === 0 ? table : `${table}\n| extend ${columns.join(', ')}`;
}

/** Refuses rules that no step before found a table for. */
export function needTable(tables: readonly string[], message: string): StepSource {
  return {
    id: 'no_table',
    type: 'rule_failure',
    message,
    rule_conditions: tables.map((table) => ({ type: 'processing_state', key: 'table', val: table })),
    rule_cond_op: 'or',
    rule_cond_not: true,
  };
}

/** Field names to columns, then a refusal of every field that is none. */
export function columnSteps(
  table: string,
  mapping: Readonly<Record<string, string | readonly string[]>>,
  columns: readonly string[],
): StepSource[] {
  return [
    { id: `${table}_columns`, type: 'field_name_mapping', mapping, ...forTable(table) },
    { id: `${table}_check`, type: 'check_fields', table, fields: columns, ...forTable(table) },
  ];
}

/** Only items of these fields. */
export function onFields(...fields: readonly string[]): StepSource {
  return { field_name_conditions: [{ type: 'include_fields', fields }] };
}

/**
 * Sysmon's paths of registry values have the name of the value at their end and `CurrentControlSet` for the set in use;
 * tables keep the name apart and the set as it is called.
 */
export function registryPath(key: string, value: string): string {
  const path = `iff(isempty(${value}), ${key}, strcat(${key}, "\\\\", ${value}))`;
  return `replace_string(${path}, "\\\\ControlSet001\\\\", "\\\\CurrentControlSet\\\\")`;
}

/** Roots of registry paths, at the beginning of values: `HKLM` by what the table has for it. */
export function rootSteps(
  table: string,
  field: string,
  roots: Readonly<Record<string, string>>,
): StepSource[] {
  return Object.entries(roots).map(([root, name]) => ({
    type: 'replace_string',
    regex: `(?i)^(\\*?)${root.replaceAll('\\', '\\\\')}(?=\\\\|$)`,
    replacement: `\\1${name.replaceAll('\\', '\\\\')}`,
    ...onFields(field),
    ...forTable(table),
  }));
}

/** Columns by their names in one text. */
export function names(...texts: readonly string[]): string[] {
  return texts.join(' ').split(/\s+/);
}

/** Rules about deletions in the registry that do not say themselves which. */
const deletionsWithoutType: StepSource = {
  rule_conditions: {
    deletion: { type: 'logsource', category: 'registry_delete' },
    typed: { type: 'contains_field', field: 'EventType' },
  },
  rule_cond_expr: 'deletion and not typed',
};

/** Rules of a category may also say Sysmon's event id, which is what the table stands for. */
export const dropSysmonIds: StepSource = {
  type: 'drop_detection_item',
  ...onFields('EventID'),
  ...forLogSources(...Object.keys(sysmonEventIds).map((category) => ({ category }))),
};

/**
 * Events of several kinds stand in one table; `column` says which kind, in words that Defender XDR and ASIM share.
 * `inRegistry` are the conditions for the table of registry events.
 */
export function kindSteps(column: string, inRegistry: StepSource): readonly StepSource[] {
  return [
    dropSysmonIds,
    {
      type: 'add_condition',
      conditions: { [column]: 'FileDeleted' },
      ...forLogSources({ category: 'file_delete' }),
    },
    {
      type: 'add_condition',
      conditions: { [column]: 'FileRenamed' },
      ...forLogSources({ category: 'file_rename' }),
    },
    {
      type: 'add_condition',
      conditions: { [column]: ['RegistryKeyDeleted', 'RegistryValueDeleted'] },
      ...deletionsWithoutType,
    },
    {
      type: 'translate_values',
      mapping: {
        CreateKey: 'RegistryKeyCreated',
        CreateValue: 'RegistryValueSet',
        DeleteKey: ['RegistryKeyDeleted', 'RegistryValueDeleted'],
        DeleteValue: 'RegistryValueDeleted',
        RenameKey: 'RegistryKeyRenamed',
        SetValue: 'RegistryValueSet',
      },
      ...onFields('EventType'),
      ...inRegistry,
    },
  ];
}
