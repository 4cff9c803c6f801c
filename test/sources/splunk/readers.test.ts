/** Results cut into pieces anywhere are read the same, in three formats to the same rows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineRow } from '../../../src/sources/index.ts';
import { readCsv, splitValues } from '../../../src/sources/splunk/read-csv.ts';
import { readJson } from '../../../src/sources/splunk/read-json.ts';
import { readXml } from '../../../src/sources/splunk/read-xml.ts';
import type { ResultItem, ResultReader } from '../../../src/sources/splunk/types.ts';
import { csv, xml, type FakeRow } from './fake-splunk.ts';

async function itemsOf(reader: ResultReader, text: string, size = 7): Promise<ResultItem[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const items: ResultItem[] = [];
  for await (const batch of reader(pieces())) items.push(...batch);
  return items;
}

const rowsOf = (items: readonly ResultItem[]): EngineRow[] =>
  items.flatMap((item) => (item.kind === 'row' ? [item.row] : []));

// XML 1.0 can not hold most control characters, and turns CR into LF unless it is written as a number.
const inXml = (char: string): boolean =>
  char === '\t' || char === '\n' || (char >= ' ' && !/[\p{Cs}\ufffe\uffff]/u.test(char));
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => [...value].filter(inXml).join(''));
const value = fc.oneof(
  text.filter((each) => each !== ''),
  fc.array(text, { minLength: 2, maxLength: 4 }),
);
const name = fc.oneof(
  fc.constantFrom(
    '_time',
    '_raw2',
    'host',
    'a b',
    'q"&<',
    '__proto__',
    'constructor',
    'x,y',
    'results',
    'preview',
  ),
  fc.string({ unit: fc.constantFrom(...'abcXYZ09._{}'), minLength: 1, maxLength: 8 }),
);
const rows = fc
  .array(fc.array(fc.tuple(name, value), { maxLength: 5 }), { maxLength: 6 })
  .map((list) => list.map((pairs) => Object.fromEntries(pairs) as FakeRow));
const fieldsOf = (list: readonly FakeRow[]): string[] => [
  ...new Set(['first', ...list.flatMap(Object.keys)]),
];
const size = fc.integer({ min: 1, max: 40 });
/** Rows as lists of pairs, so that no name is special for the comparison. */
const pairs = (list: readonly object[]): unknown => list.map((row) => Object.entries(row).toSorted());

describe('a result', () => {
  it('is the same as JSON, CSV and XML, wherever it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(rows, size, async (list, piece) => {
        const fields = fieldsOf(list);
        const page = JSON.stringify({
          preview: false,
          fields: fields.map((each) => ({ name: each })),
          results: list,
        });
        const stream = list
          .map((result, offset) => JSON.stringify({ preview: false, offset, result }))
          .join('\n');
        const texts: [ResultReader, string][] = [
          [readJson, page],
          [readJson, JSON.stringify(JSON.parse(page), null, 2)],
          [readJson, stream],
          [readCsv, csv(fields, list, true)],
          [readXml, xml(fields, list, '0', [])],
        ];
        for (const [reader, body] of texts) {
          const items = await itemsOf(reader, body, piece);
          expect(pairs(rowsOf(items)), body).toEqual(pairs(list));
          if (body === stream) continue;
          expect(items.find((item) => item.kind === 'fields')?.names).toEqual(fields);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('that ends anywhere before its end is never a whole one', async () => {
    const list: FakeRow[] = [
      { a: '1', b: ['x', 'y"'] },
      { a: '2\n3', b: '</results>' },
    ];
    const page = JSON.stringify({ preview: false, results: list });
    const document = xml(['a', 'b'], list, '0', []).trimEnd();
    for (const [reader, body] of [
      [readJson, page],
      [readXml, document],
    ] as const) {
      expect(rowsOf(await itemsOf(reader, body))).toHaveLength(2);
      // From the first sign of the document itself on.
      for (let end = body.indexOf(reader === readXml ? '<results' : '{') + 1; end < body.length; end++) {
        await expect(itemsOf(reader, body.slice(0, end)), body.slice(0, end)).rejects.toMatchObject({
          code: 'HB_CUT',
        });
      }
    }
  });
});

describe('JSON', () => {
  it('of numbers, booleans and null is text or nothing, objects are JSON', async () => {
    const result = {
      n: 1,
      t: true,
      z: null,
      o: { a: [1] },
      list: [1, null, 'x'],
      one: ['x'],
      none: [],
      e: '',
    };
    const items = await itemsOf(readJson, JSON.stringify({ preview: false, result }));
    expect(rowsOf(items)).toEqual([{ n: '1', t: 'true', o: '{"a":[1]}', list: ['1', '', 'x'], one: 'x' }]);
  });

  it('that is none is refused and not skipped', async () => {
    for (const body of [
      '[{"result":{}}]',
      'null',
      '{"result":{a:1}}',
      '{"results":[{"a":1},}]}',
      '{"a":1]x',
    ]) {
      await expect(itemsOf(readJson, body), body).rejects.toThrow();
    }
  });

  it('is split where its brackets are, whatever its text holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), size, async (json, piece) => {
        const result = { it: json, more: `,"results":[{"a":1}]}${json}` };
        const items = await itemsOf(
          readJson,
          `{"preview":false,"x":${json},"result":${JSON.stringify(result)}}`,
          piece,
        );
        expect(rowsOf(items)).toEqual([result]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('XML', () => {
  it('of an event has its text without the marks of what was found', async () => {
    const body = `<?xml version='1.0'?><!-- x > y --><results preview='0'><result offset='0'><field k='_raw'><v xml:space='preserve' trunc='0'>a &lt;<sg h="1">b</sg>&gt; &#233;&#xe9;\r\n<![CDATA[<c&>]]></v></field><field k="m"><value><text>1</text></value><value><text/></value></field></result></results>`;
    for (const piece of [1, 3, 1000]) {
      expect(rowsOf(await itemsOf(readXml, body, piece))).toEqual([
        { _raw: 'a <b> éé\r\n<c&>', m: ['1', ''] },
      ]);
    }
  });

  it('reads many documents one behind the other', async () => {
    const body =
      xml(['a'], [{ a: '1' }], '0', []) +
      xml(['a'], [{ a: '2' }], '1', []) +
      xml(['a'], [{ a: '3' }], '0', []);
    expect(rowsOf(await itemsOf(readXml, body))).toEqual([{ a: '1' }, { a: '3' }]);
  });

  it('of any signs ends with rows or an error of ours', async () => {
    const bits = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      "'",
      '&',
      ';',
      'results',
      'result',
      'field k="a"',
      ' ',
      '<!',
      '--',
      ']]>',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bits, { maxLength: 30 }), async (parts) => {
        const found = await itemsOf(readXml, parts.join(''), 3).then(
          rowsOf,
          (error: { code?: string }) => error.code,
        );
        expect(Array.isArray(found) || ['HB_CUT', 'HB_SEARCH'].includes(found as string)).toBe(true);
      }),
    );
  });
});

describe('several values in CSV', () => {
  it.each([
    ['$a$;$b$', ['a', 'b']],
    ['$a$', ['a']],
    ['$$;$x$', ['', 'x']],
    ['$a$$b$;$;$', ['a$b', ';']],
    ['', null],
    ['plain', null],
    ['$open', null],
    ['$a$;b', null],
    ['$a$;', null],
    [`$${'$$'.repeat(1e6)}$`, ['$'.repeat(1e6)]],
  ])('%j are %j', (cell, values) => {
    expect(splitValues(cell)).toEqual(values);
  });

  it('with rows that do not fit their head is no result, and loses nothing in silence', async () => {
    await expect(itemsOf(readCsv, 'a,b\n1,2\n1,2,3\n')).rejects.toMatchObject({ code: 'HB_SEARCH' });
    await expect(itemsOf(readCsv, 'a,b\n1,2\n1\n')).rejects.toMatchObject({ code: 'HB_CUT' });
    await expect(itemsOf(readCsv, 'a,b\n1,2\n1,x"y"\n')).rejects.toMatchObject({ code: 'HB_SEARCH' });
  });

  it('warns of line ends only where the server does not tell several values apart', async () => {
    const kinds = async (text: string): Promise<string[]> =>
      (await itemsOf(readCsv, text)).map(({ kind }) => kind);
    expect(await kinds('a,b\n"1\n2",x\n"3\n4",y\n')).toEqual(['fields', 'row', 'message', 'row']);
    expect(await kinds('a,b,__mv_b\n"1\n2",x,\n')).toEqual(['fields', 'row']);
    expect(await kinds('_raw,Message\n"1\n2","3\n4"\n')).toEqual(['fields', 'row']);
  });
});
