import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/sources/kinds.ts';
import {
  fileInput,
  readAll,
  defaultLimits,
  type InputReport,
  type SourceIssue,
} from '../../src/sources/index.ts';
import { FieldTable } from '../../src/events/index.ts';
import {
  codesOf,
  jsonLines,
  memoryInput,
  numbersOf,
  readBytes,
  readInput,
  tar,
  temporaryFolder,
} from './support/read.ts';
import { zip } from './support/zip-writer.ts';

const xml = `<?xml version="1.0"?><Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>
<System><EventID>1</EventID><EventRecordID>7</EventRecordID></System></Event></Events>`;
const csv = 'EventID,Channel,Image\n1,Sysmon,a.exe\n';

describe('the kind of an input', () => {
  it.each<[string, Uint8Array | string]>([
    ['empty', ''],
    ['evtx', 'ElfFile\0'.padEnd(4096, '\0')],
    ['zip', zip([{ name: 'a', data: 'b' }])],
    ['zip', zip([])],
    ['gzip', gzipSync('x')],
    ['zstd', zstdCompressSync('x')],
    ['zstd', Buffer.from('502a4d180000000028b52ffd', 'hex')],
    ['parquet', 'PAR1....'],
    ['json', '{"a":1}\n{"a":2}'],
    ['json', ' \n [ {"a":1} ]'],
    ['json', '\ufeff{"a":1}'],
    ['xml', xml],
    ['xml', '\ufeff<Events>\n<Event xmlns="x"></Event></Events>'],
    ['utf16', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['utf16', Buffer.from('\ufeff{"a":1}', 'utf16le').swap16()],
    ['utf16', Buffer.from('{"EventID":1,"Image":"x"}', 'utf16le')],
    ['csv', csv],
    ['csv', csv.replaceAll(',', ';')],
    ['csv', csv.replaceAll(',', '\t')],
    ['csv', '_raw\n"a, b"\n'],
    ['csv', 'sep=;\nEventID;Image\n1;2\n'],
    ['csv', '#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n"Message","Id"\n"a","1"\n'],
    ['csv', '"Timestamp","RuleTitle","Level"\n"2020","x","high"\n'],
    ['csv', 'alpha,beta\n1,2\n'],
    ['unknown', 'alpha,beta\n1,2,3\n'],
    ['unknown', 'import os, sys\nimport re\n'],
    ['unknown', 'Hello, world! This is a note; nothing else.\nIt has, as notes do, commas.\n'],
    ['unknown', '# Title\n\ntext\n'],
    ['unknown', '<html><body>Event</body></html>'],
    ['unknown', '\x00\x01\x02\x03'],
    ['unknown', Buffer.alloc(100_000)],
    ['unknown', '7z\xbc\xaf\x27\x1c'],
    ['unknown', 'const a = 1, b = 2;\nconst c = 1, d = 2;\n'],
  ])('is %s for content %#', (kind, content) => {
    expect(kindOf(Buffer.from(content as Uint8Array))).toBe(kind);
  });

  it('is tar for old and new headers', async () => {
    const bytes = await tar([{ name: 'a.json', data: '{}' }]);
    expect(kindOf(bytes)).toBe('tar');
    expect(kindOf(bytes.subarray(0, 511))).not.toBe('tar');
  });

  it('does not depend on the name', async () => {
    const result = await readBytes(jsonLines(2), { name: 'events.evtx' });
    expect(result.opened).toEqual(['json events.evtx']);
    expect(numbersOf(result)).toEqual([1, 2]);
  });

  it.each<[string, BufferEncoding, boolean]>([
    ['little-endian UTF-16', 'utf16le', false],
    ['big-endian UTF-16', 'utf16le', true],
  ])('sees JSON, CSV and XML in %s', async (_, encoding, swap) => {
    for (const [text, step] of [
      [jsonLines(3), 7],
      [csv, 1],
      [xml, 5],
      [`\ufeff${csv}`, 3],
    ] as const) {
      const bytes = Buffer.from(text, encoding);
      const result = await readBytes(swap ? bytes.swap16() : bytes, { step });
      expect(result.issues).toEqual([]);
      expect(result.events.length).toBe(text.startsWith('{') ? 3 : 1);
      expect(result.events[0]?.eventId).toBe(1);
    }
  });

  it('names what it saw where it knows no reader', async () => {
    const result = await readBytes('MZ\x90\x00\x03');
    expect(result.issues).toMatchObject([{ code: 'HB_UNKNOWN_KIND', message: 'a Windows program' }]);
    const binary = await readBytes(Buffer.from([1, 2, 3, 255]));
    expect(binary.issues[0]?.message).toContain('01 02 03 ff');
  });

  it('reports empty inputs', async () => {
    expect(codesOf(await readBytes(''))).toEqual(['HB_EMPTY']);
  });

  it('reports an input that breaks off while it is read', async () => {
    const input = memoryInput('x', Buffer.from(jsonLines(2)));
    const broken = {
      name: 'x',
      async *stream() {
        yield* input.stream();
        throw Object.assign(new Error('EIO: i/o error, read'), { errno: -5 });
      },
    };
    expect(await readInput(broken)).toMatchObject({ issues: [{ code: 'HB_READ', source: 'x' }] });
  });
});

describe('reading everything under some paths', () => {
  const folder = temporaryFolder();
  const write = (name: string, data: string | Uint8Array): void => writeFileSync(join(folder, name), data);

  it('reads what there is, sums up what is no log, and reports each input', async () => {
    write('1.json', jsonLines(2));
    write('2.txt', 'just words');
    write('3.bin', Buffer.from([0, 1, 2]));
    write(
      '4.zip',
      zip([
        { name: 'x.json', data: jsonLines(3, 3) },
        { name: 'README', data: 'words' },
      ]),
    );
    write('5.json', '');
    write('6.gz', gzipSync(jsonLines(1, 6)));
    const issues: SourceIssue[] = [];
    const reports: InputReport[] = [];
    const numbers: number[] = [];
    let progress = 0;
    const options = {
      fields: new FieldTable(),
      limits: defaultLimits,
      onIssue: (issue: SourceIssue) => issues.push(issue),
      onInput: (report: InputReport) => reports.push(report),
      onProgress: (bytes: number) => {
        expect(bytes).toBeGreaterThanOrEqual(progress);
        progress = bytes;
      },
    };
    for await (const batch of readAll([folder], options)) {
      for (let row = 0; row < batch.length; row++) numbers.push(Number(batch.event(row).recordId));
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reports.map(({ kind, events, members }) => [kind, events, members])).toEqual([
      ['json', 2, 0],
      ['unknown', 0, 0],
      ['unknown', 0, 0],
      ['zip', 3, 2],
      ['empty', 0, 0],
      ['gzip', 1, 0],
    ]);
    expect(progress).toBe(reports.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(issues.map(({ code }) => code)).toEqual(['HB_EMPTY', 'HB_UNKNOWN_KIND']);
    expect(issues[1]?.message).toContain('3 files are no event logs');
    for (const name of ['2.txt', '3.bin', '4.zip!README']) expect(issues[1]?.message).toContain(name);
  });

  it('makes an issue of each unknown file that was named', async () => {
    write('named.txt', 'just words');
    const result = await readInput(fileInput(join(folder, 'named.txt')));
    expect(codesOf(result)).toEqual(['HB_UNKNOWN_KIND']);
  });
});
