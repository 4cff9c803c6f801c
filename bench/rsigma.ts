/**
 * What rsigma needs to look at Windows events: it brings no log source table, so its pipeline is made from ours (an
 * event id per category, a channel per service: adding the channel to categories makes it several times slower),
 * and a filter that flattens EVTX.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { logSourceTable, type EventSelector } from '../src/detect/index.ts';

export const flattenEvtx = [
  '.Event as $e',
  '| (($e.EventData // {}) | if type == "object" then . else {} end)',
  '+ (($e.UserData // {}) | [.. | objects] | add // {})',
  '+ {EventID: ($e.System.EventID | if type == "object" then .["#text"] else . end),',
  'Channel: $e.System.Channel, Computer: $e.System.Computer, Level: $e.System.Level,',
  'Provider_Name: $e.System.Provider["#attributes"].Name, EventRecordID: $e.System.EventRecordID}',
].join(' ');

/** Writes the pipeline; returns its path. */
export function writePipeline(folder: string): string {
  const lines = ['name: windows', 'priority: 10', 'transformations:'];
  const add = (
    id: string,
    key: string,
    name: string,
    conditions: Record<string, readonly (string | number)[]>,
  ): void => {
    lines.push(`  - id: ${id}`, '    type: add_condition', '    conditions:');
    for (const [field, values] of Object.entries(conditions)) {
      lines.push(`      ${field}:`, ...values.map((value) => `        - ${JSON.stringify(value)}`));
    }
    lines.push(
      '    rule_conditions:',
      '      - type: logsource',
      '        product: windows',
      `        ${key}: ${name}`,
    );
  };
  const table = (kind: 'categories' | 'services'): [string, readonly EventSelector[]][] =>
    Object.entries(logSourceTable[kind]['windows'] ?? {});
  for (const [name, [selector]] of table('categories')) {
    if (selector?.eventId) add(`category_${name}`, 'category', name, { EventID: selector.eventId });
  }
  for (const [name, [selector]] of table('services')) {
    if (selector?.channel)
      add(`service_${name}`.replaceAll('-', '_'), 'service', name, { Channel: selector.channel });
  }
  const file = path.join(folder, 'rsigma-windows.yml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
