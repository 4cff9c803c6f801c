/** How an index names the fields of events: as the source says, else as its mapping shows. */
import { HuntbookError } from '../../errors.ts';
import {
  FieldResolver as MappingResolver,
  type ElasticEngine,
  type SearchEngine,
} from '../../sources/index.ts';
import type { FieldNames, FieldResolver } from './types.ts';

/** What tells, tried in this order: all of these fields are there. */
const marks: readonly (readonly [FieldNames, readonly string[]])[] = [
  ['ecs', ['winlog.channel', 'process.executable']],
  ['winlogbeat', ['winlog.channel']],
  ['helk', ['log_name', 'event_id']],
  ['sigma', ['Channel', 'EventID']],
];

interface Described {
  readonly fields: FieldNames;
  readonly mapping?: FieldResolver;
}

/** Throws HB_CONFIG when nobody says and the index does not show it. */
export async function describeFields(
  engine: SearchEngine,
  fields?: FieldNames,
  signal?: AbortSignal,
): Promise<Described> {
  if (engine.kind === 'splunk') return { fields: 'splunk' };
  const elastic = 'fieldCaps' in engine ? (engine as ElasticEngine) : null;
  const mapping = elastic === null ? {} : { mapping: new MappingResolver(elastic) };
  if (fields !== undefined) return { fields, ...mapping };
  const known = elastic === null ? null : await elastic.fieldCaps(undefined, signal);
  const found = marks.find(([, names]) => known !== null && names.every((name) => known.has(name)));
  if (found === undefined)
    throw new HuntbookError('HB_CONFIG', 'the index does not show how it names the fields of events', {
      hint: 'Write fields: sigma, ecs, winlogbeat or helk for the source, or pipelines: of your own.',
    });
  return { fields: found[0], ...mapping };
}
