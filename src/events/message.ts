/**
 * The rendered text of an event (`Message`) to its fields, for events that carry no fields themselves.
 *
 * Sysmon renders `Name: value` lines under one heading, by the names of the fields. Security events have sections
 * (`Subject:`) of indented labels (`Account Name:`); which field a label is depends on event and section and stands
 * in `shapes/message-labels.ts`. Lines may end in CR LF, LF, CR or the word `\r\n` of a careless exporter; a space
 * after the colon may be missing; values may hold colons and further lines.
 */
import { isSysmon } from './shapes/channels.ts';
import { messageLabels } from './shapes/message-labels.ts';
import type { Value } from './value.ts';

type Pair = [name: string, value: string];

const MAX_LINES = 5_000;
/** No label is longer. */
const MAX_LABEL = 80;

const rendering = new Set([
  'microsoft-windows-sysmon',
  'microsoft-windows-security-auditing',
  'microsoft windows security auditing.',
  'microsoft-windows-eventlog',
  'service control manager',
]);

/** True for the providers whose messages are read. */
export function rendersMessage(provider: Value | undefined): boolean {
  return typeof provider === 'string' && rendering.has(provider.toLowerCase());
}

/** The fields in a message, in order; none when the event is not known. Never throws. */
export function messageFields(provider: Value | undefined, eventId: Value | undefined, text: string): Pair[] {
  const lines = splitLines(text);
  if (isSysmon(provider)) return sysmonFields(lines);
  const labels = messageLabels(Number(eventId));
  return labels === undefined ? [] : labelledFields(lines, labels);
}

/** `Key=Value` lines as Splunk's classic Windows input writes them; `Message` takes all the rest. */
export function keyValueFields(text: string): Pair[] {
  const pairs: Pair[] = [];
  const lines = splitLines(text);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const equals = line.indexOf('=');
    const name = line.slice(0, equals).trim();
    if (equals <= 0 || !/^[\w ]{1,64}$/u.test(name)) continue;
    if (name === 'Message') {
      pairs.push([name, [line.slice(equals + 1), ...lines.slice(at + 1)].join('\r\n').trimEnd()]);
      break;
    }
    pairs.push([name, line.slice(equals + 1).trim()]);
  }
  return pairs;
}

function splitLines(text: string): string[] {
  const plain = text.includes('\n') || text.includes('\r') ? text : text.replaceAll('\\r\\n', '\n');
  return plain.split(/\r\n|\n|\r/u, MAX_LINES);
}

function sysmonFields(lines: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  for (const line of lines) {
    const found = /^\s?([A-Z][A-Za-z0-9]{1,40}):(?: |$|(?=\S))(.*)$/u.exec(line);
    const last = pairs.at(-1);
    // The heading ends in a colon too; `C:\...` on a line of its own belongs to the value before.
    if (found !== null && (found[2] !== '' || pairs.length > 0))
      pairs.push([found[1] as string, found[2] as string]);
    else if (last !== undefined && line.trim() !== '') last[1] += `\n${line}`;
  }
  return pairs;
}

function labelledFields(lines: readonly string[], labels: ReadonlyMap<string, string>): Pair[] {
  const pairs: Pair[] = [];
  let section = '';
  let open: Pair | undefined;
  for (const line of lines) {
    const colon = line.slice(0, MAX_LABEL).indexOf(':');
    const label = colon < 0 ? '' : line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    const indented = /^\s/u.test(line);
    const outside = labels.get(`/${label}`);
    const name = label === '' ? undefined : (labels.get(`${section}/${label}`) ?? outside);
    if (label !== '' && value === '' && !indented && outside === undefined) {
      section = label;
      open = undefined;
    } else if (name !== undefined) {
      open = [name, value];
      pairs.push(open);
    } else if (value === '') {
      // An empty line ends a list of values, not a task's XML, which is the last of its message.
      if (open !== undefined && !open[1].startsWith('<')) open = undefined;
    } else if (open !== undefined && (label === '' || indented || open[1].startsWith('<'))) {
      open[1] = open[1] === '' ? line.trim() : `${open[1]}\n${line.trim()}`;
    }
  }
  return pairs;
}
