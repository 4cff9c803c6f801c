import { createReadStream, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { FieldTable, type HuntEvent, type Value } from '../../../src/events/index.ts';
import { readEvtx } from '../../../src/sources/evtx/index.ts';
import { type ByteInput, defaultLimits, type SourceIssue } from '../../../src/sources/types.ts';

/** Data beside the project; tests that need it are skipped where it is missing. */
export const shared = path.resolve(import.meta.dirname, '../../../../shared');
export const evtxFolder = path.join(shared, 'data/evtx');
export const regressionFolder = path.join(shared, 'data/sigma/regression_data');
export const regressionEvents = path.join(shared, 'oracle/regression_events.jsonl');

export interface Reading {
  readonly events: HuntEvent[];
  /** Cells of each row by field name of the table, in order. */
  readonly rows: [string, Value][][];
  readonly positions: number[];
  readonly issues: SourceIssue[];
}

export interface ReadingOptions {
  readonly fields?: FieldTable;
  readonly verifyChecksums?: boolean;
}

export async function readAll(input: ByteInput, options: ReadingOptions = {}): Promise<Reading> {
  const fields = options.fields ?? new FieldTable(true);
  const reading: Reading = { events: [], rows: [], positions: [], issues: [] };
  const onIssue = (issue: SourceIssue): void => void reading.issues.push(issue);
  const verifyChecksums = options.verifyChecksums ?? false;
  for await (const batch of readEvtx(input, { fields, onIssue, limits: defaultLimits, verifyChecksums })) {
    for (let row = 0; row < batch.length; row++) {
      reading.events.push(batch.event(row));
      reading.positions.push(batch.position(row));
      const cells: [string, Value][] = [];
      for (let cell = batch.rowStart[row] as number; cell < (batch.rowStart[row + 1] as number); cell++) {
        cells.push([fields.names[batch.cellField[cell] as number] as string, batch.value(cell)]);
      }
      reading.rows.push(cells);
    }
  }
  return reading;
}

export function fileInput(file: string): ByteInput {
  return { name: file, path: file, stream: () => createReadStream(file, { highWaterMark: 1 << 20 }) };
}

/** Bytes as an input of blocks of `size`. */
export function bytesInput(bytes: Uint8Array, size = bytes.length || 1): ByteInput {
  return {
    name: 'test.evtx',
    async *stream() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

/** All EVTX files below a folder, sorted; none where the folder is missing. */
export function evtxFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.toLowerCase().endsWith('.evtx'))
    .map((name) => path.join(folder, name))
    .sort();
}
