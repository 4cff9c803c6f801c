import fc from 'fast-check';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileInput } from '../../../src/sources/index.ts';
import {
  codesOf,
  jsonLines,
  numbersOf,
  readBytes,
  readInput,
  tar,
  temporaryFolder,
} from '../support/read.ts';
import { localPart, zip } from '../support/zip-writer.ts';

const folder = temporaryFolder();
const json = jsonLines(30);
const csv = `EventID,RecordNumber,Image\n${Array.from({ length: 30 }, (_, n) => `1,${n + 1},a.exe`).join('\n')}\n`;
const thirty = Array.from({ length: 30 }, (_, n) => n + 1);

const containers: Record<string, (data: Uint8Array, name: string) => Uint8Array | Promise<Uint8Array>> = {
  zip: (data, name) => zip([{ name, data }]),
  'stored zip': (data, name) => zip([{ name, data, method: 0 }]),
  'zip with zstd': (data, name) => zip([{ name, data, method: 93 }]),
  'zip with sizes behind the data': (data, name) => zip([{ name, data, flags: 8 }]),
  zip64: (data, name) => zip([{ name, data, zip64: true }]),
  'zip with a comment and more behind it': (data, name) =>
    Buffer.concat([zip([{ name, data }], 'PK\x05\x06 comment'), Buffer.alloc(100, 1)]),
  tar: (data, name) => tar([{ name, data }]),
  'tar with a long name': (data) => tar([{ name: `${'long/'.repeat(60)}x`, data }]),
  gzip: (data) => gzipSync(data),
  'gzip in two members': (data) =>
    Buffer.concat([gzipSync(data.subarray(0, 100)), gzipSync(data.subarray(100)), Buffer.alloc(10)]),
  'gzip with every header field': (data) =>
    Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9]),
      Buffer.from('name\0comment\0'),
      Buffer.from([1, 2]),
      gzipSync(data).subarray(10),
    ]),
  zstd: (data) => zstdCompressSync(data),
  'zstd in three frames': (data) =>
    Buffer.concat([
      Buffer.from('502a4d180300000061626'.padEnd(22, '0'), 'hex'),
      zstdCompressSync(data.subarray(0, 77)),
      zstdCompressSync(data.subarray(77)),
    ]),
  'tar.gz': async (data, name) => gzipSync(await tar([{ name, data }])),
  'tar.zst': async (data, name) => zstdCompressSync(await tar([{ name, data }])),
  'tar.gz in zip': async (data, name) =>
    zip([{ name: 'x.tar.gz', data: gzipSync(await tar([{ name, data }])) }]),
  'zip in zip': (data, name) => zip([{ name: 'inner.zip', data: zip([{ name, data }]) }]),
  'zip in tar.gz': async (data, name) =>
    gzipSync(await tar([{ name: 'inner.zip', data: zip([{ name, data }]) }])),
  'gzip in tar': (data, name) => tar([{ name: `${name}.gz`, data: gzipSync(data) }]),
};

describe.each(Object.entries(containers))('%s', (_, build) => {
  it.each([
    ['JSON lines', json],
    ['CSV', csv],
    ['UTF-16', Buffer.from(json, 'utf16le')],
  ])('gives the events of the %s inside', async (_kind, content) => {
    const bytes = await build(Buffer.from(content as Uint8Array), 'events.bin');
    const fromStream = await readBytes(bytes);
    expect(fromStream.issues).toEqual([]);
    expect(numbersOf(fromStream)).toEqual(thirty);
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    expect(numbersOf(await readInput(fileInput(path)))).toEqual(thirty);
  });

  it('gives the same wherever blocks are cut', async () => {
    const bytes = await build(Buffer.from(json), 'events.json');
    for (const step of [1, 2, 13, 511, 512, 513]) {
      const result = await readBytes(bytes, { step });
      expect(result.issues).toEqual([]);
      expect(numbersOf(result)).toEqual(thirty);
    }
  });

  it('gives the events before the end, and a warning, wherever it is cut off', async () => {
    const bytes = await build(Buffer.from(jsonLines(300)), 'events.json');
    const cuts = fc.sample(fc.integer({ min: 20, max: bytes.length - 13 }), { seed: 1, numRuns: 40 });
    for (const cut of cuts) {
      const result = await readBytes(bytes.subarray(0, cut), { step: 100 });
      expect(numbersOf(result)).toEqual(Array.from({ length: result.events.length }, (_n, at) => at + 1));
      if (result.events.length < 300) expect(result.issues.length).toBeGreaterThan(0);
    }
  });
});

describe('archives', () => {
  it('name their members after an exclamation mark', async () => {
    const bytes = zip([{ name: 'a/b.json', data: json }]);
    const outer = gzipSync(await tar([{ name: 'in.zip', data: bytes }]));
    const result = await readBytes(outer, { name: 'out.tgz' });
    expect(result.events[0]?.source).toBe('out.tgz!in.zip!a/b.json');
    expect(result.opened).toEqual([
      'gzip out.tgz',
      'tar out.tgz',
      'zip out.tgz!in.zip',
      'json out.tgz!in.zip!a/b.json',
    ]);
  });

  it('read a zip that lost its directory by its local headers', async () => {
    const whole = zip([
      { name: 'a.json', data: jsonLines(100) },
      { name: 'b.json', data: jsonLines(100, 101), flags: 8 },
      { name: 'c.json', data: jsonLines(100, 201), method: 0 },
      { name: 'd.json', data: jsonLines(100, 301) },
    ]);
    const start = whole.length - 22 - 4 * (46 + 6);
    const result = await readBytes(whole.subarray(0, start));
    expect(codesOf(result)).toEqual(['HB_TRUNCATED']);
    expect(numbersOf(result)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
  });

  it('go on behind a damaged member', async () => {
    const members = [1, 2, 3].map((n) => ({ name: `${n}.json`, data: jsonLines(500, n * 1000) }));
    const bytes = zip(members);
    const second = localPart(members[0]!).length + 60;
    bytes.fill(0xff, second, second + 40);
    const result = await readBytes(bytes);
    expect(codesOf(result)).toContain('HB_DAMAGED');
    expect(numbersOf(result).filter((n) => n < 2000 || n >= 3000)).toHaveLength(1000);
  });

  it('go on behind a damaged tar header', async () => {
    const bytes = await tar([1, 2, 3].map((n) => ({ name: `${n}.json`, data: jsonLines(5, n * 10) })));
    bytes.fill(0xff, 1536, 1542);
    const result = await readBytes(bytes);
    expect(codesOf(result)).toEqual(['HB_DAMAGED']);
    expect(numbersOf(result)).toEqual([10, 11, 12, 13, 14, 30, 31, 32, 33, 34]);
  });

  it('deliver everything in front of a wrong checksum', async () => {
    const bytes = gzipSync(json);
    bytes[bytes.length - 6]! ^= 1;
    const result = await readBytes(bytes);
    expect(numbersOf(result)).toEqual(thirty);
    expect(codesOf(result)).toEqual(['HB_DAMAGED']);
    const zipped = await readBytes(zip([{ name: 'a', data: json, claim: { crc: 1 } }]));
    expect(numbersOf(zipped)).toEqual(thirty);
    expect(codesOf(zipped)).toEqual(['HB_DAMAGED']);
  });

  it('read a member that is larger than its directory says', async () => {
    const result = await readBytes(zip([{ name: 'a', data: json, claim: { size: 10 } }]));
    expect(numbersOf(result)).toEqual(thirty);
    expect(codesOf(result)).toEqual(['HB_DAMAGED']);
  });

  it('tell what follows a gzip member and is none', async () => {
    const result = await readBytes(Buffer.concat([gzipSync(json), Buffer.from('something else entirely')]));
    expect(numbersOf(result)).toEqual(thirty);
    expect(codesOf(result)).toEqual(['HB_DAMAGED']);
    const short = await readBytes(Buffer.concat([gzipSync(json), Buffer.from('\n')]));
    expect(codesOf(short)).toEqual(['HB_TRUNCATED']);
  });

  it('pass over what macOS adds, and folders', async () => {
    const result = await readBytes(
      zip([
        { name: '__MACOSX/._a.json', data: 'x' },
        { name: 'dir/', data: '' },
        { name: 'dir/._a.json', data: 'x' },
        { name: 'dir/a.json', data: json },
      ]),
    );
    expect(result.issues).toEqual([]);
    expect(result.opened).toEqual(['zip input', 'json input!dir/a.json']);
  });

  it('say which members are encrypted or packed in another way, and read the others', async () => {
    const result = await readBytes(
      zip([
        { name: 'secret', data: json, flags: 1 },
        { name: 'odd', data: json, claim: { method: 14 } },
        { name: 'a.json', data: json },
      ]),
    );
    expect(numbersOf(result)).toEqual(thirty);
    expect(result.issues).toMatchObject([
      { code: 'HB_READ', source: 'input!secret', message: 'not read: it is encrypted' },
      { code: 'HB_UNKNOWN_KIND', source: 'input!odd', message: 'not read: it is packed with method 14' },
    ]);
  });

  it('leave no temporary file behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('huntbook-spool-'));
    const noise = Buffer.alloc(20_000_000);
    for (let at = 0; at < noise.length; at++) noise[at] = (at * 2654435761) >>> 13;
    const inner = zip([
      { name: 'noise', data: noise, method: 0 },
      { name: 'a.json', data: json },
    ]);
    const result = await readBytes(await tar([{ name: 'inner.zip', data: inner }]), { step: 1 << 20 });
    expect(numbersOf(result)).toEqual(thirty);
    const cut = await readBytes((await tar([{ name: 'inner.zip', data: inner }])).subarray(0, 19_000_000));
    expect(codesOf(cut)).toContain('HB_TRUNCATED');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('huntbook-spool-'))).toEqual(before);
  });

  it('are not brought down by any change of a byte', async () => {
    const targz = gzipSync(await tar([{ name: 'a.json', data: json }]));
    const tarball = await tar([
      { name: 'a.json', data: jsonLines(3) },
      { name: 'b.json', data: jsonLines(3) },
    ]);
    const zstd = zstdCompressSync(json);
    const zipped = zip([
      { name: 'a.json', data: json },
      { name: 'b.json', data: jsonLines(3), flags: 8 },
    ]);
    const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(targz, tarball, zstd, zipped),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (original, changes) => {
          const bytes = Buffer.from(original);
          for (const { at, value } of changes) bytes[at % bytes.length] = value;
          const result = await readBytes(bytes);
          expect(codesOf(result)).not.toContain('HB_INTERNAL');
        },
      ),
      { numRuns: 400 },
    );
  });

  it('hold members that are deflated raw without an end', async () => {
    const packed = deflateRawSync(jsonLines(200), { finishFlush: 2 });
    const local = localPart({ name: 'a.json', data: packed, method: 0 });
    local.writeUInt16LE(8, 8);
    const result = await readBytes(local);
    expect(numbersOf(result)).toHaveLength(200);
    expect(codesOf(result)).toContain('HB_TRUNCATED');
  });
});
