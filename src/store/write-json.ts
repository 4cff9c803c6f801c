/** Frames as JSON: integers as digits however many they are, times and GUIDs as text, no value as null. */
import type { Writable } from 'node:stream';
import { toJson } from '../events/index.ts';
import type { FrameRow } from './types.ts';
import { writeText } from './write-out.ts';

export function writeNdjson(rows: AsyncIterable<FrameRow>, out: Writable): Promise<void> {
  return writeText(out, ndjson(rows));
}

async function* ndjson(rows: AsyncIterable<FrameRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${toJson(row)}\n`;
}

/** One JSON array, a row a line. */
export function writeJson(rows: AsyncIterable<FrameRow>, out: Writable): Promise<void> {
  return writeText(out, json(rows));
}

async function* json(rows: AsyncIterable<FrameRow>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const row of rows) {
    yield `${before}${toJson(row)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
