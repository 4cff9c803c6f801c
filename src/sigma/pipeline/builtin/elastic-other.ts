/**
 * Further shapes in Elasticsearch: Winlogbeat before version 7, Zeek logs by Filebeat and by Corelight, Kubernetes audit
 * events, and macOS Endpoint Security events by Elastic's agent. Names from Elastic's and Corelight's documentation of
 * exported fields.
 */
import { forLogSources, forWindows } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';
import { channelSteps } from './windows.ts';

/** Winlogbeat 6 and earlier: everything of the event below event_data. */
export function ecsWindowsOld(): PipelineSource {
  const mapping = {
    EventID: 'event_id',
    Channel: 'log_name',
    Provider_Name: 'source_name',
    Computer: 'computer_name',
    ComputerName: 'computer_name',
    EventRecordID: 'record_number',
  };
  return {
    name: 'Winlogbeat 6 and earlier',
    priority: 20,
    transformations: [
      ...channelSteps('log_name'),
      { id: 'winlogbeat6_fields', type: 'field_name_mapping', mapping, ...forWindows },
      {
        id: 'winlogbeat6_event_data',
        type: 'field_name_prefix',
        prefix: 'event_data.',
        field_name_conditions: [
          { type: 'processing_item_applied', processing_item_id: 'winlogbeat6_fields' },
          { type: 'include_fields', fields: [...new Set(Object.values(mapping)), '\\w+\\.'], mode: 're' },
        ],
        field_name_cond_op: 'or',
        field_name_cond_not: true,
        ...forWindows,
      },
    ],
  };
}

/** Zeek's own connection fields, which all its logs have. */
const zeekConnection = {
  'id.orig_h': 'source.ip',
  'id.orig_p': 'source.port',
  'id.resp_h': 'destination.ip',
  'id.resp_p': 'destination.port',
  proto: 'network.transport',
  service: 'network.protocol',
  ts: '@timestamp',
};

const zeekLogs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dns: {
    query: 'dns.question.name',
    qtype_name: 'dns.question.type',
    qclass_name: 'dns.question.class',
    rcode_name: 'dns.response_code',
    answers: 'zeek.dns.answers',
    rejected: 'zeek.dns.rejected',
    Z: 'zeek.dns.Z',
  },
  http: {
    host: 'url.domain',
    uri: 'url.original',
    method: 'http.request.method',
    referrer: 'http.request.referrer',
    status_code: 'http.response.status_code',
    user_agent: 'user_agent.original',
    request_body_len: 'http.request.body.bytes',
    response_body_len: 'http.response.body.bytes',
    username: 'url.username',
    resp_mime_types: 'zeek.http.resp_mime_types',
    client_header_names: 'zeek.http.client_header_names',
  },
  smb_files: {
    action: 'zeek.smb_files.action',
    path: 'zeek.smb_files.path',
    name: 'file.name',
    size: 'file.size',
  },
  dce_rpc: {
    endpoint: 'zeek.dce_rpc.endpoint',
    operation: 'zeek.dce_rpc.operation',
    named_pipe: 'zeek.dce_rpc.named_pipe',
  },
  kerberos: {
    request_type: 'zeek.kerberos.request_type',
    cipher: 'zeek.kerberos.cipher',
    service: 'zeek.kerberos.service',
    client: 'zeek.kerberos.client',
  },
  rdp: { cookie: 'zeek.rdp.cookie', security_protocol: 'zeek.rdp.security_protocol' },
  x509: {
    'certificate.serial': 'zeek.x509.certificate.serial',
    'certificate.subject': 'zeek.x509.certificate.subject',
  },
};

function zeek(
  name: string,
  dataset: (log: string) => StepSource,
  change: (field: string) => string,
): PipelineSource {
  const where = (log: string): StepSource => forLogSources({ product: 'zeek', service: log });
  return {
    name,
    priority: 20,
    transformations: [
      ...Object.keys(zeekLogs).map((log) => ({
        id: `zeek_dataset_${log}`,
        type: 'add_condition',
        conditions: dataset(log),
        ...where(log),
      })),
      ...Object.entries(zeekLogs).map(([log, mapping]) => ({
        id: `zeek_${log}`,
        type: 'field_name_mapping',
        mapping: Object.fromEntries(Object.entries(mapping).map(([from, to]) => [from, change(to)])),
        ...where(log),
      })),
      {
        id: 'zeek_connection',
        type: 'field_name_mapping',
        mapping: zeekConnection,
        ...forLogSources({ product: 'zeek' }),
      },
    ],
  };
}

export function ecsZeekBeats(): PipelineSource {
  return zeek(
    'Zeek logs as the Zeek module of Filebeat writes them',
    (log) => ({ 'event.dataset': `zeek.${log}` }),
    (field) => field,
  );
}

export function ecsZeekCorelight(): PipelineSource {
  return zeek(
    'Zeek logs as Corelight maps them to ECS',
    (log) => ({ 'event.dataset': log }),
    (field) => field.replace(/^zeek\./, ''),
  );
}

/** Audit events of Kubernetes below kubernetes.audit. */
export function ecsKubernetes(): PipelineSource {
  const where = forLogSources({ product: 'kubernetes', service: 'audit' });
  return {
    name: 'Kubernetes audit events of the Kubernetes integration',
    priority: 20,
    transformations: [
      {
        id: 'kubernetes_short_names',
        type: 'field_name_mapping',
        mapping: {
          apiGroup: 'objectRef.apiGroup',
          namespace: 'objectRef.namespace',
          resource: 'objectRef.resource',
          subresource: 'objectRef.subresource',
          username: 'user.username',
          hostPath: 'requestObject.spec.volumes.hostPath',
          capabilities: 'requestObject.spec.containers.securityContext.capabilities.add',
        },
        ...where,
      },
      {
        id: 'kubernetes_prefix',
        type: 'field_name_prefix',
        prefix: 'kubernetes.audit.',
        field_name_conditions: [{ type: 'include_fields', fields: ['^kubernetes\\.'], mode: 're' }],
        field_name_cond_not: true,
        ...where,
      },
    ],
  };
}

/** Endpoint Security events of macOS in ECS. */
export function ecsMacosEsf(): PipelineSource {
  const where = (category: string): StepSource => forLogSources({ category, product: 'macos' });
  return {
    name: 'macOS Endpoint Security events in ECS',
    priority: 20,
    transformations: [
      {
        id: 'macos_process',
        type: 'add_condition',
        conditions: { 'event.category': 'process' },
        ...where('process_creation'),
      },
      {
        id: 'macos_file',
        type: 'add_condition',
        conditions: { 'event.category': 'file' },
        ...where('file_event'),
      },
      {
        id: 'macos_fields',
        type: 'field_name_mapping',
        mapping: {
          Image: 'process.executable',
          CommandLine: 'process.command_line',
          OriginalFileName: 'process.name',
          ParentImage: 'process.parent.executable',
          ParentCommandLine: 'process.parent.command_line',
          CurrentDirectory: 'process.working_directory',
          ProcessId: 'process.pid',
          User: 'user.name',
          TargetFilename: 'file.path',
        },
        ...forLogSources({ product: 'macos' }),
      },
    ],
  };
}
