import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/sigma/parse.ts';
import { convert } from '../../../src/sigma/convert.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations } from './deviations/opensearch_ppl.ts';
import { hostileText, readQuoted, ruleOf } from './elastic.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');
const start = 'source=windows-* | where ';

describe('opensearch_ppl', () => {
  it('writes the cases as golden/opensearch_ppl.txt has them', () => {
    const { made, stored } = golden('opensearch_ppl');
    expect(made).toBe(stored);
  });

  it.skipIf(missing)(`agrees with the queries of the reference, or says why not${note}`, () => {
    const oracle = {
      file: 'extra/open_search_ppl__ecs_windows',
      target: 'open_search_ppl',
      pipelines: ['ecs_windows'],
    };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
    expect(result.same / result.total).toBeGreaterThan(0.17);
  });

  it.skipIf(missing)(`agrees on the micro-cases, or says why not${note}`, () => {
    const result = compareMicro(shared, 'open_search_ppl|none|default', 'opensearch_ppl', deviations);
    expect(result.different).toEqual([]);
  });

  it('keeps every name and value within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, value) => {
        const field = `-${name.replaceAll(/[|`]/g, '')}`;
        const query = written('opensearch_ppl', ruleOf(`${field}|cased`, value));
        expect(query.startsWith(`${start}\`${field}\`=`)).toBe(true);
        const literal = readQuoted(query, start.length + field.length + 3, escapes);
        expect(literal).toEqual({ text: value, end: query.length });
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every pattern within its literal, and nothing but its wildcards is one', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('opensearch_ppl', ruleOf('f|contains', value));
        const literal = readQuoted(query, `${start}LIKE(f, `.length, escapes);
        expect(query.slice(literal.end)).toBe(')');
        const inner = literal.text.slice(1, -1);
        expect(inner.replaceAll(/\\[\\%_]/g, '')).not.toMatch(/[\\%_]/);
        expect(inner.replaceAll(/\\([\\%_])/g, '$1')).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['[[:alpha:]_&&x]', '[\\p{Alpha}_\\&\\&x]'],
    ['(?P<my_n>a)(?P=my_n)', '(?<myUn>a)\\k<myUn>'],
    ['[^][]a\\[b', '[^\\]\\[]a\\[b'],
  ])('writes regular expressions as Java reads them: %s', (source, expected) => {
    const yaml = ruleOf('f', 'x').replace('"f":"x"', `"f|re":${JSON.stringify(source)}`);
    expect(written('opensearch_ppl', yaml)).toBe(`${start}regexp_match(f, ${JSON.stringify(expected)})`);
  });

  it('counts an event of one index once, whatever rules and conditions find it', () => {
    const rule = (name: string): string =>
      `---\ntitle: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: 1}, t: {B: 2}, condition: [s, t]}\n`;
    const yaml = `title: c\ncorrelation: {type: event_count, rules: [a, b], timespan: 1m, condition: {gte: 2}}\n${rule('a')}${rule('b')}`;
    expect(written('opensearch_ppl', yaml)).toContain(
      'source=x-* | where (A=1) OR (B=2) OR (A=1) OR (B=2) | stats count()',
    );
  });

  it('refuses a name with a backtick, which has no escape', () => {
    expect(written('opensearch_ppl', ruleOf('a`b', 'x'))).toContain(
      'case.yml:1:3: OpenSearch PPL cannot express the name "a`b"',
    );
  });

  it('searches the index that is given', () => {
    const { rules } = parseRules(ruleOf('f', '5'), 'a.yml');
    const made = (index: string): unknown =>
      convert({ rules, correlations: [] }, { target: 'opensearch_ppl', pipelines: [], options: { index } })
        .conversions[0]?.queries[0];
    expect(made('logs-*')).toBe('source=logs-* | where f="5"');
    expect(made('a | delete')).toBe('source=`a | delete` | where f="5"');
  });
});

/** Before a quote or itself the backslash escapes, before anything else it stands for itself. */
function escapes(after: string): { char: string; length: number } | null {
  return /^["\\']/.test(after) ? { char: after[0] as string, length: 1 } : null;
}
