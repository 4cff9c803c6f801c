import { describe, expect, it } from 'vitest';
import { FieldTable } from '../../../src/events/index.ts';
import { readJson } from '../../../src/sources/ndjson/index.ts';
import { PathTrie } from '../../../src/sources/ndjson/path-trie.ts';
import { defaultLimits, type SourceIssue } from '../../../src/sources/types.ts';
import { read } from './support.ts';

describe('hostile JSON', () => {
  it('makes nothing special of names that are special in JavaScript', async () => {
    const line =
      '{"__proto__":{"polluted":1},"constructor":"c","EventData":{"__proto__":"p","toString":"t"},"a":1}';
    const { rows, issues } = await read(line);
    expect(issues).toEqual([]);
    const fields = rows[0]?.event.fields ?? {};
    expect({ ...fields }).toMatchObject({ '__proto__.polluted': 1, constructor: 'c', toString: 't', a: 1 });
    expect(Object.hasOwn(fields, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(fields)).toBe(null);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  it('takes the last of members that are named twice, as JSON.parse does', async () => {
    const { rows } = await read('{"a":1,"a":2,"o":{"x":1},"o":{"y":2},"b":3}\n{"a":5}');
    expect({ ...rows[0]?.cells }).toEqual({ a: [2], 'o.y': [2], b: [3] });
    expect(rows[0]?.whole).toBe(true);
    expect(rows[1]?.whole).toBe(false);
  });

  it('keeps lone surrogates and NUL in text', async () => {
    const { rows, issues } = await read('{"a":"\\ud800x","b":"\\u0000","c\\u0000d":"e","\\udfff":1}');
    expect(issues).toEqual([]);
    expect({ ...rows[0]?.cells }).toEqual({
      a: ['\ud800x'],
      b: ['\u0000'],
      'c\u0000d': ['e'],
      '\udfff': [1],
    });
  });

  it('replaces bytes that are no UTF-8 and reports their number once', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":"x'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('","b":"\ufffd"}\n{"a":"'),
      Buffer.from([0xc3]),
      Buffer.from('"}\n{"a":1}'),
    ]);
    const { rows, issues } = await read(bytes);
    expect(rows.map((row) => row.cells['a'])).toEqual([['x\ufffd\ufffd'], ['\ufffd'], [1]]);
    expect(issues.map((issue) => issue.message)).toEqual([
      'test.json: 3 invalid UTF-8 sequences replaced by U+FFFD',
    ]);
  });

  it('gives a known event and an issue for a row that only JSON.parse refuses', async () => {
    const { rows, issues } = await read(
      `{"EventID":1,"Image":"C:\\\\x.exe","t":"${'y'.repeat(100)}\\q"}\n{"EventID":2}`,
    );
    expect(rows.length).toBe(2);
    expect(rows[0]?.event).toMatchObject({ eventId: 1, fields: { Image: 'C:\\x.exe' } });
    expect(issues.map((issue) => [issue.code, issue.line])).toEqual([['HB_DAMAGED', 1]]);
  });

  it('reads more distinct names than it remembers', async () => {
    const lines = Array.from({ length: 60 }, (_, line) => {
      const members = Array.from({ length: 400 }, (__, at) => `"k${line * 400 + at}":${at}`);
      return `{"EventID":${line},${members.join(',')}}`;
    });
    const { rows, issues } = await read(lines.join('\n'), { fields: new FieldTable() });
    expect(issues).toEqual([]);
    expect(rows.map((row) => row.cells['eventid']?.[0])).toEqual(lines.map((_, line) => line));
    expect(rows[59]?.event.fields['k23999']).toBe(399);
  });

  it('finds names whose hashes or first bytes are equal', () => {
    const trie = new PathTrie(new FieldTable(), 5000);
    const nodes = new Set<number>();
    for (let at = 0; at < 4000; at++) {
      const name = Buffer.from(`name${at}`);
      const node = trie.child(0, name, 0, name.length);
      expect(trie.child(0, name, 0, name.length)).toBe(node);
      nodes.add(node);
    }
    expect(nodes.size).toBe(4000);
  });

  it('skips a line of 100 MB in bounded memory', async () => {
    async function* blocks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"n":1}\n{"n":2,"t":"');
      const block = Buffer.alloc(1024 * 1024, 0x78);
      for (let at = 0; at < 100; at++) yield block;
      yield Buffer.from('"}\n{"n":3}\n');
    }
    const issues: SourceIssue[] = [];
    const fields = new FieldTable(true);
    const lines: number[] = [];
    let largest = 0;
    const options = { fields, limits: defaultLimits, onIssue: (issue: SourceIssue) => issues.push(issue) };
    for await (const batch of readJson({ name: 'big', stream: blocks }, options)) {
      largest = Math.max(largest, batch.bytes.length);
      for (let row = 0; row < batch.length; row++) lines.push(batch.position(row));
    }
    expect(lines).toEqual([1, 3]);
    expect(issues.map((issue) => [issue.code, issue.line])).toEqual([['HB_LIMIT', 2]]);
    expect(largest).toBeLessThan(80 * 1024 * 1024);
  });

  it('lets go of the input when reading stops early', async () => {
    let closed = false;
    async function* blocks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('{"n":1}\n'.repeat(50_000));
      } finally {
        closed = true;
      }
    }
    const options = { fields: new FieldTable(), limits: defaultLimits, onIssue: () => {} };
    for await (const batch of readJson({ name: 'endless', stream: blocks }, options)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(true);
  });

  it('does not slow down with a text that is full of quotes or brackets', async () => {
    const text = '\\"'.repeat(200_000);
    const { rows, issues } = await read(
      `{"a":"${text}","b":${'['.repeat(150)}${']'.repeat(150)}}\n`.repeat(3),
    );
    expect(issues).toEqual([]);
    expect(rows.length).toBe(3);
  });
});
