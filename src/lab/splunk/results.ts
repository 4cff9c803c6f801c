/**
 * Results in the forms of Splunk's REST interface: `xml`, `json`, `json_rows`, `json_cols`, `csv`, `raw`. Each JSON
 * document stands on one line, for clients read it so. A missing value is left out in XML and JSON, and empty in CSV;
 * several values are an array, several `<value>`, or lines of one CSV cell, which a column `__mv_FIELD` tells apart as
 * the result files of Splunk do: `$one$;$two$`, a dollar sign in a value doubled.
 */
import { messagesXml, Refusal, type Message } from './reply.ts';
import type { Cell, Row } from './types.ts';
import { xmlText } from './xml.ts';

export const resultModes = ['xml', 'json', 'json_rows', 'json_cols', 'csv', 'raw'] as const;
export type ResultMode = (typeof resultModes)[number];

export interface ResultPage {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
  /** Fields that have several values in some row of the whole result, so that every page has the same columns. */
  readonly several: ReadonlySet<string>;
  /** Number of the first row within the result. */
  readonly offset: number;
  readonly preview: boolean;
  readonly messages: readonly Message[];
}

export function resultMode(text: string | null): ResultMode {
  const mode = text === null || text === '' || text === 'atom' ? 'xml' : text;
  if ((resultModes as readonly string[]).includes(mode)) return mode as ResultMode;
  throw new Refusal(400, 'FATAL', `Invalid output mode specified (${mode.slice(0, 50)}).`);
}

export function contentType(mode: ResultMode): string {
  if (mode === 'xml') return 'text/xml; charset=UTF-8';
  if (mode === 'csv') return 'text/csv; charset=UTF-8';
  return mode === 'raw' ? 'text/plain; charset=UTF-8' : 'application/json; charset=UTF-8';
}

export function* writePage(mode: ResultMode, page: ResultPage): Generator<string> {
  const { fields, rows, several, offset, preview, messages } = page;
  switch (mode) {
    case 'xml':
      yield* xmlPage(page);
      break;
    case 'csv':
      yield* csvRows(fields, rows, several);
      break;
    case 'raw':
      for (const row of rows) yield rawRow(row);
      break;
    case 'json': {
      const names = JSON.stringify(fields.map((name) => ({ name })));
      yield `{"preview":${preview},"init_offset":${offset},"messages":${JSON.stringify(messages)},"fields":${names},"results":[`;
      let first = true;
      for (const row of rows) {
        yield (first ? '' : ',') + JSON.stringify(jsonRow(fields, row));
        first = false;
      }
      yield '],"highlighted":{}}\n';
      break;
    }
    default: {
      const body =
        mode === 'json_rows'
          ? { rows: rows.map((row) => fields.map((name) => row[name] ?? null)) }
          : { columns: fields.map((name) => rows.map((row) => row[name] ?? null)) };
      yield `${JSON.stringify({ preview, init_offset: offset, messages, fields, ...body })}\n`;
    }
  }
}

function* xmlPage({ fields, rows, offset, preview, messages }: ResultPage): Generator<string> {
  yield `<?xml version='1.0' encoding='UTF-8'?>\n<results preview='${preview ? 1 : 0}'>\n<meta>\n<fieldOrder>\n`;
  yield fields.map((name) => `<field>${xmlText(name)}</field>\n`).join('');
  yield '</fieldOrder>\n</meta>\n';
  if (messages.length > 0) yield `${messagesXml(messages)}\n`;
  let at = offset;
  for (const row of rows) yield xmlRow(fields, row, at++);
  yield '</results>\n';
}

export function xmlRow(fields: readonly string[], row: Row, offset: number): string {
  let text = `<result offset='${offset}'>\n`;
  for (const name of fields) {
    const cell = row[name] ?? null;
    if (cell === null) continue;
    const values =
      name === '_raw' ? [`<v xml:space='preserve' trunc='0'>${xmlText(flat(cell))}</v>`] : xmlValues(cell);
    text += `<field k='${xmlText(name)}'>${values.join('')}</field>\n`;
  }
  return `${text}</result>\n`;
}

function xmlValues(cell: string | readonly string[]): string[] {
  const values = typeof cell === 'string' ? [cell] : cell;
  return values.map((value) => `<value><text>${xmlText(value)}</text></value>`);
}

export function jsonRow(fields: readonly string[], row: Row): Record<string, Cell> {
  const object = Object.create(null) as Record<string, Cell>;
  for (const name of fields) {
    const cell = row[name] ?? null;
    if (cell !== null) object[name] = cell;
  }
  return object;
}

/** Nothing at all when there is no row. */
export function* csvRows(
  fields: readonly string[],
  rows: readonly Row[],
  several: ReadonlySet<string>,
): Generator<string> {
  if (rows.length === 0) return;
  const divided = fields.filter((name) => several.has(name));
  yield csvLine([...fields, ...divided.map((name) => `__mv_${name}`)]);
  for (const row of rows) {
    const cells = fields.map((name) => flat(row[name] ?? null));
    yield csvLine([...cells, ...divided.map((name) => dividedValues(row[name] ?? null))]);
  }
}

export function severalValues(fields: readonly string[], rows: readonly Row[]): ReadonlySet<string> {
  return new Set(fields.filter((name) => rows.some((row) => isSeveral(row[name] ?? null))));
}

const isSeveral = (cell: Cell): cell is readonly string[] =>
  cell !== null && typeof cell !== 'string' && cell.length > 1;

/** Empty where there is one value or none. */
function dividedValues(cell: Cell): string {
  return isSeveral(cell) ? cell.map((value) => `$${value.replaceAll('$', '$$$$')}$`).join(';') : '';
}

export function rawRow(row: Row): string {
  return `${flat(row['_raw'] ?? null)}\n`;
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\n`;

/** As the server writes it, without the guard of spreadsheets: this is for programs. */
function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function flat(cell: Cell): string {
  return cell === null ? '' : typeof cell === 'string' ? cell : cell.join('\n');
}
