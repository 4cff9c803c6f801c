/**
 * The type of a field's values, by its canonical name: what text of a shipper may be read as without guessing from
 * the values. Names are Sysmon's and those of the Windows event logs (Microsoft's manifests).
 */
import { foldFieldName } from './field-table.ts';

/**
 * How a column is to be read. `hex` is an integer that is written in hexadecimal (rights, masks, status codes);
 * `time` is UTC with 100 ns; `list` holds several values.
 */
export type FieldType = 'text' | 'integer' | 'hex' | 'float' | 'boolean' | 'time' | 'ip' | 'guid' | 'list';

const named: Readonly<Record<Exclude<FieldType, 'text' | 'list' | 'float'>, readonly string[]>> = {
  integer: ['EventID', 'EventRecordID', 'ProcessId', 'ParentProcessId', 'SourcePort', 'DestinationPort'],
  hex: ['GrantedAccess', 'AccessMask'],
  boolean: ['Initiated'],
  time: ['SystemTime', 'UtcTime', 'CreationUtcTime', 'PreviousCreationUtcTime'],
  ip: ['SourceIp', 'DestinationIp'],
  guid: ['ProcessGuid', 'ParentProcessGuid', 'SourceProcessGUID', 'TargetProcessGUID', 'LogonGuid'],
};

const types = new Map<string, FieldType>(
  Object.entries(named).flatMap(([type, names]) =>
    names.map((name): [string, FieldType] => [foldFieldName(name), type as FieldType]),
  ),
);

/** The type of a field; `text` for those that are not known. */
export function fieldType(name: string): FieldType {
  return types.get(foldFieldName(name)) ?? 'text';
}
