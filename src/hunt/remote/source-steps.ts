/**
 * Pipelines that say in a query what the log source table says of events: channel, event ids, provider, and names that
 * a variant has for fields. Made from the same selectors as the matcher's routes, so that both look at the same events.
 */
import type { EventSelector } from '../../detect/index.ts';
import { pipelineFromObject, type Pipeline } from '../../sigma/index.ts';
import type { FieldNames } from './types.ts';

type Step = Readonly<Record<string, unknown>>;

/** Runs first, so that the names of a source are put in place of these too. */
const firstPriority = 1;
const lastPriority = 95;

/** The pipelines for rules of one selector on a source that names fields so. */
export function sourcePipelines(
  selector: EventSelector,
  names: FieldNames,
  hosts: readonly string[] = [],
): (string | Pipeline)[] {
  const first = pipelineFromObject(
    {
      name: 'log source of the rule',
      priority: firstPriority,
      transformations: [...aliasSteps(selector, names), ...conditionSteps(selector, names, hosts)],
    },
    'log source of the rule',
  );
  return [first, ...namePipelines(names)];
}

/** The Elastic Common Schema has one name for what Sysmon and the Security log name differently. */
function aliasSteps({ fields }: EventSelector, names: FieldNames): Step[] {
  if (fields === undefined || names === 'ecs' || names === 'helk') return [];
  return [{ id: 'huntbook_variant', type: 'field_name_mapping', mapping: fields }];
}

function conditionSteps(
  { channel, provider, eventId, has }: EventSelector,
  names: FieldNames,
  hosts: readonly string[],
): Step[] {
  const conditions: Record<string, unknown> = {
    ...(channel && channelCondition(channel, names)),
    ...(eventId && { EventID: [...eventId] }),
    ...(provider && { Provider_Name: [...provider] }),
    ...Object.fromEntries((has ?? []).map((name) => [`${name}|exists`, true])),
    // A short name is asked for with any domain.
    ...(hosts.length > 0 && { Computer: hosts.flatMap((host) => [host, `${host}.*`]) }),
  };
  if (Object.keys(conditions).length === 0) return [];
  return [{ id: 'huntbook_log_source', type: 'add_condition', conditions }];
}

/** Splunk's inputs write the channel into `source`, rendered as text or as XML. */
function channelCondition(channels: readonly string[], names: FieldNames): Record<string, string[]> {
  if (names !== 'splunk') return { Channel: [...channels] };
  return { source: channels.flatMap((name) => [`WinEventLog:${name}`, `XmlWinEventLog:${name}`]) };
}

/** From Sigma's names to the source's. */
function namePipelines(names: FieldNames): (string | Pipeline)[] {
  switch (names) {
    case 'ecs':
      return ['ecs_windows', withoutCaseless()];
    case 'helk':
      return ['helk'];
    case 'winlogbeat':
      return [winlogbeat()];
    case 'splunk':
      return [splunk()];
    default:
      return [];
  }
}

/** Only some templates have the form `caseless`; query DSL compares without case, so that the field itself will do. */
function withoutCaseless(): Pipeline {
  const names = ['process.executable', 'process.parent.executable'];
  const mapping = {
    ...Object.fromEntries(names.map((name) => [`${name}.caseless`, name])),
    'winlog.event_data.Execution_ProcessID': 'winlog.process.pid',
  };
  const steps = [{ id: 'ecs_plain', type: 'field_name_mapping', mapping }];
  return pipelineFromObject({ name: 'ecs without caseless', priority: 90, transformations: steps }, 'ecs');
}

/** Winlogbeat 7 and later without its modules: event data under their own names. */
function winlogbeat(): Pipeline {
  const mapping = {
    EventID: 'winlog.event_id',
    Channel: 'winlog.channel',
    Provider_Name: 'winlog.provider_name',
    Computer: 'winlog.computer_name',
    ComputerName: 'winlog.computer_name',
    EventRecordID: 'winlog.record_id',
    Execution_ProcessID: 'winlog.process.pid',
  };
  const steps: Step[] = [
    { id: 'winlogbeat_fields', type: 'field_name_mapping', mapping },
    {
      id: 'winlogbeat_event_data',
      type: 'field_name_prefix',
      prefix: 'winlog.event_data.',
      field_name_conditions: [
        { type: 'processing_item_applied', processing_item_id: 'winlogbeat_fields' },
        { type: 'include_fields', fields: ['\\w+\\.'], mode: 're' },
      ],
      field_name_cond_op: 'or',
      field_name_cond_not: true,
    },
  ];
  return pipelineFromObject({ name: 'winlogbeat', priority: 20, transformations: steps }, 'winlogbeat');
}

/** Splunk's Windows add-on. What a rule says of `Channel` itself stays: events rendered as XML have it. */
function splunk(): Pipeline {
  const mapping = {
    EventID: 'EventCode',
    Provider_Name: ['SourceName', 'Provider_Name'],
    // Which of them holds the endpoint depends on the input.
    Computer: ['host', 'Computer', 'ComputerName', 'dvc'],
  };
  const steps = [{ id: 'splunk_fields', type: 'field_name_mapping', mapping }];
  return pipelineFromObject({ name: 'splunk', priority: 20, transformations: steps }, 'splunk');
}

/** A condition on a field that every search of a source has, such as the index of Splunk. */
export function conditionPipeline(field: string, values: readonly string[]): Pipeline {
  const conditions = { [field]: [...values] };
  const steps = [{ id: 'huntbook_scope', type: 'add_condition', conditions }];
  return pipelineFromObject({ name: 'scope', priority: lastPriority, transformations: steps }, 'scope');
}
