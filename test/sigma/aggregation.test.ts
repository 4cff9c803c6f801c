import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCondition, parseRules, resolveReferences } from '../../src/sigma/index.ts';
import type { ParseResult } from '../../src/sigma/index.ts';
import { sharedPath } from '../support/data.ts';
import { faultOf } from './support.ts';

const id = '0b9ad457-2554-44c1-82c2-d56a99c42377';
const old = (condition: string, timeframe = 'timeframe: 5m', head = `id: ${id}\n`): string => `title: Old
${head}level: high
logsource: {product: windows}
detection:
  a: {fA: 1}
  b: {fB: 2}
  c: {fC: 3}
  ${timeframe}
  condition: ${condition}
`;
const parse = (text: string): ParseResult => parseRules(text, 'x.yml');

describe('an old aggregation', () => {
  it.each([
    ['a | count() > 5', 'event_count', [], [], { op: 'gt', value: 5 }],
    ['a | count() by host >= 3', 'event_count', ['host'], [], { op: 'gte', value: 3 }],
    ['a and not b | count(user) by host < 10', 'value_count', ['host'], ['user'], { op: 'lt', value: 10 }],
    [
      'a|COUNT(user.name) by src-ip, @host<=2',
      'value_count',
      ['src-ip', '@host'],
      ['user.name'],
      { op: 'lte', value: 2 },
    ],
    ['1 of them | sum(bytes) by ip > 1.5', 'value_sum', ['ip'], ['bytes'], { op: 'gt', value: 1.5 }],
    ['a | avg(bytes) = 4', 'value_avg', [], ['bytes'], { op: 'eq', value: 4 }],
  ])('%s becomes a %s', (condition, type, groupBy, fields, bound) => {
    const { rules, correlations, errors, notices } = parse(old(condition));
    expect(errors).toEqual([]);
    expect(rules).toMatchObject([
      { id, title: 'Old', level: 'high', conditions: [{ text: condition.split('|')[0]?.trim() }] },
    ]);
    expect(correlations).toMatchObject([
      {
        id: null,
        name: null,
        title: 'Old',
        level: 'high',
        related: [{ id, type: 'derived' }],
        type,
        rules: [id],
        groupBy,
        timespan: { text: '5m', seconds: 300 },
        condition: { kind: 'threshold', bounds: [bound], fields },
        generate: false,
      },
    ]);
    expect(notices).toEqual([
      { path: 'x.yml', position: { line: 10, column: 3 }, message: expect.stringContaining(type) as string },
    ]);
    expect(JSON.parse(JSON.stringify(correlations))).toEqual(correlations);
  });

  it('with near becomes a temporal correlation over a rule for each detection', () => {
    const { rules, correlations } = parse(old('a | near b and c'));
    expect(
      rules.map(({ id: own, name, title, detections, conditions }) => [
        own ?? name,
        title,
        Object.keys(detections),
        conditions[0]?.text,
      ]),
    ).toEqual([
      [id, 'Old', ['a'], 'a'],
      [`${id}-b`, 'Old (b)', ['b'], 'b'],
      [`${id}-c`, 'Old (c)', ['c'], 'c'],
    ]);
    expect(correlations).toMatchObject([
      {
        type: 'temporal',
        rules: [id, `${id}-b`, `${id}-c`],
        groupBy: [],
        condition: { kind: 'threshold', bounds: [{ op: 'gte', value: 3 }] },
      },
    ]);
  });

  it('with near and not keeps the condition', () => {
    const all = parse(old('a | near b and not c'));
    const [correlation] = all.correlations;
    const condition = correlation?.condition;
    const text = `${id} and ${id}-b and not ${id}-c`;
    expect(condition).toMatchObject({ kind: 'expression', text });
    if (condition?.kind === 'expression')
      expect(parseCondition(text, correlation?.rules ?? [], null)).toEqual(condition.tree);
    expect(resolveReferences(all).errors).toEqual([]);
  });

  it('without id gives the rule a name to be called by', () => {
    const first = parse(old('a | near b', undefined, ''));
    const second = parseRules(old('a | near b', undefined, ''), 'y.yml');
    expect(resolveReferences(first).errors).toEqual([]);
    const both = {
      rules: [...first.rules, ...second.rules],
      correlations: [...first.correlations, ...second.correlations],
    };
    expect(resolveReferences(both).errors).toEqual([]);
    expect(parse(old('a | count() > 1', undefined, 'name: called\n')).correlations[0]?.rules).toEqual([
      'called',
    ]);
  });

  it('means the rule of its own document where several have one id', () => {
    const shared = `action: global\n${old('a | count() > 1')}`;
    const all = parse(`${shared}---\nlevel: low\n---\nfields: [x]\n`);
    const { documents, errors } = resolveReferences(all);
    expect(errors).toEqual([]);
    expect([...documents].every(([{ document }, [rule]]) => rule?.document === document)).toBe(true);
    expect(documents.size).toBe(2);
  });

  it.each([
    ['a | min(x) by y > 3', 'HB_RULE_UNSUPPORTED 10:17'],
    ['a | stdev(x) by y > 3', 'HB_RULE_UNSUPPORTED 10:17'],
    ['a | sum() by y > 3', 'HB_RULE_UNSUPPORTED 10:17'],
    ['a | count() by y', 'HB_RULE_UNSUPPORTED 10:17'],
    ['a | count() > 3 | count() > 4', 'HB_RULE_UNSUPPORTED 10:17'],
    ['a | near 1 of b*', 'HB_RULE_UNSUPPORTED 10:23'],
    ['a | near nothing', 'HB_RULE_CONDITION 10:23'],
    ['nothing | count() > 3', 'HB_RULE_CONDITION 10:14'],
    ['[a, b | count() > 3]', 'HB_RULE_UNSUPPORTED 10:14'],
    ['a |', 'HB_RULE_UNSUPPORTED 10:17'],
  ])('%s is refused with its place', (condition, fault) => {
    expect(faultOf(old(condition))).toBe(fault);
  });

  it.each([
    ['another: 1', 'HB_RULE_UNSUPPORTED 10:16'],
    ['timeframe: soon', 'HB_RULE_INVALID 9:14'],
    ['timeframe: 5', 'HB_RULE_INVALID 9:14'],
  ])('with %s is refused', (timeframe, fault) => {
    expect(faultOf(old('a | count() > 3', timeframe))).toBe(fault);
  });

  it('of hostile length takes no time', () => {
    const start = performance.now();
    for (const text of [
      `by ${' a'.repeat(500_000)}`,
      `near ${'not '.repeat(100_000)}`,
      `count(${' '.repeat(900_000)}`,
    ])
      expect(parse(old(`'a | ${text}'`)).errors).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

const folders = sharedPath('data', 'sigma');
describe.skipIf(folders.missing)(`the public rules with a pipe${folders.note}`, () => {
  it('become correlations, but for those that name no timeframe', () => {
    const counts = new Map<string, number>();
    const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const folder of ['deprecated', 'unsupported']) {
      const root = path.join(folders.path, folder);
      for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        if (!name.endsWith('.yml')) continue;
        const text = readFileSync(path.join(root, name), 'utf8');
        if (!/^\s+condition:.*\|/m.test(text)) continue;
        const all = parseRules(text, name);
        for (const { type } of all.correlations) count(type);
        for (const { message } of all.errors) count(/has no timeframe/.exec(message)?.[0] ?? message);
        expect(all.notices).toHaveLength(all.correlations.length);
      }
    }
    expect(Object.fromEntries(counts)).toEqual({
      event_count: 21,
      value_count: 16,
      value_sum: 2,
      temporal: 5,
      'has no timeframe': 11,
    });
  });
});
