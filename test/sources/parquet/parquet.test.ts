import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileInput } from '../../../src/sources/index.ts';
import { parquet, type Column } from '../support/parquet-writer.ts';
import { codesOf, readBytes, readInput, temporaryFolder } from '../support/read.ts';
import { zip } from '../support/zip-writer.ts';

const folder = temporaryFolder();
const columns: Column[] = [
  { name: 'EventID', type: 'int32' },
  { name: 'Channel', type: 'utf8' },
  { name: 'EventRecordID', type: 'int64' },
  { name: 'Image', type: 'utf8' },
  { name: 'TimeCreated', type: 'micros' },
  { name: 'Elevated', type: 'boolean' },
  { name: 'Score', type: 'double' },
  { name: 'Targets', type: 'utf8', list: true },
];

function rowsOf(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) => ({
    EventID: 1,
    Channel: 'Security',
    EventRecordID: n + 1,
    Image: n % 3 === 0 ? null : `C:\\é ${n}.exe`,
    TimeCreated: 1704164645678901n,
    Elevated: n % 2 === 0,
    Score: 0.5,
    Targets: n % 2 === 0 ? ['a', 'b'] : null,
  }));
}

describe('Parquet', () => {
  it.each(['none', 'gzip', 'zstd'] as const)('becomes events, with codec %s', async (codec) => {
    const { events, positions, issues } = await readBytes(
      parquet(columns, rowsOf(2500), { codec, groupRows: 700 }),
    );
    expect(issues).toEqual([]);
    expect(positions).toEqual(Array.from({ length: 2500 }, (_, n) => n + 1));
    expect(events[2]).toMatchObject({
      eventId: 1,
      channel: 'Security',
      recordId: 3,
      time: '2024-01-02T03:04:05.678901Z',
    });
    expect(events[2]?.fields).toMatchObject({
      Image: 'C:\\é 2.exe',
      Elevated: true,
      Score: 0.5,
      Targets: ['a', 'b'],
    });
  });

  it('has no field where a value is null', async () => {
    const { events } = await readBytes(parquet(columns, rowsOf(2)));
    expect(Object.keys(events[0]!.fields)).not.toContain('Image');
    expect(Object.keys(events[1]!.fields)).not.toContain('Targets');
  });

  it('keeps large integers whole and time to 100 ns', async () => {
    const wide: Column[] = [
      { name: 'A', type: 'int64' },
      { name: 'B', type: 'int64' },
      { name: 'T', type: 'nanos' },
      { name: 'M', type: 'millis' },
      { name: 'Raw', type: 'bytes' },
      { name: 'J', type: 'json' },
    ];
    const row = { A: 2n ** 60n, B: 7, T: -1n, M: 1704164645678n, Raw: 'text', J: '{"x":1}' };
    const { events } = await readBytes(parquet(wide, [row]));
    expect(events[0]?.fields).toMatchObject({
      A: 2n ** 60n,
      B: 7,
      T: '1969-12-31T23:59:59.9999999Z',
      M: '2024-01-02T03:04:05.678Z',
      Raw: 'text',
    });
  });

  it('reads structs as nested events', async () => {
    const nested: Column[] = [
      { name: 'Channel', type: 'utf8', in: 'System' },
      { name: 'EventID', type: 'int32', in: 'System' },
      { name: 'Image', type: 'utf8', in: 'EventData' },
    ];
    const row = { System: { Channel: 'Security', EventID: 4688 }, EventData: { Image: 'a.exe' } };
    const { events, issues } = await readBytes(parquet(nested, [row, { System: { EventID: 1 } }]));
    expect(issues).toEqual([]);
    expect(events[0]).toMatchObject({ channel: 'Security', eventId: 4688, fields: { Image: 'a.exe' } });
    expect(events[1]).toMatchObject({ channel: null, eventId: 1 });
  });

  it('is read from a file, from a stream in blocks, and from archives', async () => {
    const bytes = parquet(columns, rowsOf(50));
    const path = join(folder, 'x.json');
    writeFileSync(path, bytes);
    for (const result of [
      await readInput(fileInput(path)),
      await readBytes(bytes, { step: 7 }),
      await readBytes(gzipSync(bytes)),
      await readBytes(zip([{ name: 'x', data: bytes }])),
    ]) {
      expect(result.events).toHaveLength(50);
    }
  });

  it('that was cut off is reported', async () => {
    const bytes = parquet(columns, rowsOf(50));
    expect(codesOf(await readBytes(bytes.subarray(0, 1000)))).toEqual(['HB_TRUNCATED']);
    expect(codesOf(await readBytes(bytes.subarray(0, 6)))).toEqual(['HB_TRUNCATED']);
  });

  it('with a damaged row group gives the others', async () => {
    const bytes = parquet(columns, rowsOf(30), { codec: 'gzip', groupRows: 10 });
    const second = bytes.indexOf(Buffer.from([0x1f, 0x8b]), Math.floor(bytes.length / 3));
    bytes.fill(0xff, second, second + 20);
    const { events, issues } = await readBytes(bytes);
    expect(
      events.map(({ recordId }) => Number(recordId)).filter((n) => n <= 10 || n > 20).length,
    ).toBeGreaterThan(9);
    expect(issues.map(({ code }) => code)).toContain('HB_DAMAGED');
  });

  it('is not brought down by any change of a byte', async () => {
    const original = parquet(columns, rowsOf(20), { groupRows: 10 });
    const change = fc.record({
      at: fc.nat({ max: original.length - 1 }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const { at, value } of changes) bytes[at] = value;
        expect(codesOf(await readBytes(bytes))).not.toContain('HB_INTERNAL');
      }),
      { numRuns: 500 },
    );
  });
});
