/** CSV and JSON lines to frames, from a file or a stream; types are those of the values, as for every engine. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { asHuntbookError, HuntbookError } from '../errors.ts';
import { gather, type GatherOptions } from './gather.ts';
import type { FrameParts } from './relation.ts';

export interface FromCsvOptions extends GatherOptions {
  /** Default: a comma. */
  readonly delimiter?: string;
}

/** Longest line, so that a file without line ends is not read into memory. */
const maxLine = 64 * 1024 * 1024;

/** The first line names the columns. Throws HB_DAMAGED for a row with another number of cells. */
export function gatherCsv(from: string | Readable, options: FromCsvOptions): Promise<FrameParts> {
  return gather(csvRows(from, options.delimiter ?? ','), options);
}

export function gatherNdjson(from: string | Readable, options: GatherOptions): Promise<FrameParts> {
  return gather(jsonRows(from), options);
}

async function* csvRows(from: string | Readable, delimiter: string): AsyncGenerator<Record<string, string>> {
  const { parse } = await import('csv-parse');
  const stream = open(from);
  const parser = parse({
    bom: true,
    delimiter,
    relax_column_count: true,
    max_record_size: maxLine,
    info: true,
  });
  stream.on('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  let names: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (names === undefined) names = uniqueNames(record);
      else if (record.length === names.length) yield rowOf(names, record);
      else {
        const cells = `${record.length} cells, and not ${names.length} as the header`;
        throw new HuntbookError('HB_DAMAGED', `${nameOf(from)}: line ${info.lines} has ${cells}`, {
          hint: 'Check the delimiter and the quotes.',
        });
      }
    }
  } catch (error) {
    throw readError(error, from);
  } finally {
    stream.destroy();
  }
}

function uniqueNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, at) => {
    let name = cell === '' ? `column${at + 1}` : cell;
    while (taken.has(name)) name = `${name}_${at + 1}`;
    taken.add(name);
    return name;
  });
}

function rowOf(names: readonly string[], cells: readonly string[]): Record<string, string> {
  // Without a prototype, so that every name is only a name.
  const row = Object.create(null) as Record<string, string>;
  for (let at = 0; at < names.length; at++) row[names[at] as string] = cells[at] as string;
  return row;
}

async function* jsonRows(from: string | Readable): AsyncGenerator<Record<string, unknown>> {
  let line = 0;
  for await (const text of textLines(from)) {
    line++;
    if (text.trim() === '') continue;
    const value = parseLine(text, `${nameOf(from)}: line ${line}`);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new HuntbookError('HB_DAMAGED', `${nameOf(from)}: line ${line} is no JSON object`);
    yield value as Record<string, unknown>;
  }
}

function parseLine(text: string, place: string): unknown {
  try {
    return /\d{16}/.test(text) ? (JSON.parse(text, exactInteger) as unknown) : JSON.parse(text);
  } catch (error) {
    throw asHuntbookError(error, 'HB_DAMAGED', `${place} is no JSON`);
  }
}

/** Integers beyond 2^53 as bigint. Node hands the text of a number to revivers; TypeScript does not know yet. */
function exactInteger(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const { source } = context ?? {};
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d{1,400}$/.test(source) ? BigInt(source) : value;
}

async function* textLines(from: string | Readable): AsyncGenerator<string> {
  const stream = open(from);
  stream.setEncoding('utf8');
  let rest = '';
  let first = true;
  try {
    for await (const block of stream) {
      const parts = (rest + (block as string)).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > maxLine) throw new HuntbookError('HB_LIMIT', `${nameOf(from)}: a line is too long`);
      for (const part of parts) {
        yield first ? part.replace(/^\uFEFF/, '') : part;
        first = false;
      }
    }
    if (rest !== '') yield first ? rest.replace(/^\uFEFF/, '') : rest;
  } catch (error) {
    throw readError(error, from);
  } finally {
    stream.destroy();
  }
}

function open(from: string | Readable): Readable {
  return typeof from === 'string' ? createReadStream(from) : from;
}

function nameOf(from: string | Readable): string {
  return typeof from === 'string' ? from : 'the stream';
}

function readError(error: unknown, from: string | Readable): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new HuntbookError('HB_NOT_FOUND', `${nameOf(from)}: no such file`, { cause: error });
  return asHuntbookError(error, code?.startsWith('CSV_') ? 'HB_DAMAGED' : 'HB_READ', nameOf(from));
}
