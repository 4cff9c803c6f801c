import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition, renderCondition, toExpression } from '../../src/sigma/index.ts';
import type { Condition } from '../../src/sigma/index.ts';
import { evaluate } from './reference.ts';
import { faultOf, parseError, parseOne, ruleText } from './support.ts';

const names = ['a', 'b', 'c', 'notx', 'android', 'or_b', 'sel-1', '_hidden', 'selection_img', 'them'];
const parse = (text: string): Condition => parseCondition(text, names, null);
const ref = (name: string): Condition => ({ kind: 'ref', name });

function ruleWith(condition: string, detections = names): string {
  return ruleText(
    `${detections.map((name) => `${name}:\n  f_${name}: '1'`).join('\n')}\ncondition: ${condition}`,
  );
}

describe('conditions', () => {
  it('binds not before and before or', () => {
    expect(parse('not a and b or c')).toEqual({
      kind: 'or',
      items: [{ kind: 'and', items: [{ kind: 'not', item: ref('a') }, ref('b')] }, ref('c')],
    });
    expect(parse('a or b and c')).toEqual({
      kind: 'or',
      items: [ref('a'), { kind: 'and', items: [ref('b'), ref('c')] }],
    });
    expect(parse('not (a or b)')).toEqual({ kind: 'not', item: { kind: 'or', items: [ref('a'), ref('b')] } });
    expect(parse('not not a')).toEqual({ kind: 'not', item: { kind: 'not', item: ref('a') } });
  });

  it('takes names that begin like operators as names', () => {
    expect(parse('notx and android or or_b')).toEqual({
      kind: 'or',
      items: [{ kind: 'and', items: [ref('notx'), ref('android')] }, ref('or_b')],
    });
    expect(parse('them and sel-1')).toEqual({ kind: 'and', items: [ref('them'), ref('sel-1')] });
  });

  it('takes any white space, and none around parentheses', () => {
    expect(parse('a\tand\nb')).toEqual(parse('a and b'));
    expect(parse('not(a)and(b)')).toEqual(parse('not a and b'));
  });

  it.each([
    ['1 of them', '1', 'them'],
    ['any of sel*', '1', 'sel*'],
    ['all of *_img', 'all', '*_img'],
  ])('reads the selector %s', (text, quantifier, pattern) => {
    expect(parse(text)).toEqual({ kind: 'of', quantifier, pattern });
  });

  it('hides private names from them and from patterns, but not from patterns that begin with an underscore', () => {
    const found = (condition: string): string[] => {
      const rule = parseOne(ruleWith(condition));
      return names.filter((name) => evaluate(toExpression(rule), { [`f_${name}`]: '1' }));
    };
    expect(found('1 of them')).toEqual(names.filter((name) => name !== '_hidden'));
    expect(found('1 of *')).toEqual(names.filter((name) => name !== '_hidden'));
    expect(found('1 of _hid*')).toEqual(['_hidden']);
    expect(found('_hidden')).toEqual(['_hidden']);
    expect(found('1 of sel*_img')).toEqual(['selection_img']);
    expect(found('1 of *n*')).toEqual(['notx', 'android', 'selection_img']);
    expect(found('1 of a')).toEqual(['a']);
  });

  // The condition begins at column 14 of its line.
  const wrong: [string, number, string][] = [
    ['a and', 19, 'ends where a name'],
    ['(a and b', 14, 'not closed'],
    ['a and b)', 21, 'was not opened'],
    ['a b', 16, 'expected and or or'],
    ['and a', 14, 'expected a name'],
    ['a and zzz', 20, 'named zzz'],
    ['1 of zzz*', 19, 'matches no detection'],
    ['2 of them', 14, '1 of, any of or all of'],
    ['1 of', 18, 'needs them or a pattern'],
    ['1 of sel-*', 19, 'may only hold'],
    ['a & b', 16, '"&"'],
    ['a and ä', 20, '"ä"'],
    ['a not b', 16, 'expected and or or'],
    ['not', 17, 'ends where a name'],
    ['()', 15, 'expected a name'],
  ];
  it.each(wrong)('refuses %j at column %i', (text, column, words) => {
    const error = parseError(ruleWith(text));
    expect(error.code).toBe('HB_RULE_CONDITION');
    expect(error.position).toMatchObject({ line: 25, column });
    expect(error.message).toContain(words);
  });

  it.each(['a AND b', 'a Or b', 'NOT a', '1 OF them'])('hints at lower case for %j', (text) => {
    expect(parseError(ruleWith(text)).hint).toMatch(/lower case/);
  });

  it('finds the column within quotes and in lists of conditions', () => {
    expect(faultOf(ruleWith("'a and zzz'"))).toBe('HB_RULE_CONDITION 25:21');
    expect(faultOf(ruleWith('\n  - a\n  - b or zzz'))).toBe('HB_RULE_CONDITION 27:12');
  });

  it.each(['a | count() by f > 5', 'a | near b', '|'])(
    'refuses the aggregation %j as unsupported',
    (text) => {
      expect(faultOf(ruleWith(`'${text}'`))).toBe(`HB_RULE_UNSUPPORTED 25:${15 + text.indexOf('|')}`);
    },
  );

  it.each(["''", "' '", '5', '[]', '{a: b}', '~'])('refuses the condition %s', (text) => {
    expect(parseError(ruleWith(text)).code).toBe('HB_RULE_CONDITION');
  });

  it('bounds nesting instead of running out of stack', () => {
    for (const text of [`${'('.repeat(10_000)}a${')'.repeat(10_000)}`, `${'not '.repeat(10_000)}a`]) {
      expect(parseError(ruleWith(text)).message).toContain('levels deep');
    }
    expect(parseOne(ruleWith(`${'('.repeat(50)}a${')'.repeat(50)}`)).conditions[0]?.tree).toEqual(ref('a'));
  });

  it('keeps long chains flat', () => {
    const tree = parse(Array(10_000).fill('a').join(' or '));
    expect(tree.kind === 'or' && tree.items.length).toBe(10_000);
  });

  it('reads back what it renders', () => {
    const leaf = fc.oneof(
      fc.constantFrom(...names).map(ref),
      fc.record({
        kind: fc.constant('of' as const),
        quantifier: fc.constantFrom('1' as const, 'all' as const),
        pattern: fc.constantFrom('them', 'sel*', '*_img', '*', '_hid*', 'a'),
      }),
    );
    const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({ kind: fc.constant('not' as const), item: tie('tree') }),
        fc.record({
          kind: fc.constantFrom('and' as const, 'or' as const),
          items: fc.array(tie('tree'), { minLength: 2, maxLength: 4 }),
        }),
      ),
    }));
    fc.assert(
      fc.property(tree, (condition) => {
        expect(parse(renderCondition(condition))).toEqual(condition);
      }),
    );
  });

  it('never fails with anything but a rule error', () => {
    const words = fc.constantFrom(
      'and',
      'or',
      'not',
      '(',
      ')',
      'of',
      '1',
      'all',
      'any',
      'them',
      'a',
      'zz',
      '*',
      '|',
      '-',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(words), (list) => {
        try {
          parse(list.join(' '));
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^HB_RULE_(?:CONDITION|UNSUPPORTED)$/);
        }
      }),
    );
  });
});
