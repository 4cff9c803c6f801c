/** CSV (RFC 4180): one row per event, one column per field of any kind of event, under huntbook's field names. */
import { foldFieldName } from '../../events/index.ts';
import { systemTime } from '../clock.ts';
import { shownValue, type EventSchema, type FieldType, type LabEvent } from '../event.ts';
import { allSchemas } from '../schemas.ts';
import type { OutputFolder } from './output.ts';
import { LineFile } from './text.ts';
import type { LabWriter, Place } from './types.ts';

const SYSTEM = ['SystemTime', 'Computer', 'Channel', 'Provider_Name', 'EventID', 'EventRecordID'];

/** Where a field of a kind of event goes: its index, its type, and the commas between it and the cell before. */
interface Cell {
  readonly at: number;
  readonly type: FieldType;
  readonly commas: string;
}

interface Layout {
  readonly constants: string;
  readonly cells: readonly Cell[];
  /** Commas after the last cell, and the line end. */
  readonly tail: string;
}

/** The position of an event is the number of its row; the header is row 1. */
export function openCsv(folder: OutputFolder, name: string): LabWriter {
  const out = new LineFile(folder.open(name));
  const columns = columnsOf(allSchemas);
  const layouts = new Map<EventSchema, Layout>(
    allSchemas.map((schema) => [schema, layoutOf(schema, columns)]),
  );
  out.add(`${[...columns.values()].map((column) => column.label).join(',')}\r\n`);
  return {
    write: (event): Place => ({ file: name, position: out.add(row(event, layouts.get(event.schema)!)) }),
    finish: () => out.flush(),
  };
}

type Columns = Map<string, { readonly label: string; readonly at: number }>;

/** One column per field name, whatever its case. */
function columnsOf(all: readonly EventSchema[]): Columns {
  const columns: Columns = new Map();
  const add = (label: string): void => {
    const key = foldFieldName(label);
    if (!columns.has(key)) columns.set(key, { label, at: columns.size });
  };
  for (const label of SYSTEM) add(label);
  for (const schema of all) for (const field of schema.fields) add(labelOf(field.name));
  return columns;
}

/** A data field `Channel` (event 104 names the cleared log) must not stand in the event's own column. */
function labelOf(field: string): string {
  return SYSTEM.includes(field) ? `${field}_Data` : field;
}

function layoutOf(schema: EventSchema, columns: Columns): Layout {
  let column = SYSTEM.length - 1;
  const placed = schema.fields
    .map((field, at) => ({
      at,
      type: field.type,
      column: columns.get(foldFieldName(labelOf(field.name)))!.at,
    }))
    .toSorted((a, b) => a.column - b.column);
  const cells = placed.map(({ at, type, column: next }) => {
    const commas = ','.repeat(next - column);
    column = next;
    return { at, type, commas };
  });
  return {
    constants: [schema.channel, schema.provider, String(schema.eventId)].map(quote).join(','),
    cells,
    tail: `${','.repeat(columns.size - 1 - column)}\r\n`,
  };
}

function row(event: LabEvent, layout: Layout): string {
  let text = `${systemTime(event.time)},${quote(event.computer)},${layout.constants},${event.recordId}`;
  for (const { at, type, commas } of layout.cells) {
    const value = event.values[at]!;
    text += commas + (type === 's' ? quote(value as string) : String(shownValue(type, value)));
  }
  return text + layout.tail;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
