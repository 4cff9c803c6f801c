/** Reads JSON from memory in blocks of a given size, and flattens what comes out for comparison. */
import { EXTRA, FieldTable, foldFieldName, toJson } from '../../../src/events/index.ts';
import type { HuntEvent, Value } from '../../../src/events/index.ts';
import { readJsonBy } from '../../../src/sources/ndjson/read-json.ts';
import { defaultLimits, type Limits, type SourceIssue } from '../../../src/sources/types.ts';

export interface Row {
  /** Values by folded field name. A list counts as its items, as matchers see it. */
  readonly cells: Record<string, Value[]>;
  readonly event: HuntEvent;
  readonly line: number;
  /** True when the row was read the slow way. */
  readonly whole: boolean;
}

export interface Reading {
  readonly rows: Row[];
  readonly issues: SourceIssue[];
}

export interface Options {
  /** Bytes of the input's blocks, and of the reader's buffer to begin with. */
  readonly block?: number;
  readonly buffer?: number;
  readonly fields?: FieldTable;
  readonly limits?: Partial<Limits>;
}

export async function read(input: string | Uint8Array, options: Options = {}): Promise<Reading> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(input);
  const fields = options.fields ?? new FieldTable(true);
  const rows: Row[] = [];
  const issues: SourceIssue[] = [];
  const batches = readJsonBy(
    options.buffer ?? 65_536,
    { name: 'test.json', stream: () => blocks(bytes, options.block ?? 65_536) },
    { fields, onIssue: (issue) => issues.push(issue), limits: { ...defaultLimits, ...options.limits } },
  );
  for await (const batch of batches) {
    for (let row = 0; row < batch.length; row++) {
      const cells: Record<string, Value[]> = Object.create(null) as Record<string, Value[]>;
      let extras = 0;
      const first = batch.rowStart[row] as number;
      const last = batch.rowStart[row + 1] as number;
      for (let cell = first; cell < last; cell++) {
        const name = foldFieldName(fields.names[batch.cellField[cell] as number] as string);
        if (batch.cellKind[cell] === EXTRA) extras++;
        (cells[name] ??= []).push(...items(batch.value(cell)));
      }
      rows.push({
        cells,
        event: batch.event(row),
        line: batch.position(row),
        whole: last > first && extras === last - first,
      });
    }
  }
  return { rows, issues };
}

/** The fields of an event in the form of `Row.cells`. */
export function cellsOf(event: HuntEvent): Record<string, Value[]> {
  const cells: Record<string, Value[]> = Object.create(null) as Record<string, Value[]>;
  for (const [name, value] of Object.entries(event.fields))
    (cells[foldFieldName(name)] ??= []).push(...items(value));
  return cells;
}

/** Cells in a form that compares equal whatever the order of fields and of the values of one field. */
export function comparable(cells: Record<string, Value[]>): string[] {
  return Object.entries(cells)
    .map(
      ([name, values]) =>
        `${name} = ${values
          .map((value) => typeof value + toJson(value))
          .toSorted()
          .join(' | ')}`,
    )
    .toSorted();
}

function items(value: Value): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}

async function* blocks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    // A block is only valid until the next is asked for: what was handed out is overwritten then.
    const block = Buffer.from(bytes.subarray(at, at + size));
    yield block;
    block.fill(0x7b);
  }
}
