/** Frames come back from every format as they went out, and are harmless wherever they are shown. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { Database, Frame, frameFromRows } from '../../src/store/index.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 1000 : 60;
const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-formats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(write: (out: Writable) => Promise<void>): Promise<string> {
  const out = new PassThrough();
  const text = Readable.from(out).reduce((all: string, chunk) => all + String(chunk), '');
  await write(out);
  out.end();
  return text;
}

async function contentOf(frame: Frame): Promise<unknown> {
  return { columns: frame.columns, rows: await frame.toArray() };
}

const text = fc.string({ unit: 'grapheme', minLength: 1 });
/** Values that fit the type of the column, so that types are known from any of them. */
const rows = fc.array(
  fc.record({
    EventID: fc.integer({ min: 1, max: 65_535 }),
    GrantedAccess: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => `0x${n.toString(16)}`)),
    UtcTime: fc
      .bigInt({ min: 0n, max: 4_000_000_000_000_000_0n })
      .map(
        (ticks) =>
          `${new Date(Number(ticks / 10_000n)).toISOString().slice(0, 20)}${String(ticks % 10_000_000n).padStart(7, '0')}Z`,
      ),
    ProcessGuid: fc.option(fc.uuid()),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
    SourceIp: fc.ipV6(),
    ok: fc.boolean(),
    text: fc.option(text.map((one) => `t ${one}`)),
    list: fc.option(fc.array(text, { minLength: 2, maxLength: 3 })),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('a frame comes back as it was from', () => {
  it('JSON lines', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const frame = await frameFromRows(given);
        const lines = await written((out) => frame.writeNdjson(out));
        expect(await contentOf(await Frame.fromNdjson(Readable.from([lines])))).toEqual(
          await contentOf(frame),
        );
      }),
      { numRuns: runs },
    );
  });

  it('JSON', async () => {
    const frame = await frameFromRows([
      { a: 1, GrantedAccess: '0xffffffffffffffff', l: ['x', 'y'] },
      { a: null },
    ]);
    const json = await written((out) => frame.writeJson(out));
    expect(json).toBe(
      '[\n{"a":1,"GrantedAccess":18446744073709551615,"l":["x","y"]},\n{"a":null,"GrantedAccess":null,"l":null}\n]\n',
    );
    expect(await written(async (out) => (await frameFromRows([])).writeJson(out))).toBe('[]\n');
  });

  it('CSV, where lists are their JSON', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const plain = given.map((row) => ({ ...row, list: null }));
        const frame = await frameFromRows(plain);
        const csv = await written((out) => frame.writeCsv(out, { safe: false }));
        expect(await contentOf(await Frame.fromCsv(Readable.from([csv])))).toEqual(await contentOf(frame));
      }),
      { numRuns: runs },
    );
    const lists = await frameFromRows([{ l: ['a,"', 'b'] }]);
    expect(await written((out) => lists.writeCsv(out))).toBe('l\r\n"[""a,\\"""",""b""]"\r\n');
  });

  it('Parquet', async () => {
    const file = path.join(folder, 'round.parquet');
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const frame = await frameFromRows(given);
        await frame.toParquet(file);
        const back = await Frame.fromParquet(file);
        const { columns } = frame;
        expect(back.columns).toEqual(columns);
        expect(await back.toArray()).toEqual(await frame.toArray());
        back.close();
        frame.close();
      }),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  const arrow = hasArrow();
  it.skipIf(!arrow)(`Arrow${arrow ? '' : ' (skipped: @uwdata/flechette is not installed)'}`, async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const frame = await frameFromRows(given);
        const back = await Frame.fromArrow(await frame.toArrow());
        expect(await contentOf(back)).toEqual(await contentOf(frame));
      }),
      { numRuns: runs },
    );
    await expect(Frame.fromArrow(Buffer.from('no arrow at all'))).rejects.toMatchObject({
      code: 'HB_DAMAGED',
    });
    const sql = await Frame.fromArrow(
      await (await frameFromRows([{ EventID: 1 }, { EventID: 2 }])).toArrow(),
    );
    expect(await (await sql.sql('SELECT sum(EventID) AS s FROM frame')).toArray()).toEqual([{ s: 3 }]);
    sql.close();
  });
});

function hasArrow(): boolean {
  try {
    import.meta.resolve('@uwdata/flechette');
    return true;
  } catch {
    return false;
  }
}

describe('Parquet', () => {
  it('has the least type that holds integers of 128 bits', async () => {
    const file = path.join(folder, 'wide.parquet');
    const database = await Database.open();
    const frame = await database.query(
      'SELECT sum(range) AS s, 18446744073709551615::UBIGINT AS u, 2::HUGEINT ** 100 AS f, 170141183460469231731687303715884105727 AS h FROM range(10)',
    );
    await frame.toParquet(file);
    const back = await Frame.fromParquet(file);
    expect(await back.select('s', 'u', 'h').toArray()).toEqual([
      { s: 45, u: 18446744073709551615n, h: '170141183460469231731687303715884105727' },
    ]);
    back.close();
    database.close();
  });

  it('that is none, or not there, is an error with its name', async () => {
    const file = path.join(folder, 'none.parquet');
    writeFileSync(file, 'PAR1 this is none');
    await expect(Frame.fromParquet(file)).rejects.toThrow(/none\.parquet/);
    await expect(Frame.fromParquet(path.join(folder, 'gone.parquet'))).rejects.toMatchObject({
      code: 'HB_NOT_FOUND',
    });
    const frame = await frameFromRows([{ a: 1 }]);
    await expect(frame.toParquet(path.join(folder, 'no/such/folder.parquet'))).rejects.toMatchObject({
      code: 'HB_WRITE',
    });
    expect(existsSync(path.join(folder, 'no'))).toBe(false);
    frame.close();
  });

  it('in a file with quotes in its name is read', async () => {
    const file = path.join(folder, `it's "x" $1 *.parquet`);
    const frame = await frameFromRows([{ a: 1 }]);
    await frame.toParquet(file);
    const back = await Frame.fromParquet(file);
    expect(await back.toArray()).toEqual([{ a: 1 }]);
    back.close();
    frame.close();
  });
});

describe('bad input', () => {
  it.each([
    ['a,b\n1,2\n3\n', /line 3 has 1 cells, and not 2/],
    ['a,b\n1,"2\n', /Quote Not Closed/i],
  ])('of CSV %j is named with its line', async (csv, error) => {
    await expect(Frame.fromCsv(Readable.from([csv]))).rejects.toThrow(error);
    await expect(Frame.fromCsv(Readable.from([csv]))).rejects.toMatchObject({ code: 'HB_DAMAGED' });
  });

  it.each([['{"a":1}\n{"a":\n'], ['[1]\n'], ['{"a":1}\n7\n']])(
    'of JSON lines %j is named with its line',
    async (lines) => {
      await expect(Frame.fromNdjson(Readable.from([lines]))).rejects.toMatchObject({
        code: 'HB_DAMAGED',
        message: expect.stringMatching(/line \d/) as string,
      });
    },
  );

  it('that is no file is said so', async () => {
    await expect(Frame.fromCsv(path.join(folder, 'gone.csv'))).rejects.toMatchObject({
      code: 'HB_NOT_FOUND',
    });
    await expect(Frame.fromNdjson(path.join(folder, 'gone.json'))).rejects.toMatchObject({
      code: 'HB_NOT_FOUND',
    });
  });

  it('of CSV with names twice, empty or hostile gets names of its own', async () => {
    const frame = await Frame.fromCsv(Readable.from(['\uFEFFa,a,,__proto__\n1,2,3,4\n']));
    expect(frame.columns.map(({ name }) => name)).toEqual(['a', 'a_2', 'column3', '__proto__']);
    expect(Object.values((await frame.toArray())[0] ?? {})).toEqual([1, 2, 3, 4]);
  });
});

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '</td></table><style>*{display:none}</style>',
  '&lt;b&gt;',
  '\u001b]0;owned\u0007',
  '\u202Eexe.txt',
  'a\nb\tc\r',
  '\u0000',
  '`${1}`',
  'x'.repeat(100_000),
  '\u200b\u200d',
  '表'.repeat(300),
];

describe('as text', () => {
  it('has one line a row, whatever the values hold, and nothing a terminal obeys', async () => {
    const frame = await frameFromRows(hostile.map((value, n) => ({ n, [value.slice(0, 50)]: value, value })));
    for (const width of [20, 40, 80, 200, undefined]) {
      const shown = await frame.toText(width === undefined ? {} : { width });
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(shown.trimEnd().split('\n').length).toBeLessThanOrEqual(hostile.length + 3);
      expect(shown.length).toBeLessThan(200_000);
    }
  });

  it('is as wide as the terminal at most, and counts what it leaves out', async () => {
    const row = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`column${n}`, `value ${n} `.repeat(n)]),
    );
    const frame = await frameFromRows(Array.from({ length: 1300 }, () => row));
    const lines = (await frame.toText({ width: 80, limit: 66 })).trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.at(-2)).toBe('… and 1,234 more rows');
    expect(lines.at(-1)).toMatch(/^… and \d+ more columns: column\d+, /);
  });

  it('puts numbers on the right, rights in hexadecimal, and nothing for no value', async () => {
    const frame = await frameFromRows([
      { EventID: 1, GrantedAccess: '0x1410', Image: 'a.exe' },
      { EventID: 4688, GrantedAccess: null, Image: '表.exe' },
    ]);
    expect(await frame.toText()).toBe(
      'EventID  GrantedAccess  Image\n───────  ─────────────  ──────\n      1         0x1410  a.exe\n   4688                 表.exe\n',
    );
  });
});

describe('as HTML', () => {
  it('is a fragment that needs nothing and runs nothing', async () => {
    const frame = await frameFromRows(
      hostile.map((value) => ({ [value.slice(0, 50)]: value, value, list: [value, value] })),
    );
    const html = await frame.toHtml();
    // What is left when our own tags are taken away has no tag and no quote that could end an attribute.
    const rest = html
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .replaceAll(
        /<\/?(?:div|table|thead|tbody|tr|th|td|br|span|p)(?: (?:class="[\w -]+"|scope="col"))*>/g,
        '',
      );
    expect(rest).not.toMatch(/[<>"']/);
    expect(html).not.toMatch(/<(?:script|img|link|iframe)/i);
    expect(html.match(/<style>/g)).toHaveLength(1);
    expect(html).not.toMatch(/url\(|@import|https?:/);
    expect(html.length).toBeLessThan(100_000);
  });

  it('is left alone by notebooks that set formulas: variables of PowerShell are none', async () => {
    const frame = await frameFromRows([{ CommandLine: '$a = 1; iex $b' }]);
    expect(await frame.toHtml()).toMatch(/^<div class="[^"]*\btex2jax_ignore mathjax_ignore">/);
  });

  it('is what a notebook shows, with its text beside it', async () => {
    const frame = await frameFromRows([{ a: 1 }]);
    const shown = await (frame as unknown as Record<symbol, () => Promise<unknown>>)[
      Symbol.for('Jupyter.display')
    ]?.();
    expect(shown).toEqual({ 'text/html': await frame.toHtml(), 'text/plain': await frame.toText() });
  });

  it('says how many rows there are, and what there is to know', async () => {
    const frame = await frameFromRows(
      Array.from({ length: 1500 }, (_, n) => ({ n })),
      { notices: ['<b>'] },
    );
    const html = await frame.toHtml({ limit: 10 });
    expect(html.match(/<tr>/g)).toHaveLength(11);
    expect(html).toContain('1,500 rows, 1,490 not shown');
    expect(html).toContain('&lt;b&gt;');
  });
});

describe('as CSV', () => {
  it('guards text and names against formulas, and leaves numbers alone', async () => {
    const frame = await frameFromRows([
      { '=n': -5, value: '=cmd|x', ratio: -0.5 },
      { '=n': 7, value: '-2+3', ratio: 1 },
    ]);
    const csv = await written((out) => frame.writeCsv(out));
    expect(csv).toBe("'=n,value,ratio\r\n-5,'=cmd|x,-0.5\r\n7,'-2+3,1\r\n");
    expect(await written((out) => frame.writeCsv(out, { safe: false }))).toContain('\r\n-5,=cmd|x,-0.5\r\n');
  });

  it('is read by others as it was', async () => {
    const frame = await frameFromRows(
      hostile.filter((value) => value !== '').map((value, n) => ({ n, value })),
    );
    const csv = await written((out) => frame.writeCsv(out, { safe: false }));
    const back = parse(csv, { columns: true }) as Record<string, string>[];
    expect(back.map(({ value }) => value)).toEqual(hostile);
  });

  it('keeps rows of nothing', async () => {
    const frame = await frameFromRows([{ a: 'x' }, { a: null }, { a: 'y' }]);
    const csv = await written((out) => frame.writeCsv(out));
    expect(await (await Frame.fromCsv(Readable.from([csv]))).toArray()).toEqual([
      { a: 'x' },
      { a: null },
      { a: 'y' },
    ]);
  });

  it('waits for a slow reader', async () => {
    const frame = await frameFromRows(Array.from({ length: 20_000 }, (_, n) => ({ n, t: 'x'.repeat(50) })));
    let waiting = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1024,
      write(_chunk, _encoding, done) {
        waiting = slow.writableLength;
        most = Math.max(most, waiting);
        setImmediate(done);
      },
    });
    await frame.writeCsv(slow);
    expect(most).toBeLessThan(300_000);
  });
});
