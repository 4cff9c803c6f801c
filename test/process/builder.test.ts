import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainGuid } from '../../src/process/guid.ts';
import { ProcessTreeBuilder } from '../../src/process/index.ts';
import { sortedByTime } from '../../src/process/order.ts';
import { TextPool } from '../../src/process/text-pool.ts';
import { guidOf, start, treeOf } from './support.ts';

describe('ProcessTreeBuilder', () => {
  it('gives texts back as they were: of every alphabet, and broken ones', () => {
    const pool = new TextPool(1 << 30);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.array(fc.nat({ max: 0xffff }), { maxLength: 50 }).map((codes) => String.fromCharCode(...codes)),
      fc.nat({ max: 32_768 }).map((length) => 'a'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        const ids = texts.map((one) => pool.add(one));
        expect(ids.map((id) => pool.get(id))).toEqual(texts);
      }),
    );
    expect([pool.add(null), pool.get(-1), pool.cut]).toEqual([-1, null, 0]);
  });

  it('keeps the beginning of a text that is longer than Windows allows, and stops when texts are too many', async () => {
    const builder = new ProcessTreeBuilder({ maxTextBytes: 100_000 });
    builder.add(start(0, -1, 0, { commandLine: 'x'.repeat(40_000) }));
    for (let i = 1; i < 10; i++) builder.add(start(i, 0, i, { commandLine: `${i}`.repeat(20_000) }));
    expect(builder.textsCut).toBeGreaterThan(4);
    const infos = await builder.build().describe([0, 1, 9]);
    expect(infos.map(({ commandLine }) => commandLine?.length)).toEqual([32_768, 20_000, undefined]);
  });

  it('has a bound, and says which way is out', () => {
    const builder = new ProcessTreeBuilder({ maxProcesses: 2 });
    builder.add(start(0, -1, 0));
    builder.add(start(1, 0, 1));
    expect(() => builder.add(start(2, 0, 2))).toThrowError(
      expect.objectContaining({ code: 'HB_LIMIT', message: 'more than 2 processes' }),
    );
    expect(builder.build().length).toBe(2);
  });

  it('may be built again after more events, and the first tree stays', () => {
    const builder = new ProcessTreeBuilder();
    for (let i = 0; i < 300; i++) builder.add(start(i + 1, i, i + 1));
    const first = builder.build();
    builder.add(start(0, -1, 0));
    const second = builder.build();
    expect([first.length, first.known, second.length, second.known]).toEqual([301, 300, 301, 301]);
    expect(first.guid(first.parent[0] as number)).toBe(guidOf(0));
    expect(second.parent[second.find('WS1', guidOf(1), null, null)]).toBe(0);
  });

  it('shows an image as its own event spells it', async () => {
    const tree = treeOf([
      start(0, -1, 0, { image: 'C:\\WINDOWS\\cmd.exe' }),
      start(1, -1, 1, { image: 'C:\\Windows\\cmd.exe' }),
    ]);
    expect(tree.imageId[0]).toBe(tree.imageId[1]);
    expect((await tree.describe([1, 0])).map(({ image }) => image)).toEqual([
      'C:\\Windows\\cmd.exe',
      'C:\\WINDOWS\\cmd.exe',
    ]);
  });
});

describe('parts', () => {
  it('sort times as a comparison does, unknown ones last', () => {
    const time = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.nat({ max: 3 }),
      fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324, -5e-324),
    );
    fc.assert(
      fc.property(fc.array(time, { maxLength: 200 }), (times) => {
        const order = [...sortedByTime(Float64Array.from(times), times.length)];
        const slow = times.map((_, i) => i);
        const key = (i: number): number => (Number.isNaN(times[i]) ? Infinity : (times[i] as number));
        slow.sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
        expect(order).toEqual(slow);
      }),
    );
  });

  it('take GUIDs with and without braces, and nothing else', () => {
    const guid = '0123abcd-4567-89ab-cdef-0123456789ab';
    for (const text of [guid, `{${guid.toUpperCase()}}`, ` ${guid} `, guid.replaceAll('-', '')])
      expect(plainGuid(text)).toBe(guid);
    for (const text of ['', '-', `${guid}0`, guid.slice(1), guid.replace('a', 'g'), `{${'0'.repeat(32)}}`])
      expect(plainGuid(text)).toBeNull();
  });
});
