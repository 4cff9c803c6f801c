import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvSplitter, type CsvRecord } from '../../../src/sources/csv/split.ts';
import { codesOf, readBytes } from '../support/read.ts';

function split(
  pieces: readonly (string | Uint8Array)[],
  options: { delimiter?: string; maxRecord?: number } = {},
): { records: CsvRecord[]; unclosed: number[]; tooLong: number[] } {
  const unclosed: number[] = [];
  const tooLong: number[] = [];
  const splitter = new CsvSplitter({
    delimiter: options.delimiter ?? ',',
    maxRecord: options.maxRecord ?? 1e6,
    onUnclosed: (line) => unclosed.push(line),
    onTooLong: (line) => tooLong.push(line),
  });
  const records: CsvRecord[] = [];
  for (const piece of pieces) records.push(...splitter.push(Buffer.from(piece as Uint8Array)));
  records.push(...splitter.end());
  return { records, unclosed, tooLong };
}

const cellsOf = (text: string): string[][] => split([text]).records.map(({ cells }) => [...cells]);

describe('splitting CSV', () => {
  it.each<[string, string[][]]>([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a,b","c\nd"\n', [['a,b', 'c\nd']]],
    ['"a""b",""\n', [['a"b', '']]],
    ['a"b,c\n', [['a"b', 'c']]],
    ['"a"b,c\n', [['"a"b', 'c']]],
    [',,\n', [['', '', '']]],
    ['a\n\nb\n', [['a'], ['b']]],
    ['"a"\r\n"b"', [['a'], ['b']]],
  ])('reads %j', (text, records) => {
    expect(cellsOf(text)).toEqual(records);
  });

  it('tells the line in which a record starts', () => {
    const { records } = split(['a\n"b\n\nb"\nc\r\n"d"\ne']);
    expect(records.map(({ line }) => line)).toEqual([1, 2, 5, 6, 7]);
  });

  it('loses no more than the line of a quote that is never closed', () => {
    const { records, unclosed } = split(['h1,h2\n1,2\n3,"4\n5,6\n7,8\n']);
    expect(records.map(({ cells }) => cells)).toEqual([
      ['h1', 'h2'],
      ['1', '2'],
      ['3', '"4'],
      ['5', '6'],
      ['7', '8'],
    ]);
    expect(unclosed).toEqual([3]);
  });

  it('waits for the end of a quote no longer than the limit, and then loses one line', () => {
    const lines = Array.from({ length: 300 }, (_, n) => `${n},b`);
    const text = ['h1,h2', '0,"open', ...lines, 'x,"y', 'z"'].join('\n');
    for (const step of [1, 50, 10_000]) {
      const pieces = Array.from({ length: Math.ceil(text.length / step) }, (_, n) =>
        text.slice(n * step, (n + 1) * step),
      );
      const { records, unclosed } = split(pieces, { maxRecord: 500 });
      expect(records.map(({ cells }) => cells.join())).toEqual(['h1,h2', '0,"open', ...lines, 'x,y\nz']);
      expect(records.map(({ line }) => line)).toEqual(Array.from({ length: 303 }, (_, n) => n + 1));
      expect(unclosed).toEqual([2]);
    }
  });

  it('passes over a byte order mark and a line end that is cut in half', () => {
    expect(cellsOf('\ufeff"a",b\r\n"c","d"\r')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('is not slow when many quotes are never closed', () => {
    const text = 'h1,h2\n' + 'a,"""b\n""c\n'.repeat(20_000);
    const began = performance.now();
    split([text], { maxRecord: 10_000 });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('leaves out lines that are too long, in bounded memory, and goes on', () => {
    const pieces = ['a,b\n', ...Array.from({ length: 50 }, () => 'x'.repeat(100)), '\nc,d\n'];
    const { records, tooLong } = split(pieces, { maxRecord: 1000 });
    expect(records.map(({ cells, line }) => [cells.join(), line])).toEqual([
      ['a,b', 1],
      ['c,d', 3],
    ]);
    expect(tooLong).toEqual([2]);
  });

  it('reads what csv-parse reads, wherever pieces are cut', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'b', '"', ',', '\n', '\r\n', ' ', 'é', '😀'),
      maxLength: 6,
    });
    const written = cell.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
    const row = fc.array(written, { minLength: 2, maxLength: 4 });
    const file = fc.array(row, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(file, fc.array(fc.nat({ max: 80 }), { maxLength: 6 }), fc.boolean(), (rows, cuts, end) => {
        const text = rows.map((cells) => cells.join(',')).join('\n') + (end ? '\n' : '');
        const bytes = Buffer.from(text);
        const places = [
          0,
          ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((to, at) => bytes.subarray(places[at], to));
        const expected = parse(text, {
          relax_column_count: true,
          record_delimiter: ['\n', '\r\n'],
        }) as string[][];
        expect(split(pieces).records.map(({ cells }) => cells)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('CSV', () => {
  it('becomes events by its header, text staying text but for the event number', async () => {
    const text =
      'EventID,Channel,Computer,EventRecordID,Image,ProcessId\n1,Security,HOST,9,"C:\\a b.exe",0042\n';
    const { events, positions, issues } = await readBytes(text);
    expect(issues).toEqual([]);
    expect(events[0]).toMatchObject({ eventId: 1, channel: 'Security', host: 'HOST' });
    expect(events[0]?.fields).toMatchObject({ EventID: 1, Image: 'C:\\a b.exe', ProcessId: '0042' });
    expect(positions).toEqual([2]);
  });

  it.each([',', ';', '\t', '|'])('finds the delimiter %j', async (delimiter) => {
    const text = ['EventID,Image,Note', '1,a.exe,"x, y; z | w"', '2,b.exe,c'].join('\n');
    const { events } = await readBytes(text.replaceAll(/,(?! y)/g, delimiter));
    expect(events.map(({ fields }) => [fields['EventID'], fields['Image']])).toEqual([
      [1, 'a.exe'],
      [2, 'b.exe'],
    ]);
    expect(events[0]?.fields['Note']).toBe('x, y; z | w');
  });

  it('has no field where a cell is empty', async () => {
    const { events } = await readBytes('EventID,Image,User\n1,,x\n');
    expect(Object.keys(events[0]!.fields)).not.toContain('Image');
    expect(events[0]!.fields['User']).toBe('x');
  });

  it('counts ragged rows and reads them', async () => {
    const { events, issues } = await readBytes('EventID,Message,User\n1,a,b\n1,a\n1,a,b,c\n');
    expect(events).toHaveLength(3);
    expect(events[2]?.fields['column4']).toBe('c');
    expect(issues).toMatchObject([
      { code: 'HB_DAMAGED', line: 3, message: expect.stringContaining('2 times') },
    ]);
  });

  it('takes the message of an Event Viewer export from the cell beyond its header', async () => {
    const text =
      'Level,Date and Time,Source,Event ID,Task Category\r\n' +
      'Information,1/2/2024 3:04:05 PM,Microsoft-Windows-Sysmon,1,Process Create,' +
      '"Process Create:\r\nRuleName: -\r\nImage: C:\\a.exe\r\nCommandLine: a.exe ""x"""\r\n';
    const { events, issues } = await readBytes(`\ufeff${text}`);
    expect(issues).toEqual([]);
    expect(events[0]).toMatchObject({ eventId: 1, provider: 'Microsoft-Windows-Sysmon' });
    expect(events[0]?.fields['Message']).toContain('Process Create:');
  });

  it('is the same in blocks of any size', async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => `${n},"é😀 ""${n}""\n","x, ${n}"`);
    const text = `EventRecordID,Image,User\n${rows.join('\n')}\n`;
    const whole = await readBytes(text);
    expect(whole.events).toHaveLength(2500);
    for (const step of [1, 7, 4096]) {
      const result = await readBytes(text, { step });
      expect(result.events).toEqual(whole.events);
      expect(result.positions).toEqual(whole.positions);
    }
  });

  it('bounds the length of a row', async () => {
    const text = `EventID,Image\n1,${'x'.repeat(5000)}\n2,b\n`;
    const { events, issues } = await readBytes(text, { limits: { maxLineBytes: 1000 } });
    expect(events.map(({ eventId }) => eventId)).toEqual([2]);
    expect(issues).toMatchObject([{ code: 'HB_LIMIT', line: 2 }]);
  });

  it('is not confused by hostile column names', async () => {
    const { events, issues } = await readBytes('EventID,__proto__,constructor\n1,a,b\n');
    expect(issues).toEqual([]);
    expect(events[0]?.fields['constructor']).toBe('b');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('survives any text behind a header', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        expect(codesOf(await readBytes(`EventID,Image\n${text}`))).not.toContain('HB_INTERNAL');
      }),
    );
  });
});
