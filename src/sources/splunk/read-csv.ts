/**
 * Results as CSV. Splunk joins the values of a multi-value field with line ends; where it also writes the columns
 * `__mv_FIELD` (each value between dollar signs, divided by semicolons, a dollar sign in a value doubled), these tell
 * the values apart. Without them such a cell stays one text, because an event's text has line ends too.
 */
import { CsvError, parse, type Parser } from 'csv-parse';
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
  // An error comes out of reading, below; without a listener it would end the process.
  parser.on('error', () => {});
  const builder = new Builder();
  try {
    for await (const piece of body) {
      // Worked off at once, so that what is held is one piece and the row that it cuts in two.
      parser.write(piece);
      const items: ResultItem[] = [];
      for (let cells = next(parser); cells !== null; cells = next(parser)) builder.add(cells, items);
      yield items;
      if (parser.errored) throw parser.errored;
    }
    parser.end();
    const items: ResultItem[] = [];
    for await (const cells of parser as AsyncIterable<string[]>) builder.add(cells, items);
    yield items;
  } catch (error) {
    if (error instanceof CsvError)
      throw error.code === 'CSV_QUOTE_NOT_CLOSED' ? cut() : damaged(error.message);
    throw error;
  } finally {
    parser.destroy();
  }
};

const next = (parser: Parser): string[] | null => parser.read() as string[] | null;

class Builder {
  #columns: readonly Column[] | null = null;
  #width = 0;
  /** Whether the server tells several values apart; a column without it has one value everywhere then. */
  #divides = false;
  #warned = false;

  add(cells: readonly string[], items: ResultItem[]): void {
    if (this.#columns === null) {
      this.#columns = columnsOf(cells);
      this.#width = cells.length;
      this.#divides = this.#columns.some(({ values }) => values >= 0);
      items.push({ kind: 'fields', names: this.#columns.map(({ name }) => name) });
      return;
    }
    if (cells.length < this.#width) throw cut();
    if (cells.length > this.#width) throw damaged(`a row has ${cells.length} cells, its head ${this.#width}`);
    items.push(rowOf(cells, this.#columns));
    if (this.#warned || this.#divides || !this.#columns.some((column) => mayBeSeveral(column, cells))) return;
    this.#warned = true;
    items.push({ kind: 'message', level: 'WARN', text: joined });
  }
}

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
  'a field has line ends, which may divide several values: as CSV this server does not tell; JSON and XML do';
/** The text of an event has line ends of its own. */
const eventText = new Set(['_raw', 'Message']);

const mayBeSeveral = ({ at, name }: Column, cells: readonly string[]): boolean =>
  cells[at]?.includes('\n') === true && !eventText.has(name);

/** Null when the text is not a list of values. Without a regular expression: a value may have any length. */
export function splitValues(text: string): string[] | null {
  if (text === '') return null;
  const values: string[] = [];
  for (let at = 0; at < text.length;) {
    if (text[at] !== '$') return null;
    let end = text.indexOf('$', at + 1);
    while (end >= 0 && text[end + 1] === '$') end = text.indexOf('$', end + 2);
    if (end < 0) return null;
    values.push(text.slice(at + 1, end).replaceAll('$$', '$'));
    if (end + 1 === text.length) return values;
    if (text[end + 1] !== ';') return null;
    at = end + 2;
  }
  return null;
}

const cut = (): HuntbookError => new HuntbookError('HB_CUT', 'the result ends within a row of its CSV');
const damaged = (what: string): HuntbookError =>
  new HuntbookError('HB_SEARCH', `the server's answer is not the CSV of a result: ${what}`);
