/**
 * Rows of HELK (the Hunting ELK) under the names that Windows gives what tells processes apart: the other way round of
 * the pipeline `helk`. What has no entry keeps its name.
 */
import type { EngineRow } from '../../sources/index.ts';

const names: Readonly<Record<string, string>> = {
  event_id: 'EventID',
  log_name: 'Channel',
  source_name: 'Provider_Name',
  host_name: 'Computer',
  record_number: 'EventRecordID',
  process_command_line: 'CommandLine',
  process_parent_path: 'ParentImage',
  process_parent_command_line: 'ParentCommandLine',
  process_parent_guid: 'ParentProcessGuid',
  user_account: 'User',
  file_name: 'TargetFilename',
  registry_key_path: 'TargetObject',
  module_loaded: 'ImageLoaded',
  target_process_path: 'TargetImage',
  dst_ip_addr: 'DestinationIp',
  dst_port: 'DestinationPort',
  pipe_name: 'PipeName',
};
const sysmon: Readonly<Record<string, string>> = {
  process_path: 'Image',
  process_guid: 'ProcessGuid',
  process_id: 'ProcessId',
  process_parent_id: 'ParentProcessId',
};
/** Sysmon's events of one process that touches another name the first as the source. */
const touching: Readonly<Record<string, string>> = {
  process_path: 'SourceImage',
  process_guid: 'SourceProcessGUID',
  process_id: 'SourceProcessId',
};
const created: Readonly<Record<string, string>> = {
  process_path: 'NewProcessName',
  process_id: 'NewProcessId',
  process_parent_id: 'ProcessId',
  process_parent_path: 'ParentProcessName',
  user_name: 'SubjectUserName',
};
const audited: Readonly<Record<string, string>> = { process_path: 'ProcessName', process_id: 'ProcessId' };

export function plainHelk(row: EngineRow): EngineRow {
  if (row['log_name'] === undefined) return row;
  const id = String(row['event_id']);
  const byEvent = !String(row['log_name']).includes('Sysmon')
    ? id === '4688'
      ? created
      : audited
    : id === '8' || id === '10'
      ? touching
      : sysmon;
  const plain = Object.create(null) as EngineRow;
  for (const [name, value] of Object.entries(row)) {
    const own = Object.hasOwn(byEvent, name)
      ? byEvent[name]
      : Object.hasOwn(names, name)
        ? names[name]
        : name;
    plain[own as string] = value;
  }
  return plain;
}
