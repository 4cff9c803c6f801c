import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, isApproximate, parseRules } from '../../../src/sigma/index.ts';
import { hostileText, ruleOf } from './elastic.ts';
import { golden } from './golden.ts';

function queryOf(detection: unknown, options: Readonly<Record<string, string>> = {}): unknown {
  const rule = { title: 'T', logsource: { product: 'windows' }, detection };
  const { rules } = parseRules(JSON.stringify(rule), 't.yml');
  const [conversion] = convert(
    { rules, correlations: [] },
    { target: 'query_dsl', pipelines: [], options },
  ).conversions;
  if (conversion?.error !== undefined) throw conversion.error;
  return conversion?.queries[0];
}

const one = (item: Record<string, unknown>): unknown => ({ s: item, condition: 's' });

describe('query_dsl', () => {
  it('writes the cases as golden/query_dsl.txt has them', () => {
    const { made, stored } = golden('query_dsl');
    expect(made).toBe(stored);
  });

  it('puts any text into the query as itself', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        fc.pre(!/[^\0-\x7f]/.test(text));
        const { rules } = parseRules(ruleOf('A', text), 't.yml');
        const query = convert({ rules, correlations: [] }, { target: 'query_dsl', pipelines: [] })
          .conversions[0]?.queries[0];
        expect(query).toEqual({ term: { A: { value: text, case_insensitive: true } } });
      }),
    );
  });

  it('asks for many networks in one query, as servers count clauses', () => {
    const fields = JSON.stringify({ Ip: { field: 'Ip', type: 'keyword', ip: 'Ip.ip' } });
    const networks = Array.from({ length: 600 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
    expect(queryOf(one({ 'Ip|cidr': networks }), { fields })).toEqual({
      bool: { should: [{ terms: { 'Ip.ip': networks } }], minimum_should_match: 1 },
    });
  });

  it('asks for a field in the form that the index has', () => {
    const fields = JSON.stringify({
      Image: { field: 'Image.keyword', type: 'keyword' },
      Ip: { field: 'Ip', type: 'keyword', ip: 'Ip.ip' },
      Port: { field: 'Port', type: 'long' },
    });
    expect(queryOf(one({ Image: 'a' }), { fields })).toEqual({
      term: { 'Image.keyword': { value: 'a', case_insensitive: true } },
    });
    expect(queryOf(one({ 'Ip|cidr': '10.0.0.0/8' }), { fields })).toEqual({
      term: { 'Ip.ip': { value: '10.0.0.0/8' } },
    });
    expect(queryOf(one({ Port: '443' }), { fields })).toEqual({ term: { Port: { value: 443 } } });
    expect(queryOf(one({ Port: 'x' }), { fields })).toEqual({ match_none: {} });
    expect(() => queryOf(one({ 'Port|startswith': '4' }), { fields })).toThrow(/a wildcard on a field/);
  });

  it('finds more, and says so, where it cannot be exact and is told to', () => {
    const look = one({ 'A|re': 'a(?=b)' });
    expect(() => queryOf(look)).toThrow(/look/);
    const more = queryOf(look, { approximate: 'yes' });
    expect(more).toMatchObject({ bool: { filter: [{ exists: { field: 'A' } }] } });
    expect(isApproximate(more)).toBe(true);
    const less = queryOf({ s: { 'A|re': 'a(?=b)' }, condition: 'not s' }, { approximate: 'yes' });
    expect(less).toMatchObject({ bool: { must_not: [{ bool: { must: [{ match_none: {} }] } }] } });
    expect(isApproximate(queryOf(one({ A: 'huntbook-approximate' })))).toBe(false);
  });

  it('keeps long lists under the bound on clauses', () => {
    const values = Array.from({ length: 5000 }, (_, at) => `tool-${at}.exe`);
    const query = queryOf(one({ 'A|endswith': values })) as { bool: { should: { regexp?: unknown }[] } };
    expect(query.bool.should.length).toBeLessThan(100);
    expect(query.bool.should.every(({ regexp }) => regexp !== undefined)).toBe(true);
  });
});
