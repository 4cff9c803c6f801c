/** What an event is about, in one line: the file, the key and its value, the address, the name, the target. */
import type { HuntEvent } from '../events/index.ts';
import { activityIn } from './activity.ts';
import { EventFieldsOf, textOf, type Fields } from './fields.ts';
import type { Activity } from './types.ts';

/** Longer than what a line of a picture shows, shorter than a script. */
const longest = 400;

type Say = (fields: Fields) => string | null;

const pick =
  (...names: string[]): Say =>
  (fields) => {
    for (const name of names) {
      const text = textOf(fields, name);
      if (text !== null) return text;
    }
    return null;
  };
const join = (between: string, ...parts: Say[]): Say => {
  return (fields) => {
    const said = parts.flatMap((part) => part(fields) ?? []);
    return said.length === 0 ? null : said.join(between);
  };
};
const bracketed =
  (say: Say): Say =>
  (fields) => {
    const text = say(fields);
    return text === null ? null : `(${text})`;
  };

const file = pick('TargetFilename', 'ObjectName', 'Device');
const address = join(':', pick('DestinationIp', 'DestAddress'), pick('DestinationPort', 'DestPort'));
const target = pick('TargetImage', 'ObjectName', 'ProcessName');

const about: Readonly<Record<Activity, Say>> = {
  file,
  registry: join(
    ' = ',
    pick('TargetObject', 'ObjectName'),
    pick('Details', 'NewName', 'NewValue', 'ObjectValueName'),
  ),
  network: join(' ', pick('Protocol'), address, bracketed(pick('DestinationHostname'))),
  dns: join(' ', pick('QueryName'), bracketed(pick('QueryResults'))),
  image: pick('ImageLoaded'),
  access: join(' ', target, bracketed(pick('GrantedAccess', 'AccessMask'))),
  thread: join(' ', target, bracketed(join('!', pick('StartModule'), pick('StartFunction')))),
  pipe: pick('PipeName'),
  wmi: join(' ', pick('Operation'), pick('Name', 'Consumer'), pick('Query', 'Destination', 'Filter')),
  script: pick('ScriptBlockText', 'Payload', 'ContextInfo', 'Data'),
  other: pick(
    'TargetObject',
    'TargetFilename',
    'ObjectName',
    'Type',
    'ClientInfo',
    'PrivilegeList',
    'TargetUserName',
  ),
};

/** Empty when the event names nothing. Control characters stay, line breaks become spaces: escape it at the sink. */
export function aboutOf(event: HuntEvent): string {
  const fields = new EventFieldsOf(event);
  const activity = activityIn(fields);
  const say =
    activity === null ? pick('CommandLine', 'NewProcessName', 'Image', 'ProcessName') : about[activity];
  const text = (say(fields) ?? pick('Message')(fields) ?? '').slice(0, longest * 4);
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
}
