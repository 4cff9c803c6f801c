/**
 * JSON lines in three shapes: `evtx` (`Event.System` and `Event.EventData`, as evtx_dump writes), `flat` (one level,
 * values as text, as NXLog sends) and `winlogbeat` (`winlog.event_data`). The constant parts of a line are made
 * once per kind of event.
 */
import { systemTime } from '../clock.ts';
import { allSchemas } from '../schemas.ts';
import type { EventSchema, FieldType, LabEvent, LabValue } from '../event.ts';
import type { OutputFolder } from './output.ts';
import { LineFile } from './text.ts';
import type { LabWriter, Place } from './types.ts';

export type JsonShape = 'evtx' | 'flat' | 'winlogbeat';
type Render = (event: LabEvent) => string;

const EVENT_NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const LOG_NAMESPACE = 'http://manifests.microsoft.com/win/2004/08/windows/eventlog';
const q = JSON.stringify;

export function openJsonLines(folder: OutputFolder, name: string, shape: JsonShape): LabWriter {
  const out = new LineFile(folder.open(name));
  const renderers = new Map<EventSchema, Render>(allSchemas.map((schema) => [schema, shapes[shape](schema)]));
  return {
    write(event): Place {
      const render = renderers.get(event.schema)!;
      return { file: name, position: out.add(render(event)) };
    },
    finish: () => out.flush(),
  };
}

/** One event as a line of JSON, with its line end: the slow way, for single events. */
export function renderJson(event: LabEvent, shape: JsonShape = 'evtx'): string {
  return shapes[shape](event.schema)(event);
}

const shapes: Record<JsonShape, (schema: EventSchema) => Render> = {
  evtx: evtxShape,
  flat: flatShape,
  winlogbeat: winlogbeatShape,
};

function evtxShape(schema: EventSchema): Render {
  const provider = {
    Name: schema.provider,
    Guid: schema.guid,
    ...(schema.sourceName === undefined ? {} : { EventSourceName: schema.sourceName }),
  };
  const id =
    schema.qualifiers === undefined
      ? schema.eventId
      : { '#attributes': { Qualifiers: schema.qualifiers }, '#text': schema.eventId };
  const head = `{"Event":{"#attributes":{"xmlns":"${EVENT_NAMESPACE}"},"System":{"Provider":{"#attributes":${q(provider)}},"EventID":${q(id)},"Version":${schema.version},"Level":${schema.level},"Task":${schema.task},"Opcode":${schema.opcode},"Keywords":"${schema.keywords}","TimeCreated":{"#attributes":{"SystemTime":"`;
  const channel = `}},"Channel":${q(schema.channel)},"Computer":"`;
  // An element of UserData without text has no value; one of EventData has an empty one.
  const data = dataOf(schema, schema.userData === undefined ? valueText : elementText);
  const [open, close] =
    schema.userData === undefined
      ? ['"EventData":{', '}}}\n']
      : [`"UserData":{"${schema.userData}":{"#attributes":{"xmlns":"${LOG_NAMESPACE}"},`, '}}}}\n'];
  return (event) => {
    const security = event.userSid === null ? 'null' : `{"#attributes":{"UserID":"${event.userSid}"}}`;
    return `${head}${systemTime(event.time)}"}},"EventRecordID":${event.recordId},"Correlation":null,"Execution":{"#attributes":{"ProcessID":${event.pid},"ThreadID":${event.tid}${channel}${event.computer}","Security":${security}},${open}${data(event.values)}${close}`;
  };
}

function flatShape(schema: EventSchema): Render {
  const failure = schema.keywords === '0x8010000000000000';
  const type = schema.channel === 'Security' ? (failure ? 'AUDIT_FAILURE' : 'AUDIT_SUCCESS') : 'INFO';
  const keywords = BigInt.asIntN(64, BigInt(schema.keywords));
  const constants = `"Keywords":${keywords},"EventType":"${type}","SeverityValue":${failure ? 4 : 2},"Severity":"${failure ? 'ERROR' : 'INFO'}","EventID":${schema.eventId},"SourceName":${q(schema.provider)},"ProviderGuid":"${schema.guid.toUpperCase()}","Version":${schema.version},"Task":${schema.task},"OpcodeValue":${schema.opcode},"Channel":${q(schema.channel)},"SourceModuleType":"im_msvistalog",`;
  // NXLog has no place for a data field of the name of one of its own, so it leaves that of the record.
  const own = new Set(['EventType', 'Version', 'Channel']);
  const data = dataOf(schema, textValue, own);
  return (event) => {
    const time = systemTime(event.time);
    const account = event.userSid === null ? '' : `"UserID":"${event.userSid}",`;
    return `{"EventTime":"${time.slice(0, 10)} ${time.slice(11, 19)}","@timestamp":"${time.slice(0, 23)}Z","Hostname":"${event.computer}",${constants}${account}"RecordNumber":${event.recordId},"ExecutionProcessID":${event.pid},"ThreadID":${event.tid},${data(event.values)}}\n`;
  };
}

function winlogbeatShape(schema: EventSchema): Render {
  const constants = `"agent":{"type":"winlogbeat","version":"8.17.2"},"ecs":{"version":"8.0.0"},"event":{"kind":"event","code":"${schema.eventId}","provider":${q(schema.provider)}},"winlog":{"api":"wineventlog","channel":${q(schema.channel)},"provider_name":${q(schema.provider)},"provider_guid":"${schema.guid.toUpperCase()}","event_id":"${schema.eventId}","version":${schema.version},"task":"${schema.task}","opcode":"Info","computer_name":"`;
  const data = dataOf(schema, textValue);
  const key = schema.userData === undefined ? 'event_data' : 'user_data';
  return (event) => {
    const user = event.userSid === null ? '' : `"user":{"identifier":"${event.userSid}"},`;
    return `{"@timestamp":"${systemTime(event.time).slice(0, 23)}Z","host":{"name":"${event.computer}"},${constants}${event.computer}","record_id":${event.recordId},"process":{"pid":${event.pid},"thread":{"id":${event.tid}}},${user}"${key}":{${data(event.values)}}}}\n`;
  };
}

/** The fields as `"name":value,...`. */
function dataOf(
  schema: EventSchema,
  show: (type: FieldType, value: LabValue) => string,
  leaveOut?: ReadonlySet<string>,
): (values: readonly LabValue[]) => string {
  const kept = schema.fields
    .map((field, at) => ({ ...field, at }))
    .filter((field) => leaveOut?.has(field.name) !== true);
  const keys = kept.map((field, i) => `${i === 0 ? '' : ','}"${field.name}":`);
  const types = kept.map((field) => field.type);
  const places = kept.map((field) => field.at);
  return (values) => {
    let text = '';
    for (let i = 0; i < keys.length; i++) text += keys[i]! + show(types[i]!, values[places[i]!]!);
    return text;
  };
}

function valueText(type: FieldType, value: LabValue): string {
  if (type === 's') return q(value);
  if (type === 'x4' || type === 'x8') return `"0x${(value as number).toString(16)}"`;
  return type === 'g' || type === 'sid' ? `"${value}"` : String(value);
}

function elementText(type: FieldType, value: LabValue): string {
  return value === '' ? 'null' : valueText(type, value);
}

function textValue(type: FieldType, value: LabValue): string {
  if (type === 's') return q(value);
  if (type === 'x4' || type === 'x8') return `"0x${(value as number).toString(16)}"`;
  return `"${value}"`;
}
