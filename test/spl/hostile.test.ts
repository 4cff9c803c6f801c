/** Names and values of events come from whoever wrote them, and mean nothing to the engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileSpl, parseSpl } from '../../src/spl/index.ts';
import type { Database } from '../../src/store/index.ts';
import { openEvents, search } from './support.ts';

const drop = 'x"; DROP TABLE events_text; --';
const quoted = '"x\\"; DROP TABLE events_text; --"';
let database: Database;

/** The names that the engine gives to its own columns, as one who reads its source could guess them. */
function ownNames(): string[] {
  const text = '* | eval z=mvdedup(mv) | where mv=n | eval y=max(mv,z) | mvexpand mv | table z y';
  const { sql } = compileSpl(parseSpl(text), text, {
    table: 't',
    columns: [{ name: 'mv', several: true }, { name: 'n' }],
  });
  return [...new Set(sql.match(/\b_\w+\b/g))];
}

beforeAll(async () => {
  const shapes = ['_spl1', '_spl2', '_spl3', '_spl4', '_spl_item', '_x', '_i', '_all', '_1', 'c0', '*', drop];
  database = await openEvents([
    {
      EventID: '1',
      n: '5',
      mv: ['b', 'a', 'a'],
      ...Object.fromEntries(shapes.map((name) => [name, 'evil'])),
    },
  ]);
});

afterAll(() => database.close());

test('names of our own can not be known beforehand', () => {
  const names = ownNames();
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect(name).toMatch(/^_[0-9a-f]{12}_/);
});

describe.each<[string, Record<string, unknown>]>([
  ['* | eval z=n+1 | eval y=z+1 | table z y', { z: '6', y: '7' }],
  ['* | mvexpand mv | head 1 | table mv', { mv: 'b' }],
  ['* | eval z=mvdedup(mv), y=max(mv), x=mvcount(mv) | table z y x', { z: ['b', 'a'], y: 'b', x: '3' }],
  ['* | where mv="a" | stats count', { count: '1' }],
  ['* | stats values(m*) as m*', { mv: ['a', 'b'] }],
  [`* | stats count by ${quoted}`, { [drop]: 'evil', count: '1' }],
  [`* | rename n as ${quoted} | stats sum(${quoted}) as s`, { s: '5' }],
  [`* | eval ${quoted}=n | stats count by ${quoted} | fields ${quoted}`, { [drop]: '5' }],
])('%s', (text, row) => {
  test('', async () => expect(await search(database, text)).toEqual([row]));
});

test.each(['"5\\" OR n=\\"5"', '"*"', "\"5') OR ('1'='1\"", '"5 | delete"'])(
  'a value of a subsearch is nothing but a value: %s',
  async (value) => {
    expect(await search(database, `* [search * | eval n=${value} | fields n] | stats count`)).toEqual([
      { count: '0' },
    ]);
  },
);

test('a sum of many fields is as long as they are many', async () => {
  const sum = Array.from({ length: 300 }, () => 'n').join('+');
  expect(await search(database, `* | eval x=${sum} | table x`)).toEqual([{ x: '1500' }]);
});
