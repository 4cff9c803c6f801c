/** What each command gives. The page of a command: help.splunk.com, SPL search reference 9.2, search commands. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSpl } from '../../src/spl/index.ts';
import type { Database } from '../../src/store/index.ts';
import { openEvents, search } from './support.ts';

const path = String.raw`C:\Windows\a.exe`;
let database: Database;

beforeAll(async () => {
  database = await openEvents([
    { EventID: '1', Image: path, User: 'Bob', Computer: 'H1', n: '5', mv: ['a', 'b'] },
    { EventID: '1', Image: 'b.exe', User: 'alice', Computer: 'H2', n: '50', mv: 'c' },
    { EventID: '3', Image: 'c.exe', User: 'bob', Computer: 'H1', n: '7' },
    { EventID: '10', Computer: 'H1', n: 'x' },
  ]);
});

afterAll(() => database.close());

/** Rows as texts: values by commas, several values by a plus sign, `-` for none. */
async function table(text: string): Promise<string[]> {
  const rows = await search(database, text);
  return rows.map((row) =>
    Object.values(row)
      .map((value) => (value === null ? '-' : Array.isArray(value) ? value.join('+') : String(value)))
      .join(','),
  );
}

describe.each<[string, string, string[]]>([
  ['events come newest first', '* | table _cd', ['0:3', '0:2', '0:1', '0:0']],
  ['head', '* | head 2 | table n', ['x', '7']],
  ['tail, last first', '* | tail 2 | table n', ['5', '50']],
  ['reverse', '* | reverse | table n', ['5', '50', '7', 'x']],
  ['sort: numbers before texts', '* | sort n | table n', ['5', '7', '50', 'x']],
  ['sort: descending, letters stand behind digits', '* | sort -n | table n', ['x', '50', '7', '5']],
  ['sort: a word behind turns it', '* | sort n desc | table n', ['x', '50', '7', '5']],
  ['sort: what has no value comes last', '* | sort -User | table User', ['bob', 'alice', 'Bob', '-']],
  [
    'sort: addresses by their size',
    '| makeresults | eval a=split("10.0.0.9 9.0.0.1 10.0.0.10", " ") | mvexpand a | sort a | table a',
    ['9.0.0.1', '10.0.0.9', '10.0.0.10'],
  ],
  [
    'reverse turns what has no value too',
    '* | sort User | reverse | table User',
    ['-', 'bob', 'alice', 'Bob'],
  ],
  ['rename of what is not there loses the other', 'n=5 | rename nowhere as User | table n User', ['5,-']],
  [
    'stats: a function for each field of a wildcard',
    'n<51 n!=x | stats values(U*) as U* max(n) by host | table host User "max(n)"',
    ['H1,Bob+bob,7', 'H2,alice,50'],
  ],
  [
    'streamstats: of two events at one moment the second sees the first',
    '| makeresults count=3 | sort 0 _time | streamstats time_window=1s count | table count',
    ['1', '2', '3'],
  ],
  [
    'eval: texts are greater than numbers',
    'n=5 | eval a=max(n,User,3), b=min(n,User,3), c=max(mv), d=max(n,9) | table a b c d',
    ['Bob,3,b,9'],
  ],
  [
    'eval: + adds numbers and joins texts',
    'n=5 | eval a=Image+User, b=n+n, c=n+User | table a b c',
    [`${path}Bob,10,-`],
  ],
  [
    'eval: a backslash in like is itself',
    String.raw`n=5 | eval a=if(like(Image,"C:\\Windows\\%"),1,0), b=if(like(Image,"%\\a.exe"),1,0), c=if(like(Image,"%\\b.exe"),1,0) | table a b c`,
    ['1,1,0'],
  ],
  [
    'eval: a backslash in a replacement is itself',
    String.raw`n=5 | eval a=replace(User,"b$","\\"), b=replace(User,"(B)","<\1>"), c=replace(User,"(?<=B)(o)","<\1>") | table a b c`,
    ['Bo\\,<B>ob,B<o>b'],
  ],
  [
    'eval: durations of more than a day, weeks, times from others',
    '| makeresults | eval a=tostring(100000,"duration"), b=strftime(0,"%G-%V-%u"), c=relative_time(90000,"-1h@d") | table a b c',
    ['1+03:46:40,1970-01-4,86400'],
  ],
  [
    'eval: a day that is none, a zone that is not known',
    '| makeresults | eval a=strptime("2020-02-31","%F"), b=strptime("00:00 EST","%H:%M %Z"), c=strptime("2020-01-01 UTC","%F %Z") | table a b c',
    ['-,-,1577836800'],
  ],
  ['eval: several values are no number', 'n=5 | eval a=mv+1 | table a', ['-']],
  ['sort: as text', '* | sort str(n) | table n', ['5', '50', '7', 'x']],
  ['sort: limit', '* | sort 1 n | table n', ['5']],
  ['dedup', '* | dedup host | table n', ['x', '50']],
  ['dedup 2', '* | dedup 2 host | table n', ['x', '7', '50']],
  ['dedup: consecutive', '* | sort 0 _time | dedup EventCode consecutive=true | table n', ['5', '7', 'x']],
  ['dedup: what has no value is dropped', '* | dedup User | table User', ['bob', 'alice', 'Bob']],
  ['dedup: keepempty', '* | dedup User keepempty=true | table n', ['x', '7', '50', '5']],
  ['dedup: sortby', '* | dedup host sortby n | table n', ['5', '50']],
  ['table: wildcard', 'n=5 | table E* _cd', ['1,1,0:0']],
  ['rename', 'n=5 | rename User AS who, n AS "a number" | table who "a number" User', ['Bob,5,-']],
  ['rename: wildcard', 'n=5 | rename *er as *ER | table UsER', ['Bob']],
  ['stats: by, in the order of its values', '* | stats count by host', ['H1,3', 'H2,1']],
  ['stats: a missing field is no group', '* | stats count by User', ['Bob,1', 'alice,1', 'bob,1']],
  ['stats: each of several values is a group', '* | stats count by mv', ['a,1', 'b,1', 'c,1']],
  ['stats: none found', 'n=nothing | stats count sum(n)', ['0,-']],
  ['stats: none found, by', 'n=nothing | stats count by host', []],
  ['stats: numbers', '* | stats sum(n) avg(n) range(n)', ['62,20.6666666666667,45']],
  ['stats: min and max of numbers', 'n!=x | stats min(n) max(n)', ['5,50']],
  ['stats: min and max of texts', '* | stats min(User) max(User)', ['Bob,bob']],
  ['stats: lists', '* | stats values(User) list(mv) dc(host) count(User)', ['Bob+alice+bob,c+a+b,2,3']],
  ['stats: order', '* | stats first(n) last(n) earliest(n) latest(n)', ['x,5,5,x']],
  ['stats: eval', '* | stats count(eval(n>6)) as big sum(eval(n*2)) as twice', ['3,124']],
  ['stats: percentiles are values', '* | stats median(n) perc50(n) perc95(n)', ['7,7,50']],
  ['eventstats', '* | eventstats count by host | table n count', ['x,3', '7,3', '50,1', '5,3']],
  [
    'streamstats',
    '* | sort 0 _time | streamstats count by host | table n count',
    ['5,1', '50,1', '7,2', 'x,3'],
  ],
  [
    'streamstats: window of time',
    '* | sort 0 _time | streamstats time_window=2s count by host | table n count',
    ['5,1', '50,1', '7,2', 'x,2'],
  ],
  [
    'streamstats: current=f',
    '* | sort 0 _time | streamstats current=f last(n) as p | table p',
    ['-', '5', '50', '7'],
  ],
  ['top', '* | top limit=1 host', ['H1,3,75.000000']],
  ['rare', '* | rare host showperc=f', ['H2,1', 'H1,3']],
  ['top by', '* | top 1 n by host showperc=f', ['H1,5,1', 'H2,50,1']],
  ['bin of numbers', 'n!=x | bin n span=10 | table n', ['0-10', '50-60', '0-10']],
  [
    'bin of time',
    '* | bin _time span=2s | stats count by _time',
    ['2020-09-22T08:00:00.000+00:00,2', '2020-09-22T08:00:02.000+00:00,2'],
  ],
  [
    'fillnull',
    '* | fillnull value=none User, made | table User made',
    ['none,none', 'bob,none', 'alice,none', 'Bob,none'],
  ],
  ['mvexpand', 'n<51 n!=x | mvexpand mv | table n mv', ['7,-', '50,c', '5,a', '5,b']],
  ['makemv', '| makeresults | eval x="a,b,,c" | makemv delim="," x | table x', ['a+b+c']],
  [
    'rex',
    String.raw`* | rex field=Image "(?<stem>\w+)\.(?<ext>\w+)$" | table stem ext`,
    ['-,-', 'c,exe', 'b,exe', 'a,exe'],
  ],
  [
    'rex: a backslash is four',
    String.raw`n=5 | rex field=Image "\\\\(?<file>[^\\\\]+)$" | table file`,
    ['a.exe'],
  ],
  ['rex: several', String.raw`n=5 | rex field=Image max_match=0 "(?<w>\w+)" | table w`, ['C+Windows+a+exe']],
  ['rex: sed', 'n=5 | rex field=User mode=sed "s/o/0/g" | table User', ['B0b']],
  ['rex: look-behind', 'n=5 | rex field=User "(?<=B)(?<rest>.*)" | table rest', ['ob']],
  [
    'join',
    '* | join host [search n=50 | rename Image as other | fields host other] | table n other',
    ['50,b.exe'],
  ],
  [
    'join: left',
    '* | join type=left User [search n=7 | eval m=1 | fields User m] | table n m',
    ['x,-', '7,1', '50,-', '5,-'],
  ],
  ['join: max', 'n=50 | join max=0 type=left c [search n!=50] | table n', ['50']],
  ['append', 'n=7 | append [search n=5] | table n', ['7', '5']],
  ['multisearch', '| multisearch [search n=5] [search n=7 | eval u=1] | table n u', ['7,1', '5,-']],
  ['a subsearch is a condition', '[search n=7 | fields host] | table n', ['x', '7', '5']],
  ['eval', 'n=5 | eval a=n+1, b=a*2, c=User.":".n | table a b c', ['6,12,Bob:5']],
  [
    'eval: the result of one is seen by the next',
    'n=5 | eval n=n+1 | eval n=n*n | where n=36 | table n',
    ['36'],
  ],
  [
    'eval: cases',
    '* | eval x=case(n>6 AND n<10, "mid", isnull(User), "none", true(), "other") | table x',
    ['none', 'mid', 'other', 'other'],
  ],
  ['eval: division by nothing', 'n=5 | eval x=n/0, y=10/4, z=7%4 | table x y z', ['-,2.5,3']],
  [
    'eval: texts',
    String.raw`n=5 | eval a=upper(User), b=len(User), c=substr(User,2), d=replace(Image,"^.*\\\\",""), e=substr(User,-2) | table a b c d e`,
    ['BOB,3,ob,a.exe,ob'],
  ],
  [
    'eval: lists',
    'n=5 | eval a=mvcount(mv), b=mvindex(mv,-1), c=mvjoin(mv,";"), d=split("x/y","/") | table a b c d',
    ['2,b,a;b,x+y'],
  ],
  [
    'eval: numbers',
    '| makeresults | eval a=tonumber("0xff",16), b=round(2.567,1), c=tostring(1234567,"commas"), d=bit_and(5,4), e=tostring(255,"hex") | table a b c d e',
    ['255,2.6,1,234,567,4,0xFF'],
  ],
  [
    'eval: times',
    'n=5 | eval a=strftime(_time,"%d.%m.%Y %H:%M"), b=strptime("2020-09-22","%Y-%m-%d") | table a b',
    ['22.09.2020 08:00,1600732800'],
  ],
  ['eval: searchmatch', '* | eval x=if(searchmatch("User=BOB"),"y","n") | table x', ['n', 'y', 'n', 'y']],
  ['where on what eval made', '* | eval x=lower(User) | where x="bob" | table n', ['7', '5']],
  ['where on what eval made', '* | eval x=n+1 | where x>7 AND isnotnull(x) | table n', ['7', '50']],
  ['where on what rex made', '* | rex field=User "(?<x>^B)" | where isnotnull(x) | table n', ['5']],
  ['where after a condition', 'host=H1 | eval x=n+1 | where n>1 | where x<7 | table n', ['5']],
  ['search on what eval made', '* | eval x=lower(User) | search x=bob NOT n=7 | table n', ['5']],
  ['regex on what eval made', '* | eval x=lower(User) | regex x="^b" | table n', ['7', '5']],
  ['dedup on what eval made', '* | eval x=lower(User) | dedup x | table n', ['7', '50']],
  ['stats by what eval made', '* | eval x=lower(User) | stats count by x | where count>1', ['bob,2']],
  ['a subsearch without fields finds nothing', '* [search * | fields nowhere] | table n', []],
  ['where on what stats made', '* | stats count by host | where count>1', ['H1,3']],
  ['search on what stats made', '* | stats count by host | search count>1 host=h*', ['H1,3']],
  ['names of fields in any case', 'IMAGE=b.exe | table image', ['b.exe']],
])('%s', (_, text, rows) => {
  test(text, async () => expect(await table(text)).toEqual(rows));
});

test('the order of fields is that of the last command', async () => {
  const fields = async (text: string) => (await runSpl(database, text)).fields;
  expect(await fields('* | stats count as c by host, User')).toEqual(['host', 'User', 'c']);
  expect(await fields('* | table n _time')).toEqual(['n', '_time']);
  expect(await fields('* | fields n')).toEqual(['n', '_time', '_raw', '_cd']);
  expect(await fields('* | fields n | fields - _*')).toEqual(['n']);
});

test('searches run beside each other', async () => {
  const [a, b] = await Promise.all([
    runSpl(database, '* | table n'),
    runSpl(database, '* | table EventCode'),
  ]);
  const rows = [a.rows[Symbol.asyncIterator](), b.rows[Symbol.asyncIterator]()] as const;
  expect([(await rows[0].next()).value, (await rows[1].next()).value]).toEqual([
    { n: 'x' },
    { EventCode: '10' },
  ]);
  expect(await a.count()).toBe(4);
});

test('earliest and latest of the options hold where the search names no time', async () => {
  const options = { earliest: '2020-09-22T08:00:02Z' };
  expect(await search(database, '* | stats count', options)).toEqual([{ count: '2' }]);
  expect(await search(database, 'earliest=0 | stats count', options)).toEqual([{ count: '4' }]);
});
