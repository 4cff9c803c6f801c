/**
 * Splunk: sources of the Windows add-on (`WinEventLog:` before the channel, EventCode), a faster filter for process
 * creation by Sysmon, and the data models of the Common Information Model (CIM) for tstats.
 */
import { forLogSources } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';
import { channelSteps } from './windows.ts';

export function splunkWindows(): PipelineSource {
  return {
    name: 'Splunk: Windows event logs of the Windows add-on',
    priority: 20,
    allowed_backends: ['splunk'],
    transformations: [...channelSteps('source', 'WinEventLog:'), eventCode],
  };
}

const eventCode: StepSource = {
  id: 'splunk_event_code',
  type: 'field_name_mapping',
  mapping: { EventID: 'EventCode' },
};

/** Sysmon's process creation as `search` finds it fastest: the source alone says channel and shipper. */
export function splunkSysmonAcceleration(): PipelineSource {
  return {
    name: 'Splunk: index-time terms for Sysmon process creation',
    priority: 25,
    allowed_backends: ['splunk'],
    transformations: [
      {
        id: 'splunk_sysmon_term',
        type: 'add_condition',
        conditions: { source: 'WinEventLog:Microsoft-Windows-Sysmon/Operational' },
        ...forLogSources({ category: 'process_creation', product: 'windows' }),
      },
      eventCode,
    ],
  };
}

interface DataModel {
  readonly model: string;
  readonly sources: readonly Readonly<Record<string, string>>[];
  readonly what: string;
  /** Sigma's field to the model's, in the order of the `by` clause. */
  readonly fields: Readonly<Record<string, string>>;
}

const dataModels: readonly DataModel[] = [
  {
    model: 'Endpoint.Processes',
    what: 'process creation',
    sources: [
      { category: 'process_creation', product: 'windows' },
      { category: 'process_creation', product: 'linux' },
    ],
    fields: {
      CommandLine: 'Processes.process',
      Computer: 'Processes.dest',
      CurrentDirectory: 'Processes.process_current_directory',
      Image: 'Processes.process_path',
      IntegrityLevel: 'Processes.process_integrity_level',
      OriginalFileName: 'Processes.original_file_name',
      ParentCommandLine: 'Processes.parent_process',
      ParentImage: 'Processes.parent_process_path',
      ParentProcessGuid: 'Processes.parent_process_guid',
      ParentProcessId: 'Processes.parent_process_id',
      ProcessGuid: 'Processes.process_guid',
      ProcessId: 'Processes.process_id',
      User: 'Processes.user',
    },
  },
  {
    model: 'Endpoint.Registry',
    what: 'registry changes',
    sources: ['registry_add', 'registry_delete', 'registry_event', 'registry_set'].map((category) => ({
      category,
      product: 'windows',
    })),
    fields: {
      Computer: 'Registry.dest',
      Details: 'Registry.registry_value_data',
      EventType: 'Registry.action',
      Image: 'Registry.process_path',
      ProcessGuid: 'Registry.process_guid',
      ProcessId: 'Registry.process_id',
      TargetObject: 'Registry.registry_key_name',
    },
  },
  {
    model: 'Endpoint.Filesystem',
    what: 'file events',
    sources: [{ category: 'file_event', product: 'windows' }],
    fields: {
      Computer: 'Filesystem.dest',
      CreationUtcTime: 'Filesystem.file_create_time',
      Image: 'Filesystem.process_path',
      ProcessGuid: 'Filesystem.process_guid',
      ProcessId: 'Filesystem.process_id',
      TargetFilename: 'Filesystem.file_path',
    },
  },
  {
    model: 'Web.Proxy',
    what: 'web proxies',
    sources: [{ category: 'proxy' }],
    fields: {
      'c-uri': 'Web.url',
      'c-uri-query': 'Web.uri_query',
      'c-uri-stem': 'Web.uri_path',
      'c-useragent': 'Web.http_user_agent',
      'cs-method': 'Web.http_method',
      'cs-host': 'Web.dest',
      'cs-referrer': 'Web.http_referrer',
      src_ip: 'Web.src',
      dst_ip: 'Web.dest_ip',
    },
  },
];

export function splunkCim(): PipelineSource {
  return {
    name: 'Splunk: CIM data models for tstats (format data_model)',
    priority: 20,
    allowed_backends: ['splunk'],
    transformations: [
      {
        id: 'cim_log_source',
        type: 'rule_failure',
        message: 'no CIM data model is known for the log source of the rule',
        ...forLogSources(...dataModels.flatMap(({ sources }) => sources)),
        rule_cond_not: true,
      },
      ...dataModels.flatMap(dataModelSteps),
    ],
  };
}

function dataModelSteps({ model, what, sources, fields }: DataModel): StepSource[] {
  const where = forLogSources(...sources);
  const known = Object.keys(fields);
  return [
    {
      id: `cim_${model}_unknown_field`,
      type: 'detection_item_failure',
      message: `the CIM data model of ${what} has the fields ${known.join(', ')} only`,
      field_name_conditions: [{ type: 'exclude_fields', fields: known }],
      ...where,
    },
    { id: `cim_${model}_fields`, type: 'field_name_mapping', mapping: fields, ...where },
    { id: `cim_${model}_state`, type: 'set_state', key: 'data_model_set', val: model, ...where },
    { id: `cim_${model}_by`, type: 'set_state', key: 'fields', val: Object.values(fields), ...where },
  ];
}
