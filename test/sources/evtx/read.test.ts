import { describe, expect, it } from 'vitest';
import { FieldTable, type EventFields } from '../../../src/events/index.ts';
import {
  CHUNK_SIZE,
  FILE_HEADER_SIZE,
  isEvtx,
  readEvtx,
  ValueType,
} from '../../../src/sources/evtx/index.ts';
import { defaultLimits } from '../../../src/sources/types.ts';
import {
  buildFile,
  ChunkBuilder,
  dataEvent,
  type Instance,
  none,
  number,
  sampleChunk,
  sampleEvent,
  string,
  type Tag,
  utf16,
} from './build.ts';
import { bytesInput, readAll } from './support.ts';

const fieldsOf = async (content: Instance | Tag): Promise<EventFields> => {
  const { events, issues } = await readAll(bytesInput(new ChunkBuilder().record(1, content).finish()));
  expect(issues).toEqual([]);
  return (events[0] as { fields: EventFields }).fields;
};

const data = (name: string, sub: number): Tag => ({
  tag: 'Data',
  attributes: { Name: [name] },
  content: [{ sub }],
});

describe('an EVTX file', () => {
  it('gives its events with the names and values of System and EventData', async () => {
    const { events, rows, positions, issues } = await readAll(bytesInput(buildFile(sampleChunk(7, 2).bytes)));
    expect(issues).toEqual([]);
    expect(positions).toEqual([7, 8]);
    expect(events[0]).toEqual({
      source: 'test.evtx',
      channel: 'Test/Operational',
      provider: 'Test-Provider',
      eventId: 1,
      recordId: 7,
      time: '2020-11-16T11:33:20.0000007Z',
      host: 'host.example',
      fields: {
        Provider_Name: 'Test-Provider',
        EventID: 1,
        SystemTime: '2020-11-16T11:33:20.0000007Z',
        EventRecordID: 7,
        Channel: 'Test/Operational',
        Computer: 'host.example',
        Image: 'C:\\7.exe',
        ProcessId: 28,
      },
    });
    expect(Object.fromEntries(rows[1] ?? [])).toEqual(events[1]?.fields);
  });

  it('gives cells only for wanted fields, and constants that no row holds', async () => {
    const fields = new FieldTable();
    fields.add('image');
    const { rows } = await readAll(bytesInput(sampleChunk(1, 1).bytes), { fields });
    const names = (rows[0] ?? []).map(([name]) => name);
    expect(names).toEqual(['Provider_Name', 'EventID', 'SystemTime', 'Channel', 'Computer', 'image']);
    const constant: Tag = { tag: 'Data', attributes: { Name: ['A'] }, content: ['hidden constant'] };
    const other = await readAll(bytesInput(new ChunkBuilder().record(1, dataEvent([constant])).finish()), {
      fields,
    });
    expect(other.rows[0]).toEqual([[fields.names[5], 'hidden constant']]);
  });

  it('takes fields into account that become wanted while it is read', async () => {
    const fields = new FieldTable();
    const file = buildFile(sampleChunk(1, 1).bytes, sampleChunk(2, 1).bytes);
    const counts: number[] = [];
    for await (const batch of readEvtx(bytesInput(file), {
      fields,
      onIssue: () => {},
      limits: defaultLimits,
    })) {
      counts.push(batch.cells);
      fields.add('Image');
    }
    expect(counts).toEqual([5, 6]);
  });

  it('is known by the signature of a file or of a chunk', () => {
    expect(isEvtx(buildFile())).toBe(true);
    expect(isEvtx(sampleChunk(1, 1).bytes)).toBe(true);
    expect(isEvtx(utf16('ElfFile'))).toBe(false);
    expect(isEvtx(new Uint8Array(3))).toBe(false);
  });

  it('reads the same in blocks of one byte as at once', async () => {
    const file = buildFile(sampleChunk(1, 3).bytes, sampleChunk(4, 2).bytes);
    const whole = await readAll(bytesInput(file));
    for (const size of [997, 4096, 65_537]) expect(await readAll(bytesInput(file, size))).toEqual(whole);
    const small = file.subarray(FILE_HEADER_SIZE, FILE_HEADER_SIZE + 2000);
    expect((await readAll(bytesInput(small, 1))).events).toEqual((await readAll(bytesInput(small))).events);
  });

  it('lets go of its input when the reading stops early', async () => {
    let closed = false;
    const file = buildFile(sampleChunk(1, 1).bytes, sampleChunk(2, 1).bytes);
    const input = {
      name: 'x',
      async *stream() {
        try {
          for (let at = 0; at < file.length; at += 5000) yield file.subarray(at, at + 5000);
        } finally {
          closed = true;
        }
      },
    };
    for await (const batch of readEvtx(input, {
      fields: new FieldTable(),
      onIssue: () => {},
      limits: defaultLimits,
    })) {
      expect(batch.event(0).recordId).toBe(1);
      break;
    }
    expect(closed).toBe(true);
  });

  it('skips chunks that were reserved and never written', async () => {
    const file = buildFile(sampleChunk(1, 1).bytes, new Uint8Array(CHUNK_SIZE), sampleChunk(2, 1).bytes);
    const { positions, issues } = await readAll(bytesInput(file));
    expect([positions, issues]).toEqual([[1, 2], []]);
  });
});

describe('a field', () => {
  it('is a list where its name occurs again, and unnamed Data keeps its empty leading value', async () => {
    const unnamed = [0, 1, 2].map((sub): Tag => ({ tag: 'Data', content: [{ sub }] }));
    const values = [string(''), string('one'), none];
    expect(await fieldsOf(dataEvent(unnamed, values))).toEqual({ Data: ['', 'one', ''] });
    expect(await fieldsOf(dataEvent([data('A', 0), data('A', 1)], [string('x'), string('y')]))).toEqual({
      A: ['x', 'y'],
    });
  });

  it('is absent, null or empty as the event has it', async () => {
    const content: Tag[] = [
      { tag: 'Data', attributes: { Name: ['Gone'] }, dependency: 0, content: [{ sub: 0 }] },
      { tag: 'Data', attributes: { Name: ['Kept'] }, dependency: 1, content: [{ sub: 0 }] },
      { tag: 'Data', attributes: { Name: ['AlsoGone'] }, dependency: 0, content: ['text'] },
      { tag: 'Binary', content: [{ sub: 0 }] },
      { tag: 'Empty' },
      { tag: 'Past', content: [{ sub: 99 }] },
    ];
    expect(await fieldsOf(dataEvent(content, [none, string('x')]))).toEqual({
      Kept: '',
      Binary: null,
      Empty: null,
      Past: null,
    });
  });

  it('has one value for each item of an array', async () => {
    const strings = { type: ValueType.STRING | ValueType.ARRAY, raw: utf16('a\0\0c\0') };
    const numbers = { type: ValueType.UINT16 | ValueType.ARRAY, raw: Uint8Array.of(1, 0, 2, 1) };
    expect(await fieldsOf(dataEvent([data('S', 0), data('N', 1)], [strings, numbers]))).toEqual({
      S: ['a', '', 'c'],
      N: [1, 258],
    });
  });

  it('is put together from text, values, characters and entities', async () => {
    const mixed: Tag = {
      tag: 'Data',
      attributes: { Name: ['M'] },
      content: ['a=', { sub: 0 }, { entity: 'amp' }, { char: 0x20ac }, { cdata: '<x>' }, { entity: 'nbsp' }],
    };
    expect(await fieldsOf(dataEvent([mixed], [number(ValueType.INT32, 4, -5)]))).toEqual({
      M: 'a=-5&€<x>&nbsp;',
    });
  });

  it('may be named by a value', async () => {
    const dynamic: Tag = { tag: 'Data', attributes: { Name: [{ sub: 0 }] }, content: [{ sub: 1 }] };
    expect(await fieldsOf(dataEvent([dynamic], [string('Named'), string('v')]))).toEqual({ Named: 'v' });
    expect(await fieldsOf(dataEvent([dynamic], [string('__proto__'), string('v')]))).toEqual(
      Object.fromEntries([['__proto__', 'v']]),
    );
  });

  it('of UserData has the name of its element at any depth, attributes a longer one', async () => {
    const event: Tag = {
      tag: 'Event',
      content: [
        {
          tag: 'UserData',
          content: [
            {
              tag: 'Cleared',
              attributes: { xmlns: ['urn:x'] },
              content: [
                { tag: 'Inner', content: [{ tag: 'Leaf', attributes: { Unit: ['s'] }, content: ['5'] }] },
              ],
            },
          ],
        },
      ],
    };
    const expected = { Cleared_xmlns: 'urn:x', Leaf_Unit: 's', Leaf: '5' };
    expect(await fieldsOf(event)).toEqual(expected);
    expect(await fieldsOf({ template: event, values: [] })).toEqual(expected);
  });

  it('of another part of the event carries the name of the part', async () => {
    const event: Tag = {
      tag: 'Event',
      content: [
        { tag: 'System', content: [{ tag: 'Level', content: [{ sub: 0 }] }] },
        {
          tag: 'RenderingInfo',
          attributes: { Culture: ['en-US'] },
          content: [
            { tag: 'Message', content: ['It happened.'] },
            { tag: 'Level', content: ['Information'] },
          ],
        },
      ],
    };
    expect(await fieldsOf({ template: event, values: [number(ValueType.UINT8, 1, 4)] })).toEqual({
      Level: 4,
      RenderingInfo_Culture: 'en-US',
      Message: 'It happened.',
      RenderingInfo_Level: 'Information',
    });
  });

  it('may stand in the record itself, beside template instances and values of any type', async () => {
    const inner: Instance = {
      template: { tag: 'EventData', content: [data('In', 0)] },
      values: [string('side')],
    };
    const sid = Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0);
    const event: Tag = {
      tag: 'Event',
      content: [
        {
          tag: 'System',
          content: [
            { tag: 'Security', attributes: { UserID: [{ type: ValueType.SID, raw: sid }] } },
            { tag: 'Version', content: [{ type: ValueType.NULL, raw: new Uint8Array(0) }] },
          ],
        },
        inner,
      ],
    };
    expect(await fieldsOf(event)).toEqual({ Security_UserID: 'S-1-5-32-544', Version: null, In: 'side' });
  });
});

describe('a damaged file', () => {
  const three = (): ChunkBuilder => sampleChunk(1, 3, true);
  const read = (bytes: Uint8Array) => readAll(bytesInput(bytes));

  it.each([
    ['its size is zero', (bytes: Uint8Array, at: number) => bytes.fill(0, at + 4, at + 8)],
    ['its size is beyond the chunk', (bytes: Uint8Array, at: number) => bytes.fill(0xff, at + 4, at + 8)],
    ['its signature is gone', (bytes: Uint8Array, at: number) => bytes.fill(0x58, at, at + 2)],
    ['it is all zeros', (bytes: Uint8Array, at: number) => bytes.fill(0, at, at + 24)],
    ['its template lies elsewhere', (bytes: Uint8Array, at: number) => bytes.fill(0xee, at + 34, at + 38)],
    ['it is a token that is none', (bytes: Uint8Array, at: number) => bytes.fill(0x77, at + 28, at + 29)],
  ])('loses one record when %s, and names its place', async (_what, damage) => {
    const chunk = three();
    damage(chunk.bytes, chunk.records[1] as number);
    const { positions, issues } = await read(buildFile(chunk.bytes));
    expect(positions).toEqual([1, 3]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({
      code: 'HB_DAMAGED',
      source: 'test.evtx',
      offset: FILE_HEADER_SIZE + (chunk.records[1] as number),
    });
  });

  it('keeps the records of a chunk whose signature is damaged', async () => {
    const chunk = three();
    chunk.bytes[3] = 0;
    const { positions, issues } = await read(buildFile(chunk.bytes, sampleChunk(4, 1).bytes));
    expect(positions).toEqual([1, 2, 3, 4]);
    expect(issues.map((issue) => issue.offset)).toEqual([FILE_HEADER_SIZE]);
  });

  it('is read on from the next chunk when bytes are missing or added', async () => {
    const file = buildFile(three().bytes, sampleChunk(4, 2).bytes, sampleChunk(6, 1).bytes);
    const cut = Buffer.concat([file.subarray(0, 30_000), file.subarray(30_500)]);
    expect((await read(cut)).positions).toEqual([1, 2, 3, 4, 5, 6]);
    const added = Buffer.concat([
      file.subarray(0, FILE_HEADER_SIZE),
      Buffer.alloc(777, 1),
      file.subarray(FILE_HEADER_SIZE),
    ]);
    const { positions, issues } = await read(added);
    expect(positions).toEqual([1, 2, 3, 4, 5, 6]);
    expect(issues.map((issue) => issue.code)).toEqual(['HB_DAMAGED']);
    for (const size of [CHUNK_SIZE - 1, CHUNK_SIZE - 4, CHUNK_SIZE - 7]) {
      const junk = Buffer.concat([file.subarray(0, FILE_HEADER_SIZE), Buffer.alloc(size, 1), three().bytes]);
      expect((await read(junk)).positions).toEqual([1, 2, 3]);
    }
  });

  it('has no header, or half of one', async () => {
    const chunk = three().bytes;
    expect((await read(chunk)).positions).toEqual([1, 2, 3]);
    expect((await read(buildFile().subarray(0, 100))).issues[0]?.code).toBe('HB_TRUNCATED');
    const file = buildFile(chunk);
    file[0] = 0;
    expect((await read(file)).positions).toEqual([1, 2, 3]);
    expect((await read(new Uint8Array(0))).issues).toEqual([]);
  });

  it('gives records that the header of a log in use does not know yet, not those of an earlier use', async () => {
    const chunk = three();
    const known = chunk.records[1] as number;
    const view = new DataView(chunk.bytes.buffer);
    view.setBigUint64(32, 1n, true);
    view.setUint32(48, known, true);
    expect((await read(chunk.bytes)).positions).toEqual([1, 2, 3]);
    view.setBigUint64((chunk.records[2] as number) + 8, 900n, true);
    expect((await read(chunk.bytes)).positions).toEqual([1, 2]);
  });

  it('has its checksums looked at only on demand', async () => {
    const file = buildFile(three().bytes, sampleChunk(4, 1).bytes);
    expect((await readAll(bytesInput(file), { verifyChecksums: true })).issues).toEqual([]);
    file[20] = 1;
    file[FILE_HEADER_SIZE + 140] = 1;
    file[FILE_HEADER_SIZE + CHUNK_SIZE + 530] = 1;
    expect((await read(file)).issues).toEqual([]);
    const { issues, positions } = await readAll(bytesInput(file), { verifyChecksums: true });
    expect(positions).toEqual([1, 2, 3, 4]);
    expect(issues.map((issue) => issue.offset)).toEqual([0, FILE_HEADER_SIZE, FILE_HEADER_SIZE + CHUNK_SIZE]);
  });

  it('reports many equal issues once, with their number', async () => {
    const chunk = sampleChunk(1, 50, true);
    for (const start of chunk.records) chunk.bytes[start + 28] = 0x77;
    const { issues, positions } = await read(chunk.bytes);
    expect(positions).toEqual([]);
    expect(issues).toHaveLength(11);
    expect(issues[10]?.message).toBe('40 more of the same: a token that is none');
  });

  it('can be cut anywhere: what is whole before the cut is read', async () => {
    const chunk = sampleChunk(1, 4);
    const file = buildFile(chunk.bytes);
    for (
      let length = 0;
      length < FILE_HEADER_SIZE + chunk.end + 64;
      length += length < FILE_HEADER_SIZE ? 61 : 1
    ) {
      const { positions, issues } = await read(file.subarray(0, length));
      const ends = [...chunk.records.slice(1), chunk.end];
      const whole = ends.filter((end) => FILE_HEADER_SIZE + end <= length).length;
      expect(positions.length, `cut at ${length}`).toBe(whole);
      const silent = length === 0 || length === FILE_HEADER_SIZE;
      expect(
        issues.some((issue) => issue.code === 'HB_TRUNCATED'),
        `cut at ${length}`,
      ).toBe(!silent);
    }
  });
});

describe('a hostile file', () => {
  const read = (bytes: Uint8Array) => readAll(bytesInput(bytes));

  it('can not make a template hold itself', async () => {
    const chunk = sampleChunk(1, 2, true);
    const start = chunk.records[0] as number;
    // The definition begins 24 + 14 bytes into the record; its first token becomes an instance of itself.
    const definition = start + 24 + 4 + 10;
    const view = new DataView(chunk.bytes.buffer);
    chunk.bytes.set([0x0c, 1, 0, 0, 0, 0], definition + 28);
    view.setUint32(definition + 34, definition, true);
    const { positions, issues } = await read(chunk.bytes);
    expect(positions).toEqual([2]);
    expect(issues).toHaveLength(1);
  });

  it('can not claim more values than it has', async () => {
    const chunk = new ChunkBuilder().record(1, { template: { tag: 'Event', content: [] }, values: [] });
    const bytes = chunk.record(2, sampleEvent(2)).finish();
    const count = Buffer.from(bytes).indexOf(Uint8Array.of(0x04, 0x00, 0, 0, 0, 0), 512) + 2;
    bytes.fill(0xff, count, count + 4);
    const { positions, issues } = await read(bytes);
    expect(positions).toEqual([2]);
    expect(issues).toHaveLength(1);
  });

  it('can not nest values without end', async () => {
    const shell: Tag = { tag: 'Deep', content: [{ sub: 0 }] };
    let inner: Instance = { template: shell, values: [string('bottom')] };
    for (let i = 0; i < 80; i++) {
      inner = { template: shell, values: [{ type: ValueType.BINXML, nested: inner }] };
    }
    const { positions, issues } = await read(
      new ChunkBuilder().record(1, inner).record(2, sampleEvent(2)).finish(),
    );
    expect(positions).toEqual([2]);
    expect(issues[0]?.message).toContain('nested too deep');
  });

  it('can not multiply a value by naming it often', async () => {
    const many: Tag = {
      tag: 'X',
      content: Array.from({ length: 200 }, () => ({ tag: 'Y', content: [{ sub: 0 }] })),
    };
    let inner: Instance = { template: many, values: [string('v')] };
    for (let i = 0; i < 40; i++)
      inner = { template: many, values: [{ type: ValueType.BINXML, nested: inner }] };
    const chunk = new ChunkBuilder().record(1, inner).finish();
    const start = performance.now();
    await read(chunk);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('can not make texts of any length from pieces', async () => {
    const pieces = Array.from({ length: 9000 }, () => ({ sub: 0 }));
    const huge = dataEvent([{ tag: 'Data', content: ['x', ...pieces] }], [string('y'.repeat(2000))]);
    const chunk = new ChunkBuilder().record(1, huge).record(2, sampleEvent(2));
    const { positions, issues } = await read(chunk.finish());
    expect(positions).toEqual([2]);
    expect(issues.map((issue) => issue.code)).toEqual(['HB_LIMIT']);
  });

  it('can not lead from BinXML in a definition back to the definition', async () => {
    const chunk = new ChunkBuilder();
    const start = chunk.end;
    // A definition that begins 38 bytes into the record, with two values that are instances of it.
    const instance = new Uint8Array(16);
    new DataView(instance.buffer).setUint16(0, 14, true);
    instance.set([0x0c, 1], 2);
    new DataView(instance.buffer).setUint32(8, start + 38, true);
    const again = { type: ValueType.BINXML, raw: instance };
    const begin = performance.now();
    const tag: Tag = { tag: 'Event', content: [again, again, again] };
    const { positions } = await read(
      chunk.record(1, { template: tag, values: [] }).record(2, sampleEvent(2)).finish(),
    );
    expect(positions).toEqual([2]);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});
