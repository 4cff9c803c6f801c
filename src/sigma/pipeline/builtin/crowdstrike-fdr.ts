/**
 * CrowdStrike Falcon Data Replicator: names of events and fields of the events data dictionary
 * (https://falcon.crowdstrike.com/documentation/26/events-data-dictionary). Paths are those of the kernel:
 * `\Device\HarddiskVolume2\Windows`; of other processes than the one an event is about, names alone are known.
 */
import { forLogSources } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';

interface EventKind {
  readonly category: string;
  readonly product: string;
  /** Conditions for all rules of the log source. */
  readonly events: Readonly<Record<string, string | readonly string[]>>;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Sigma's fields with the path of a file. */
  readonly paths?: readonly string[];
  /** Sigma's fields with a path of which only the name is there. */
  readonly names?: readonly string[];
  /** Sigma's fields that the events have not. */
  readonly missing?: readonly string[];
}

const processFields = {
  Image: 'ImageFileName',
  OriginalFileName: 'OriginalFilename',
  ParentImage: 'ParentBaseFileName',
  User: 'UserName',
};
const processGaps = [
  'Company',
  'CurrentDirectory',
  'Description',
  'FileVersion',
  'ParentCommandLine',
  'Product',
];

const kinds: readonly EventKind[] = [
  {
    category: 'process_creation',
    product: 'windows',
    events: { event_platform: 'Win', event_simpleName: ['ProcessRollup2', 'SyntheticProcessRollup2'] },
    fields: processFields,
    paths: ['Image'],
    names: ['ParentImage'],
    missing: processGaps,
  },
  {
    category: 'process_creation',
    product: 'linux',
    events: { event_platform: 'Lin' },
    fields: processFields,
    names: ['ParentImage'],
    missing: processGaps,
  },
  {
    category: 'process_creation',
    product: 'macos',
    events: { event_platform: 'Mac' },
    fields: processFields,
    names: ['ParentImage'],
    missing: processGaps,
  },
  {
    category: 'ps_script',
    product: 'windows',
    events: { event_platform: 'Win', event_simpleName: ['CommandHistory', 'ScriptControlScanTelemetry'] },
    fields: { ScriptBlockText: ['CommandHistory', 'ScriptContent'] },
  },
  {
    category: 'image_load',
    product: 'windows',
    events: { event_platform: 'Win', event_simpleName: 'ClassifiedModuleLoad' },
    fields: { Image: 'TargetImageFileName', ImageLoaded: 'ImageFileName' },
    paths: ['Image', 'ImageLoaded'],
    missing: [
      'CommandLine',
      'Company',
      'Description',
      'Hashes',
      'OriginalFileName',
      'Product',
      'Signature',
      'SignatureStatus',
      'Signed',
    ],
  },
  {
    category: 'driver_load',
    product: 'windows',
    events: { event_platform: 'Win', event_simpleName: 'DriverLoad' },
    fields: { ImageLoaded: 'ImageFileName' },
    paths: ['ImageLoaded'],
    missing: ['Hashes', 'Signature', 'SignatureStatus', 'Signed'],
  },
  {
    category: 'dns_query',
    product: 'windows',
    events: { event_platform: 'Win', event_simpleName: 'DnsRequest' },
    fields: { Image: 'ContextBaseFileName', QueryName: 'DomainName' },
    names: ['Image'],
  },
  {
    category: 'network_connection',
    product: 'windows',
    events: {},
    fields: {
      DestinationIp: 'RemoteAddressIP4',
      DestinationPort: 'RemotePort',
      Image: 'ContextBaseFileName',
      Initiated: 'event_simpleName',
    },
    names: ['Image'],
  },
];

export function crowdstrikeFdr(): PipelineSource {
  return {
    name: 'CrowdStrike: Falcon Data Replicator events',
    priority: 20,
    allowed_backends: ['log_scale', 'splunk'],
    transformations: [...hashSteps, ...valueSteps, ...kinds.flatMap(kindSteps)],
  };
}

function onFields(fields: readonly string[]): StepSource {
  return { field_name_conditions: [{ type: 'include_fields', fields }] };
}

const onProcesses = forLogSources({ category: 'process_creation' });

const hashSteps: readonly StepSource[] = [
  {
    id: 'fdr_hashes',
    type: 'hashes_fields',
    valid_hash_algos: ['MD5', 'SHA1', 'SHA256'],
    field_prefix: 'hash_',
    ...onProcesses,
  },
  {
    id: 'fdr_hash_fields',
    type: 'field_name_mapping',
    mapping: { hash_MD5: 'MD5HashData', hash_SHA1: 'SHA1HashData', hash_SHA256: 'SHA256HashData' },
    ...onProcesses,
  },
];

const valueSteps: readonly StepSource[] = [
  {
    id: 'fdr_integrity',
    type: 'translate_values',
    mapping: { Untrusted: '0', Low: '4096', Medium: '8192', High: '12288', System: '16384' },
    ...onProcesses,
    ...onFields(['IntegrityLevel']),
  },
  {
    id: 'fdr_direction',
    type: 'translate_values',
    mapping: { true: 'NetworkConnectIP4', false: 'NetworkReceiveAcceptIP4' },
    strict: true,
    ...forLogSources({ category: 'network_connection', product: 'windows' }),
    ...onFields(['Initiated']),
  },
];

function kindSteps({ category, product, events, fields, paths, names, missing }: EventKind): StepSource[] {
  const where = forLogSources({ category, product });
  const id = `fdr_${category}_${product}`;
  return [
    ...(missing === undefined
      ? []
      : [
          {
            id: `${id}_missing`,
            type: 'check_fields',
            fields: [],
            table: 'such an event of Falcon Data Replicator',
            ...where,
            ...onFields(missing),
          },
        ]),
    ...(paths === undefined ? [] : pathSteps(`${id}_path`, paths, where)),
    ...(names === undefined ? [] : nameSteps(`${id}_name`, names, where)),
    { id: `${id}_fields`, type: 'field_name_mapping', mapping: fields, ...where },
    ...(Object.keys(events).length === 0
      ? []
      : [{ id: `${id}_events`, type: 'add_condition', conditions: events, ...where }]),
  ];
}

/** Drives are volumes of any number below ten, shares are below `\Device\Mup`. */
function pathSteps(id: string, fields: readonly string[], where: StepSource): StepSource[] {
  const replacements = [
    ['^(\\*?)\\\\\\\\', '\\1\\\\Device\\\\Mup\\\\'],
    ['^(\\*?)[A-Za-z?]:\\\\', '\\1\\\\Device\\\\HarddiskVolume?\\\\'],
    ['^\\*:\\\\', '*\\\\'],
  ];
  return replacements.map(([regex, replacement], index) => ({
    id: `${id}_${index}`,
    type: 'replace_string',
    regex,
    replacement,
    ...where,
    ...onFields(fields),
  }));
}

/** A name, or the end of a path with nothing but the name; all else would be forgotten. */
function nameSteps(id: string, fields: readonly string[], where: StepSource): StepSource[] {
  return [
    {
      id: `${id}_only`,
      type: 'detection_item_failure',
      message: 'only the name of the file is there for another process, not its path',
      ...where,
      ...onFields(fields),
      detection_item_conditions: [
        { type: 'match_string', cond: 'all', pattern: '^(?:\\*[\\\\/])?[^\\\\/]*$' },
      ],
      detection_item_cond_not: true,
    },
    {
      id,
      type: 'replace_string',
      regex: '^\\*[\\\\/]',
      replacement: '',
      ...where,
      ...onFields(fields),
    },
  ];
}
