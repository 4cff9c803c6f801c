import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, ONE, modifierNames } from '../../src/sigma/index.ts';
import type { SigmaValue, StringPart } from '../../src/sigma/index.ts';
import { faultOf, itemOf, matches, parseError, ruleText, valuesOf } from './support.ts';

const text = (...parts: StringPart[]): SigmaValue => ({ kind: 'string', parts, cased: false });
const plainTexts = (line: string): string[] =>
  valuesOf(line).map((value) =>
    value.kind === 'string' ? value.parts.map((part) => (part === ANY ? '*' : part)).join('') : '',
  );

describe('modifiers', () => {
  it('knows the 33 of the reference and utf16le', () => {
    expect([...modifierNames].sort()).toEqual(
      (
        'all base64 base64offset cased cidr contains day dotall endswith exists expand fieldref gt gte hour i ' +
        'ignorecase lt lte m minute month multiline neq re s startswith utf16 utf16be utf16le week wide windash year'
      ).split(' '),
    );
  });

  const placed: [string, SigmaValue][] = [
    ['f|contains: abc', text(ANY, 'abc', ANY)],
    ["f|contains: '*abc*'", text(ANY, 'abc', ANY)],
    ['f|contains: a*c', text(ANY, 'a', ANY, 'c', ANY)],
    ["f|contains: ''", text(ANY)],
    ['f|startswith: a?c', text('a', ONE, 'c', ANY)],
    [String.raw`f|endswith: \cmd.exe`, text(ANY, '\\cmd.exe')],
    [String.raw`f|endswith: \Temp\ `, text(ANY, '\\Temp\\')],
    [String.raw`f|startswith: a\*`, text('a*', ANY)],
    ['f|contains|startswith: a', text(ANY, 'a', ANY)],
    ['f|cased: A', { kind: 'string', parts: ['A'], cased: true }],
    ['f|cased|contains: A', { kind: 'string', parts: [ANY, 'A', ANY], cased: true }],
    ['f|contains|cased: A', { kind: 'string', parts: [ANY, 'A', ANY], cased: true }],
    ['f|cidr: 10.0.0.0/8', { kind: 'cidr', network: '10.0.0.0/8' }],
    ['f|cidr: fe80::/10', { kind: 'cidr', network: 'fe80::/10' }],
    ['f|exists: yes', { kind: 'exists', value: true }],
    ['f|gt: 1.5', { kind: 'compare', op: 'gt', value: 1.5 }],
    ['f|lte: 9007199254740993', { kind: 'compare', op: 'lte', value: '9007199254740993' }],
    ['f|hour: 5', { kind: 'timepart', unit: 'hour', op: 'eq', value: 5 }],
    ['f|hour|gt: 20', { kind: 'timepart', unit: 'hour', op: 'gt', value: 20 }],
    ['f|fieldref: g', { kind: 'fieldref', field: 'g', startsWith: false, endsWith: false, cased: false }],
    [
      'f|fieldref|contains: g',
      { kind: 'fieldref', field: 'g', startsWith: true, endsWith: true, cased: false },
    ],
    [
      'f|fieldref|startswith: g',
      { kind: 'fieldref', field: 'g', startsWith: true, endsWith: false, cased: false },
    ],
    [
      'f|fieldref|endswith|cased: g',
      { kind: 'fieldref', field: 'g', startsWith: false, endsWith: true, cased: true },
    ],
    ['f|re: ^a.*z$', { kind: 'regex', source: '^a.*z$', flags: '' }],
    [String.raw`f|re: \\\w`, { kind: 'regex', source: '\\\\\\w', flags: '' }],
    ['f|re|s|i|m|i: a', { kind: 'regex', source: 'a', flags: 'ims' }],
    ['f|re|dotall|ignorecase: a', { kind: 'regex', source: 'a', flags: 'is' }],
    ['f|re|contains: abc', { kind: 'regex', source: '.*abc.*', flags: '' }],
    ['f|re|contains: ^abc$', { kind: 'regex', source: '^abc$', flags: '' }],
    [String.raw`f|re|contains: a\$`, { kind: 'regex', source: '.*a\\$.*', flags: '' }],
    ['f|re|startswith: a|b', { kind: 'regex', source: '(?:a|b).*', flags: '' }],
    ['f|re|endswith: (a|b)', { kind: 'regex', source: '.*(a|b)', flags: '' }],
    ['f|re: 4688', { kind: 'regex', source: '4688', flags: '' }],
    ["f|expand: '%a%-%b%'", text({ placeholder: 'a' }, '-', { placeholder: 'b' })],
    [String.raw`f|expand: '\%a%'`, text('%a%')],
    ["f|expand: '%not one%'", text('%not one%')],
    ["f|contains|expand: '%a%'", text(ANY, { placeholder: 'a' }, ANY)],
    ["f: '%a%'", text('%a%')],
    ['f|wide|contains: ab', text(ANY, 'a\0b\0', ANY)],
    ['f|utf16be: ab', text('\0a\0b')],
    ['f|utf16: a', text('\uFEFFa\0')],
  ];
  it.each(placed)('%s', (line, value) => {
    expect(valuesOf(line)).toEqual([value]);
  });

  const encoded: [string, string[]][] = [
    ['f|base64: foobar', ['Zm9vYmFy']],
    ['f|base64|contains: fö', ['*ZsO2*']],
    [String.raw`f|base64: a\*b`, ['YSpi']],
    ['f|wide|base64: ping', ['cABpAG4AZwA=']],
    ['f|utf16le|base64: ping', ['cABpAG4AZwA=']],
    ['f|utf16|base64: a', ['//5hAA==']],
    ['f|wide|base64: ö', ['9gA=']],
    ['f|base64offset|contains: http://', ['*aHR0cDovL*', '*h0dHA6Ly*', '*odHRwOi8v*']],
    ['f|base64offset|contains: föö', ['*ZsO2w7*', '*bDtsO2*', '*mw7bDt*']],
    ['f|utf16be|base64offset|contains: cmd', ['*AGMAbQBk*', '*BjAG0AZ*', '*AYwBtAG*']],
    [
      'f|base64offset: [foobar, barfoo]',
      ['Zm9vYmFy', 'Zvb2Jhc', 'mb29iYX', 'YmFyZm9v', 'JhcmZvb', 'iYXJmb2'],
    ],
    ['f|windash: -a', ['-a', '/a', '–a', '—a', '―a']],
    ["f|contains|windash: ' /x '", ['* -x *', '* /x *', '* –x *', '* —x *', '* ―x *']],
    ['f|windash: no dash', ['no dash']],
    ['f|windash: foo-bar', ['foo-bar']],
    ['f|windash: -foo-bar', ['-foo-bar', '/foo-bar', '–foo-bar', '—foo-bar', '―foo-bar']],
  ];
  it.each(encoded)('%s gives the alternatives', (line, values) => {
    expect(plainTexts(line)).toEqual(values);
  });

  it('expands every combination of several dashes', () => {
    const values = plainTexts("f|windash: ' -a /b '");
    expect(new Set(values).size).toBe(25);
    expect(values).toContain(' /a —b ');
    expect(new Set(plainTexts('f|windash: -a -b -c')).size).toBe(125);
  });

  it('finds whatever follows base64offset within the Base64 of any surrounding text', () => {
    const bytes = fc.string({ unit: 'grapheme', maxLength: 5 });
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const event = { f: Buffer.from(`${before}évil text${after}`).toString('base64') };
        expect(matches('f|base64offset|contains: évil text', event)).toBe(true);
      }),
    );
  });

  const wrong: [string, string][] = [
    ['f|contains: 12', 'HB_RULE_VALUE 6:17'],
    ['f|startswith: ~', 'HB_RULE_VALUE 6:19'],
    ['f|endswith: [a, true]', 'HB_RULE_VALUE 6:21'],
    ['f|contains: {a: b}', 'HB_RULE_VALUE 6:17'],
    ['f|contains: [[a]]', 'HB_RULE_VALUE 6:18'],
    ['f|base64: foo*', 'HB_RULE_VALUE 6:15'],
    ["f|expand|base64: '%a%'", 'HB_RULE_VALUE 6:22'],
    ['f|wide: ö', 'HB_RULE_VALUE 6:13'],
    ['f|wide|contains: ö', 'HB_RULE_VALUE 6:22'],
    ['f|windash: -a -b -c -d', 'HB_RULE_VALUE 6:16'],
    ['f|windash: 5', 'HB_RULE_VALUE 6:16'],
    ['f|cidr: 10.1.2.3/8', 'HB_RULE_VALUE 6:13'],
    ['f|cidr: not-an-ip', 'HB_RULE_VALUE 6:13'],
    ['f|cidr: 10.0.0.0/33', 'HB_RULE_VALUE 6:13'],
    ['f|cidr: 12', 'HB_RULE_VALUE 6:13'],
    ["f|exists: 'yes'", 'HB_RULE_VALUE 6:15'],
    ["f|gt: '10'", 'HB_RULE_VALUE 6:11'],
    ['f|hour: 1.5', 'HB_RULE_VALUE 6:13'],
    ['f|i: abc', 'HB_RULE_VALUE 6:10'],
    ['f|re: true', 'HB_RULE_VALUE 6:11'],
    ['f|re|cased: a', 'HB_RULE_VALUE 6:17'],
    ['f|fieldref: a*', 'HB_RULE_VALUE 6:17'],
    ["f|re: 'a(b'", 'HB_RULE_REGEX 6:13'],
    ["f|re: [ok, 'ab\\y']", 'HB_RULE_REGEX 6:19'],
    ['f|contains|re: a', 'HB_RULE_MODIFIER 6:5'],
    ['f|all|cidr: 10.0.0.0/8', 'HB_RULE_MODIFIER 6:5'],
    ['f|neq|exists: true', 'HB_RULE_MODIFIER 6:5'],
    ["'|exists': true", 'HB_RULE_MODIFIER 6:5'],
    ['f|: x', 'HB_RULE_MODIFIER 6:5'],
    ['f|Contains: x', 'HB_RULE_MODIFIER 6:5'],
    ['f|nonsense: x', 'HB_RULE_MODIFIER 6:5'],
  ];
  it.each(wrong)('refuses %s with its place', (line, fault) => {
    expect(faultOf(ruleText(`sel:\n  ${line}\ncondition: sel`))).toBe(fault);
  });

  it('names what it was given', () => {
    expect(parseError(ruleText('sel:\n  f|contains: 12\ncondition: sel')).message).toBe(
      'rule.yml:6:17: contains takes text, not the number 12',
    );
  });
});

describe('all and neq', () => {
  it('turn or into and, and into its opposite', () => {
    expect(itemOf('f|contains|all: [a, b]')).toMatchObject({ link: 'and', negated: false });
    expect(itemOf('f|neq: [a, b]')).toMatchObject({ link: 'or', negated: true });
    expect(matches('f|neq: x', { f: 'x' })).toBe(false);
    expect(matches('f|neq: x', { other: 1 })).toBe(true);
    expect(matches('f|neq|all: [a, b]', { f: ['a', 'b'] })).toBe(false);
    expect(matches('f|neq|all: [a, b]', { f: 'a' })).toBe(true);
  });

  it('ask for one alternative of each value', () => {
    const line = "f|contains|all|windash: [' -a', ' -b']";
    expect(matches(line, { f: 'x /a –b' })).toBe(true);
    expect(matches(line, { f: 'x /a -a' })).toBe(false);
    const negated = "f|contains|all|windash|neq: [' -a', ' -b']";
    expect(matches(negated, { f: 'x /a –b' })).toBe(false);
    expect(matches(negated, { f: 'x /a -a' })).toBe(true);
    expect(matches(negated, { g: 1 })).toBe(true);
  });
});
