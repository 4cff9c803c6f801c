/** CSV (RFC 4180): one row per event, one column per field of any kind of event, under huntbook's field names. */
import { foldFieldName } from '../../events/index.ts';
import { systemTime } from '../clock.ts';
import { shownValue, type EventSchema, type LabEvent } from '../event.ts';
import { allSchemas } from '../schemas.ts';
import type { OutputFolder } from './output.ts';
import { LineFile } from './text.ts';
import type { LabWriter, Place } from './types.ts';

const SYSTEM = ['SystemTime', 'Computer', 'Channel', 'Provider_Name', 'EventID', 'EventRecordID'];

/** The position of an event is the number of its line when no value has line breaks; else of its record and header. */
export function openCsv(folder: OutputFolder, name: string): LabWriter {
  const out = new LineFile(folder.open(name));
  const columns = [...SYSTEM];
  const places = new Map<string, number>(columns.map((column, i) => [foldFieldName(column), i]));
  const slots = new Map<EventSchema, number[]>();
  for (const schema of allSchemas) {
    slots.set(
      schema,
      schema.fields.map((field) => {
        // A data field `Channel` (event 104 names the cleared log) must not overwrite the event's own.
        const label = SYSTEM.includes(field.name) ? `${field.name}_Data` : field.name;
        const key = foldFieldName(label);
        let at = places.get(key);
        if (at === undefined) {
          at = columns.push(label) - 1;
          places.set(key, at);
        }
        return at;
      }),
    );
  }
  out.add(`${columns.join(',')}\r\n`);
  return {
    write: (event): Place => ({
      file: name,
      position: out.add(row(event, slots.get(event.schema)!, columns.length)),
    }),
    finish: () => out.flush(),
  };
}

function row(event: LabEvent, slots: readonly number[], width: number): string {
  const { schema, values } = event;
  const cells: string[] = Array.from({ length: width }, () => '');
  cells[0] = systemTime(event.time);
  cells[1] = event.computer;
  cells[2] = schema.channel;
  cells[3] = schema.provider;
  cells[4] = String(schema.eventId);
  cells[5] = String(event.recordId);
  for (let i = 0; i < slots.length; i++)
    cells[slots[i]!] = quote(String(shownValue(schema.fields[i]!.type, values[i]!)));
  return `${cells.join(',')}\r\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
