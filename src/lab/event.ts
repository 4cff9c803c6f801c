/** The event of the lab: a schema and its values by position, so that writers need no lookup by name. */
import type { EventFields, HuntEvent } from '../events/index.ts';
import { systemTime } from './clock.ts';

/**
 * Type of a field as Windows stores it: string, GUID (`{...}` in lower case), unsigned integers by bytes,
 * hexadecimal integers by bytes (held as numbers, shown as `0x...`), boolean, security identifier (`S-1-...`).
 */
export type FieldType = 's' | 'g' | 'u2' | 'u4' | 'u8' | 'x4' | 'x8' | 'b' | 'sid';
export type LabValue = string | number | boolean;

export interface SchemaField {
  readonly name: string;
  readonly type: FieldType;
}

/** One kind of event: the constants of its System part and the fields of its data, in Windows' order. */
export interface EventSchema {
  readonly eventId: number;
  readonly provider: string;
  /** `{...}`, lower case. */
  readonly guid: string;
  /** Set for providers that also have a classic name; their event id has `qualifiers`. */
  readonly sourceName?: string;
  readonly qualifiers?: number;
  readonly channel: string;
  readonly version: number;
  readonly level: number;
  readonly task: number;
  readonly opcode: number;
  readonly keywords: string;
  /** Element under `UserData` for the few events that do not use `EventData`. */
  readonly userData?: string;
  readonly fields: readonly SchemaField[];
}

/** Which part of which attack an event belongs to. */
export interface SceneMark {
  readonly scene: string;
  readonly stage: string;
}

export interface LabEvent {
  readonly schema: EventSchema;
  /** Full name of the computer. */
  readonly computer: string;
  /** Microseconds since 1970. */
  readonly time: number;
  /** Number of the record in its channel on its computer. */
  recordId: number;
  /** Process and thread that logged the event (not the process it is about). */
  readonly pid: number;
  readonly tid: number;
  readonly userSid: string | null;
  readonly values: readonly LabValue[];
  readonly mark: SceneMark | null;
}

/** A value as JSON and CSV show it. */
export function shownValue(type: FieldType, value: LabValue): LabValue {
  return type === 'x4' || type === 'x8' ? `0x${(value as number).toString(16)}` : value;
}

/** The event in the form that every source of huntbook gives. */
export function toHuntEvent(event: LabEvent, source = 'lab'): HuntEvent {
  const { schema } = event;
  const time = systemTime(event.time);
  const fields: EventFields = {
    EventID: schema.eventId,
    Channel: schema.channel,
    Provider_Name: schema.provider,
    Computer: event.computer,
    SystemTime: time,
  };
  for (let i = 0; i < schema.fields.length; i++) {
    const field = schema.fields[i]!;
    fields[field.name] = shownValue(field.type, event.values[i]!);
  }
  return {
    source,
    channel: schema.channel,
    provider: schema.provider,
    eventId: schema.eventId,
    recordId: event.recordId,
    time,
    host: event.computer,
    fields,
  };
}

/** The value of a field by name, or undefined: for tests and truth, not for hot code. */
export function labField(event: LabEvent, name: string): LabValue | undefined {
  const at = event.schema.fields.findIndex((field) => field.name === name);
  return at < 0 ? undefined : event.values[at];
}
