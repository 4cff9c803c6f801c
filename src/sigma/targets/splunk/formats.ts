/**
 * Output formats of Splunk: savedsearches.conf
 * (https://docs.splunk.com/Documentation/Splunk/latest/Admin/Savedsearchesconf) and tstats over CIM data models
 * (https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Tstats).
 */
import { unsupported } from '../dialect.ts';
import type { FinishedQuery, RuleContext, TargetFormat, TargetOption } from '../types.ts';
import { field } from './text.ts';

export const options: Readonly<Record<string, TargetOption>> = {
  earliest_time: { description: 'start of the time range of saved searches', default: '-30d' },
  latest_time: { description: 'end of the time range of saved searches', default: 'now' },
};

export const formats: Readonly<Record<string, TargetFormat>> = {
  default: { description: 'SPL searches' },
  savedsearches: { description: 'one savedsearches.conf with a stanza for each rule', finish: savedSearches },
  data_model: { description: 'tstats searches over CIM data models; needs the pipeline splunk_cim' },
};

/** A search over a data model: `where` is what tstats can say, `commands` the rest. */
export function dataModelSearch(where: string, commands: readonly string[], context: RuleContext): string {
  const { data_model_set: set, fields } = context.state;
  if (typeof set !== 'string' || !/^\w+(\.\w+)+$/.test(set) || !Array.isArray(fields)) {
    throw unsupported(
      context,
      'Splunk',
      'a data model search of a rule for which no data model is known',
      'Use the pipeline splunk_cim, or set the states data_model_set and fields in your own.',
    );
  }
  const by = (fields as unknown[]).map((name) => field(String(name))).join(' ');
  return [
    `| tstats summariesonly=false allow_old_summaries=true fillnull_value="null" count min(_time) as firstTime max(_time) as lastTime from datamodel=${set} where ${where} by ${by}`,
    ...commands,
    `| \`drop_dm_object_name(${set.slice(set.lastIndexOf('.') + 1)})\``,
    `| convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(firstTime)`,
    `| convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(lastTime) `,
  ].join(' ');
}

function savedSearches(queries: readonly FinishedQuery[], given: Readonly<Record<string, string>>): string {
  const names = new Set(['default']);
  const stanzas = queries.map(({ query, document }) => {
    const { title, description } = document;
    const lines = [`[${unique(oneLine(title).replaceAll(/[[\]]/g, '_') || 'untitled', names)}]`];
    if (description !== null) lines.push(`description = ${setting(description.trim())}`);
    lines.push(`search = ${setting(query)}`);
    return lines.join('\n');
  });
  const head = [
    '[default]',
    `dispatch.earliest_time = ${oneLine(given['earliest_time'] ?? '')}`,
    `dispatch.latest_time = ${oneLine(given['latest_time'] ?? '')}`,
  ].join('\n');
  return `${[head, ...stanzas].join('\n\n')}\n`;
}

function unique(name: string, names: Set<string>): string {
  let free = name;
  for (let n = 2; names.has(free); n++) free = `${name} ${n}`;
  names.add(free);
  return free;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A backslash at the end of a line continues the value on the next; one at the very end would swallow what follows. */
function setting(text: string): string {
  const whole = text.replaceAll(/\r\n?/g, '\n').replaceAll('\n', '\\\n');
  return whole.endsWith('\\') ? `${whole} ` : whole;
}
