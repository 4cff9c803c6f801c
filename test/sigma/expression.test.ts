import { describe, expect, it } from 'vitest';
import { fillPlaceholders, readPlaceholderFile, toExpression } from '../../src/sigma/index.ts';
import type { Expression } from '../../src/sigma/index.ts';
import { evaluate } from './reference.ts';
import { expressionOf, matches, parseOne, ruleText } from './support.ts';

const match = (field: string | null, text: string): Expression => ({
  op: 'match',
  field,
  value: { kind: 'string', parts: [text], cased: false },
});

describe('expressions', () => {
  it('split items into single comparisons', () => {
    expect(expressionOf('sel:\n  f: [a, b]\n  g|neq: c\nkw: [d, e]\ncondition: sel and not kw')).toEqual({
      op: 'and',
      items: [
        {
          op: 'and',
          items: [
            { op: 'or', items: [match('f', 'a'), match('f', 'b')] },
            { op: 'not', item: match('g', 'c') },
          ],
        },
        { op: 'not', item: { op: 'or', items: [match(null, 'd'), match(null, 'e')] } },
      ],
    });
  });

  it('resolve selectors in the order of the rule', () => {
    expect(expressionOf('s1: {a: x}\n_p: {b: x}\ns2: {c: x}\ncondition: all of s*')).toEqual({
      op: 'and',
      items: [match('a', 'x'), match('c', 'x')],
    });
    expect(expressionOf('s1: {a: x}\ncondition: 1 of them')).toEqual(match('a', 'x'));
  });

  it('share what is named twice, however often', () => {
    const list = Array.from({ length: 1000 }, (_, i) => `v${i}`).join(', ');
    const expression = expressionOf(`a: {f: [${list}]}\ncondition: ${Array(500).fill('a').join(' or ')}`);
    if (expression.op !== 'or') throw new Error('expected or');
    expect(expression.items).toHaveLength(500);
    expect(expression.items[499]).toBe(expression.items[0]);
  });

  it('are bounded when the parts multiply', () => {
    const list = Array.from({ length: 2000 }, (_, i) => i).join(', ');
    const rule = parseOne(ruleText(`a: {f: [${list}]}\ncondition: ${Array(1000).fill('a').join(' or ')}`));
    expect(() => toExpression(rule)).toThrow(expect.objectContaining({ code: 'HB_LIMIT' }));
  });

  it('need a field for null', () => {
    const refused = expect.objectContaining({
      code: 'HB_RULE_VALUE',
      position: expect.objectContaining({ line: 5 }) as unknown,
    });
    for (const empty of ['[]', '~', '[x, ~]']) {
      expect(() => expressionOf(`sel: ${empty}\ncondition: sel`)).toThrow(refused);
    }
  });

  it('exist for each condition of a list', () => {
    const rule = parseOne(ruleText('a: {f: x}\nb: {g: y}\ncondition: [a, not b]'));
    expect(toExpression(rule, 1)).toEqual({ op: 'not', item: match('g', 'y') });
    expect(() => toExpression(rule, 2)).toThrow(expect.objectContaining({ code: 'HB_RULE_CONDITION' }));
  });
});

describe('the meaning of values', () => {
  const table: [string, unknown, boolean][] = [
    ['f: ÄÖÜ', 'äöü', true],
    ['f: 1', '1', true],
    ['f: 1', '01', false],
    ['f: 1', 1.0, true],
    ['f: 1', 1n, true],
    ['f: 9007199254740993', 9007199254740993n, true],
    ['f: 9007199254740993', 9007199254740992, false],
    ['f: 9007199254740993', '9007199254740993', true],
    ["f: '1'", 1, true],
    ["f: '4*'", 4688, true],
    ['f: true', 'True', true],
    ['f: true', 1, false],
    ["f: 'true'", true, true],
    ['f: ~', null, true],
    ['f: ~', undefined, true],
    ['f: ~', '', false],
    ["f: ''", '', true],
    ["f: ''", null, false],
    ['f: b', ['a', 'b'], true],
    ['f|contains|all: [a, b]', ['xa', 'xb'], true],
    ["f: '*'", '', true],
    ['f|gt: 5', '6', true],
    ['f|gt: 5', 'x', false],
    ['f|gte: 9007199254740993', 9007199254740992n, false],
    ['f|lt: 0', -0.5, true],
    ['f|exists: true', '', true],
    ['f|exists: true', null, false],
    ['f|exists: false', undefined, true],
    ['f|hour: 3', '2025-12-06 03:11:02.632', true],
    ['f|hour: 3', '2025-12-06T21:11:02.649150Z', false],
    ['f|hour: 3', '2025-12-06T05:11:02+02:00', true],
    ['f|hour|gte: 20', '2025-12-06 21:11:02', true],
    ['f|minute: 11', '2025-12-06 21:11:02', true],
    ['f|day: 6', '2025-12-06', true],
    ['f|week: 49', '2025-12-06', true],
    ['f|week: 1', '2024-12-30', true],
    ['f|month: 12', '2025-12-06', true],
    ['f|year|lt: 2025', '2025-12-06', false],
    ['f|year: 2025', 'not a time', false],
    ['f|cidr: 10.0.0.0/8', '10.1.2.3', true],
    ['f|cidr: 0.0.0.0/0', '::1', false],
  ];
  // Bigints cannot be sent between the processes of the test runner, so the table is walked here.
  for (const [line, value, expected] of table) {
    it(`${line} ${expected ? 'matches' : 'does not match'} ${typeof value} ${String(value)}`, () => {
      expect(matches(line, value === undefined ? { other: 1 } : { f: value })).toBe(expected);
    });
  }

  it('finds fields whatever their case and spaces', () => {
    expect(matches('ThreatName: x', { 'Threat Name': 'X' })).toBe(true);
    expect(matches('SourceProcessGuid: x', { SourceProcessGUID: 'x' })).toBe(true);
  });

  it('compares fields with fields', () => {
    expect(matches('f|fieldref: g', { f: 'A', g: 'a' })).toBe(true);
    expect(matches('f|fieldref|cased: g', { f: 'A', g: 'a' })).toBe(false);
    expect(matches('f|fieldref|contains: g', { f: 'xay', g: 'A' })).toBe(true);
    expect(matches('f|fieldref|endswith: g', { f: 'xa', g: 'a' })).toBe(true);
    expect(matches('f|fieldref: g', { f: 'a' })).toBe(false);
    expect(matches('f|fieldref: g', { f: null, g: null })).toBe(false);
  });

  it('looks for keywords within every value', () => {
    const found = (keyword: string, event: Record<string, unknown>): boolean =>
      evaluate(expressionOf(`kw: ${keyword}\ncondition: kw`), event);
    expect(found('[evil, bad]', { m: 'so BAD' })).toBe(true);
    expect(found('[e*l]', { m: 'xevily' })).toBe(true);
    expect(found('[4688]', { EventID: 4688 })).toBe(true);
    expect(found("{'|cased': Evil}", { m: 'evil' })).toBe(false);
    expect(found("{'|re': 'ev[i]l'}", { m: ['x', 'xevily'] })).toBe(true);
    expect(found("{'|contains|all': [a, b]}", { m: 'xa', n: 'xb' })).toBe(true);
    expect(found('[evil]', { evil: 'no', m: null })).toBe(false);
  });
});

describe('placeholders', () => {
  const rule = parseOne(ruleText("sel:\n  User|contains|expand: '%admins%-%n%'\n  f: x\ncondition: sel"));

  it('stay an error with their place until they are filled', () => {
    const error = expect.objectContaining({
      code: 'HB_RULE_PLACEHOLDER',
      position: { file: 'rule.yml', line: 6, column: 5 },
    });
    expect(() => toExpression(rule)).toThrow(error);
    expect(() => toExpression(fillPlaceholders(rule, { admins: ['a'] }))).toThrow(error);
  });

  it('become every combination of their values, in which wildcards count', () => {
    const filled = fillPlaceholders(rule, { admins: ['adm*', String.raw`a\*`], n: ['1', '2'] });
    expect(filled.detections['sel']).toMatchObject({
      items: [
        {
          values: [
            { parts: [0, 'adm', 0, '-1', 0] },
            { parts: [0, 'adm', 0, '-2', 0] },
            { parts: [0, 'a*-1', 0] },
            { parts: [0, 'a*-2', 0] },
          ],
        },
        { values: [{ parts: ['x'] }] },
      ],
    });
    const event = (User: string): boolean => evaluate(toExpression(filled), { User, f: 'x' });
    expect([event('the ADMIN-2!'), event('a*-1'), event('admin-3')]).toEqual([true, true, false]);
  });

  it('keep all and neq right', () => {
    const all = parseOne(ruleText("sel:\n  f|contains|all|expand: ['%x%', end]\ncondition: sel"));
    const found = (f: string): boolean =>
      evaluate(toExpression(fillPlaceholders(all, { x: ['a', 'b'] })), { f });
    expect([found('b end'), found('a b'), found('a end')]).toEqual([true, false, true]);
  });

  it('stand as themselves in regular expressions', () => {
    const regex = parseOne(ruleText("sel:\n  f|re|expand: '^%x%$'\ncondition: sel"));
    expect(() => toExpression(regex)).toThrow(expect.objectContaining({ code: 'HB_RULE_PLACEHOLDER' }));
    const found = (f: string): boolean =>
      evaluate(toExpression(fillPlaceholders(regex, { x: ['a.b', '%y%'] })), { f });
    expect([found('a.b'), found('axb'), found('%y%')]).toEqual([true, false, true]);
  });

  it('leave other rules untouched, and are bounded', () => {
    const other = parseOne(ruleText("sel: {f: '%x%'}\ncondition: sel"));
    expect(fillPlaceholders(other, { x: ['a'] })).toBe(other);
    const many = Array.from({ length: 1000 }, String);
    expect(() => fillPlaceholders(rule, { admins: many, n: many })).toThrow(
      expect.objectContaining({ code: 'HB_LIMIT' }),
    );
  });

  it('come from a file of lists', () => {
    expect(readPlaceholderFile('admins: [a, 0x10]\none: b\n', 'p.yml')).toEqual({
      admins: ['a', '16'],
      one: ['b'],
    });
    expect(readPlaceholderFile('', 'p.yml')).toEqual({});
    for (const text of ['[a]', 'a: {b: c}', 'a: [~]', 'a: ['])
      expect(() => readPlaceholderFile(text, 'p.yml')).toThrow('p.yml');
  });
});
