/** What is not known, or has no one meaning, is HB_SPL and never a result. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/index.ts';
import { openEvents, search } from './support.ts';

let database: Database;

beforeAll(async () => {
  database = await openEvents([{ EventID: '1', User: 'Bob', n: '5', mv: ['a', 'b'] }]);
});

afterAll(() => database.close());

const deep = (open: string, inner: string, close: string, levels: number): string =>
  open.repeat(levels) + inner + close.repeat(levels);

describe.each<[string, string]>([
  ['wildcards where a name is wanted', '* | stats count by *'],
  ['wildcards where a name is wanted', '* | dedup U*'],
  ['wildcards that stand for nothing', '* | stats values(zzz*)'],
  ['a field as a condition', '* | where User'],
  ['a field as a condition', '* | eval x=if(n,1,0)'],
  ['a field as a condition', '* | where NOT n'],
  ['options that would change the result', '* | append maxout=1 [search *]'],
  ['options that would change the result', '* | stats delim="," values(User)'],
  ['options that would change the result', '* | join keepsingle=t n [search *]'],
  ['one name for two results', '* | top count'],
  ['one name for two results', '* | eventstats count as n dc(User) as n'],
  ['a key of several values', '* | join mv [search *]'],
  ['statistics of several values', '* | stats stdev(mv)'],
  ['a window of time over another order', '* | sort n | streamstats time_window=1s count'],
  ['a letter of a format', '* | eval x=strftime(_time,"%U")'],
  ['a letter of a format', '* | eval x=strptime(User,"%U")'],
  ['a day that is none', 'earliest=99/99/2020:00:00:00'],
  ['a group that is not there', String.raw`* | eval x=replace(User,"b","\1")`],
  ['two groups of one name', '* | rex field=User "(?<a>x)|(?<a>o)"'],
  ['more results of a subsearch than are taken', '* [| makeresults count=10001 | eval n=5 | fields n]'],
  ['an expression that grows', `* | eval x=${deep('sqrt(', 'n', ')', 90)}`],
])('%s', (_, text) => {
  test(text.slice(0, 100), async () => {
    await expect(search(database, text)).rejects.toMatchObject({ code: 'HB_SPL' });
  });
});

test('the command that does the work of one that is not known is named', async () => {
  const error: { hint?: string } = await search(database, '* | timechart count').catch((error) => error);
  expect(error.hint).toContain('bin _time span=1h');
});

test.each([
  ['reverse', 150],
  ['sort -n', 150],
  ['sort User', 150],
])('%s again and again costs no more than once', async (command, times) => {
  const started = performance.now();
  await search(database, `* | table n User${` | ${command}`.repeat(times)}`);
  expect(performance.now() - started).toBeLessThan(5000);
});
