import { describe, expect, it } from 'vitest';
import {
  applyFilters,
  parseCondition,
  parseRules,
  renderCondition,
  toExpression,
} from '../../src/sigma/index.ts';
import type { SigmaRule } from '../../src/sigma/index.ts';
import { evaluate } from './reference.ts';
import { correlationText } from './support.ts';

const source = '{category: process_creation, product: windows}';
const rule = (name: string, detection: string, logsource = source): string =>
  `title: ${name}\nname: ${name}\nlogsource: ${logsource}\ndetection:\n${detection.replaceAll(/^/gm, '  ')}\n`;
const filter = (section: string, logsource = source): string =>
  `title: Filter\nlogsource: ${logsource}\nfilter:\n${section.replaceAll(/^/gm, '  ')}\n`;
const simple = 'sel: {a: 1}\ncondition: sel';
const notX = (rules: string): string => `rules: ${rules}\nsel: {u: x}\ncondition: not sel`;

function filtered(...documents: string[]): { rules: SigmaRule[]; texts: string[]; errors: string[] } {
  const parsed = parseRules(documents.join('---\n'), 'f.yml', { alone: false });
  expect(parsed.errors).toEqual([]);
  const { rules, errors } = applyFilters(parsed.rules, parsed.filters, parsed.correlations);
  const texts = rules.flatMap(({ conditions }) => conditions.map(({ text }) => text));
  return { rules, texts, errors: errors.map(({ code, message }) => `${code} ${message}`) };
}

describe('a filter document', () => {
  it('keeps what is written', () => {
    const text = `title: F\nid: 0b9ad457-2554-44c1-82c2-d56a99c42377\n${filter('rules: [one]\nselection: {User: x}\ncondition: not selection').replace('title: Filter\n', '')}owner: blue\n`;
    const { filters, errors } = parseRules(text, 'x.yml');
    expect(errors).toEqual([]);
    expect(filters).toMatchObject([
      {
        kind: 'filter',
        title: 'F',
        id: '0b9ad457-2554-44c1-82c2-d56a99c42377',
        logsource: { category: 'process_creation', product: 'windows' },
        rules: ['one'],
        rulesPosition: { line: 5, column: 3 },
        detections: { selection: { kind: 'item', field: 'User', position: { line: 6, column: 15 } } },
        condition: { text: 'not selection', tree: { kind: 'not' } },
        custom: { owner: 'blue' },
      },
    ]);
    expect(JSON.parse(JSON.stringify(filters))).toEqual(filters);
  });

  it.each([
    ['any', 'any'],
    ['one', ['one']],
    ['[one, two]', ['one', 'two']],
    ['[]', []],
  ])('reads rules: %s', (written, rules) => {
    expect(parseRules(filter(notX(written)), 'x.yml').filters[0]?.rules).toEqual(rules);
  });

  it.each([
    ['sel: {u: x}\ncondition: not sel', 'rules is missing'],
    [notX('[1]'), 'any, a name or a list'],
    ['rules: any\nsel: {u: x}', 'must be text'],
    ['rules: any\nsel: {u: x}\ncondition: [sel]', 'must be text'],
    ['rules: any\nsel: {u: x}\ncondition: other', 'no detection is named other'],
    ['rules: any\ncondition: sel', 'nothing but a condition'],
  ])('refuses %j', (section, words) => {
    const { errors } = parseRules(filter(section), 'x.yml');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  });

  it('shares what a global document says', () => {
    const { filters, errors } = parseRules(
      `action: global\nlogsource: ${source}\nfilter: {rules: any}\n---\ntitle: A\nfilter: {s: {u: x}, condition: s}\n---\naction: repeat\ntitle: B\n`,
      'x.yml',
    );
    expect(errors).toEqual([]);
    expect(filters.map(({ title }) => title)).toEqual(['A', 'B']);
  });
});

describe('applying filters', () => {
  it('adds the condition to every condition of the rule', () => {
    const { rules, texts } = filtered(
      rule('r', 'a: {f: 1}\nb: {f: 2}\ncondition: [a or b, b, 1 of them]'),
      filter(notX('[r]')),
    );
    expect(texts).toEqual([
      '(a or b) and not _filter1_sel',
      'b and not _filter1_sel',
      '1 of them and not _filter1_sel',
    ]);
    const [first] = rules as [SigmaRule];
    for (const { text, tree } of first.conditions) {
      expect(parseCondition(text, Object.keys(first.detections), null)).toEqual(tree);
      expect(renderCondition(tree)).toBe(text);
    }
    expect(evaluate(toExpression(first, 2), { f: 1, u: 'y' })).toBe(true);
    expect(evaluate(toExpression(first, 2), { f: 1, u: 'x' })).toBe(false);
    expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
  });

  it.each([
    [source, true],
    ['{product: windows}', true],
    ['{category: process_creation}', true],
    ['{product: linux}', false],
    ['{category: file_event, product: windows}', false],
    ['{product: windows, service: security}', false],
  ])('of the log source %s to a rule of processes: %s', (logsource, applies) => {
    const { texts, errors } = filtered(rule('r', simple), filter(notX('[r]'), logsource));
    expect(texts).toEqual([applies ? 'sel and not _filter1_sel' : 'sel']);
    expect(errors).toEqual([]);
  });

  it.each(['any', '[]', '[R1, r2]', 'r1'])('chooses rules by %s', (rules) => {
    const one = `id: 0b9ad457-2554-44c1-82c2-d56a99c42377\n${rule('r1', simple)}`;
    const named = rules.replace('R1', '0B9AD457-2554-44C1-82C2-D56A99C42377');
    const { texts } = filtered(one, rule('r2', simple), filter(notX(named)));
    expect(texts.map((text) => text.includes('_filter1_'))).toEqual([true, rules !== 'r1']);
  });

  it('keeps selectors of both sides to their own detections', () => {
    const both = rule('r', 'a: {f: 1}\n_b: {f: 2}\n_filter1_c: {f: 3}\ncondition: 1 of them or 1 of _*');
    const { rules, texts } = filtered(
      both,
      filter('rules: any\nx: {u: 1}\ny: {u: 2}\n_z: {u: 3}\ncondition: not 1 of them'),
    );
    expect(texts).toEqual(['(1 of them or (_b or _filter1_c)) and not (_filter2_x or _filter2_y)']);
    const expression = toExpression(rules[0] as SigmaRule);
    expect(
      [{ f: 1 }, { f: 1, u: 2 }, { f: 3, u: 3 }, { f: 4, u: 3 }].map((event) => evaluate(expression, event)),
    ).toEqual([true, false, true, false]);
    const patterns = filter(
      'rules: any\nsel_a: {u: 1}\nsel_b: {u: 2}\nother: {u: 3}\ncondition: not all of sel_*',
    );
    expect(filtered(rule('r', simple), patterns).texts).toEqual(['sel and not all of _filter1_sel_*']);
    const them = filter('rules: any\nsel_a: {u: 1}\nsel_b: {u: 2}\ncondition: not 1 of them');
    expect(filtered(rule('r', simple), them).texts).toEqual(['sel and not 1 of _filter1_*']);
  });

  it('takes several filters on one rule, even very many', () => {
    const two = filtered(rule('r', simple), filter(notX('r')), filter(notX('any')));
    expect(two.texts).toEqual(['(sel and not _filter1_sel) and not _filter2_sel']);
    const { rules } = filtered(rule('r', simple), ...Array.from({ length: 300 }, () => filter(notX('any'))));
    const { detections, conditions } = rules[0] as SigmaRule;
    const [condition] = conditions;
    expect(Object.keys(detections)).toHaveLength(301);
    expect(parseCondition(condition?.text ?? '', Object.keys(detections), null)).toEqual(condition?.tree);
  });

  it('costs in proportion to what it adds, and is bounded', () => {
    const start = performance.now();
    const few = filtered(rule('r', simple), ...Array.from({ length: 3000 }, () => filter(notX('any'))));
    expect(few.errors).toEqual([]);
    expect(Object.keys(few.rules[0]?.detections ?? {})).toHaveLength(3001);
    const parsed = parseRules([rule('r', simple), filter(notX('any'))].join('---\n'), 'f.yml');
    const many = <T extends object>(list: readonly T[]): T[] =>
      Array.from({ length: 800 }, () => ({ ...(list[0] as T) }));
    const { rules, errors } = applyFilters(many(parsed.rules), many(parsed.filters));
    expect(rules).toHaveLength(800);
    expect(errors[0]).toMatchObject({ code: 'HB_LIMIT', position: { file: 'f.yml' } });
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('leaves rules and filters as they are, and rules share no detections', () => {
    const text = [rule('r', simple), rule('s', simple), filter(notX('any'))].join('---\n');
    const parsed = parseRules(text, 'f.yml');
    const before = structuredClone(parsed);
    const { rules } = applyFilters(parsed.rules, parsed.filters);
    expect(parsed).toEqual(before);
    expect(rules[0]?.detections['_filter1_sel']).toEqual(rules[1]?.detections['_filter1_sel']);
    expect(rules[0]?.detections['_filter1_sel']).not.toBe(rules[1]?.detections['_filter1_sel']);
    expect(applyFilters(parsed.rules, []).rules[0]).toBe(parsed.rules[0]);
  });

  it('reports rules that are not there, with the place, and filters the others', () => {
    const correlation = correlationText(
      'type: event_count\nrules: r\ntimespan: 5m\ncondition: {gte: 2}',
      'many',
    );
    const { texts, errors } = filtered(rule('r', simple), correlation, filter(notX('[nope, r, many]')));
    expect(texts).toEqual(['sel and not _filter1_sel']);
    expect(errors).toEqual([
      expect.stringMatching(
        /^HB_RULE_REFERENCE f\.yml:\d+:3: the filter names the rule "nope", which was not found$/,
      ),
      expect.stringContaining('"many", which is a correlation (f.yml:'),
    ]);
  });
});
