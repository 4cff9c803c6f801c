import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { generateEstate, writeLab, type LabResult } from '../../src/lab/index.ts';
import { EvtxChunk } from '../../src/lab/writers/evtx-chunk.ts';
import { openEvtx } from '../../src/lab/writers/evtx.ts';
import { OutputFolder } from '../../src/lab/writers/output.ts';
import { dataTemplate, systemTemplate } from '../../src/lab/writers/evtx-template.ts';
import { schemas } from '../../src/lab/schemas.ts';
import { filesBelow, scratchFolder } from './folder.ts';

const scratch = scratchFolder();
const estate: Record<'host' | 'channel', Promise<LabResult>> = {
  host: write('host'),
  channel: write('channel'),
};

function write(evtxLayout: 'host' | 'channel'): Promise<LabResult> {
  return writeLab({
    out: path.join(scratch, evtxLayout),
    hosts: 5,
    events: 6000,
    formats: ['ndjson', 'evtx'],
    evtxLayout,
  });
}

const evtxFiles = (result: LabResult) =>
  filesBelow(result.folder)
    .filter((name) => name.endsWith('.evtx'))
    .map((name) => path.join(result.folder, name));

describe('the EVTX writer', () => {
  it('writes one file per host and channel, or one per channel', async () => {
    const host = evtxFiles(await estate.host).map((file) => path.relative(path.join(scratch, 'host'), file));
    expect(host).toContain(path.join('events', 'evtx', 'BW-DC01', 'Security.evtx'));
    const channel = evtxFiles(await estate.channel).map((file) => path.basename(file));
    expect(channel).toEqual([
      'Microsoft-Windows-PowerShell%4Operational.evtx',
      'Microsoft-Windows-Sysmon%4Operational.evtx',
      'Security.evtx',
      'System.evtx',
    ]);
  });

  it.each(['host', 'channel'] as const)(
    'fills in headers, sums, sizes and numbers (by %s)',
    async (layout) => {
      const result = await estate[layout];
      let records = 0;
      for (const file of evtxFiles(result)) records += checkFile(readFileSync(file));
      expect(records).toBe(result.events);
    },
  );

  it('defines each template once per chunk and refers to it after that', async () => {
    const file = evtxFiles(await estate.host).find((name) => name.includes('Sysmon'))!;
    const bytes = readFileSync(file).subarray(4096, 4096 + 65_536);
    let definitions = 0;
    for (let bucket = 0; bucket < 32; bucket++) {
      const seen = new Set<number>();
      for (let at = bytes.readUInt32LE(384 + bucket * 4); at !== 0; at = bytes.readUInt32LE(at)) {
        expect(seen.has(at)).toBe(false);
        seen.add(at);
        expect(bytes.readUInt32LE(at + 4) % 32).toBe(bucket);
        definitions++;
      }
    }
    // The name stands once, however many records and templates use it.
    expect(bytes.toString('latin1').split('E\0v\0e\0n\0t\0D\0a\0t\0a\0')).toHaveLength(2);
    expect(definitions).toBeGreaterThan(3);
    expect(definitions).toBeLessThan(25);
  });

  it('goes on in another file when one has as many chunks as it may', () => {
    const folder = new OutputFolder(path.join(scratch, 'parts'), false);
    const writer = openEvtx(folder, 'channel', 2);
    const places = [...generateEstate({ hosts: 3, events: 2000 })].map((event) => writer.write(event));
    writer.finish();
    const files = folder.commit();
    const records = files.map((file) => checkFile(readFileSync(file.target)));
    expect(records.reduce((sum, count) => sum + count, 0)).toBe(places.length);
    expect(files.map((file) => file.name)).toContain('events/evtx/Security-2.evtx');
    files.forEach((file, i) => {
      expect(places.filter((place) => place.file === file.name).map((place) => place.position)).toEqual(
        Array.from({ length: records[i]! }, (_, n) => n + 1),
      );
    });
  });

  it('refuses an event that no chunk can hold, and keeps the chunk as it was', () => {
    const chunk = new EvtxChunk();
    const schema = schemas.scriptBlock;
    const templates = { system: systemTemplate(schema), data: dataTemplate(schema), keywords: 0n };
    const event = (text: string) => ({
      schema,
      computer: 'host',
      time: 1_700_000_000_000_000,
      recordId: 1,
      pid: 1,
      tid: 1,
      userSid: null,
      mark: null,
      values: [1, 1, text, 'id', ''],
    });
    expect(chunk.add(event('short'), 1, templates)).toBe(true);
    expect(chunk.add(event('x'.repeat(40_000)), 2, templates)).toBe(false);
    expect(chunk.add(event('x'.repeat(32_700)), 2, templates)).toBe(false);
    expect(chunk.count).toBe(1);
    expect(checkChunk(Buffer.from(chunk.finish(1)), 1)).toBe(1);
  });
});

const dump = evtxDump();

describe.skipIf(dump === null)('EVTX read by evtx_dump', () => {
  it.each(['host', 'channel'] as const)(
    'has the same records and values as the JSON lines (by %s)',
    async (layout) => {
      const result = await estate[layout];
      const key = (event: any) =>
        `${event.System.Computer} ${event.System.Channel} ${event.System.EventRecordID}`;
      const read = new Map<string, unknown>();
      for (const file of evtxFiles(result)) {
        const text = execFileSync(dump!, ['--validate-checksums', '-o', 'jsonl', file], {
          maxBuffer: 1 << 28,
          encoding: 'utf8',
        });
        for (const line of text.trimEnd().split('\n')) {
          const { Event } = JSON.parse(line);
          read.set(key(Event), Event);
        }
      }
      const lines = readFileSync(path.join(result.eventsFolder, 'events.ndjson'), 'utf8')
        .trimEnd()
        .split('\n');
      expect(read.size).toBe(lines.length);
      for (const line of lines) {
        const { Event } = JSON.parse(line);
        expect(read.get(key(Event))).toEqual(Event);
      }
    },
  );
});

/** evtx_dump from HUNTBOOK_EVTX_DUMP or the PATH; the test is skipped without it. */
function evtxDump(): string | null {
  const given = process.env['HUNTBOOK_EVTX_DUMP'];
  const candidates = given
    ? [given]
    : (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'evtx_dump'));
  for (const file of candidates) {
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Try the next.
    }
  }
  return null;
}

/** Checks a file's structure from the format description; returns its number of records. */
function checkFile(bytes: Buffer): number {
  expect(bytes.toString('latin1', 0, 8)).toBe('ElfFile\0');
  expect(bytes.readUInt32LE(124)).toBe(crc32(bytes.subarray(0, 120)));
  const chunks = bytes.readUInt16LE(42);
  expect(bytes.length).toBe(4096 + chunks * 65_536);
  expect(bytes.readBigUInt64LE(16)).toBe(BigInt(chunks - 1));
  let records = 0;
  let last = 0n;
  for (let i = 0; i < chunks; i++) {
    const chunk = bytes.subarray(4096 + i * 65_536, 4096 + (i + 1) * 65_536);
    if (i > 0) expect(chunk.readBigUInt64LE(24)).toBe(last + 1n);
    records += checkChunk(chunk, records + 1);
    last = chunk.readBigUInt64LE(32);
  }
  expect(bytes.readBigUInt64LE(24)).toBe(last + 1n);
  return records;
}

function checkChunk(chunk: Buffer, firstNumber: number): number {
  expect(chunk.toString('latin1', 0, 8)).toBe('ElfChnk\0');
  const free = chunk.readUInt32LE(48);
  expect(chunk.readUInt32LE(52)).toBe(crc32(chunk.subarray(512, free)));
  expect(chunk.readUInt32LE(124)).toBe(crc32(chunk.subarray(128, 512), crc32(chunk.subarray(0, 120))));
  expect(chunk.subarray(free).every((byte) => byte === 0)).toBe(true);
  let count = 0;
  let last = 0;
  for (let at = 512; at < free;) {
    expect(chunk.readUInt32LE(at)).toBe(0x2a2a);
    const size = chunk.readUInt32LE(at + 4);
    expect(size % 8).toBe(0);
    expect(chunk.readUInt32LE(at + size - 4)).toBe(size);
    expect(chunk.readBigUInt64LE(at + 8)).toBe(chunk.readBigUInt64LE(24) + BigInt(count));
    last = at;
    at += size;
    count++;
  }
  expect(chunk.readUInt32LE(44)).toBe(last);
  expect(chunk.readBigUInt64LE(8)).toBe(BigInt(firstNumber));
  expect(chunk.readBigUInt64LE(16)).toBe(BigInt(firstNumber + count - 1));
  return count;
}
