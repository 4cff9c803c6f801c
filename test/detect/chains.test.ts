import { describe, expect, it } from 'vitest';
import {
  compileRuleSet,
  CorrelationPlan,
  correlationsThatNeverFire,
  RuleSet,
} from '../../src/detect/index.ts';
import { parseRules } from '../../src/sigma/index.ts';

const rule = (name: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: process_creation, product: windows}\n` +
  'detection: {s: {Image: a.exe}, condition: s}\n';

function setOf(chain: string, ...documents: string[]): RuleSet {
  const text = [rule('a'), rule('b'), rule('x'), ...documents, `title: C\ncorrelation: {${chain}}\n`];
  return compileRuleSet(parseRules(text.join('---\n'), 'test.yml'));
}

const usual =
  'type: process_chain, rules: [a, b], timespan: 10m, group-by: [User], not-between: x, max-depth: 3';

describe('a chain of processes', () => {
  it('is compiled to its rules, relations and limits', () => {
    const set = setOf(usual);
    expect(set.refused).toEqual([]);
    expect(set.correlations).toEqual([
      {
        info: expect.objectContaining({ title: 'C' }),
        type: 'process_chain',
        slots: [0, 1].map((index) => ({ kind: 'rule', index, group: ['User'], fields: [] })),
        groupBy: ['User'],
        seconds: 600,
        bounds: [],
        percentile: null,
        terms: null,
        reports: true,
        chain: { relations: ['descendant'], maxDepth: 3, order: 'written', notBetween: [2] },
      },
    ]);
    expect(set.rules.map(({ part }) => part)).toEqual([true, true, true]);
  });

  it('is the same after it was stored', () => {
    const set = setOf(usual);
    const again = new RuleSet(JSON.parse(JSON.stringify(set.stored)));
    expect(again.correlations).toEqual(set.correlations);
  });

  it('is refused with a rule that was refused', () => {
    const bad =
      'title: bad\nname: bad\nlogsource: {category: none_such}\ndetection: {s: {a: 1}, condition: s}\n';
    const set = setOf('type: process_chain, rules: [a, bad], timespan: 10m', bad);
    expect(set.correlations).toEqual([]);
    expect(set.refused.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("it needs 'bad', which was refused"),
    );
  });

  it('can never fire when one of its steps can not, whatever stands between', () => {
    const set = setOf(usual);
    const plan = new CorrelationPlan(set.correlations);
    const verdict = (...dead: number[]) =>
      correlationsThatNeverFire(
        set,
        plan,
        (index) => dead.includes(index),
        () => false,
        () => false,
      );
    expect(verdict()).toEqual([]);
    expect(verdict(2)).toEqual([]);
    expect(verdict(1, 2)).toEqual([{ correlation: 0, reason: 'rules', missing: 'b' }]);
  });
});
