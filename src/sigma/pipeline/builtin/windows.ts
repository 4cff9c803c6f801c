/** Pipelines that turn Sigma's log sources into channels and event ids: sysmon, windows-logsources, windows-audit. */
import { forLogSources } from './source.ts';
import type { PipelineSource, StepSource } from './source.ts';
import { oneOrList, powershellEventIds, sysmonEventIds, windowsChannels } from './windows-logs.ts';

export function sysmon(): PipelineSource {
  return {
    name: 'Sysmon: event ids of the generic categories',
    priority: 10,
    transformations: Object.entries(sysmonEventIds).flatMap(([category, ids]) =>
      eventsOf(category, { EventID: oneOrList(ids) }, 'sysmon'),
    ),
  };
}

/** A condition for the category, and the log source that the events are in. */
function eventsOf(category: string, conditions: StepSource, service: string): StepSource[] {
  const where = forLogSources({ category, product: 'windows' });
  return [
    { id: `${service}_${category}_condition`, type: 'add_condition', conditions, ...where },
    {
      id: `${service}_${category}_logsource`,
      type: 'change_logsource',
      product: 'windows',
      service,
      ...where,
    },
  ];
}

export function powershellSteps(): StepSource[] {
  return Object.entries(powershellEventIds).flatMap(([category, [service, eventId]]) =>
    eventsOf(category, { EventID: eventId }, service),
  );
}

/** A condition on the channel for every service; `field` and `prefix` say how it is written. */
export function channelSteps(field: string, prefix = ''): StepSource[] {
  return Object.entries(windowsChannels).map(([service, channels]) => ({
    id: `channel_${service}`,
    type: 'add_condition',
    conditions: { [field]: oneOrList(channels.map((channel) => prefix + channel)) },
    ...forLogSources({ product: 'windows', service }),
  }));
}

export function windowsLogsources(): PipelineSource {
  return {
    name: 'Windows: channels of the log sources',
    priority: 50,
    transformations: [...powershellSteps(), ...channelSteps('Channel')],
  };
}

const created = 'New registry value created';
const modified = 'Existing registry value modified';

/** Process creation and registry changes as the Security log has them. */
export function windowsAudit(): PipelineSource {
  const registry = forLogSources(
    { category: 'registry_add', product: 'windows' },
    { category: 'registry_set', product: 'windows' },
    { category: 'registry_event', product: 'windows' },
  );
  return {
    name: 'Windows Security auditing: events 4688 and 4657',
    priority: 10,
    transformations: [
      {
        id: 'audit_registry_missing_fields',
        type: 'detection_item_failure',
        message: 'event 4657 of the Security log has no EventType, NewName or User',
        field_name_conditions: [{ type: 'include_fields', fields: ['EventType', 'NewName', 'User'] }],
        ...registry,
      },
      {
        id: 'audit_process_fields',
        type: 'field_name_mapping',
        mapping: { Image: 'NewProcessName', ParentImage: 'ParentProcessName', LogonId: 'SubjectLogonId' },
        ...forLogSources({ category: 'process_creation', product: 'windows' }),
      },
      {
        id: 'audit_registry_fields',
        type: 'field_name_mapping',
        mapping: { Image: 'ProcessName', TargetObject: 'ObjectName', Details: 'NewValue' },
        ...registry,
      },
      ...eventsOf('process_creation', { EventID: 4688 }, 'security'),
      ...eventsOf('registry_add', { EventID: 4657, OperationType: created }, 'security'),
      ...eventsOf('registry_set', { EventID: 4657, OperationType: modified }, 'security'),
      ...eventsOf('registry_event', { EventID: 4657, OperationType: [created, modified] }, 'security'),
    ],
  };
}
