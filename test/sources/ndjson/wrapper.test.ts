import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Options, read } from './support.ts';

/** The values of `n` of all rows, with their lines, and the issues as `code@line`. */
async function outline(input: string, options?: Options): Promise<string[]> {
  const { rows, issues } = await read(input, options);
  return [
    rows.map((row) => `${String(row.cells['n']?.[0])}@${row.line}`).join(' '),
    issues.map((issue) => `${issue.code}@${issue.line ?? '-'}`).join(' '),
  ];
}

const elastic = {
  took: 3,
  timed_out: false,
  _shards: { total: 1, note: 'a "}]{[, b' },
  hits: {
    total: { value: 2, relation: 'eq' },
    max_score: null,
    hits: [
      { _index: 'x', _source: { n: 1, winlog: { computer_name: 'ws1' } } },
      { _index: 'x', _source: { n: 2 } },
    ],
  },
  aggregations: { by: { buckets: [{ key: 1 }] } },
};

describe('objects that wrap an array of events', () => {
  const forms: [string, string, string, string][] = [
    ['CloudTrail', '{"Records":[{"n":1},{"n":2}]}', '1@1 2@1', ''],
    ['Azure, one per line', '{"records":[{"n":1}]}\n{"records":[{"n":2},{"n":3}]}\n', '1@1 2@2 3@2', ''],
    [
      'OData',
      '{"@odata.context":"https://x/$metadata#y","@odata.count":2,"value":[{"n":1},{"n":2}],"@odata.nextLink":"z"}',
      '1@1 2@1',
      '',
    ],
    ['Elasticsearch', JSON.stringify(elastic), '1@1 2@1', ''],
    ['Elasticsearch, pretty-printed', JSON.stringify(elastic, null, 2), '1@15 2@24', ''],
    [
      'pretty-printed',
      JSON.stringify({ events: [{ n: 1, o: { n: [] } }, { n: 2 }] }, null, 2),
      '1@3 2@9',
      '',
    ],
    [
      'Splunk',
      '{"preview":false,"init_offset":0,"messages":[{"text":"x"}],"fields":[{"name":"n"}],"results":[{"n":1}], "highlighted":{}}',
      '1@1',
      '',
    ],
    ['XML turned into JSON', '{"Events":{"@xmlns":"x","Event":[{"n":1},{"n":2}]}}', '1@1 2@1', ''],
    ['in an array', '[{"Records":[{"n":1}]},\n{"Records":[{"n":2}]}]', '1@1 2@2', ''],
    ['between events', '{"n":1}\n{"value":[{"n":2}]}\n{"n":3}\n', '1@1 2@2 3@3', ''],
    ['with elements in arrays', '{"value":[{"n":1,"x":[[{"y":1}]]},[{"n":2}]]}', '1@1 2@1', ''],
    ['without events', '{"took":1,"hits":{"total":0,"hits":[]}}\n{"Records":[]}', '', ''],
    ['inside events are parts of them', '{"value":[{"n":1,"value":[{"n":5}]}]}', '1@1', ''],
    [
      'with broken elements',
      '{"Records":[{"n":1},{"n":bad},{"n":3}]}\n{"n":4}',
      '1@1 3@1 4@2',
      'HB_DAMAGED@1',
    ],
    [
      'with elements that are none',
      '{"Records":[{"n":1},7,{"n":3}]}\n{"n":4}',
      '1@1 3@1 4@2',
      'HB_DAMAGED@1',
    ],
    [
      'with the rest of the line lost',
      '{"Records":[{"n":1},{"n":bad\n{"Records":[{"n":3}]}\n',
      '1@1 3@2',
      'HB_DAMAGED@1',
    ],
    ['cut in the array', '{"Records":[{"n":1},{"n":2}', '1@1 2@1', 'HB_TRUNCATED@1'],
    ['cut behind the array', '{"Records":[{"n":1}],"next', '1@1', 'HB_TRUNCATED@1'],
    ['cut behind the array, with more lines', '{"Records":[{"n":1}]\n{"n":2}\n', '1@1 2@2', 'HB_DAMAGED@2'],
    ['cut in a text behind', '{"Records":[{"n":1}],"next":"x\n{"n":2}\n', '1@1 2@2', 'HB_DAMAGED@1'],
    [
      'with something else behind',
      '{"events":[{"n":1}],"other":{"count":1}}\n{"n":2}',
      '1@1 2@2',
      'HB_DAMAGED@1',
    ],
    ['with more of its own behind', '{"events":[{"n":1}],"count":"other","total":{"x":"y"}}', '1@1', ''],
  ];
  it.each(forms)('%s', async (_name, input, rows, issues) => {
    for (const block of [1, 3, 64, 65_536])
      expect(await outline(input, { block, buffer: block })).toEqual([rows, issues]);
  });

  it.each([
    '{"n":1,"Records":[{"n":2}]}',
    '{"Records":[1,2],"n":1}',
    '{"Records":{"x":[{"n":2}]},"n":1}',
    '{"count":3,"EventID":1,"value":[{"n":2}],"n":1}',
    '{"Recorder":[{"n":2}],"n":1}',
    '{"Records":"x","n":1}',
    '{"hits":{"other":1,"hits":[{"n":2}]},"n":1}',
    `{"took":"${'x'.repeat(70_000)}","n":1}`,
    '{"took":1}',
  ])('are not mistaken for events with arrays: %.60s', async (line) => {
    const { rows, issues } = await read(`${line}\n{"n":9}`, { block: 1000, buffer: 1000 });
    expect(issues).toEqual([]);
    expect(rows.map(({ line: at }) => at)).toEqual([1, 2]);
  });

  it('gives documents of a search answer as events of their own', async () => {
    const { rows } = await read(JSON.stringify(elastic));
    expect(rows[0]?.event.host).toBe('ws1');
  });

  it('reads any events in a wrapper as it reads them in lines', async () => {
    const event = fc.record({
      n: fc.nat(),
      value: fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), fc.nat({ max: 40 }), async (events, block) => {
        const lines = await read(events.map((one) => JSON.stringify(one)).join('\n'));
        const wrapped = await read(JSON.stringify({ count: 1, value: events, nextLink: 'x' }), {
          block: block + 1,
        });
        expect(wrapped.rows.map((row) => row.event)).toEqual(lines.rows.map((row) => row.event));
        expect(wrapped.issues).toEqual(lines.issues);
      }),
      { numRuns: 200 },
    );
  });

  it('streams an array of any size in bounded memory', async () => {
    const elements = `{"n":1,"t":"${'x'.repeat(500)}"},`.repeat(20_000);
    const { rows, issues } = await read(`{"Records":[${elements}{"n":2}]}`, {
      block: 4096,
      limits: { maxLineBytes: 10_000 },
    });
    expect(issues).toEqual([]);
    expect(rows.length).toBe(20_001);
  });
});
