import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codesOf, jsonLines, numbersOf, readBytes, tar } from '../support/read.ts';
import { overlappingZip, zip } from '../support/zip-writer.ts';

const megabyte = 1024 * 1024;
const line = Buffer.from('{"EventID":1,"Image":"a.exe"}\n');
const repetitive = (bytes: number): Buffer => Buffer.alloc(bytes, line);

describe('archives that are hostile', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['a member that repeats itself', () => zip([{ name: 'a.json', data: repetitive(40 * megabyte) }])],
    ['gzip', () => gzipSync(repetitive(40 * megabyte))],
    ['zstd', () => zstdCompressSync(repetitive(40 * megabyte))],
    ['tar.gz', async () => gzipSync(await tar([{ name: 'a.json', data: repetitive(40 * megabyte) }]))],
    [
      'many members',
      () => {
        const member = { data: repetitive(2 * megabyte) };
        return zip(Array.from({ length: 30 }, (_, n) => ({ ...member, name: `${n}.json` })));
      },
    ],
    [
      'gzip of gzip, each within the ratio',
      () => gzipSync(gzipSync(repetitive(60 * megabyte), { level: 1 })),
    ],
  ])('end with HB_LIMIT: %s', async (_, build) => {
    const result = await readBytes(await build());
    expect(codesOf(result)).toContain('HB_LIMIT');
    expect(codesOf(result).filter((code) => code === 'HB_LIMIT')).toHaveLength(1);
    expect(result.events.length * line.length).toBeLessThan(40 * megabyte);
  });

  it('may be small and repeat themselves all the same', async () => {
    const result = await readBytes(gzipSync(repetitive(8 * megabyte)));
    expect(codesOf(result)).not.toContain('HB_LIMIT');
    expect(result.events.length).toBe(Math.floor((8 * megabyte) / line.length));
  });

  it('end where members overlap', async () => {
    const result = await readBytes(overlappingZip({ name: '', data: jsonLines(10) }, 200));
    expect(result.issues).toMatchObject([{ code: 'HB_LIMIT', message: expect.stringContaining('overlap') }]);
    expect(result.events).toHaveLength(10);
  });

  it('end at the number of bytes', async () => {
    const limits = { maxArchiveBytes: 300_000 };
    const members = Array.from({ length: 9 }, (_, n) => ({
      name: `${n}.json`,
      data: jsonLines(1000, n * 1000),
    }));
    const result = await readBytes(zip(members), { limits });
    expect(codesOf(result).filter((code) => code === 'HB_LIMIT')).toHaveLength(1);
    expect(result.events.length).toBeLessThan(3500);
    expect(result.events.length).toBeGreaterThan(1000);
  });

  it('end at the number of members', async () => {
    const members = Array.from({ length: 10_050 }, (_, n) => ({
      name: `${n}.json`,
      data: jsonLines(1, n + 1),
    }));
    const zipped = await readBytes(zip(members));
    expect(numbersOf(zipped)).toEqual(Array.from({ length: 10_000 }, (_, n) => n + 1));
    expect(codesOf(zipped)).toEqual(['HB_LIMIT']);
    const limits = { maxArchiveMembers: 500 };
    const tarred = await readBytes(await tar(members.slice(0, 600)), { limits });
    expect(tarred.events).toHaveLength(500);
    expect(codesOf(tarred)).toEqual(['HB_LIMIT']);
  });

  it('end at the depth', async () => {
    let bytes: Uint8Array = Buffer.from(jsonLines(1));
    for (let depth = 1; depth <= 5; depth++) {
      bytes = zip([
        { name: 'deeper.zip', data: bytes },
        { name: 'a.json', data: jsonLines(1) },
      ]);
      const result = await readBytes(bytes);
      expect(codesOf(result)).toEqual(depth > 2 ? ['HB_LIMIT'] : []);
      expect(result.events).toHaveLength(depth > 2 ? 2 : depth + 1);
    }
  });

  it.each([
    '../a.json',
    'a/../../b.json',
    '/etc/a.json',
    '\\\\host\\a',
    '..\\a.json',
    'C:\\a.json',
    'c:a',
    'a\0b',
  ])('have members that are not opened: %j', async (name) => {
    const members = [
      { name, data: jsonLines(1) },
      { name: 'good.json', data: jsonLines(1, 2) },
    ];
    const zipped = await readBytes(zip(members));
    expect(numbersOf(zipped)).toEqual([2]);
    expect(codesOf(zipped)).toEqual(['HB_UNSAFE_PATH']);
    const tarred = await readBytes(await tar(members));
    expect(numbersOf(tarred)).toEqual(name.includes('\0') ? [1, 2] : [2]);
  });

  it('have links and devices that are not followed', async () => {
    const tarred = await readBytes(
      await tar([
        { name: 'a', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'b', type: 'link', linkname: '../x' },
        { name: 'c', type: 'character-device' },
        { name: 'd', type: 'fifo' },
        { name: 'e.json', data: jsonLines(1) },
      ]),
    );
    expect(codesOf(tarred)).toEqual(Array(4).fill('HB_UNSAFE_PATH'));
    expect(tarred.events).toHaveLength(1);
    const zipped = await readBytes(
      zip([
        { name: 'a', data: '/etc/passwd', mode: 0o120777 },
        { name: 'b.json', data: jsonLines(1), mode: 0o100644 },
      ]),
    );
    expect(codesOf(zipped)).toEqual(['HB_UNSAFE_PATH']);
    expect(zipped.events).toHaveLength(1);
  });

  it('name the first of many problems and count the rest', async () => {
    const members = Array.from({ length: 100 }, (_, n) => ({ name: `../${n}`, data: 'x' }));
    const { issues } = await readBytes(zip(members));
    expect(issues).toHaveLength(21);
    expect(issues.at(-1)?.message).toBe('80 more members with the same kind of problem');
  });

  it('may nest as 42.zip does, and end with a bounded number of issues', async () => {
    let bytes: Uint8Array = zip([{ name: '0.dll', data: Buffer.alloc(megabyte) }]);
    for (let level = 0; level < 4; level++) {
      const data = bytes;
      bytes = zip(Array.from({ length: 16 }, (_, n) => ({ name: `lib ${n}.zip`, data })));
    }
    const { events, issues } = await readBytes(bytes);
    expect(events).toEqual([]);
    expect(issues.length).toBeLessThanOrEqual(22);
    expect(issues[0]).toMatchObject({
      code: 'HB_LIMIT',
      message: expect.stringContaining('inside each other'),
    });
  });

  it('stay within memory', async () => {
    const bomb = zstdCompressSync(repetitive(60 * megabyte));
    const before = process.memoryUsage().rss;
    await readBytes(bomb, { limits: { maxRatio: 1e9, maxArchiveBytes: 30 * megabyte }, name: 'bomb' });
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * megabyte);
  });
});
