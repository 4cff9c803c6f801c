/** Frames: types from names and values, verbs, joins, and the same frame whatever the engine wrote. */
import fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, frameFromRows, type Frame, type FrameRow } from '../../src/store/index.ts';
import { sqlTokens } from '../../src/store/sql-tokens.ts';
import { Spool } from '../../src/store/spool.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 2000 : 200;

async function contentOf(frame: Frame): Promise<{ columns: Frame['columns']; rows: FrameRow[] }> {
  return { columns: frame.columns, rows: await frame.toArray() };
}

async function typeOf(...values: unknown[]): Promise<string | undefined> {
  return (await frameFromRows(values.map((x) => ({ x })))).columns[0]?.type;
}

describe('the type of a column', () => {
  it.each([
    [['1', 2, 3n], 'integer'],
    [['0', '-7', '18446744073709551615'], 'integer'],
    [['18446744073709551616'], 'text'],
    [['-9223372036854775809'], 'text'],
    [['007'], 'text'],
    [['+1'], 'text'],
    [['-0'], 'text'],
    [['1', '1.5'], 'float'],
    [[1.5, 2], 'float'],
    [['1.10'], 'text'],
    [['1e3'], 'text'],
    [[Number.NaN], 'text'],
    [['9007199254740993', '1.5'], 'text'],
    [[true, 'false'], 'boolean'],
    [['True'], 'text'],
    [['2020-09-22T08:37:45.1234567Z', '2020-09-22 08:37:45 UTC'], 'time'],
    [['2020-09-22T08:37:45'], 'text'],
    [['2020-09-22T08:37:45.12345678Z'], 'text'],
    [['2020-09-22T25:00:00Z'], 'text'],
    [['1601-01-01T00:00:00Z'], 'text'],
    [['9999-12-31T23:59:59Z'], 'text'],
    [['{365abb72-1e3b-5f6b-0100-001055555555}', '365ABB72-1E3B-5F6B-0100-001055555555'], 'guid'],
    [['10.0.0.1', '::1', 'fe80::1'], 'ip'],
    [['10.0.0.1', '10.0.0.256'], 'text'],
    [['a', ['b', 'c']], 'list'],
    [[['a']], 'text'],
    [[['1']], 'integer'],
    [[null, undefined, ''], 'text'],
    [['1', null, ''], 'integer'],
    [[{ a: 1 }], 'text'],
  ])('of %o is %s', async (values, type) => {
    expect(await typeOf(...values)).toBe(type);
  });

  it('is that of the name where all values fit', async () => {
    const frame = await frameFromRows([
      { GrantedAccess: '0x1410', EventID: '10', Initiated: 'True', UtcTime: '2020-09-22 08:37:45.020' },
      { GrantedAccess: 5136, EventID: 1, Initiated: false, UtcTime: null },
    ]);
    expect(await contentOf(frame)).toEqual({
      columns: [
        { name: 'GrantedAccess', type: 'hex' },
        { name: 'EventID', type: 'integer' },
        { name: 'Initiated', type: 'boolean' },
        { name: 'UtcTime', type: 'time' },
      ],
      rows: [
        { GrantedAccess: 5136, EventID: 10, Initiated: true, UtcTime: '2020-09-22T08:37:45.02Z' },
        { GrantedAccess: 5136, EventID: 1, Initiated: false, UtcTime: null },
      ],
    });
    expect(frame.notices).toEqual([]);
  });

  it('is text where one value does not fit the name, and says so, and keeps all as they were', async () => {
    const frame = await frameFromRows([{ GrantedAccess: '0x1410' }, { GrantedAccess: '%%1537' }]);
    expect(await contentOf(frame)).toEqual({
      columns: [{ name: 'GrantedAccess', type: 'text' }],
      rows: [{ GrantedAccess: '0x1410' }, { GrantedAccess: '%%1537' }],
    });
    expect(frame.notices).toEqual(['GrantedAccess: "%%1537" does not read as hex; the column is text']);
  });

  it('is what the engine says, if it is so', async () => {
    const columns = [
      { name: 'id', type: 'text' },
      { name: 'when', type: 'time' },
      { name: 'n', type: 'integer' },
    ] as const;
    const frame = await frameFromRows([{ n: 'many', when: 1_600_763_865_020, id: '12' }], { columns });
    expect(frame.columns.map(({ type }) => type)).toEqual(['text', 'time', 'text']);
    expect(await frame.toArray()).toEqual([{ id: '12', when: '2020-09-22T08:37:45.02Z', n: 'many' }]);
    expect(frame.notices).toHaveLength(1);
  });
});

describe('rows of an engine', () => {
  it('keep the engine’s order of fields, and fields of later rows come after them', async () => {
    const rows = [{ b: '1' }, { c: 'x', a: 'y' }];
    const frame = await frameFromRows(rows, { fields: ['a', 'b', 'never'] });
    expect(frame.columns.map(({ name }) => name)).toEqual(['a', 'b', 'never', 'c']);
    expect(await frame.toArray()).toEqual([
      { a: null, b: 1, never: null, c: null },
      { a: 'y', b: null, never: null, c: 'x' },
    ]);
  });

  it('may be none at all', async () => {
    const frame = await frameFromRows([]);
    expect(await contentOf(frame)).toEqual({ columns: [], rows: [] });
    expect(await frame.count()).toBe(0);
    expect(await frame.toText()).toBe('no rows\n');
    const named = await frameFromRows([], { fields: ['EventID', 'x'] });
    expect(await (await named.sql('SELECT count(*) AS n, sum(EventID) AS s FROM frame')).toArray()).toEqual([
      { n: 0, s: null },
    ]);
    named.close();
  });

  it('may have names that mean something to JavaScript', async () => {
    const row = JSON.parse('{"__proto__": "p", "constructor": "c", "toString": "t"}') as object;
    const frame = await frameFromRows([row as Record<string, unknown>]);
    const [made] = await frame.toArray();
    expect(Object.entries(made as FrameRow)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
    ]);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });

  it('may have names that are the same to SQL', async () => {
    const frame = await frameFromRows([{ LogonId: '0x1', LogonID: '0x2', logonid: '0x3' }]);
    const joined = await frame.sql('SELECT * FROM frame');
    expect(Object.values((await joined.toArray())[0] as FrameRow)).toHaveLength(3);
    frame.close();
  });

  it('say why they are not all there, in every frame made of them', async () => {
    const frame = await frameFromRows([{ a: 1 }], { truncated: 'the server gives 50,000', notices: ['n'] });
    for (const one of [frame, frame.head(1), frame.select('a'), await frame.sql('FROM frame')]) {
      expect([one.truncated, one.notices]).toEqual(['the server gives 50,000', ['n']]);
    }
    expect(await frame.toText()).toContain('not the whole result: the server gives 50,000');
    expect(await frame.toHtml()).toContain('Not the whole result: the server gives 50,000');
    frame.close();
  });

  it('go to disk beyond a bound, are the same there, and leave nothing behind', async () => {
    const before = ours();
    const rows = Array.from({ length: 5000 }, (_, n) => ({
      n,
      t: `line\u2028${n}\n"é`,
      l: n % 3 ? 'x' : ['a', 'b'],
    }));
    const memory = await frameFromRows(rows);
    const disk = await frameFromRows(rows, { memory: 10_000 });
    expect(ours().length).toBe(before.length + 1);
    expect(await contentOf(disk)).toEqual(await contentOf(memory));
    expect(await disk.toArray()).toEqual(await memory.toArray());
    disk.close();
    expect(ours()).toEqual(before);
  });

  it('that fail in mid-stream fail the frame, and leave nothing behind', async () => {
    const before = ours();
    async function* broken(): AsyncGenerator<Record<string, unknown>> {
      for (let n = 0; n < 1000; n++) yield { n, text: 'x'.repeat(100) };
      throw new Error('cut');
    }
    await expect(frameFromRows(broken(), { memory: 1000 })).rejects.toThrow('cut');
    expect(ours()).toEqual(before);
  });

  // A folder of its own: other processes have temporary folders, too.
  const own = mkdtempSync(join(tmpdir(), 'huntbook-spool-'));
  const before = process.env['TMPDIR'];
  beforeAll(() => void (process.env['TMPDIR'] = own));
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(own, { recursive: true });
  });
  const ours = (): string[] => readdirSync(own);
});

const cell = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '0x1410',
    '{365abb72-1e3b-5f6b-0100-001055555555}',
    '10.0.0.1',
    '2020-01-01T00:00:00.1Z',
    '1.10',
  ),
);
const names = ['a', 'b', 'EventID', 'GrantedAccess', 'UtcTime', 'ProcessGuid', 'SourceIp'];
const table = fc.array(fc.record(Object.fromEntries(names.map((name) => [name, cell]))), { maxLength: 12 });

describe('the same search', () => {
  it('gives the same frame as JSON, CSV and XML', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const options = { fields: names };
        // JSON has types and may leave out or write null; CSV has text, empty where nothing is; XML has text only.
        const json = JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
        const csv = json.map((row) =>
          Object.fromEntries(names.map((name) => [name, row[name] == null ? '' : String(row[name])])),
        );
        const xml = csv.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([, text]) => text !== '')),
        );
        const lists = xml.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, text]) => [name, [text]])),
        );
        const [expected, ...others] = await Promise.all(
          [json, csv, xml, lists].map(async (each) => {
            const frame = await frameFromRows(each, options);
            return { ...(await contentOf(frame)), notices: frame.notices };
          }),
        );
        for (const other of others) expect(other).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('gives the same rows by way of SQL', async () => {
    const database = await Database.open();
    // Text of halves of surrogate pairs is no Unicode, and DuckDB stores Unicode.
    const whole = fc.array(
      fc.record(
        Object.fromEntries(
          names.map((name) => [name, cell.filter((x) => typeof x !== 'string' || x.isWellFormed())]),
        ),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(whole, async (rows) => {
        const frame = await frameFromRows(rows, { fields: names, database });
        const again = await frame.sql('FROM frame');
        // SQL has no type for addresses: there the name alone says so.
        expect(withoutIp(again)).toEqual(withoutIp(frame));
        expect(await again.toArray()).toEqual(await frame.toArray());
        again.close();
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
    database.close();
  });
});

describe('a part of a frame', () => {
  it('is the same of rows and of a table of SQL', async () => {
    const database = await Database.open();
    const value = cell.filter((x) => typeof x !== 'string' || x.isWellFormed());
    const whole = fc.array(fc.record(Object.fromEntries(names.map((name) => [name, value]))), {
      minLength: 1,
      maxLength: 12,
    });
    const picks = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(11), fc.boolean()), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(whole, picks, fc.nat(5), value, async (rows, picked, count, other) => {
        const frame = await frameFromRows(rows, { fields: names, database });
        const again = await frame.sql('FROM frame');
        // Values that are there, as they are or as text, one that may not be, and none.
        const wanted = Object.fromEntries(
          picked.map(([name, at, asText]) => {
            const one = rows[at % rows.length]?.[name] ?? null;
            return [name, asText ? [String(one), other, null] : one];
          }),
        );
        const parts = [frame, again].map((each) => each.where(wanted).select('b', 'GrantedAccess', 'a'));
        const [ofRows, ofTable] = await Promise.all(parts.map((part) => part.toArray()));
        expect(ofTable).toEqual(ofRows);
        expect(await parts[1]?.count()).toBe(ofRows?.length);
        const [first, second] = parts.map((part) => part.head(count));
        expect(await second?.toArray()).toEqual(await first?.toArray());
        expect(await second?.count()).toBe(await first?.count());
        again.close();
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
    database.close();
  });

  it('of a table of SQL is read by SQL, and can be asked again', async () => {
    const database = await Database.open();
    const frame = await database.query(
      "SELECT range AS n, 'it''s ' || range % 3 AS t, range % 2 = 0 AS even FROM range(100000)",
    );
    const part = frame.where({ t: ["it's 1", null], even: true }).select('n', 't');
    expect(await part.count()).toBe(16_666);
    expect(await part.head(2).toArray()).toEqual([
      { n: 4, t: "it's 1" },
      { n: 10, t: "it's 1" },
    ]);
    expect(await (await part.sql('SELECT max(n) AS m FROM frame')).toArray()).toEqual([{ m: 99_994 }]);
    expect(await part.select('n', 'n').where({ n: 4 }).toArray()).toEqual([{ n: 4 }]);
    expect(await frame.where({ n: "4' OR true --" }).count()).toBe(0);
    expect(await frame.head(Number.NaN).toArray()).toEqual([]);
    database.close();
  });
});

function withoutIp({ columns }: Frame): unknown[] {
  return columns.map(({ name, type }) => ({ name, type: type === 'ip' ? 'text' : type }));
}

describe('a spool', () => {
  it('gives back what it was given, in memory and on disk', async () => {
    const text = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { maxLength: 3 })), {
      nil: null,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(text)), fc.nat(2000), async (rows, limit) => {
        const spool = new Spool(limit);
        for (const row of rows) spool.add(row);
        spool.finish();
        const read = async (): Promise<unknown[]> => {
          const found: unknown[] = [];
          for await (const row of spool.rows()) found.push(row);
          return found;
        };
        expect(await read()).toEqual(rows);
        expect(await read()).toEqual(rows);
        spool.close();
      }),
      { numRuns: runs },
    );
  });
});

const events = (): Promise<Frame> =>
  frameFromRows([
    { EventID: 1, Image: 'a.exe', ProcessGuid: '{00000000-0000-0000-0000-000000000001}', Pid: 4 },
    { EventID: 1, Image: 'b.exe', ProcessGuid: '{00000000-0000-0000-0000-000000000002}', Pid: 5 },
    { EventID: 10, Image: 'a.exe', GrantedAccess: '0x1410' },
    { EventID: 10, Image: 'b.exe', GrantedAccess: '0x1010' },
    { EventID: 10, Image: 'b.exe', GrantedAccess: '0x40' },
  ]);

describe('without SQL', () => {
  it('head, select and where give frames', async () => {
    const frame = await events();
    expect(await frame.head(2).count()).toBe(2);
    expect(await frame.head(0).toArray()).toEqual([]);
    expect(await frame.head(99).count()).toBe(5);
    expect(await frame.select('Image', 'eventid').head(1).toArray()).toEqual([
      { Image: 'a.exe', EventID: 1 },
    ]);
    expect(() => frame.select('Imag')).toThrow(expect.objectContaining({ code: 'HB_USAGE' }) as Error);
    const access = frame.where({ EventID: '10', GrantedAccess: ['0x1410', 64] });
    expect(await access.select('GrantedAccess').toArray()).toEqual([
      { GrantedAccess: 5136 },
      { GrantedAccess: 64 },
    ]);
    expect(await frame.where({ ProcessGuid: '00000000-0000-0000-0000-000000000002' }).count()).toBe(1);
    expect(await frame.where({ Pid: null }).count()).toBe(3);
    expect(
      await (await frame.where({ EventID: 10 }).sql('SELECT count(*) AS n FROM frame')).toArray(),
    ).toEqual([{ n: 3 }]);
    frame.close();
  });
});

describe('by SQL', () => {
  it('where takes an expression and values', async () => {
    const frame = await events();
    const rows = frame.where('GrantedAccess & 0x1410 = $mask -- all bits', { mask: 0x1410 });
    expect(rows.columns).toEqual(frame.columns);
    expect(await rows.select('Image').toArray()).toEqual([{ Image: 'a.exe' }]);
    await expect(frame.where('Imag = 1').toArray()).rejects.toMatchObject({ code: 'HB_SQL' });
    frame.close();
  });

  it('groupBy, top, rare and describe count', async () => {
    const frame = await events();
    expect(await (await frame.groupBy('Image', 'EventID')).toArray()).toEqual([
      { Image: 'b.exe', EventID: 10, count: 2 },
      { Image: 'a.exe', EventID: 1, count: 1 },
      { Image: 'a.exe', EventID: 10, count: 1 },
      { Image: 'b.exe', EventID: 1, count: 1 },
    ]);
    expect(await (await frame.top('Image', 1)).toArray()).toEqual([
      { Image: 'b.exe', count: 3, percent: 60 },
    ]);
    expect(await (await frame.rare('Image', 1)).toArray()).toEqual([
      { Image: 'a.exe', count: 2, percent: 40 },
    ]);
    const described = await (await frame.describe()).toArray();
    expect(described.find(({ column }) => column === 'GrantedAccess')).toEqual({
      column: 'GrantedAccess',
      type: 'hex',
      values: 3,
      distinct: 3,
      min: '64',
      max: '5136',
    });
    frame.close();
  });

  it('join takes frames of any database, keys of any type, and keeps names apart', async () => {
    const frame = await events();
    const other = await frameFromRows([
      { EventID: '1', Image: 'Process Create', note: 'x' },
      { EventID: '3', Image: 'Network', note: 'y' },
    ]);
    const inner = await frame.join(other, { on: 'EventID' });
    expect(inner.columns.map(({ name }) => name)).toEqual([
      'EventID',
      'Image',
      'ProcessGuid',
      'Pid',
      'GrantedAccess',
      'right_Image',
      'note',
    ]);
    expect(await inner.count()).toBe(2);
    expect(await (await frame.join(other, { on: ['EventID'], how: 'left' })).count()).toBe(5);
    expect(await (await frame.join(other, { on: { EventID: 'EventID' }, how: 'full' })).count()).toBe(6);
    expect(await (await frame.join(other, { on: 'EventID', how: 'anti' })).count()).toBe(3);
    expect(await (await frame.join(other, { on: 'EventID', how: 'semi' })).columns).toEqual(frame.columns);
    const texts = await frameFromRows([{ code: '4' }, { code: 'x' }]);
    expect(await (await frame.join(texts, { on: { Pid: 'code' } })).count()).toBe(1);
    await expect(frame.join(other, { on: 'nothing' })).rejects.toMatchObject({ code: 'HB_USAGE' });
    frame.close();
    other.close();
    texts.close();
  });

  it('results keep 100 ns, 64 bits and more, and have types', async () => {
    const database = await Database.open();
    const frame = await database.query(`SELECT
      TIMESTAMP_NS '2020-01-01 00:00:00.1234567' AS ns, TIMESTAMP '1601-01-01' AS old, TIMESTAMPTZ '2020-01-01 01:00:00+01' AS tz,
      'infinity'::TIMESTAMP AS never, 5136 AS GrantedAccess, 2::BIGINT ** 3 AS float, 18446744073709551615::UBIGINT AS big,
      170141183460469231731687303715884105727 AS huge, 1.25::DECIMAL(5,2) AS money, 1.25::DECIMAL(30,2) AS exact,
      INTERVAL 90 MINUTE AS span, [1, NULL] AS list, {'a': [1], 'b': DATE '2020-01-02'} AS struct, MAP {'k': 1} AS map,
      '\\xFF'::BLOB AS blob, uuid '365abb72-1e3b-5f6b-0100-001055555555' AS id, true AS yes, NULL AS nothing, 'NaN'::DOUBLE AS nan`);
    expect(Object.fromEntries(frame.columns.map(({ name, type }) => [name, type]))).toMatchObject({
      ns: 'time',
      old: 'time',
      tz: 'time',
      GrantedAccess: 'hex',
      float: 'float',
      big: 'integer',
      huge: 'integer',
      money: 'float',
      exact: 'text',
      span: 'text',
      list: 'list',
      struct: 'text',
      id: 'guid',
      yes: 'boolean',
    });
    expect((await frame.toArray())[0]).toEqual({
      ns: '2020-01-01T00:00:00.1234567Z',
      old: '1601-01-01T00:00:00Z',
      tz: '2020-01-01T00:00:00Z',
      never: 'infinity',
      GrantedAccess: 5136,
      float: 8,
      big: 18446744073709551615n,
      huge: 170141183460469231731687303715884105727n,
      money: 1.25,
      exact: '1.25',
      span: '01:30:00',
      list: [1, null],
      struct: '{"a":[1],"b":"2020-01-02"}',
      map: '{"k":1}',
      blob: '\\xFF',
      id: '{365ABB72-1E3B-5F6B-0100-001055555555}',
      yes: true,
      nothing: null,
      nan: Number.NaN,
    });
    database.close();
  });

  it('rows are streamed while other queries run', async () => {
    const database = await Database.open();
    const frame = await database.query('SELECT range AS n FROM range(20000)');
    let sum = 0;
    for await (const { n } of frame.rows()) {
      if ((n as number) % 5000 === 0)
        expect(await (await frame.sql('SELECT count(*) AS c FROM frame')).toArray()).toEqual([{ c: 20000 }]);
      sum += n as number;
    }
    expect(sum).toBe(199_990_000);
    for await (const row of frame.rows()) {
      expect(row).toEqual({ n: 0 });
      break;
    }
    database.close();
  });
});

describe('hexadecimal numbers in SQL', () => {
  it.each([
    ['SELECT 0x1410 AS n', 5136],
    ['SELECT 0XfF + 1 AS n', 256],
    ['SELECT 0x1_0 AS n', 16],
    ['SELECT 0xFFFFFFFFFFFFFFFF AS n', 18446744073709551615n],
    ["SELECT '0x10' AS n", '0x10'],
    ["SELECT 'it''s 0x10' AS n", "it's 0x10"],
    ["SELECT E'a\\'0x10' AS n", "a'0x10"],
    ['SELECT $$0x10$$ AS n', '0x10'],
    ['SELECT $a$ 0x10 $a$ AS n', ' 0x10 '],
    ['SELECT 7 AS n -- 0x10', 7],
    ['SELECT /* 0x10 */ 7 AS n', 7],
    ['SELECT a0x10 AS n FROM (SELECT 3 AS a0x10)', 3],
    ['SELECT "0x10" AS n FROM (SELECT 3 AS "0x10")', 3],
    ['SELECT "a""0x10" AS n FROM (SELECT 3 AS "a""0x10")', 3],
    ['SELECT $é$ 0x10 $é$ AS n', ' 0x10 '],
    ['SELECT $a$ $b$ 0x10 $a$ AS n', ' $b$ 0x10 '],
    ["SELECT /* /* ' */ */ 0x10 AS n, ' ' AS m", 16],
    ["SELECT 0x10 AS n, 'a\\' AS m", 16],
    ["SELECT 'a\\' || 0x10 AS n", 'a\\16'],
    ["SELECT DATE'2020-01-01' + 0x10 AS n", '2020-01-17'],
    ['SELECT -0x10 AS n', -16],
    ['SELECT [0x10,0x11][0x2] AS n', 17],
    ['SELECT é0x10 AS n FROM (SELECT 3 AS é0x10)', 3],
  ])('%s', async (sql, n) => {
    const database = await Database.open();
    const [row] = await (await database.userQuery(sql)).toArray();
    expect(row?.['n']).toBe(n);
    database.close();
  });

  it('are refused where they are none, instead of being 0', async () => {
    const database = await Database.open();
    for (const sql of ['SELECT 0x14g0 AS n', 'SELECT 0x', 'SELECT 0x1.5', 'SELECT 0x_1'])
      await expect(database.userQuery(sql)).rejects.toMatchObject({ code: 'HB_SQL' });
    database.close();
  });
});

describe('tokens of SQL', () => {
  it('are all of the text, in time that grows with it', () => {
    const parts = ["'", '"', '$', '$a$', '$$', '/*', '*/', '--', '\n', 'E', '\\', '0x1', ' ', 'é', ';'];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string())), (texts) => {
        const sql = texts.join('');
        expect(Array.from(sqlTokens(sql), ({ text }) => text).join('')).toBe(sql);
      }),
      { numRuns: runs },
    );
    for (const part of [...parts, "''", "'\\", '/*/', '$a', 'a$b$'])
      expect(Array.from(sqlTokens(part.repeat(100_000)), ({ text }) => text).join('')).toHaveLength(
        part.length * 100_000,
      );
  });
});
