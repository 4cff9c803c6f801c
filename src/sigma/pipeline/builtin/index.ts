/** The built-in pipelines by name, made when they are first asked for. */
import { HuntbookError } from '../../../errors.ts';
import { pipelineFromObject } from '../parse.ts';
import { clickhouseClicksiem } from './clickhouse-clicksiem.ts';
import { azureMonitor } from './azure-monitor.ts';
import { crowdstrikeFdr } from './crowdstrike-fdr.ts';
import { ecsWindows } from './ecs-windows.ts';
import {
  ecsKubernetes,
  ecsMacosEsf,
  ecsWindowsOld,
  ecsZeekBeats,
  ecsZeekCorelight,
} from './elastic-other.ts';
import { helk } from './helk.ts';
import { microsoftXdr } from './microsoft-xdr.ts';
import { ocsf } from './ocsf.ts';
import { sentinelAsim } from './sentinel-asim.ts';
import { secopsUdm } from './secops-udm.ts';
import type { PipelineSource } from './source.ts';
import { snakeCase } from './snake-case.ts';
import { splunkCim, splunkSysmonAcceleration, splunkWindows } from './splunk.ts';
import { sysmon, windowsAudit, windowsLogsources } from './windows.ts';
import type { Pipeline } from '../types.ts';

const sources: Readonly<Record<string, () => PipelineSource>> = {
  sysmon,
  'windows-logsources': windowsLogsources,
  'windows-audit': windowsAudit,
  splunk_windows: splunkWindows,
  splunk_sysmon_acceleration: splunkSysmonAcceleration,
  splunk_cim: splunkCim,
  ecs_windows: ecsWindows,
  ecs_windows_old: ecsWindowsOld,
  ecs_zeek_beats: ecsZeekBeats,
  ecs_zeek_corelight: ecsZeekCorelight,
  ecs_kubernetes: ecsKubernetes,
  ecs_macos_esf: ecsMacosEsf,
  helk,
  clickhouse_clicksiem: clickhouseClicksiem,
  snake_case: snakeCase,
  microsoft_xdr: microsoftXdr,
  sentinel_asim: sentinelAsim,
  azure_monitor: azureMonitor,
  ocsf,
  secops_udm: secopsUdm,
  crowdstrike_fdr: crowdstrikeFdr,
};

/** Other spellings, as pySigma and its plugins have them. */
const aliases: Readonly<Record<string, string>> = {
  windows_logsources: 'windows-logsources',
  windows_audit: 'windows-audit',
};

const made = new Map<string, Pipeline>();

export function builtinPipelineNames(): string[] {
  return Object.keys(sources).sort();
}

/** Throws HB_PIPELINE_UNKNOWN. */
export function builtinPipeline(name: string): Pipeline {
  const before = made.get(name);
  if (before !== undefined) return before;
  const pipeline = pipelineFromObject(builtinPipelineSource(name), name);
  made.set(name, pipeline);
  return pipeline;
}

/** The same as the object that a file would hold. Throws HB_PIPELINE_UNKNOWN. */
export function builtinPipelineSource(name: string): PipelineSource {
  const known = Object.hasOwn(aliases, name) ? (aliases[name] as string) : name;
  const source = Object.hasOwn(sources, known) ? sources[known] : undefined;
  if (source !== undefined) return source();
  throw new HuntbookError(
    'HB_PIPELINE_UNKNOWN',
    `there is no pipeline ${JSON.stringify(name)}; known are ${builtinPipelineNames().join(', ')}`,
  );
}
