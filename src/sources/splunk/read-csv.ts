/**
 * Results as CSV. Splunk joins the values of a multi-value field with line ends; where it also writes the columns
 * `__mv_FIELD` (each value between dollar signs, divided by semicolons, a dollar sign in a value doubled), these tell
 * the values apart. Without them such a cell stays one text, because an event's text has line ends too.
 */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { HuntbookError } from '../../errors.ts';
import type { EngineRow } from '../engine.ts';
import { setField } from './row.ts';
import { maxRowLength, type ResultItem, type ResultReader } from './types.ts';

const prefix = '__mv_';

export const readCsv: ResultReader = async function* (body) {
  const parser = parse({
    bom: true,
    max_record_size: maxRowLength,
    record_delimiter: ['\n', '\r\n'],
    relax_column_count: true,
  });
  const source = Readable.from(body, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: Column[] | null = null;
  let width = 0;
  let warned = false;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (columns === null) {
        columns = columnsOf(cells);
        width = cells.length;
        yield [{ kind: 'fields', names: columns.map(({ name }) => name) }];
      } else if (cells.length < width) throw cut();
      else {
        const row = rowOf(cells, columns);
        if (!warned && columns.some((column) => mayBeSeveral(column, cells))) {
          warned = true;
          yield [row, { kind: 'message', level: 'WARN', text: joined }];
        } else yield [row];
      }
    }
  } catch (error) {
    if (error instanceof CsvError) throw error.code === 'CSV_QUOTE_NOT_CLOSED' ? cut() : damaged(error);
    throw error;
  } finally {
    source.destroy();
    parser.destroy();
  }
};

interface Column {
  readonly name: string;
  readonly at: number;
  readonly values: number;
}

function columnsOf(header: readonly string[]): Column[] {
  return header
    .map((name, at) => ({ name, at, values: header.indexOf(prefix + name) }))
    .filter(({ name }) => !(name.startsWith(prefix) && header.includes(name.slice(prefix.length))));
}

function rowOf(cells: readonly string[], columns: readonly Column[]): ResultItem {
  const row: EngineRow = {};
  for (const { name, at, values } of columns) {
    const several = values < 0 ? null : splitValues(cells[values] ?? '');
    setField(row, name, several ?? [cells[at] ?? '']);
  }
  return { kind: 'row', row };
}

const joined =
  'as CSV this server joins several values of a field by line ends and does not tell them apart; JSON and XML do';
/** The text of an event has line ends of its own. */
const eventText = new Set(['_raw', 'Message']);

const mayBeSeveral = ({ at, name, values }: Column, cells: readonly string[]): boolean =>
  values < 0 && cells[at]?.includes('\n') === true && !eventText.has(name);

/** Null when the text is not a list of values. */
export function splitValues(text: string): string[] | null {
  if (text === '') return null;
  const values: string[] = [];
  const value = /\$((?:[^$]|\$\$)*)\$(;|$)/gy;
  let at = 0;
  while (at < text.length) {
    value.lastIndex = at;
    const match = value.exec(text);
    if (!match) return null;
    values.push((match[1] as string).replaceAll('$$', '$'));
    at = value.lastIndex;
  }
  return values;
}

const cut = (): HuntbookError => new HuntbookError('HB_CUT', 'the result ends within a row of its CSV');
const damaged = (error: Error): HuntbookError =>
  new HuntbookError('HB_SEARCH', `the server's answer is not the CSV of a result: ${error.message}`);
