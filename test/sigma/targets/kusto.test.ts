import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { missingConstruct } from '../../../src/sigma/targets/kusto/regex.ts';
import { sharedPath, shared } from '../../support/data.ts';
import { deviations, explain } from './deviations/kusto.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('kusto', () => {
  it('writes the cases as golden/kusto.txt has them', () => {
    const { made, stored } = golden('kusto', { table: 'SecurityEvent' });
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([['kusto__none', [], 0.99]] as [string, string[], number][])(
    `agrees with %s, or says why not${note}`,
    (file, pipelines, bar) => {
      const result = compareOracle(shared, { file, target: 'kusto', pipelines }, deviations);
      expect(result.total).toBeGreaterThan(1000);
      expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(bar);
      expect(result.same / result.total).toBeGreaterThan(0.8);
    },
  );

  it.skipIf(missing)(`agrees on the micro-cases, or says why not${note}`, () => {
    expect(compareMicro(shared, 'kusto|none|default', 'kusto', deviations).different).toEqual([]);
  });

  it('keeps every value and name within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (value, name) => {
        const query = written('kusto', ruleOf(`${name}|startswith|cased`, value));
        const column = /^\['((?:[^'\\]|\\[^])*)'\] startswith_cs /.exec(query);
        expect(column === null ? query.slice(0, query.indexOf(' ')) : read(column[1] as string)).toBe(name);
        const literal = query.slice(query.indexOf(' startswith_cs ') + ' startswith_cs '.length);
        expect(literal.startsWith('"') && literal.endsWith('"')).toBe(true);
        // A literal may not go over a line end, and its quote must not stand within it.
        expect(literal.slice(1, -1)).toMatch(/^(?:[^"\\\n\r\0]|\\[^\n\r])*$/);
        expect(read(literal.slice(1, -1))).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it('writes patterns that match their value only', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('kusto', ruleOf('A|cased', `${escaped(value)}?`, false));
        const pattern = read(query.slice(query.indexOf('"') + 1, -1)).replace('(?s)', '');
        expect(new RegExp(pattern, 's').test(`${value}x`)).toBe(true);
        expect(new RegExp(pattern, 's').test(`${value}xy`)).toBe(false);
        expect(new RegExp(pattern, 's').test(value)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['foo(?=bar)', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'a back reference'],
    ['(?>a+)', 'an atomic group'],
    ['a++', 'a possessive quantifier'],
    ['\\(?=x', null],
    ['[(?=]', null],
    ['[]a](?:b)(?<n>c)(?i)d', null],
    ['\\\\1', null],
  ])('knows whether Kusto has all of %s', (source, expected) => {
    expect(missingConstruct(source)).toBe(expected);
  });

  it.each([
    ['[\'c-uri\'] =~ "b"', '\'c-uri\' =~ "b"'],
    ['A matches regex "(?is)^a.*b$"', '(A contains "a" and A contains "b")'],
    ['A matches regex "(?is)^a.*b$"', 'A matches regex "a.*b"'],
    ['A in (1, 2) and B =~ "b"', 'A in~ ("1", "2") and B =~ "b"'],
    ['not(coalesce(ipv6_is_in_range(A, "b::/8"), false))', 'not(ipv4_is_in_range(A, "b::/8"))'],
    ['* contains "b"', '"b"'],
    ['isempty(b)', 'isnull(b)'],
  ])('a listed deviation hides nothing else: %s', (ours, theirs) => {
    expect(explain(ours, theirs)?.size).toBeGreaterThan(0);
    expect(explain(ours, theirs.replace('b', 'c'))).toBe(null);
    expect(explain(ours, `${theirs} and C`)).toBe(null);
    expect(explain(`${ours} and C`, theirs)).toBe(null);
  });

  it('asks for the table where a correlation has none', () => {
    const yaml = `title: c\ncorrelation: {type: event_count, rules: a, timespan: 1m, condition: {gte: 2}}\n---\ntitle: a\nname: a\nlogsource: {product: x}\ndetection: {s: {A: x}, condition: s}\n`;
    expect(written('kusto', yaml)).toContain('without a table');
    expect(written('kusto', yaml, { table: 'T' })).toContain('prev(TimeGenerated, 1)');
  });

  it('counts an event of one table once, whatever rules and conditions find it', () => {
    const rule = (name: string): string =>
      `---\ntitle: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: ${name}}, t: {B: y}, condition: [s, t]}\n`;
    const yaml = `title: c\ncorrelation: {type: event_count, rules: [a, b], timespan: 1m, condition: {gte: 2}}\n${rule('a')}${rule('b')}`;
    expect(written('kusto', yaml, { table: 'T' }).split('\n').slice(0, 2)).toEqual([
      'T',
      '| where (A =~ "a") or (B =~ "y") or (A =~ "b") or (B =~ "y")',
    ]);
  });

  it.each([
    ['[a[b&&c~~]', '[a\\[b\\&&c\\~~]'],
    ['[[:alpha:]]+x[^][]', '[[:alpha:]]+x[^]\\[]'],
    ['\\[a&&b\\]', '\\[a&&b\\]'],
  ])('keeps signs in sets of a regular expression as they are meant: %s', (source, expected) => {
    expect(written('kusto', ruleOf('A|re', source, false))).toBe(
      `A matches regex ${JSON.stringify(expected)}`,
    );
  });

  it.each(['a\\Z', '\\h+', '(?P<n>a)(?P=n)'])('refuses what its expressions do not know: %s', (source) => {
    expect(written('kusto', ruleOf('A|re', source, false))).toContain('Kusto cannot express');
  });

  it('does not find a missing field equal to another one', () => {
    expect(written('kusto', ruleOf('A|fieldref', 'B'))).toBe('(isnotempty(B) and A =~ B)');
  });

  it('suggests no pipeline that refuses what Azure logs itself', () => {
    const { rules } = parseRules(
      'title: t\nlogsource: {product: azure, service: signinlogs}\ndetection: {s: {A: x}, condition: s}\n',
      'rule.yml',
    );
    const { conversions } = convert({ rules, correlations: [] }, { target: 'kusto' });
    expect(conversions[0]).toMatchObject({ queries: ['A =~ "x"'], pipelines: [] });
  });

  it('takes dotted names as columns when asked to', () => {
    expect(written('kusto', ruleOf('a.b', 'x'))).toBe('a.b =~ "x"');
    expect(written('kusto', ruleOf('set.a.in.b', 'x'))).toBe(`['set'].a['in'].b =~ "x"`);
    expect(written('kusto', ruleOf('a.b', 'x'), { dotted_names: 'column' })).toBe(`['a.b'] =~ "x"`);
  });

  it('takes the table from the state of a pipeline', () => {
    const { rules } = parseRules(ruleOf('A', 'x'), 'rule.yml');
    const pipeline = {
      name: 'own',
      description: null,
      path: null,
      priority: 10,
      allowedTargets: [],
      vars: {},
      transformations: [
        {
          type: 'set_state',
          id: null,
          parameters: { key: 'query_table', val: 'DeviceEvents' },
          ruleConditions: null,
          itemConditions: null,
          fieldConditions: null,
        },
      ],
      postprocessing: [],
      finalizers: [],
    };
    const { conversions } = convert({ rules, correlations: [] }, { target: 'kusto', pipelines: [pipeline] });
    expect(conversions[0]?.queries).toEqual(['DeviceEvents\n| where A =~ "x"']);
  });
});

function ruleOf(key: string, value: string, escape = true): string {
  return `title: t\nlogsource: {product: windows}\ndetection:\n  sel:\n    ${JSON.stringify(key)}: ${JSON.stringify(escape ? escaped(value) : value)}\n  condition: sel\n`;
}

/** As a rule writes a text that holds no wildcard. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?]/g, '\\$&');
}

function hostileText(): fc.Arbitrary<string> {
  const signs = '"\'\\`()[]{}<>*?%_$^=!~.,:;#@&/+- \n\t\r\0\u001b\u0085\u2028éЖ漢😀aZ09';
  return fc
    .array(fc.constantFrom(...signs), { minLength: 1, maxLength: 12 })
    .map((chars) => chars.join(''))
    .filter((text) => text.trim() !== '');
}

/** The inner of a KQL literal as Kusto reads it. */
function read(text: string): string {
  return text.replaceAll(/\\(?:u([\da-f]{4})|([^]))/g, (_, code: string | undefined, char: string) =>
    code === undefined
      ? ({ n: '\n', r: '\r', t: '\t' }[char] ?? char)
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
