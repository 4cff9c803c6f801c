import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { guidBatches, indexFor, readIndexMap, termBatches } from '../../../src/sources/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'huntbook-map-'));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (text: string): string => {
  const file = path.join(folder, 'map.yaml');
  writeFileSync(file, text);
  return file;
};

describe('index patterns by log source', () => {
  it.each([
    ['helk', { product: 'windows', service: 'sysmon' }, 'logs-endpoint-winevent-sysmon-*'],
    ['helk', { product: 'windows', category: 'process_access' }, 'logs-endpoint-winevent-sysmon-*'],
    [
      'helk',
      { product: 'windows', category: 'process_creation' },
      'logs-endpoint-winevent-sysmon-*,logs-endpoint-winevent-security-*',
    ],
    ['helk', { product: 'windows', category: 'ps_script' }, 'logs-endpoint-winevent-powershell-*'],
    ['helk', { product: 'windows', service: 'bits-client' }, 'logs-endpoint-winevent-*'],
    ['helk', { product: 'linux' }, undefined],
    ['winlogbeat', { product: 'Windows' }, 'winlogbeat-*'],
    ['data_streams', { product: 'windows', service: 'security' }, 'logs-system.security-*'],
    ['huntbook', { product: 'linux' }, 'huntbook-*'],
  ])('of %s for %j: %s', async (name, source, index) => {
    expect(indexFor(await readIndexMap(name), source)).toBe(index);
  });

  it('of a file: the first entry whose keys all agree', async () => {
    const file = written(
      'indexes:\n- { product: windows, service: security, index: a-* }\n- { product: windows, index: [b, c] }\n',
    );
    const map = await readIndexMap(file);
    expect(indexFor(map, { product: 'windows', service: 'Security' })).toBe('a-*');
    expect(indexFor(map, { product: 'windows' })).toBe('b,c');
    expect(indexFor(map, { product: 'linux' })).toBeUndefined();
  });

  it.each([
    ['indexes: [{ product: windows }]', /indexes\.0/],
    ['indexes: [{ index: a, team: b }]', /indexes\.0\.team/],
    ['indexes: [{ index: [] }]', /indexes\.0\.index/],
    ['index: a', /index/],
    ['indexes: [', /map\.yaml/],
    ['', /map\.yaml/],
  ])('of a file that is wrong (%s) are an error that names the place', async (text, words) => {
    const failed = await readIndexMap(written(text)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'HB_CONFIG', message: expect.stringMatching(words) });
  });

  it('of a map that is not there are an error that names those that are', async () => {
    const failed = readIndexMap('hellk');
    await expect(failed).rejects.toMatchObject({ code: 'HB_CONFIG', hint: expect.stringContaining('helk') });
    await expect(readIndexMap('__proto__')).rejects.toMatchObject({ code: 'HB_CONFIG' });
  });
});

describe('long lists of values', () => {
  it('become queries with so many values at most, each value once', () => {
    const values = Array.from({ length: 150_000 }, (_, at) => `v${at}`);
    const sizes = [...termBatches('f', [...values, ...values])].map(({ terms }) => terms['f']?.length ?? 0);
    expect(sizes).toEqual([65_536, 65_536, 18_928]);
    expect([...termBatches('f', [])]).toEqual([]);
  });

  it('of GUIDs hold every way of writing them', () => {
    const [one, ...more] = guidBatches('g', ['{0ABC-1}', '0abc-1']);
    expect(more).toEqual([]);
    expect(one?.terms['g']).toEqual(['0abc-1', '{0abc-1}', '0ABC-1', '{0ABC-1}']);
    expect([...guidBatches('g', ['a', 'b', 'c'], 5)].map(({ terms }) => terms['g']?.length)).toEqual([
      5, 5, 2,
    ]);
  });
});
