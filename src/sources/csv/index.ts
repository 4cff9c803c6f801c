/**
 * CSV with a header line. Each row becomes an event by the names of its columns; text stays text, but for the
 * event number. An empty cell means that the event lacks the field.
 */
import { canonicalise, foldFieldName, ObjectBatch, type EventBatch } from '../../events/index.ts';
import { readHead } from '../head.ts';
import type { ByteInput, ReadOptions } from '../types.ts';
import { findDialect, sampleText } from './sniff.ts';
import { CsvSplitter, type CsvRecord } from './split.ts';

const batchRows = 1000;
/** Columns of Event Viewer's own CSV, whose names say less than they do elsewhere. */
const viewerNames: Record<string, string | undefined> = {
  'Event ID': 'EventID',
  'Date and Time': 'TimeCreated',
  Source: 'ProviderName',
};
const numeric = new Set(['eventid', 'eventcode', 'event_id', 'event.code', 'winlog.event_id']);

interface Columns {
  readonly names: readonly string[];
  readonly numbers: readonly boolean[];
  readonly hasMessage: boolean;
}

export async function* readCsv(input: ByteInput, options: ReadOptions): AsyncGenerator<EventBatch> {
  const headed = await readHead(input);
  const dialect = findDialect(sampleText(headed.head)) ?? { delimiter: ',', skip: 0 };
  const troubles = new Troubles(input.name, options);
  const splitter = new CsvSplitter({
    delimiter: dialect.delimiter,
    maxRecord: options.limits.maxLineBytes,
    onUnclosed: (line) => troubles.add('HB_DAMAGED', 'row with a quote that is not closed', line),
    onTooLong: (line) => troubles.add('HB_LIMIT', 'line longer than the limit, left out', line),
  });
  const batch = new ObjectBatch(input.name, options.fields);
  let columns: Columns | null = null;
  let pending = 0;
  for await (const records of pieces(headed.input.stream(), splitter)) {
    for (const { cells, line } of records) {
      if (line <= dialect.skip) continue;
      if (columns === null) {
        columns = columnsOf(cells);
        continue;
      }
      const object = objectOf(cells, columns);
      if (cells.length !== columns.names.length && !isViewerRow(cells, columns)) {
        troubles.add('HB_DAMAGED', `row with another number of cells than the header`, line);
      }
      batch.add(canonicalise(object, input.name), line);
      if (++pending < batchRows) continue;
      yield batch.batch;
      batch.clear();
      pending = 0;
    }
  }
  if (pending > 0) yield batch.batch;
  troubles.report();
}

async function* pieces(
  blocks: AsyncIterable<Uint8Array>,
  splitter: CsvSplitter,
): AsyncGenerator<CsvRecord[]> {
  for await (const block of blocks) yield splitter.push(block);
  yield splitter.end();
}

function columnsOf(cells: readonly string[]): Columns {
  const taken = new Set<string>();
  const viewer = cells.includes('Event ID') && cells.includes('Date and Time');
  const names = cells.map((cell, index) => {
    let name = (viewer ? viewerNames[cell] : undefined) ?? (cell.trim() || `column${index + 1}`);
    if (taken.has(name) || name === '__proto__') name = `${name}_${index + 1}`;
    taken.add(name);
    return name;
  });
  const folded = names.map(foldFieldName);
  return {
    names,
    numbers: folded.map((name) => numeric.has(name)),
    hasMessage: folded.includes('message'),
  };
}

/** Event Viewer writes the message as one cell more than its header has. */
function isViewerRow(cells: readonly string[], columns: Columns): boolean {
  return cells.length === columns.names.length + 1 && !columns.hasMessage;
}

function objectOf(cells: readonly string[], columns: Columns): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const { names, numbers } = columns;
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] as string;
    if (cell === '') continue;
    const name = names[at] ?? (isViewerRow(cells, columns) ? 'Message' : `column${at + 1}`);
    object[name] = numbers[at] && /^\d{1,9}$/.test(cell) ? Number(cell) : cell;
  }
  return object;
}

/** Counts what is wrong with rows, and names the first line of each kind. */
class Troubles {
  readonly #source: string;
  readonly #options: ReadOptions;
  readonly #seen = new Map<string, { code: 'HB_DAMAGED' | 'HB_LIMIT'; line: number; count: number }>();

  constructor(source: string, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
  }

  add(code: 'HB_DAMAGED' | 'HB_LIMIT', what: string, line: number): void {
    const seen = this.#seen.get(what);
    if (seen) seen.count++;
    else this.#seen.set(what, { code, line, count: 1 });
  }

  report(): void {
    for (const [what, { code, line, count }] of this.#seen) {
      const message = count === 1 ? what : `${what}: ${count} times, first in line ${line}`;
      this.#options.onIssue({ code, source: this.#source, message, line });
    }
  }
}
