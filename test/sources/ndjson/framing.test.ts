import { describe, expect, it } from 'vitest';
import { isJson } from '../../../src/sources/ndjson/index.ts';
import { type Options, read } from './support.ts';

/** The values of `n` of all rows, with their lines, and the issues as `code@line`. */
async function outline(input: string | Uint8Array, options?: Options): Promise<unknown> {
  const { rows, issues } = await read(input, options);
  return [
    rows.map((row) => `${String(row.cells['n']?.[0])}@${row.line}`).join(' '),
    issues.map((issue) => `${issue.code}@${issue.line ?? '-'}`).join(' '),
  ];
}

const pretty = (...values: number[]): string =>
  values.map((n) => JSON.stringify({ n, x: { n: [n, { y: n }] } }, null, 2)).join('\n');

describe('objects are found', () => {
  const forms: [string, string | Uint8Array, string][] = [
    ['one per line', '{"n":1}\n{"n":2}\n{"n":3}\n', '1@1 2@2 3@3'],
    ['without a last line feed', '{"n":1}\n{"n":2}', '1@1 2@2'],
    ['with CR LF and blank lines', '\r\n{"n":1}\r\n\r\n  \r\n{"n":2}\r\n', '1@2 2@5'],
    ['behind a byte order mark', '\ufeff{"n":1}\n{"n":2}', '1@1 2@2'],
    [
      'in UTF-16 with a mark, little endian',
      Buffer.from('\ufeff{"n":1,"t":"ä"}\n{"n":2}', 'utf16le'),
      '1@1 2@2',
    ],
    ['in UTF-16, big endian', Buffer.from('\ufeff{"n":1}\n{"n":2}', 'utf16le').swap16(), '1@1 2@2'],
    ['in an array on one line', '[{"n":1},{"n":2},{"n":3}]', '1@1 2@1 3@1'],
    ['in an array with an element per line', '[\n{"n":1},\n{"n":2}\n]\n', '1@2 2@3'],
    ['in a pretty-printed array', JSON.stringify([{ n: 1, a: [{}] }, { n: 2 }], null, 2), '1@2 2@8'],
    ['pretty-printed one after the other', pretty(1, 2, 3), '1@1 2@12 3@23'],
    ['one after the other on one line', '{"n":1}{"n":2} {"n":3}', '1@1 2@1 3@1'],
    ['in several arrays', '[{"n":1}]\n[{"n":2},\n{"n":3}]', '1@1 2@2 3@3'],
    ['as JSON text sequences', '\u001e{"n":1}\n\u001e{"n":2}\n', '1@1 2@2'],
    ['nowhere in an empty input', '', ''],
    ['nowhere in an empty array', ' [ ] ', ''],
  ];
  it.each(forms)('%s', async (_name, input, expected) => {
    for (const block of [1, 2, 3, 7, 64, 65_536]) {
      expect(await outline(input, { block, buffer: block })).toEqual([expected, '']);
    }
  });
});

describe('a bad object does not take its neighbours along', () => {
  const forms: [string, string, string, string][] = [
    ['text cut in a line', '{"n":1}\n{"n":2,"t":"abc\n{"n":3}\n', '1@1 3@3', 'HB_DAMAGED@2'],
    [
      'long text cut in a line',
      `{"n":1}\n{"n":2,"t":"${'x'.repeat(300)}\n{"n":3}\n`,
      '1@1 3@3',
      'HB_DAMAGED@2',
    ],
    ['a line cut after a comma', '{"n":1}\n{"n":2,\n{"n":3}\n', '1@1 3@3', 'HB_DAMAGED@2'],
    ['a line cut after a colon', '{"n":1}\n{"x":\n{"n":3}\n{"n":4}\n', '1@1 3@3 4@4', 'HB_DAMAGED@2'],
    ['a line cut in an array', '{"n":1}\n{"x":[\n{"n":3}\n{"n":4}\n', '1@1 3@3 4@4', 'HB_DAMAGED@2'],
    ['words', '{"n":1}\nhello, world {"n":9}\n{"n":3}\n', '1@1 3@3', 'HB_DAMAGED@2'],
    ['a trailing comma', '{"n":1,}\n{"n":2}\n', '2@2', 'HB_DAMAGED@1'],
    ['a missing comma', '{"n":1 "m":2}\n{"n":2}\n', '2@2', 'HB_DAMAGED@1'],
    ['a missing colon', '{"n" 1}\n{"n":2}\n', '2@2', 'HB_DAMAGED@1'],
    ['single quotes', '{\'n\':1}\n{"n":2}\n', '2@2', 'HB_DAMAGED@1'],
    [
      'a misspelt word',
      '{"x":nul}\n{"x":truE}\n{"x":falze}\n{"n":2}',
      '2@4',
      'HB_DAMAGED@1 HB_DAMAGED@2 HB_DAMAGED@3',
    ],
    [
      'numbers that are none',
      '{"x":01}\n{"x":1.}\n{"x":.5}\n{"x":1e}\n{"x":+1}\n{"n":2}',
      '2@6',
      [1, 2, 3, 4, 5].map((n) => `HB_DAMAGED@${n}`).join(' '),
    ],
    ['wrong brackets', '{"x":[1}\n{"x":{]}\n{"n":2}', '2@3', 'HB_DAMAGED@1 HB_DAMAGED@2'],
    ['a raw control character', '{"x":"a\u0001"}\n{"n":2}', '2@2', 'HB_DAMAGED@1'],
    ['an element of an array on one line', '[{"n":1},{"n":bad,"x":{}},{"n":3}]', '1@1 3@1', 'HB_DAMAGED@1'],
    [
      'elements that are no objects',
      '[1,"a,]b",null,{"n":1},[2],{"n":3}]',
      '1@1 3@1',
      Array(4).fill('HB_DAMAGED@1').join(' '),
    ],
    [
      'a pretty-printed object',
      `${pretty(1)}\n${pretty(2).replace('"y": 2', '"y" 2')}\n${pretty(3)}`,
      '1@1 3@23',
      'HB_DAMAGED@12',
    ],
    [
      'an element of a pretty-printed array',
      '[\n  {\n    "n": 1\n  },\n  {\n    "n": 2,,\n    "o": {\n      "n": 5\n    }\n  },\n  {\n    "n": 3\n  }\n]',
      '1@2 3@11',
      'HB_DAMAGED@5',
    ],
  ];
  it.each(forms)('%s', async (_name, input, rows, issues) => {
    for (const block of [1, 5, 65_536])
      expect(await outline(input, { block, buffer: block })).toEqual([rows, issues]);
  });
});

it('counts what is no object, and reads the objects beside', async () => {
  expect(await outline('[1,2,"x",[{"n":1}],{"n":2}]')).toEqual([
    '1@1 2@1',
    Array(3).fill('HB_DAMAGED@1').join(' '),
  ]);
  const { rows, issues } = await read(`${'1,'.repeat(1000)}\n${'"x"\n'.repeat(1000)}{"n":1}`);
  expect(rows.length).toBe(1);
  expect(issues.at(-1)?.message).toMatch(/981 more/);
});

describe('an input that ends early', () => {
  const forms: [string, string, string, string][] = [
    ['in the last line', '{"n":1}\n{"n":2,"t":"ab', '1@1', 'HB_TRUNCATED@2'],
    ['in a word', '{"n":1}\n{"n":tr', '1@1', 'HB_TRUNCATED@2'],
    ['in an escape', '{"n":1}\n{"n":"\\', '1@1', 'HB_TRUNCATED@2'],
    ['after the brace', '{"n":1}\n{', '1@1', 'HB_TRUNCATED@2'],
    ['in an array', '[{"n":1},{"n":2}', '1@1 2@1', 'HB_TRUNCATED@1'],
    ['in an element of an array', '[\n{"n":1},\n{"n":', '1@2', 'HB_TRUNCATED@3 HB_TRUNCATED@3'],
    ['in a pretty-printed object', `${pretty(1)}\n${pretty(2).slice(0, -9)}`, '1@1', 'HB_TRUNCATED@12'],
  ];
  it.each(forms)('is reported: %s', async (_name, input, rows, issues) => {
    for (const block of [1, 5, 65_536])
      expect(await outline(input, { block, buffer: block })).toEqual([rows, issues]);
  });

  it('keeps whatever was whole, at any byte', async () => {
    const lines = ['{"n":1,"t":"a\\\\b"}', '{"n":2,"x":[true,{"y":null}]}', '{"n":3}'];
    const text = lines.join('\n');
    const ends = lines.map((_, at) => lines.slice(0, at + 1).join('\n').length);
    for (let length = 0; length <= text.length; length++) {
      const { rows } = await read(text.slice(0, length), { buffer: 8 });
      expect(rows.length).toBe(ends.filter((end) => end <= length).length);
    }
  });
});

describe('limits', () => {
  it('skip a line that is too long and go on', async () => {
    const text = `{"n":1}\n{"n":2,"t":"${'x'.repeat(5000)}"}\n{"n":3}\n`;
    expect(await outline(text, { block: 100, buffer: 100, limits: { maxLineBytes: 1000 } })).toEqual([
      '1@1 3@3',
      'HB_LIMIT@2',
    ]);
  });

  it('skip a line that is nested too deep and go on, and take what is just within', async () => {
    const nested = (depth: number): string =>
      `{"n":${depth},"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(await outline(`${nested(200)}\n${nested(201)}\n${nested(3)}`)).toEqual([
      '200@1 3@3',
      'HB_LIMIT@2',
    ]);
  });

  it('report arrays that hold nothing but arrays', async () => {
    for (const block of [7, 65_536]) {
      const text = '['.repeat(100_000) + ']'.repeat(100_000);
      expect(await outline(text, { block })).toEqual(['', 'HB_LIMIT@1']);
    }
    expect(await outline(`${'['.repeat(200)}{"n":1}${']'.repeat(200)}`)).toEqual(['1@1', '']);
  });

  it('skip a deep element of an array on one line', async () => {
    const deep = `{"x":${'{"x":'.repeat(300)}1${'}'.repeat(300)}}`;
    expect(await outline(`[{"n":1},${deep},{"n":3}]`)).toEqual(['1@1 3@1', 'HB_LIMIT@1']);
  });

  it('report the first of very many bad lines, and count the others', async () => {
    const { issues } = await read('bad\n'.repeat(1000));
    expect(issues.length).toBe(21);
    expect(issues.at(-1)?.message).toContain('980 more');
  });
});

describe('isJson', () => {
  it.each([
    '{"a":1}',
    ' \r\n{ }',
    '[{"a":1}]',
    '\ufeff[\n {',
    '{\n',
    '[',
    '[1,2,"x",[{"a":1}],{"a":2}]',
    '["a\\"b", {',
    '[null]\n{"a":1}',
    '42\n"x"\r\n\n{"a":1}',
  ])('says yes to %j', (text) => {
    expect(isJson(Buffer.from(text))).toBe(true);
  });
  it('says yes to UTF-16 with a mark', () => {
    expect(isJson(Buffer.from('\ufeff{"a":1}', 'utf16le'))).toBe(true);
  });
  it.each([
    '',
    '[1] note',
    '[2024-01-02 10:00] started',
    '1\n2\n',
    '"a","b"\n{"c"',
    'ElfFile',
    'a,b\n1,2',
    '<Event>',
    '{title: x}',
    '[section]',
    'PAR1',
    '%PDF',
  ])('says no to %j', (text) => {
    expect(isJson(Buffer.from(text))).toBe(false);
  });
});
