import { describe, expect, it } from 'vitest';
import { expandItem, placeholderNames, replaceValues } from '../../src/sigma/expand.ts';
import type { DetectionItem } from '../../src/sigma/expand.ts';
import { ANY, fillPlaceholders, toExpression } from '../../src/sigma/index.ts';
import type { SigmaValue, StringPart } from '../../src/sigma/index.ts';
import { evaluate } from './reference.ts';
import { itemOf, parseOne, ruleText } from './support.ts';

const item = (line: string): DetectionItem => itemOf(line) as DetectionItem;
const text = (...parts: StringPart[]): SigmaValue => ({ kind: 'string', parts, cased: false });
const fill = (line: string, values: Record<string, readonly (string | readonly StringPart[])[]>) =>
  expandItem(item(line), (name) => values[name], 'x.yml');

describe('expanding an item', () => {
  it('puts each value of a placeholder in its place, flat', () => {
    expect(fill("f|expand: ['%a%-%b%', c]", { a: ['1', '2*'], b: ['x', 'y'] })).toMatchObject({
      values: [text('1-x'), text('1-y'), text('2', ANY, '-x'), text('2', ANY, '-y'), text('c')],
      link: 'or',
    });
    expect(fill("f|expand: ['%a%', c]", { a: ['1', '2'] })).not.toHaveProperty('groups');
  });

  it('keeps values that a modifier made of one written value in one group', () => {
    const dashed = item("f|expand|windash|contains: ['-a %x%', b]");
    expect(dashed.groups).toEqual([5, 1]);
    const filled = expandItem(dashed, () => ['1', '2', '3'], 'x.yml') as DetectionItem;
    expect(filled.groups).toEqual([15, 1]);
    expect(filled.values).toHaveLength(16);
    expect(filled.values[2]).toMatchObject({ parts: [ANY, '-a 3', ANY] });
  });

  it('keeps groups of a whole rule, so that its expression can be built', () => {
    const rule = parseOne(ruleText("s:\n  f|expand|windash|contains: ['-a %x%', b]\ncondition: s"));
    const filled = fillPlaceholders(rule, { x: ['1', '2'] });
    const expression = toExpression(filled, 0, { expansions: true });
    expect(expression).toMatchObject({ op: 'or', items: [{ op: 'or', expansion: true }, { op: 'match' }] });
    expect(evaluate(expression, { f: 'x /a 2' })).toBe(true);
    expect(evaluate(expression, { f: 'x /a 3' })).toBe(false);
  });

  it('wants any value of each placeholder where all values must match, and none of them with neq', () => {
    expect(fill("f|expand|all: ['%a%', c]", { a: ['1', '2'] })).toMatchObject({
      kind: 'and',
      items: [
        { values: [text('1'), text('2')], link: 'or' },
        { values: [text('c')], link: 'or' },
      ],
    });
    expect(fill("f|expand|all: ['%a%', c]", { a: ['1'] })).toMatchObject({ kind: 'item', link: 'and' });
    expect(fill("f|expand|neq: '%a%'", { a: ['1', '2'] })).toMatchObject({
      values: [text('1'), text('2')],
      negated: true,
    });
    expect(fill("f|expand|neq|all: ['%a%', c]", { a: ['1', '2'] })).toMatchObject({
      kind: 'or',
      items: [{ negated: true }, { negated: true }],
    });
  });

  it('takes wildcards as parts, in regular expressions too', () => {
    expect(fill("f|expand: 'a%x%'", { x: [[ANY]] })).toMatchObject({ values: [text('a', ANY)] });
    expect(fill("f|re|expand: 'a%x%b'", { x: [[ANY], '.*', ['c.', ANY]] })).toMatchObject({
      values: [{ source: 'a.*b' }, { source: String.raw`a\.\*b` }, { source: String.raw`ac\..*b` }],
    });
  });

  it('leaves items without a value as they are', () => {
    const open = item("f|expand: ['%a%', '%b%']");
    expect(expandItem(open, () => undefined, 'x.yml')).toBe(open);
    expect(open.values.flatMap(placeholderNames)).toEqual(['a', 'b']);
    expect(placeholderNames(fill("f|re|expand: '%a%%b%'", { b: ['x'] }) as never)).toEqual([]);
    const half = fill("f|re|expand: '%a%%b%'", { b: ['x'] }) as DetectionItem;
    expect(half.values.flatMap(placeholderNames)).toEqual(['a']);
  });

  it('fills regular expressions step by step as at once', () => {
    const line = String.raw`f|re|expand: '%a%\%c%%b%'`;
    const values: Readonly<Record<string, string[]>> = { a: ['%c%'], b: ['x'], c: ['no'] };
    const once = fill(line, values) as DetectionItem;
    const first = fill(line, { a: ['%c%'] }) as DetectionItem;
    expect(first.values).not.toEqual(once.values);
    expect(expandItem(first, (name) => values[name], 'x.yml')).toEqual(once);
    expect(once.values).toMatchObject([{ kind: 'regex', source: '%c%%c%x' }]);
  });

  it('refuses a list that is empty, with the place of the item', () => {
    expect(() => fill("f|expand: '%a%'", { a: [] })).toThrow(
      expect.objectContaining({
        code: 'HB_RULE_PLACEHOLDER',
        position: { file: 'x.yml', line: 6, column: 5 },
      }),
    );
  });

  it('serves for any replacement of values', () => {
    const both = replaceValues(item('f|all: [a, b]'), [text('a'), [text('b'), text('c')]]);
    expect(both).toMatchObject({
      kind: 'and',
      items: [{ values: [text('a')] }, { values: [text('b'), text('c')] }],
    });
  });
});
