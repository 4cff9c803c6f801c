/** What Windows shows for events of Sysmon: the heading, the lines of fields, and the category of the task. */
import { sysmonEvents } from '../../events/index.ts';

export interface MessageTemplate {
  readonly heading: string;
  readonly task: string;
  readonly fields: readonly string[];
}

/** The rule of Sysmon's configuration that an event comes from, which stands in the category. */
const rules: Readonly<Record<number, string>> = {
  1: 'ProcessCreate',
  2: 'FileCreateTime',
  3: 'NetworkConnect',
  5: 'ProcessTerminate',
  6: 'DriverLoad',
  7: 'ImageLoad',
  8: 'CreateRemoteThread',
  9: 'RawAccessRead',
  10: 'ProcessAccess',
  11: 'FileCreate',
  12: 'RegistryEvent',
  13: 'RegistryEvent',
  14: 'RegistryEvent',
  15: 'FileCreateStreamHash',
  17: 'PipeEvent',
  18: 'PipeEvent',
  19: 'WmiEvent',
  20: 'WmiEvent',
  21: 'WmiEvent',
  22: 'DnsQuery',
  23: 'FileDelete',
  24: 'ClipboardChange',
  25: 'ProcessTampering',
  26: 'FileDeleteDetected',
  27: 'FileBlockExecutable',
  28: 'FileBlockShredding',
  29: 'FileExecutableDetected',
};

/** By event id. */
export const sysmonMessages: ReadonlyMap<number, MessageTemplate> = new Map(
  [...sysmonEvents.values()].map(({ id, heading, fields }) => [
    id,
    {
      heading: `${heading}:`,
      task: rules[id] === undefined ? heading : `${heading} (rule: ${rules[id]})`,
      fields,
    },
  ]),
);
