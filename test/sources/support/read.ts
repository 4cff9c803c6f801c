/** Reads inputs from memory and collects what comes out: events, issues, kinds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll } from 'vitest';
import { FieldTable, type HuntEvent } from '../../../src/events/index.ts';
import {
  defaultLimits,
  openBatches,
  type ByteInput,
  type Limits,
  type SourceIssue,
} from '../../../src/sources/index.ts';

export interface ReadResult {
  events: HuntEvent[];
  positions: number[];
  issues: SourceIssue[];
  /** `kind name` of all that was opened, in order. */
  opened: string[];
}

export async function readInput(input: ByteInput, limits: Partial<Limits> = {}): Promise<ReadResult> {
  const result: ReadResult = { events: [], positions: [], issues: [], opened: [] };
  const options = {
    fields: new FieldTable(true),
    limits: { ...defaultLimits, ...limits },
    onIssue: (issue: SourceIssue) => result.issues.push(issue),
    onOpen: (kind: string, name: string) => result.opened.push(`${kind} ${name}`),
  };
  for await (const batch of openBatches(input, options)) {
    for (let row = 0; row < batch.length; row++) {
      result.events.push(batch.event(row));
      result.positions.push(batch.position(row));
    }
  }
  return result;
}

/** Reads bytes as an input without a path, in blocks of `step` bytes that are overwritten after use. */
export function readBytes(
  bytes: Uint8Array | string,
  options: { name?: string; step?: number; limits?: Partial<Limits> } = {},
): Promise<ReadResult> {
  const { name = 'input', step, limits } = options;
  return readInput(memoryInput(name, Buffer.from(bytes as Uint8Array), step), limits);
}

export function memoryInput(name: string, bytes: Uint8Array, step = bytes.length || 1): ByteInput {
  return {
    name,
    async *stream() {
      for (let at = 0; at < bytes.length; at += step) {
        const block = new Uint8Array(bytes.subarray(at, at + step));
        yield block;
        // A block is valid until the next is asked for, and not longer.
        block.fill(0x21);
      }
    },
  };
}

/** JSON lines of flat events, numbered in `RecordNumber` from `from`. */
export function jsonLines(count: number, from = 1): string {
  let text = '';
  for (let n = from; n < from + count; n++) {
    text += `{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","RecordNumber":${n},"Image":"C:\\\\a ${n}.exe"}\n`;
  }
  return text;
}

export const numbersOf = (result: ReadResult): number[] =>
  result.events.map((event) => Number(event.recordId));

export const codesOf = (result: ReadResult): string[] => result.issues.map((issue) => issue.code);

export interface TarMember {
  name: string;
  data?: Uint8Array | string;
  type?: 'file' | 'symlink' | 'link' | 'character-device' | 'fifo';
  linkname?: string;
}

export async function tar(members: readonly TarMember[]): Promise<Buffer> {
  const stream = pack();
  const blocks: Buffer[] = [];
  const done = (async () => {
    for await (const block of stream) blocks.push(block as Buffer);
  })();
  type Entry = Parameters<typeof stream.entry>[0];
  for (const { data, ...header } of members) {
    stream.entry(header as Entry, Buffer.from((data ?? '') as Uint8Array));
  }
  stream.finalize();
  await done;
  return Buffer.concat(blocks);
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
