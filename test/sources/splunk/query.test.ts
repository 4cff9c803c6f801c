/** The search as it is sent, what is refused, and times. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splQuote, splTerm } from '../../../src/escape/index.ts';
import { prepareQuery, type QueryOptions } from '../../../src/sources/splunk/query.ts';
import { riskyCommands } from '../../../src/sources/splunk/risky.ts';
import { scanSpl } from '../../../src/sources/splunk/spl-scan.ts';
import { splunkTime } from '../../../src/sources/splunk/time.ts';
import { connect, faultOf, numbered, searchAll, serve } from './connect.ts';

const sent = (query: string, options?: QueryOptions): string => prepareQuery(query, options).text;
const risk = expect.objectContaining({ code: 'HB_QUERY_RISKY' }) as Error;

describe('a search', () => {
  it.each([
    ['index=main EventCode=1', 'search index=main EventCode=1'],
    ['  lsass  ', 'search lsass'],
    ['search index=main', 'search index=main'],
    ['  SEARCH (a OR b)', 'SEARCH (a OR b)'],
    ['search=1', 'search search=1'],
    ['searching', 'search searching'],
    ['search', 'search'],
    ['| makeresults', '| makeresults'],
    ['\n\t|tstats count', '|tstats count'],
    ['tstats count where index=main', '| tstats count where index=main'],
    ['inputlookup users.csv', '| inputlookup users.csv'],
    ['metadata=yes x', 'search metadata=yes x'],
    ['from != "x"', 'search from != "x"'],
    ['"search x"', 'search "search x"'],
    ['`sysmon` EventCode=1', 'search `sysmon` EventCode=1'],
    ['(a OR b) c', 'search (a OR b) c'],
    ['[ search x | fields a ] b', 'search [ search x | fields a ] b'],
    ['NOT a', 'search NOT a'],
    ['``` why ``` index=main', 'search index=main'],
    ['``` why ``` | makeresults', '| makeresults'],
    ['```a``` ```b```\n search x', 'search x'],
  ])('%j goes as %j', (query, text) => {
    expect(sent(query)).toBe(text);
  });

  it.each(['', '   ', '``` only a comment ```', 'a "b', 'a ``` b', '`macro', '"\\"'])(
    '%j is HB_QUERY',
    (query) => {
      expect(() => sent(query)).toThrow(expect.objectContaining({ code: 'HB_QUERY' }) as Error);
    },
  );

  it('gets its limit and its fields behind it', () => {
    expect(sent('x', { limit: 5 })).toBe('search x | head 5');
    expect(sent('x', { limit: 0 })).toBe('search x');
    expect(sent('x', { fields: ['_time', 'a.b', 'c d', 'q"\\'] })).toBe(
      'search x | fields _time, a.b, "c d", "q\\"\\\\" | fields - _raw',
    );
    expect(sent('x', { fields: ['_raw', '_time'] })).toBe('search x | fields _raw, _time');
    expect(sent('x', { fields: ['a*', 'b{}.c'] })).toBe('search x | fields a*, "b{}.c" | fields - _*');
    expect(sent('x', { noInternal: true, limit: 3 })).toBe('search x | head 3 | fields - _*');
  });

  it.each([-1, 1.5, NaN])('has no limit of %d', (limit) => {
    expect(() => sent('x', { limit })).toThrow(expect.objectContaining({ code: 'HB_USAGE' }) as Error);
  });

  it('with a name of a field can not become another search', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        fc.pre(name.trim() !== '');
        const { commands, problem } = scanSpl(sent('x', { fields: [name] }));
        expect(problem).toBeNull();
        expect(commands.map((command) => command.name)).toEqual(
          name.startsWith('_') && name === '_raw' ? ['search', 'fields'] : ['search', 'fields', 'fields'],
        );
      }),
    );
  });
});

describe('commands that write, send or run something', () => {
  it.each([...riskyCommands])('%s is refused wherever it stands', (name) => {
    for (const query of [
      `| ${name} x`,
      `index=main | ${name}`,
      `index=main |${name.toUpperCase()} a=b`,
      `index=main\n|\n\t${name} a`,
      `index=main | \`\`\`comment\`\`\` ${name}`,
      `index=main | stats count | append [ search x | ${name} y ]`,
      `index=main [ | ${name} ]`,
      `index=main | appendpipe [${name} y]`,
      `index=main \`macro(| ${name})\``,
      `"a" | eval x="|" | ${name}`,
      `a="c:\\\\" | ${name} | eval b="\\\\"`,
      `a="c:\\" | ${name} | eval b="\\"`,
      `a=\\" | ${name} | eval b=\\"`,
    ]) {
      expect(() => sent(query), query).toThrow(risk);
      expect(() => sent(query, { allowRisky: true }), query).not.toThrow(risk);
    }
  });

  it.each([
    'delete',
    'index=main delete OR outputlookup',
    'index=main CommandLine="* | delete"',
    'index=main | search script',
    'index=main | eval delete=1 | table delete',
    'index=main ``` | delete ```',
    'index=main | rename a AS "collect"',
    'index=main | where match(CommandLine, "sc\\\\s+(delete|config)")',
    'index=main | deletes',
    'index=main CommandLine="*\\"x\\" | delete*"',
  ])('are not seen in %j', (query) => {
    expect(() => sent(query)).not.toThrow();
  });

  it('are not looked for in what a quoted value holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { commands, problem } = scanSpl(`search a=${splQuote(`${value} | delete [ | run `)} b`);
        expect(problem).toBeNull();
        expect(commands.map(({ name }) => name)).toEqual(['search']);
      }),
    );
  });

  it('in a generating search are refused too', () => {
    expect(() => sent('rest /services/server/info')).toThrow(risk);
  });

  it('may hide in macros and saved searches, which is said', async () => {
    const { messages } = await searchAll(connect(await serve({ rows: numbered(1) })), {
      query: '`sysmon` | `clean(a, "b")` | append [ | savedsearch x ]',
    });
    expect(messages.map(({ text }) => text)).toEqual([
      expect.stringContaining('sysmon, clean'),
      expect.stringContaining('saved search'),
    ]);
  });

  it('are sent when that is allowed', async () => {
    const fake = await serve();
    await faultOf(searchAll(connect(fake), { query: 'x | delete' }), 'HB_QUERY_RISKY');
    expect(fake.seen).toEqual([]);
    await searchAll(connect(fake), { query: 'x | delete', options: { allowRisky: true } });
    expect(fake.search.params['search']).toBe('search x | delete');
  });
});

describe('a request', () => {
  it.each([
    [{ language: 'eql' }],
    [{ query: { match_all: {} } }],
    [{ index: 'main' }],
    [{ options: { mode: 'quick' } }],
    [{ options: { output: 'raw' } }],
    [{ options: { pageRows: 0 } }],
    [{ options: { allowRisky: 'yes' } }],
    [{ options: { modus: 'normal' } }],
    [{ options: { constructor: 1 } }],
    [{ limit: -1 }],
    [{ earliest: 'yesterday evening' }],
    [{ latest: 'rtnow' }],
  ])('with %j is HB_USAGE, before anything is sent', async (request) => {
    const fake = await serve();
    await faultOf(searchAll(connect(fake), request), 'HB_USAGE');
    expect(fake.seen).toEqual([]);
  });

  it('has its own span before that of the settings', async () => {
    const fake = await serve();
    const { alice } = await import('./connect.ts');
    const engine = connect(fake, { ...alice, earliest: '-7d@d', latest: '-1d' });
    await searchAll(engine);
    await searchAll(engine, { earliest: '2020-10-17', latest: '2020-10-18T00:00:00.5Z' });
    const spans = fake.seen
      .filter(({ params }) => params['search'] !== undefined)
      .map(({ params }) => [params['earliest_time'], params['latest_time']]);
    expect(spans).toEqual([
      ['-7d@d', '-1d'],
      ['1602892800', '1602979200.5'],
    ]);
  });
});

describe('a time', () => {
  it.each([
    ['2020-10-17T15:11:10Z', '1602947470'],
    ['2020-10-17T15:11:10.1234567Z', '1602947470.1234567'],
    ['2020-10-17T17:11:10+02:00', '1602947470'],
    ['2020-10-17 15:11', '1602947460'],
    ['2020-10-17', '1602892800'],
    ['1969-12-31T23:59:59.5Z', '-0.5'],
    ['-24h@h', '-24h@h'],
    ['now', 'now'],
    ['@d', '@d'],
    ['+1d', '+1d'],
    ['1602947470.5', '1602947470.5'],
  ])('%s goes as %s', (text, expected) => {
    expect(splunkTime(text)).toBe(expected);
  });

  it.each(['2020-02-30', '2020-13-01', '2020-01-01T25:00', '', 'a b', '-1h" | delete', 'rt-5m'])(
    '%j is none',
    (text) => {
      expect(() => splunkTime(text)).toThrow(expect.objectContaining({ code: 'HB_USAGE' }) as Error);
    },
  );

  it('is the one of the clock, for every second', () => {
    const from = new Date('1971-01-01');
    fc.assert(
      fc.property(fc.date({ min: from, max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        expect(Number(splunkTime(date.toISOString()))).toBeCloseTo(date.getTime() / 1000, 3);
      }),
    );
  });
});

describe('a literal', () => {
  it('escapes quotes and backslashes', () => {
    expect(splQuote('a"b\\c | d')).toBe('"a\\"b\\\\c | d"');
    expect(splTerm('a*')).toBeNull();
    expect(splTerm('a?')).toBe('"a?"');
  });
});
