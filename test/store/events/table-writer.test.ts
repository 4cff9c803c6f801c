import { join } from 'node:path';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldTable, ObjectBatch, toJson, toTicks, type Value } from '../../../src/events/index.ts';
import { defaultLimits, openBatches } from '../../../src/sources/index.ts';
import { Database, EventTableWriter, makeScratch, type Scratch } from '../../../src/store/index.ts';
import { HybridEncoder } from '../../../src/store/events/hybrid.ts';
import { nanosOf } from '../../../src/store/events/nanos.ts';

let scratch: Scratch;
let database: Database;
let files = 0;
beforeAll(async () => {
  scratch = makeScratch();
  database = await Database.open();
});
afterAll(() => {
  database.close();
  scratch.remove();
});

type Fields = Record<string, Value>;

const names = ['Alpha', 'Beta', 'Gamma', 'Image', 'Data', 'Über', 'a"b', "it's", 'x y', '_row', 'Time'];
const text = fc.oneof(
  fc.constantFrom('', 'a', 'svchost.exe', 'C:\\Windows\\lsass.exe', '[1]', 'null', 'Ж', '💥'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const scalar: fc.Arbitrary<Value> = fc.oneof(
  text,
  fc.integer(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof({ weight: 8, arbitrary: scalar }, fc.array(scalar, { minLength: 2, maxLength: 3 }));
const row = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
// Fields that come late: the second half may have more of them.
const rows = fc
  .tuple(
    fc.array(row, { maxLength: 60 }),
    fc.array(fc.record({ Late: value, Image: text }), { maxLength: 20 }),
  )
  .map(([first, second]): Fields[] => [...first, ...(second as Fields[])]);

function expected(value: Value | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? toJson(value) : String(value);
}

function write(events: readonly Fields[], options: ConstructorParameters<typeof EventTableWriter>[2] = {}) {
  const fields = new FieldTable(true);
  const path = join(scratch.folder, `${files++}.parquet`);
  const writer = new EventTableWriter(path, fields, options);
  const batch = new ObjectBatch('s', fields);
  events.forEach((event, index) => {
    batch.add(
      {
        source: 's',
        channel: null,
        provider: null,
        eventId: null,
        recordId: null,
        time: null,
        host: null,
        fields: event,
      },
      index + 1,
    );
    if (index % 5 === 4) {
      writer.add(batch.batch);
      batch.clear();
    }
  });
  writer.add(batch.batch);
  writer.finish();
  return { path, writer };
}

const table = (path: string): string => `read_parquet('${path}') ORDER BY _row`;

describe('a table of events', () => {
  it('gives back every value as its text, whatever the size of the row groups', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(1, 3, 7, 64, 1000), async (events, groupRows) => {
        const { path, writer } = write(events, { groupRows });
        const columns = new Map(writer.columns.map(({ field, name }) => [field, name]));
        const read = await database.all(`SELECT * FROM ${table(path)}`);
        expect(read.length).toBe(events.length);
        const other = (await parquetReadObjects({
          file: new Uint8Array(readFileSync(path)).buffer,
        })) as Record<string, unknown>[];
        events.forEach((event, index) => {
          for (const got of [read[index], other[index]] as Record<string, unknown>[]) {
            expect(got['_row']).toBe(BigInt(index));
            expect(got['_position']).toBe(BigInt(index + 1));
            expect(got['_source']).toBe('s');
            for (const [field, name] of columns)
              expect(got[name] ?? null, field).toBe(expected(field in event ? event[field] : undefined));
          }
        });
        for (const event of events)
          for (const [name, value] of Object.entries(event))
            if (value !== null) expect(columns.has(name)).toBe(true);
      }),
      { numRuns: process.env['HUNTBOOK_FULL'] === '1' ? 500 : 60 },
    );
  });

  it('reads the cells of JSON lines as it reads values', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (events) => {
        const lines = events.map((event) => toJson({ EventID: 1, Channel: 'c', ...event })).join('\n');
        const fields = new FieldTable(true);
        const path = join(scratch.folder, `${files++}.parquet`);
        const writer = new EventTableWriter(path, fields, { groupRows: 16 });
        const twin: (string | null)[] = [];
        const input = {
          name: 'x.json',
          async *stream() {
            yield Buffer.from(`${lines}\n`);
          },
        };
        for await (const batch of openBatches(input, { fields, onIssue: () => {}, limits: defaultLimits })) {
          writer.add(batch);
          for (let at = 0; at < batch.length; at++) twin.push(expected(batch.event(at).fields['Image']));
        }
        writer.finish();
        const image = writer.columns.find(({ field }) => field === 'Image')?.name;
        const sql = image === undefined ? 'NULL' : `"${image}"`;
        const read = await database.all(`SELECT ${sql} AS v FROM ${table(path)}`);
        expect(read.map(({ v }) => v)).toEqual(twin);
      }),
      { numRuns: process.env['HUNTBOOK_FULL'] === '1' ? 300 : 40 },
    );
  });

  it('keeps the fields beyond the bound of columns as one JSON object', async () => {
    const event = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, index]));
    const { path, writer } = write([event, { f1: 'x' }], { maxColumns: 10 });
    expect(writer.columns.length).toBe(10);
    expect(writer.hasMore).toBe(true);
    const [first, second] = await database.all(`SELECT * FROM ${table(path)}`);
    expect({ ...JSON.parse(first?.['_more'] as string), ...pick(first as Fields, /^f/) }).toEqual(
      Object.fromEntries(Object.entries(event).map(([name, n]) => [name, n < 10 ? String(n) : n])),
    );
    expect(second?.['_more']).toBeNull();
    expect(second?.['f1']).toBe('x');
  });

  it('takes values that hardly repeat, long values and many row groups', async () => {
    const events = Array.from({ length: 9000 }, (_, index) => ({
      Image: `C:\\${index}`,
      Data: index % 3 === 0 ? 'x'.repeat(5000 + (index % 7)) : 'y',
      EventID: index % 2,
    }));
    const { path } = write(events, { groupRows: 4000 });
    const read = await database.all(
      `SELECT count(DISTINCT Image) AS i, count(DISTINCT Data) AS d, sum(length(Data)) AS l,
       count(*) FILTER (WHERE EventID = '1') AS e FROM '${path}'`,
    );
    const length = events.reduce((sum, { Data }) => sum + Data.length, 0);
    expect(read).toEqual([{ i: 9000n, d: 8n, l: BigInt(length), e: 4500n }]);
  });

  it('keeps numbers as they are written', async () => {
    const fields = new FieldTable(true);
    const path = join(scratch.folder, `${files++}.parquet`);
    const writer = new EventTableWriter(path, fields);
    const input = {
      name: 'x.json',
      async *stream() {
        yield Buffer.from('{"EventID":1,"Channel":"c","a":1.50,"b":1e3,"c":12345678901234567890,"d":-0.0}\n');
      },
    };
    for await (const batch of openBatches(input, { fields, onIssue: () => {}, limits: defaultLimits }))
      writer.add(batch);
    writer.finish();
    const [read] = await database.all(`SELECT a, b, c, d FROM '${path}'`);
    expect(read).toEqual({ a: '1.50', b: '1e3', c: '12345678901234567890', d: '-0.0' });
  });

  it('writes a table without events', async () => {
    const { path } = write([]);
    expect(await database.all(`SELECT count(*) AS n FROM '${path}'`)).toEqual([{ n: 0n }]);
  });
});

describe('run lengths and bit packing', () => {
  it('are read back as they were written', async () => {
    const ids = fc.array(fc.oneof(fc.nat(3), fc.nat(70_000)), { minLength: 1, maxLength: 40 });
    const repeated = fc
      .array(fc.tuple(ids, fc.integer({ min: 1, max: 20 })), { minLength: 1, maxLength: 12 })
      .map((parts) => parts.flatMap(([list, times]) => list.flatMap((id) => Array<number>(times).fill(id))));
    fc.assert(
      fc.property(repeated, (values) => {
        for (const width of [17, 24, 25, 31]) {
          const encoder = new HybridEncoder();
          encoder.encode(Int32Array.from(values), values.length, width);
          expect(decode(encoder.bytes.subarray(0, encoder.length), values.length, width)).toEqual(values);
        }
      }),
    );
  });
});

describe('the time of a row', () => {
  it('is the same by the shortcut and by the long way', () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
    const moment = fc
      .tuple(
        fc.integer({ min: 1960, max: 2210 }),
        two(13),
        two(32),
        two(24),
        two(60),
        two(60),
        fc.stringMatching(/^(\.\d{0,9})?$/),
        fc.constantFrom('Z', '', '+02:00', ' UTC', 'x'),
        fc.constantFrom('T', ' '),
      )
      .map(([y, mo, d, h, mi, s, f, z, t]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`);
    fc.assert(
      fc.property(moment, (text) => {
        const ticks = toTicks(text);
        expect(nanosOf(text)).toBe(ticks === null ? null : ticks * 100n);
      }),
      { numRuns: 2000 },
    );
  });
});

function pick(event: Fields, name: RegExp): Fields {
  return Object.fromEntries(Object.entries(event).filter(([key, v]) => name.test(key) && v !== null));
}

/** The plain way: a bit at a time. */
function decode(bytes: Uint8Array, count: number, width: number): number[] {
  const out: number[] = [];
  let at = 0;
  while (out.length < count) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if ((head & 1) === 0) {
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) value += (bytes[at++] as number) * 2 ** (8 * i);
      for (let i = 0; i < head >>> 1; i++) out.push(value);
    } else {
      const bits = (head >>> 1) * 8 * width;
      for (let bit = 0; bit < bits; bit += width) {
        let value = 0;
        for (let i = 0; i < width; i++)
          value += (((bytes[at + ((bit + i) >>> 3)] as number) >>> ((bit + i) & 7)) & 1) * 2 ** i;
        out.push(value);
      }
      at += bits / 8;
    }
  }
  return out.slice(0, count);
}
