import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { compileRegex } from '../../../src/sigma/regex.ts';
import { luceneRegex } from '../../../src/sigma/targets/lucene-regex.ts';
import { shared, sharedPath } from '../../support/data.ts';
import { deviations } from './deviations/lucene.ts';
import { hostileText, ruleOf } from './elastic.ts';
import { golden, written } from './golden.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('lucene', () => {
  it.each(['lucene', 'opensearch_lucene'])('writes the cases as golden/%s.txt has them', (target) => {
    const { made, stored } = golden(target);
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['lucene__none', 'lucene', 'none', 'default'],
    ['lucene__ecs_windows', 'lucene', 'ecs_windows', 'default'],
    ['lucene__ecs_windows__dsl_lucene', 'lucene', 'ecs_windows', 'dsl_lucene'],
    ['opensearch_lucene__none', 'opensearch_lucene', 'none', 'default'],
    ['opensearch_lucene__ecs_windows', 'opensearch_lucene', 'ecs_windows', 'default'],
  ])(`agrees with %s, or says why not${note}`, (file, target, pipelines, format) => {
    const used = pipelines === 'none' ? [] : [pipelines];
    const result = compareOracle(shared, { file, target, pipelines: used, format }, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.99);
    expect(result.same / result.total).toBeGreaterThan(0.97);
  });

  it.skipIf(missing).each([
    ['lucene|none|default', 'lucene'],
    ['lucene|ecs_windows|default', 'lucene'],
    ['lucene|ecs_windows|dsl_lucene', 'lucene'],
    ['opensearch_lucene|none|default', 'opensearch_lucene'],
  ])(`agrees on the micro-cases of %s, or says why not${note}`, (key, target) => {
    expect(compareMicro(shared, key, target, deviations).different).toEqual([]);
  });

  it('keeps every name and value within its term', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, value) => {
        const field = `f${name.replaceAll('|', '')}`;
        const query = written('lucene', ruleOf(field, value));
        const head = readTerm(query, 0);
        expect(head).toEqual({ text: field, end: query.indexOf(':', head.end) });
        expect(readTerm(query, head.end + 1)).toEqual({ text: value, end: query.length });
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps words that are operators, and what looks like a range, for themselves', () => {
    const query = (value: string): string => written('lucene', ruleOf('f', value));
    expect(['AND', 'OR', 'NOT', '>5', '<=a'].map(query)).toEqual([
      'f:"AND"',
      'f:"OR"',
      'f:"NOT"',
      'f:"\\>5"',
      'f:"\\<\\=a"',
    ]);
  });

  it('writes saved searches and detection rules for Kibana', () => {
    const { rules } = parseRules(
      'title: A\nid: 11111111-1111-4111-8111-111111111111\nlevel: high\nlogsource: {product: windows}\ndetection: {sel: {A: x}, condition: sel}\n',
      'a.yml',
    );
    const made = (format: string): string =>
      convert(
        { rules, correlations: [] },
        { target: 'lucene', format, pipelines: [], options: { index: 'logs-a*, logs-b*' } },
      ).output ?? '';
    const search = JSON.parse(made('kibana_ndjson')) as { attributes: Record<string, unknown>; type: string };
    expect(search.type).toBe('search');
    expect(search.attributes['title']).toBe('SIGMA - A');
    expect(JSON.parse(made('siem_rule_ndjson'))).toMatchObject({
      rule_id: '11111111-1111-4111-8111-111111111111',
      language: 'lucene',
      query: 'A:x',
      index: ['logs-a*', 'logs-b*'],
      severity: 'high',
      risk_score: 73,
    });
  });

  it('gives detection rules the tactics and techniques of the tags', () => {
    const tags =
      '[attack.credential-access, attack.t1003.001, attack.t1003, attack.t1059, attack.execution, cve.2021-1]';
    const { rules } = parseRules(
      `title: A\ntags: ${tags}\nlogsource: {product: windows}\ndetection: {sel: {A: x}, condition: sel}\n`,
      'a.yml',
    );
    const { conversions } = convert(
      { rules, correlations: [] },
      { target: 'lucene', format: 'siem_rule', pipelines: [] },
    );
    const at = 'https://attack.mitre.org';
    const technique = [
      {
        id: 'T1003',
        name: 'T1003',
        reference: `${at}/techniques/T1003/`,
        subtechnique: [{ id: 'T1003.001', name: 'T1003.001', reference: `${at}/techniques/T1003/001/` }],
      },
      { id: 'T1059', name: 'T1059', reference: `${at}/techniques/T1059/`, subtechnique: [] },
    ];
    const framework = 'MITRE ATT&CK';
    expect((conversions[0]?.queries[0] as { threat: unknown } | undefined)?.threat).toEqual([
      {
        framework,
        tactic: { id: 'TA0006', name: 'Credential Access', reference: `${at}/tactics/TA0006/` },
        technique,
      },
      {
        framework,
        tactic: { id: 'TA0002', name: 'Execution', reference: `${at}/tactics/TA0002/` },
        technique,
      },
    ]);
  });
});

describe('regular expressions for Lucene', () => {
  const refuse = (reason: string): never => {
    throw new Error(reason);
  };

  it.each([
    ['^a.*z$', '', 'a.*z'],
    ['abc', 'i', '.*[Aa][Bb][Cc].*'],
    ['(?i)ab(?-i:c)', '', '.*[Aa][Bb]c.*'],
    ['(^|\\s)foo(\\s|$)', '', '(()|.*\\s)foo(\\s.*|())'],
    ['(?:a|b)c', '', '.*(a|b)c.*'],
    ['a{2,3}?b', '', '.*a{2,3}b.*'],
    ['\\w+\\d\\D', '', '.*[0-9A-Z_a-z]+[0-9][^0-9].*'],
    ['\\bcmd\\b', '', '(.*[^0-9A-Z_a-z])?cmd([^0-9A-Z_a-z].*)?'],
    ['.{200,}', '', '.{200,}'],
    ['#@&<>~"/', '', '.*\\#\\@\\&\\<\\>\\~\\"\\/.*'],
  ])('writes %s (%s) as %s', (source, flags, text) => {
    expect(luceneRegex(source, flags, refuse)).toBe(text);
  });

  it.each([
    'a(?=b)',
    '(?<!a)b',
    '(a)\\1',
    '(?>a)b',
    'a++',
    'a\\bb',
    'a^b',
    '\\p{L}',
    '('.repeat(200) + ')'.repeat(200),
  ])('refuses %s', (source) => {
    expect(() => luceneRegex(source, '', refuse)).toThrow();
  });

  it('means the same as the expression of the rule', () => {
    const atom = fc.constantFrom(
      'a',
      'B',
      '.',
      '\\d',
      '\\W',
      '[a-c]',
      '[^b]',
      '\\\\',
      '-',
      '(a|b)',
      '(?:ab)',
      '(b|)',
    );
    const piece = fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '*?'))
      .map((pair) => pair.join(''));
    const pattern = fc
      .tuple(fc.constantFrom('', '^'), fc.array(piece, { maxLength: 4 }), fc.constantFrom('', '$'))
      .map(([start, pieces, end]) => start + pieces.join('') + end);
    const choice = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
    const text = fc.string({ unit: fc.constantFrom(...'abABcd1-\\ '), maxLength: 8 });
    fc.assert(
      fc.property(
        choice,
        fc.constantFrom('', 'i'),
        fc.array(text, { maxLength: 10 }),
        (source, flags, texts) => {
          const whole = new RegExp(`^(?:${luceneRegex(source, flags, refuse)})$`, 's');
          const reference = compileRegex(source, flags);
          for (const one of texts) expect([one, whole.test(one)]).toEqual([one, reference.test(one)]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A term or phrase as Lucene's parser reads it; where a sign that means something stands bare, the term ends. */
function readTerm(query: string, from: number): { text: string; end: number } {
  const quoted = query[from] === '"';
  let text = '';
  let at = quoted ? from + 1 : from;
  for (; at < query.length; at++) {
    const char = query[at] as string;
    if (char === '\\') text += query[++at];
    else if (quoted && char === '"') return { text, end: at + 1 };
    else if (!quoted && /[&|!(){}[\]^"~*?:/ \t\n\r\u3000]/.test(char)) break;
    else if (!quoted && at === from && /[-+<>=]/.test(char)) break;
    else text += char;
  }
  if (quoted) throw new Error('the phrase is not closed');
  return { text, end: at };
}
