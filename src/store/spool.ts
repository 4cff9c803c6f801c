/**
 * Rows of text cells, kept in memory up to a bound and beyond it in a temporary file of JSON lines, so that a large
 * result of an engine needs no large memory. Rows may be read any number of times, in their order.
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { asHuntbookError } from '../errors.ts';
import type { Cell } from './cell.ts';
import { makeScratch, type Scratch } from './scratch.ts';

/** Memory for rows before they go to disk. */
const maxBytes = 64 * 1024 * 1024;
const flushAt = 1024 * 1024;
/** What a row and a cell take besides their text. */
const rowBytes = 64;
const cellBytes = 24;

export class Spool {
  readonly #limit: number;
  #rows: Cell[][] = [];
  #bytes = 0;
  #count = 0;
  #scratch: Scratch | null = null;
  #file = -1;
  #pending: string[] = [];
  #pendingLength = 0;

  constructor(limit: number = maxBytes) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  get onDisk(): boolean {
    return this.#scratch !== null;
  }

  add(row: Cell[]): void {
    this.#count++;
    if (this.#scratch !== null) return this.#write(row);
    this.#rows.push(row);
    this.#bytes += sizeOf(row);
    if (this.#bytes > this.#limit) this.#toDisk();
  }

  /** No row comes after this. */
  finish(): void {
    if (this.#file < 0) return;
    this.#flush();
    closeSync(this.#file);
    this.#file = -1;
  }

  async *rows(): AsyncGenerator<readonly Cell[]> {
    if (this.#scratch === null) yield* this.#rows;
    else for await (const line of lines(join(this.#scratch.folder, 'rows'))) yield JSON.parse(line) as Cell[];
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
    this.#scratch?.remove();
    this.#scratch = null;
    this.#rows = [];
  }

  #toDisk(): void {
    this.#scratch = makeScratch();
    this.#file = openSync(join(this.#scratch.folder, 'rows'), 'wx', 0o600);
    for (const row of this.#rows) this.#write(row);
    this.#rows = [];
  }

  #write(row: readonly Cell[]): void {
    const line = JSON.stringify(row);
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength >= flushAt) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(`${this.#pending.join('\n')}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      throw asHuntbookError(error, 'HB_WRITE', 'the temporary file for a large result');
    }
    this.#pending = [];
    this.#pendingLength = 0;
  }
}

function sizeOf(row: readonly Cell[]): number {
  let size = rowBytes + cellBytes * row.length;
  for (const cell of row) {
    if (typeof cell === 'string') size += 2 * cell.length;
    else if (cell !== null) for (const text of cell) size += cellBytes + 2 * text.length;
  }
  return size;
}

/** Not by `readline`, which also ends lines at U+2028. */
async function* lines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const block of createReadStream(file, { encoding: 'utf8', highWaterMark: flushAt })) {
    const parts = (rest + (block as string)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
