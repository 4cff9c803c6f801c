import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/index.ts';

const database = await Database.open();
afterAll(() => database.close());

const row = fc.record({
  whole: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  number: fc.oneof(fc.double(), fc.constant(Number.NaN)),
  guid: fc.oneof(fc.constant('00000000-0000-0000-0000-000000000000'), fc.uuid({ version: [1, 4, 7] })),
});

const wordsOf = (guid: string): number[] =>
  (guid.replaceAll('-', '').match(/.{8}/gu) ?? []).map((word) => Number.parseInt(word, 16));
let made = 0;

describe('typed columns', () => {
  it('go into a table and come out of it as they were', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5000, size: 'max' }), fc.boolean(), async (rows, told) => {
        const table = `typed_${++made}`;
        await database.addTable(table, {
          whole: Int32Array.from(rows, ({ whole }) => whole),
          number: Float64Array.from(rows, ({ number }) => number),
          guid: Uint32Array.from(rows.flatMap(({ guid }) => wordsOf(guid))),
        });
        const texts = await database.all(`SELECT guid::VARCHAR AS guid FROM ${table}`);
        expect(texts.map(({ guid }) => guid)).toEqual(
          rows.map(({ guid }) => (guid.startsWith('00000000-0000-0000-0000') ? null : guid)),
        );
        const columns = await database.columns(
          `SELECT whole, number, coalesce(guid, '00000000-0000-0000-0000-000000000000'::UUID) AS guid FROM ${table}`,
          told ? rows.length : 3,
        );
        expect(columns.length).toBe(rows.length);
        expect([...columns.ints('whole')]).toEqual(rows.map(({ whole }) => whole));
        expect([...columns.doubles('number')]).toEqual(rows.map(({ number }) => number));
        expect([...columns.guids('guid')]).toEqual(rows.flatMap(({ guid }) => wordsOf(guid)));
        await database.run(`DROP TABLE ${table}`);
      }),
      { numRuns: 30 },
    );
  });

  it('are of the types that were asked for, or an error', async () => {
    await expect(database.columns("SELECT 'text' AS a")).rejects.toMatchObject({ code: 'HB_INTERNAL' });
    await expect(database.columns('SELECT nothing')).rejects.toMatchObject({ code: 'HB_SQL' });
    const columns = await database.columns('SELECT 1::INTEGER AS a');
    expect(() => columns.doubles('a')).toThrow(/a of type DOUBLE/u);
  });
});
