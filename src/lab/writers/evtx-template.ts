/**
 * The XML trees of events as templates: what is constant is text, what differs is a slot. As Windows does, the
 * System part is one template per provider, and the event's data is a template of its own, nested as a value.
 */
import { createHash } from 'node:crypto';
import type { EventSchema } from '../event.ts';
import { ValueKind, kindOf } from './evtx-values.ts';

export type Content =
  | { readonly text: string }
  /** `optional`: an attribute or element without a value is left out. */
  | { readonly slot: number; readonly kind: number; readonly optional: boolean };

export interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: Content])[];
  readonly content: Content | readonly Element[] | null;
}

export interface Template {
  /** Found by this id, the first four bytes of its GUID. */
  readonly guid: Buffer;
  readonly root: Element;
}

/** Slots of the System template, in the order in which Windows numbers them; some are never filled here. */
export const SystemSlot = {
  level: 0,
  opcode: 1,
  task: 2,
  eventId: 3,
  qualifiers: 4,
  keywords: 5,
  time: 6,
  activity: 7,
  processId: 8,
  threadId: 9,
  recordId: 10,
  version: 11,
  userId: 12,
  relatedActivity: 13,
  computer: 14,
  data: 15,
} as const;
export const SYSTEM_SLOTS = 16;

const EVENT_NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const LOG_NAMESPACE = 'http://manifests.microsoft.com/win/2004/08/windows/eventlog';

export function systemTemplate(schema: EventSchema): Template {
  const slot = (at: number, kind: number): Content => ({ slot: at, kind, optional: true });
  const text = (value: string): Content => ({ text: value });
  const leaf = (name: string, content: Content): Element => ({ name, attributes: [], content });
  const provider: (readonly [string, Content])[] = [
    ['Name', text(schema.provider)],
    ['Guid', text(schema.guid)],
  ];
  if (schema.sourceName !== undefined) provider.push(['EventSourceName', text(schema.sourceName)]);
  const s = SystemSlot;
  const system: Element[] = [
    { name: 'Provider', attributes: provider, content: null },
    {
      name: 'EventID',
      attributes: schema.qualifiers === undefined ? [] : [['Qualifiers', slot(s.qualifiers, ValueKind.u2)]],
      content: slot(s.eventId, ValueKind.u2),
    },
    leaf('Version', slot(s.version, ValueKind.u1)),
    leaf('Level', slot(s.level, ValueKind.u1)),
    leaf('Task', slot(s.task, ValueKind.u2)),
    leaf('Opcode', slot(s.opcode, ValueKind.u1)),
    leaf('Keywords', slot(s.keywords, ValueKind.hex8)),
    { name: 'TimeCreated', attributes: [['SystemTime', slot(s.time, ValueKind.fileTime)]], content: null },
    leaf('EventRecordID', slot(s.recordId, ValueKind.u8)),
    {
      name: 'Correlation',
      attributes: [
        ['ActivityID', slot(s.activity, ValueKind.guid)],
        ['RelatedActivityID', slot(s.relatedActivity, ValueKind.guid)],
      ],
      content: null,
    },
    {
      name: 'Execution',
      attributes: [
        ['ProcessID', slot(s.processId, ValueKind.u4)],
        ['ThreadID', slot(s.threadId, ValueKind.u4)],
      ],
      content: null,
    },
    leaf('Channel', text(schema.channel)),
    leaf('Computer', slot(s.computer, ValueKind.string)),
    { name: 'Security', attributes: [['UserID', slot(s.userId, ValueKind.sid)]], content: null },
  ];
  return template({
    name: 'Event',
    attributes: [['xmlns', text(EVENT_NAMESPACE)]],
    content: [{ name: 'System', attributes: [], content: system }, dataSlot],
  });
}

/** Stands for the nested data: it has no element of its own. */
export const dataSlot: Element = {
  name: '',
  attributes: [],
  content: { slot: SystemSlot.data, kind: ValueKind.binXml, optional: true },
};

export function dataTemplate(schema: EventSchema): Template {
  const slot = (at: number): Content => ({
    slot: at,
    kind: kindOf[schema.fields[at]!.type],
    optional: false,
  });
  if (schema.userData !== undefined) {
    const fields = schema.fields.map((field, at) => ({
      name: field.name,
      attributes: [],
      content: slot(at),
    }));
    const inner: Element = {
      name: schema.userData,
      attributes: [['xmlns', { text: LOG_NAMESPACE }]],
      content: fields,
    };
    return template({ name: 'UserData', attributes: [], content: [inner] });
  }
  return template({
    name: 'EventData',
    attributes: [],
    content: schema.fields.map((field, at) => ({
      name: 'Data',
      attributes: [['Name', { text: field.name }]],
      content: slot(at),
    })),
  });
}

function template(root: Element): Template {
  return { guid: createHash('md5').update(JSON.stringify(root)).digest(), root };
}
