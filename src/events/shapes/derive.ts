/**
 * Fields that no single value holds, derived after all values of an event are collected. The JSON reader does the
 * cheap ones itself and hands over whole the events that need the others; see `finish.ts` there, the twin of this.
 */
import { messageFields, rendersMessage } from '../message.ts';
import { lacksZone, shiftTime, zoneQuarters } from '../time.ts';
import type { Value } from '../value.ts';
import { channelOfProvider, isSysmon, usualChannel } from './channels.ts';
import type { FieldCollector } from './collect.ts';
import { Trait } from './shape.ts';

/** What NXLog writes to its own `EventType`. */
const severities = new Set(['INFO', 'WARNING', 'ERROR', 'CRITICAL', 'VERBOSE', 'DEBUG', 'AUDIT_SUCCESS'])
  .add('AUDIT_FAILURE')
  .add('SUCCESS');

/** Completes the fields in place. `splunk` is true for rows of Splunk, which mix text and extracted fields. */
export function derive(fields: FieldCollector, splunk = false): void {
  const traits = fields.traits;
  if ((traits & Trait.message) !== 0) {
    if (splunk || (traits & Trait.data) === 0) deriveFromMessage(fields);
    if ((traits & Trait.eventType) !== 0) deriveEventType(fields);
  }
  if ((traits & Trait.hashes) !== 0 && !fields.has('Hashes')) deriveHashes(fields);
  if ((traits & Trait.user) !== 0 && !fields.has('User')) deriveUser(fields);
  deriveChannel(fields);
  deriveTime(fields);
}

export function isNxlogSeverity(text: string): boolean {
  return severities.has(text);
}

/** Sysmon's events that have an `EventType`: registry, pipes, WMI. */
export function hasEventType(eventId: Value | undefined): boolean {
  const id = Number(eventId);
  return (id >= 12 && id <= 14) || (id >= 17 && id <= 21);
}

function deriveFromMessage(fields: FieldCollector): void {
  const provider = fields.first('Provider_Name');
  const text = fields.first('Message');
  if (typeof text !== 'string' || !rendersMessage(provider)) return;
  for (const [name, value] of messageFields(provider, fields.first('EventID'), text)) {
    if (!fields.has(name)) fields.set(name, value);
  }
}

function deriveEventType(fields: FieldCollector): void {
  const type = fields.first('EventType');
  const text = fields.first('Message');
  if (typeof type !== 'string' || typeof text !== 'string' || !isNxlogSeverity(type)) return;
  const id = fields.first('EventID');
  if (!isSysmon(fields.first('Provider_Name')) || !hasEventType(id)) return;
  const found = messageFields('Microsoft-Windows-Sysmon', id, text).find(([name]) => name === 'EventType');
  if (found !== undefined) fields.set('EventType', found[1]);
}

/** `Hashes` as Sysmon writes it, from the hashes of ECS. */
function deriveHashes(fields: FieldCollector): void {
  const parts: string[] = [];
  for (const [member, label] of [
    ['hash.sha1', 'SHA1'],
    ['hash.md5', 'MD5'],
    ['hash.sha256', 'SHA256'],
    ['pe.imphash', 'IMPHASH'],
  ]) {
    for (const owner of ['dll', 'file', 'process']) {
      const value = fields.first(`${owner}.${member}`);
      if (typeof value !== 'string') continue;
      parts.push(`${label}=${value.toUpperCase()}`);
      break;
    }
  }
  if (parts.length > 0) fields.set('Hashes', parts.join(','));
}

/** Winlogbeat's Sysmon module takes `User` apart into domain and name. */
function deriveUser(fields: FieldCollector): void {
  if (!isSysmon(fields.first('Provider_Name'))) return;
  const name = fields.first('user.name');
  const domain = fields.first('user.domain');
  if (typeof name === 'string') fields.set('User', typeof domain === 'string' ? `${domain}\\${name}` : name);
}

function deriveChannel(fields: FieldCollector): void {
  const channel = fields.get('Channel');
  if (channel === undefined) {
    const derived = channelOfProvider(fields.first('Provider_Name'));
    if (derived !== undefined) fields.set('Channel', derived);
    return;
  }
  // Of several values, the first is the log the event is in.
  const usual = usualChannel(Array.isArray(channel) ? (channel as Value[])[0] : channel);
  if (usual !== undefined)
    fields.set('Channel', Array.isArray(channel) ? [usual, ...(channel as Value[]).slice(1)] : usual);
}

/**
 * A stand-in for the time may lack its zone: NXLog writes the collector's wall clock. Sysmon's `UtcTime` is better;
 * else the zone is found from the two times of arrival, one in that zone (`EventReceivedTime`), one in UTC.
 */
function deriveTime(fields: FieldCollector): void {
  const rank = fields.rank('SystemTime');
  const time = fields.first('SystemTime');
  if (rank === undefined || rank <= 0 || typeof time !== 'string' || !lacksZone(time)) return;
  const utc = fields.first('UtcTime');
  if (typeof utc === 'string') {
    fields.set('SystemTime', utc);
    return;
  }
  const quarters = zoneQuarters(fields.first('EventReceivedTime'), fields.first('@timestamp'));
  if (quarters !== 0) fields.set('SystemTime', shiftTime(time, quarters * 15));
}
