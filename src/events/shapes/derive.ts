/**
 * Fields that no single value holds: derived from others after all values of an event are collected.
 * The JSON reader does the cheap ones itself and hands events that need the others over whole; see its `finish.ts`.
 */
import { lacksZone } from '../time.ts';
import type { FieldCollector } from './collect.ts';
import { channelOfProvider, usualChannel } from './channels.ts';

/** Completes the fields in place. */
export function derive(fields: FieldCollector): void {
  deriveChannel(fields);
  deriveTime(fields);
}

function deriveChannel(fields: FieldCollector): void {
  const channel = fields.first('Channel');
  if (channel === undefined) {
    const derived = channelOfProvider(fields.first('Provider_Name'));
    if (derived !== undefined) fields.set('Channel', derived);
    return;
  }
  const usual = usualChannel(channel);
  if (usual !== undefined && usual !== channel && fields.get('Channel') === channel)
    fields.set('Channel', usual);
}

/** Sysmon's own `UtcTime` is the time when the shipper's time is a stand-in without a zone. */
function deriveTime(fields: FieldCollector): void {
  const rank = fields.rank('SystemTime');
  if (rank === undefined || rank <= 0 || !lacksZone(fields.first('SystemTime'))) return;
  const utc = fields.first('UtcTime');
  if (typeof utc === 'string') fields.set('SystemTime', utc);
}
