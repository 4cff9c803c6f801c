/**
 * An event object of any shipper to a `HuntEvent` with canonical field names. The slow way, for findings and for
 * readers that have objects anyway; the JSON reader finds the same fields without building objects.
 */
import { collect, type FieldCollector } from './shapes/collect.ts';
import { derive } from './shapes/derive.ts';
import { nameData } from './shapes/named-data.ts';
import { Trait } from './shapes/shape.ts';
import { completeSplunk, isSplunkRow, unwrapSplunk } from './shapes/splunk-row.ts';
import { toIsoTime } from './time.ts';
import type { EventFields, HuntEvent, Scalar, Value } from './value.ts';

/** `source` is the name shown to the user. Values keep their JSON types; nothing of the object is kept. */
export function canonicalise(object: Record<string, unknown>, source: string): HuntEvent {
  let event = object;
  let fields = collect(event);
  let splunk = false;
  if ((fields.traits & Trait.whole) !== 0) {
    event = nameData(unwrapSplunk(event));
    if (event !== object) fields = collect(event);
    splunk = isSplunkRow(event);
    if (splunk) completeSplunk(fields, event);
  }
  derive(fields, splunk);
  return toHuntEvent(fields, source);
}

function toHuntEvent(fields: FieldCollector, source: string): HuntEvent {
  // Names come from hostile data: without a prototype neither `__proto__` nor `constructor` is special.
  const plain = Object.create(null) as Record<string, Value>;
  for (const name of fields.entries.keys()) plain[name] = fields.get(name) as Value;
  return eventOfFields(plain, source);
}

/** The event of fields that have their canonical names. */
export function eventOfFields(fields: EventFields, source: string): HuntEvent {
  const first = (name: string): Value | undefined => {
    const value = fields[name];
    return Array.isArray(value) ? (value[0] as Value | undefined) : value;
  };
  return {
    source,
    channel: text(first('Channel')),
    provider: text(first('Provider_Name')),
    eventId: idOf(first('EventID')),
    recordId: recordIdOf(first('EventRecordID')),
    time: toIsoTime(first('SystemTime')),
    host: text(first('Computer')),
    fields,
  };
}

function text(value: Value | undefined): string | null {
  return value === undefined || value === null || Array.isArray(value) ? null : String(value as Scalar);
}

function idOf(value: Value | undefined): number | string | null {
  return typeof value === 'number' ? value : text(value);
}

function recordIdOf(value: Value | undefined): number | bigint | string | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value : text(value);
}
