/**
 * Windows events as Winlogbeat 7 and later writes them to Elasticsearch: the Elastic Common Schema where its modules
 * map a field (https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields.html), else
 * `winlog.event_data.`. `…caseless` is the normalised multi-field of Elastic's index templates.
 */
import { forLogSources, forWindows } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';
import { channelSteps } from './windows.ts';

/** Fields that mean the same in every event. */
const common: Readonly<Record<string, string>> = {
  EventID: 'event.code',
  Channel: 'winlog.channel',
  Provider_Name: 'winlog.provider_name',
  Provider: 'winlog.provider_name',
  ComputerName: 'winlog.computer_name',
  Computer: 'winlog.computer_name',
  EventRecordID: 'winlog.record_id',
  FileName: 'file.path',
  TargetFilename: 'file.path',
  ProcessGuid: 'process.entity_id',
  ProcessId: 'process.pid',
  Image: 'process.executable.caseless',
  Application: 'process.executable.caseless',
  ProcessName: 'process.executable.caseless',
  ParentProcessGuid: 'process.parent.entity_id',
  ParentProcessId: 'process.parent.pid',
  ParentImage: 'process.parent.executable.caseless',
  ParentCommandLine: 'process.parent.command_line',
  CurrentDirectory: 'process.working_directory',
  SourceImage: 'process.executable.caseless',
  SourceProcessGuid: 'process.entity_id',
  SourceProcessId: 'process.pid',
  SourceThreadId: 'process.thread.id',
  User: 'user.name',
  SubjectUserName: 'user.name',
  SubjectUserSid: 'user.id',
  SubjectDomainName: 'user.domain',
  SubjectLogonId: 'winlog.logon.id',
  TargetLogonId: 'winlog.logon.id',
  DestinationHostname: 'destination.domain',
  DestinationIp: 'destination.ip',
  DestinationPort: 'destination.port',
  DestinationPortName: 'network.protocol',
  DestAddress: 'destination.ip',
  DestPort: 'destination.port',
  SourceHostname: 'source.domain',
  SourceIp: 'source.ip',
  SourcePort: 'source.port',
  SourceAddress: 'source.ip',
  ClientAddress: 'source.ip',
  IpAddress: 'source.ip',
  IpPort: 'source.port',
  WorkstationName: 'source.domain',
  Workstation: 'source.domain',
  Initiated: 'network.direction',
  Protocol: 'network.transport',
  QueryName: 'dns.question.name',
  QueryStatus: 'sysmon.dns.status',
  TargetObject: 'registry.path',
  PipeName: 'file.name',
  md5: 'process.hash.md5',
  sha1: 'process.hash.sha1',
  sha256: 'process.hash.sha256',
  Imphash: 'process.pe.imphash',
  ScriptBlockText: 'powershell.file.script_block_text',
  Payload: 'powershell.file.script_block_text',
};

/** Where the category decides: file details belong to the process, or to the library that it loads. */
const byCategory: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  process_creation: {
    CommandLine: 'process.command_line',
    Company: 'process.pe.company',
    Description: 'process.pe.description',
    FileVersion: 'process.pe.file_version',
    OriginalFileName: 'process.pe.original_file_name',
    Product: 'process.pe.product',
  },
  image_load: {
    ImageLoaded: 'file.path',
    Company: 'file.pe.company',
    Description: 'file.pe.description',
    FileVersion: 'file.pe.file_version',
    OriginalFileName: 'file.pe.original_file_name',
    Product: 'file.pe.product',
    SignatureStatus: 'file.code_signature.status',
    Signed: 'file.code_signature.signed',
  },
  driver_load: { ImageLoaded: 'file.path' },
};

const numeric = ['destination.port', 'source.port', 'process.pid', 'process.parent.pid', 'process.thread.id'];

export function ecsWindows(): PipelineSource {
  const categories = Object.entries(byCategory).map(([category, mapping]): StepSource => ({
    id: `ecs_${category}`,
    type: 'field_name_mapping',
    mapping,
    ...forLogSources({ category, product: 'windows' }),
  }));
  return {
    name: 'Elastic Common Schema of Winlogbeat 7 and later',
    priority: 20,
    transformations: [
      ...channelSteps('winlog.channel'),
      ...categories,
      { id: 'ecs_fields', type: 'field_name_mapping', mapping: common, ...forWindows },
      {
        // Numbers of event_data are keywords; these fields are numbers in ECS.
        id: 'ecs_keywords',
        type: 'convert_type',
        target_type: 'str',
        field_name_conditions: [{ type: 'exclude_fields', fields: numeric }],
        ...forWindows,
      },
      {
        id: 'ecs_event_data',
        type: 'field_name_prefix',
        prefix: 'winlog.event_data.',
        field_name_conditions: [
          ...[...Object.keys(byCategory).map((category) => `ecs_${category}`), 'ecs_fields'].map((id) => ({
            type: 'processing_item_applied',
            processing_item_id: id,
          })),
          { type: 'include_fields', fields: ['\\w+\\.'], mode: 're' },
        ],
        field_name_cond_op: 'or',
        field_name_cond_not: true,
        ...forWindows,
      },
    ],
  };
}
