/**
 * The rendered text of an event (`Message`) to its fields, for events that carry no fields themselves.
 *
 * Sysmon renders `Name: value` lines (message-sysmon.ts), the Security log sections of labels (message-sections.ts).
 * Lines may end in CR LF, LF, CR or in the two letters `\n` of a careless exporter; a space after the colon may be
 * missing; values may hold colons and further lines; the text may end early.
 */
import { splitLines, type Pair } from './message-lines.ts';
import { sectionFields } from './message-sections.ts';
import { sysmonFields } from './message-sysmon.ts';
import { isSysmon } from './shapes/channels.ts';
import { messageLabels } from './shapes/message-labels.ts';
import { sysmonEventOfHeading } from './sysmon-events.ts';
import type { Value } from './value.ts';

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
  if (isSysmon(provider)) return sysmonFields(splitLines(text), Number(eventId));
  const labels = messageLabels(Number(eventId));
  return labels === undefined ? [] : sectionFields(splitLines(text), labels);
}

/** The id of the Sysmon event that a message renders, by its heading; undefined when it is none of Sysmon's. */
export function sysmonEventOfMessage(text: string): number | undefined {
  return sysmonEventOfHeading(splitLines(text.slice(0, 200)).lines.find((line) => line.trim() !== '') ?? '');
}

/** `Key=Value` lines as Splunk's classic Windows input writes them; `Message` takes all the rest. */
export function keyValueFields(text: string): Pair[] {
  const pairs: Pair[] = [];
  const { lines } = splitLines(text);
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
