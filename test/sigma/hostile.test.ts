/** Documents made to cost time or memory: each must end soon, with an error or a result of its own size. */
import { describe, expect, it } from 'vitest';
import { applyFilters, parseRules, resolveReferences, toExpression } from '../../src/sigma/index.ts';
import { correlationText, namedRule, ruleText } from './support.ts';

const seconds = 10;
function within<Result>(run: () => Result): Result {
  const start = performance.now();
  const result = run();
  expect(performance.now() - start).toBeLessThan(seconds * 1000);
  return result;
}
const deep = (open: string, middle: string, close: string, depth: number): string =>
  open.repeat(depth) + middle + close.repeat(depth);
const names = (count: number): string => Array.from({ length: count }, (_, index) => `r${index}`).join(', ');
/** Nine levels of ten aliases each: a billion values. */
const bomb = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]']
  .concat(
    Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`),
  )
  .join('\n');

describe('hostile documents', () => {
  it.each([
    ['a rule', `${bomb}\ntitle: T\nlogsource: {product: x}\ndetection: {s: *l9, condition: s}\n`],
    ['a correlation', `${bomb}\ntitle: T\ncorrelation: {type: temporal, rules: *l9, timespan: 5m}\n`],
    ['a filter', `${bomb}\ntitle: T\nlogsource: {product: x}\nfilter: {rules: *l9, s: *l9, condition: s}\n`],
    ['custom keys', `${bomb}\ntitle: T\nlogsource: {product: x}\ndetection: {s: {a: b}, condition: s}\n`],
    ['text lists', `${bomb}\ntitle: T\ntags: *l9\nreferences: *l9\nlogsource: {product: x}\n`],
  ])('with aliases of aliases in %s are bounded', (_, text) => {
    const { rules, errors } = within(() => parseRules(text, 'x.yml', { alone: false }));
    expect(rules.length + errors.length).toBe(1);
  });

  it.each([
    ['lists', ruleText(`s: ${deep('[', 'x', ']', 20_000)}\ncondition: s`)],
    ['maps', ruleText(`s: ${deep('{a: ', 'x', '}', 20_000)}\ncondition: s`)],
    ['parentheses', ruleText(`s: {a: b}\ncondition: ${deep('(', 's', ')', 100_000)}`)],
    ['negations', ruleText(`s: {a: b}\ncondition: ${'not '.repeat(100_000)}s`)],
    [
      'lists of a correlation',
      correlationText(`type: temporal\ntimespan: 5m\nrules: ${deep('[', 'x', ']', 20_000)}`),
    ],
    [
      'parentheses of a correlation',
      correlationText(`type: temporal\ntimespan: 5m\ncondition: ${deep('(', 'x', ')', 100_000)}`),
    ],
  ])('with deep %s are refused with their place', (_, text) => {
    const { errors } = within(() => parseRules(text, 'x.yml'));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.code).toMatch(/^HB_(RULE|LIMIT)/);
    expect(errors[0]?.position?.line).toBeGreaterThan(0);
  });

  it('with 100,000 rules in a correlation are read, and refused for their number', () => {
    const listed = `type: temporal\ntimespan: 5m\nrules: [${names(100_000)}]`;
    const words = `type: temporal\ntimespan: 5m\ncondition: ${names(100_000).replaceAll(', ', ' or ')}`;
    for (const lines of [listed, words]) {
      const all = within(() => parseRules(correlationText(lines), 'x.yml', { alone: false }));
      expect(all.correlations[0]?.rules).toHaveLength(100_000);
      expect(within(() => resolveReferences(all)).errors).toHaveLength(1);
    }
    const same = `type: temporal\ntimespan: 5m\nrules: [${Array(100_000).fill('base').join(', ')}]`;
    const all = parseRules(`${correlationText(same)}---\n${namedRule('base')}`, 'x.yml', { alone: false });
    expect(within(() => resolveReferences(all)).errors.map(({ code }) => code)).toEqual(['HB_LIMIT']);
  });

  it('with a condition of 100,000 names give an expression of the size of their detections', () => {
    const text = ruleText(`s: {a: b}\nt: {c: d}\ncondition: ${Array(50_000).fill('s and t').join(' or ')}`);
    const { rules, errors } = within(() => parseRules(text, 'x.yml'));
    expect(errors).toEqual([]);
    within(() => toExpression(rules[0] as (typeof rules)[0]));
  });

  it('with 30,000 documents and many filters over many rules are read in time', () => {
    const many = within(() => parseRules(`${'---\n- x\n'.repeat(30_000)}`, 'x.yml'));
    expect(many.errors.length).toBeGreaterThan(0);
    const rules = Array.from({ length: 1000 }, (_, index) => namedRule(`r${index}`)).join('---\n');
    const filter = `title: F\nlogsource: {product: windows}\nfilter: {rules: any, s: {u: x}, condition: not s}\n`;
    const all = parseRules(`${rules}---\n${`${filter}---\n`.repeat(30)}`, 'x.yml');
    const filtered = within(() => applyFilters(all.rules, all.filters));
    expect(filtered.errors).toEqual([]);
    expect(Object.keys(filtered.rules[999]?.detections ?? {})).toHaveLength(31);
  });

  it('that take over a large global document again and again are bounded', () => {
    const values = Array.from({ length: 100_000 }, (_, index) => `v${index}`).join(', ');
    const global = `action: global\ntitle: T\nlogsource: {product: x}\ndetection: {s: {a: [${values}]}, condition: s}\n`;
    const again = (line: string): string => `---\n${line}\n`.repeat(20_000);
    for (const text of [global + again('level: low'), global + again('{action: repeat, level: low}')]) {
      const { rules, errors } = within(() => parseRules(text, 'x.yml'));
      expect(rules.length).toBeLessThan(21);
      expect(rules.length + errors.length).toBe(20_000);
      expect(errors[0]?.code).toBe('HB_LIMIT');
    }
  });

  it('with names of object members are plain names', () => {
    const rule = namedRule('__proto__')
      .replace('sel: {a: b}', 'constructor: {a: b}')
      .replace('condition: sel', 'condition: constructor');
    const correlation = correlationText(
      'type: temporal\nrules: [__proto__]\ntimespan: 5m\naliases: {__proto__: {__proto__: x}, toString: {__proto__: y}}',
    );
    const filter = `title: F\nlogsource: {product: windows}\nfilter: {rules: __proto__, valueOf: {u: x}, condition: not valueOf}\n`;
    const all = parseRules([rule, correlation, filter].join('---\n'), 'x.yml');
    expect(all.errors).toEqual([]);
    expect(Object.keys(all.correlations[0]?.aliases ?? {})).toEqual(['__proto__', 'toString']);
    expect(applyFilters(all.rules, all.filters).rules[0]?.conditions[0]?.text).toBe(
      'constructor and not _filter1_valueOf',
    );
  });
});
