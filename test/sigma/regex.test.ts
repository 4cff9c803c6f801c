import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex } from '../../src/sigma/index.ts';

const found = (source: string, text: string, flags = ''): boolean => compileRegex(source, flags).test(text);

describe('regular expressions', () => {
  // Source, flags, texts that match, texts that do not.
  const table: [string, string, string[], string[]][] = [
    ['abc', '', ['xabcx'], ['ABC', 'ab']],
    ['abc', 'i', ['xABCx'], ['ab']],
    ['^b$', '', ['b', 'b\n'], ['a\nb', 'b\n\n', 'b\r']],
    ['^b$', 'm', ['a\nb\nc'], ['a\rb\rc']],
    ['a.c', '', ['abc', 'a\rc', 'a\u2028c'], ['a\nc']],
    ['a.c', 's', ['a\nc'], ['ac']],
    ['(?i)abc', '', ['ABC'], []],
    ['(?is)a.c', '', ['A\nC'], []],
    ['a(?i)b', '', ['aB', 'ab'], ['AB']],
    ['(?i:a)b', '', ['Ab'], ['AB']],
    ['(?i)a(?-i)b', '', ['Ab'], ['AB']],
    ['((?i)a)b', '', ['Ab'], ['aB']],
    ['x(?i:[a-c]é[^k-m])', '', ['xBÉd', 'xaéZ'], ['xdéd', 'xaéL', 'Xaéd']],
    ['(?s:a.)c.', '', ['a\ncx'], ['a\nc\n']],
    ['(?m:^a)', '', ['b\na'], ['ba']],
    ['(?x) a b # comment\n c', '', ['abc'], ['a b c']],
    [String.raw`\Aab\Z`, '', ['ab', 'ab\n'], ['xab', 'ab\n\n']],
    [String.raw`ab\z`, 'm', ['xab'], ['ab\n']],
    ['(?P<n>a)(?P=n)', '', ['aa'], ['ab']],
    [String.raw`(?<n>a)b\k<n>`, '', ['aba'], ['abb']],
    [String.raw`(a)(b)\2\1`, '', ['abba'], ['abab']],
    [String.raw`(a)(?:x)(b)\g{2}`, '', ['axbb'], ['axba']],
    [String.raw`(a)\1`, 'i', ['aA'], ['ab']],
    ['[[:alpha:]]+[[:digit:]]', '', ['ab1'], ['ab']],
    ['[[:^alpha:]x]', '', [], []],
    ['[]a]', '', [']', 'a'], ['b']],
    ['[^]a]', '', ['b'], [']', 'a']],
    ['[a[b]', '', ['[', 'a', 'b'], ['c']],
    [String.raw`[\w-]`, '', ['-', 'a'], ['+']],
    [String.raw`[\d.-x]`, '', ['5', '.', 'a'], ['z']],
    [String.raw`[\]\\\-^]`, '', [']', '\\', '-', '^'], ['a']],
    [String.raw`[\w+|\s]`, '', ['+', '|', ' ', 'a'], ['-']],
    ['a{2}', '', ['aa'], ['a']],
    ['a{,2}b', '', ['b', 'aab'], ['a']],
    ['a{x}', '', ['a{x}'], ['aaa']],
    ['{a', '', ['{a'], ['a']],
    ['a}', '', ['a}'], ['a']],
    [']', '', [']'], ['a']],
    ['a++b', '', ['aab'], []],
    ['a++ab', '', [], ['aaab']],
    ['a*+a', '', [], ['aaa']],
    ['(?:ab)?+c', '', ['abc', 'c'], []],
    ['(?>a|ab)c', '', ['ac'], ['abc']],
    ['(?>a+)b', '', ['aab'], []],
    ['(?>a){2}b', '', ['aab'], ['b']],
    [String.raw`(x)(?>a+)\1`, '', ['xaax'], ['xaa']],
    [String.raw`(x)a++\1`, '', ['xaax'], ['xaa']],
    ['foo(?=bar)', '', ['foobar'], ['foobaz']],
    ['(?<!a)b', '', ['cb'], ['ab']],
    ['(?<=a+)b', '', ['aab'], ['b']],
    ['a*?b', '', ['aab', 'b'], ['a']],
    ['^*a', '', ['a'], []],
    [String.raw`\x41\x{42}\u0043`, '', ['ABC'], ['abc']],
    [String.raw`\U0001F600`, '', ['😀'], ['x']],
    ['^😀$', '', ['😀'], []],
    ['[😀-😎]', '', ['😃'], ['x']],
    [String.raw`\p{Lu}\P{L}`, '', ['Ä1'], ['ä1']],
    [String.raw`\e\a\t\cA\0`, '', ['\x1b\x07\t\x01\0'], []],
    [String.raw`a\Q.*\Eb`, '', ['a.*b'], ['axxb']],
    [String.raw`a\hb`, '', ['a\tb', 'a b'], ['a\nb']],
    [String.raw`a\Rb`, '', ['a\r\nb', 'a\nb'], ['ab']],
    [String.raw`\"\'\-\_\/\<\@\ `, '', [`"'-_/<@ `], []],
    ['a(?#comment)b', '', ['ab'], ['a']],
    ['a|', '', ['', 'b'], []],
    ['(|a)b', '', ['b', 'ab'], ['a']],
    ['()', '', [''], []],
    [String.raw`\bcmd\b`, '', ['x cmd y'], ['xcmd']],
    ['/a', '', ['/a'], ['a']],
  ];
  it.each(table.filter(([source]) => !source.includes(':^')))('/%s/%s', (source, flags, yes, no) => {
    for (const text of yes) expect([text, found(source, text, flags)]).toEqual([text, true]);
    for (const text of no) expect([text, found(source, text, flags)]).toEqual([text, false]);
  });

  const wrong: [string, number][] = [
    ['a(b', 1],
    ['a)', 1],
    ['[a', 0],
    ['*a', 0],
    ['a**', 2],
    ['a\\', 1],
    [String.raw`a\y`, 1],
    [String.raw`a\K`, 1],
    [String.raw`\1`, 0],
    ['(?P=n)', 0],
    ['(?R)', 0],
    ['(?(1)a|b)', 0],
    ['(?|a|b)', 0],
    ['(*FAIL)', 0],
    ['(?<n>a)(?<n>b)', 7],
    ['[z-a]', 2],
    ['[[:nope:]]', 1],
    ['(?<=a++)b', 7],
    ['(?U)a', 0],
  ];
  it.each(wrong)('refuses %s at %i', (source, offset) => {
    expect(() => compileRegex(source, '')).toThrow(
      expect.objectContaining({ code: 'HB_RULE_REGEX', position: { offset } }),
    );
  });

  it('bounds size and nesting', () => {
    const refused = expect.objectContaining({ code: 'HB_RULE_REGEX' });
    expect(() => compileRegex('a'.repeat(100_000), '')).toThrow(refused);
    expect(() => compileRegex(`${'('.repeat(5000)}${')'.repeat(5000)}`, '')).toThrow(refused);
    expect(() => compileRegex('a{3,20000}', '')).toThrow(refused);
    expect(() => compileRegex('a{3,2}', '')).toThrow(refused);
  });

  it('finds every text that is escaped, with and without case', () => {
    const escape = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/gu, (char) => `\\${char}`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (text) => {
        fc.pre(!/[\d\p{M}]/u.test(text));
        expect(found(escape(text), `x${text}y`)).toBe(true);
        expect(found(`x${escape(text)}`, `x${text}`, 'i')).toBe(true);
      }),
      // Ignoring case in all of Unicode takes the engine milliseconds to compile.
      { numRuns: 30 },
    );
  });

  it('throws nothing but rule errors, whatever the source', () => {
    const pieces = fc.constantFrom(
      ...'\\ ( ) [ ] { } ? * + | ^ $ . , - : < > = ! # 1 2 a i P Q E k g d W b x (?: (?i) (?> [^ [: :]'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.constantFrom('', 'i', 'ims'), (list, flags) => {
        try {
          compileRegex(list.join(''), flags);
        } catch (error) {
          expect((error as { code: string }).code).toBe('HB_RULE_REGEX');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with the engine itself where both read the source alike', () => {
    const pieces = fc.constantFrom(
      'a',
      'b',
      'A',
      '.',
      'a*',
      'b+',
      '(a|b)',
      '[ab]',
      '[^a]',
      'a?',
      '(?:ab)*',
      'b{1,2}',
      '(?=a)',
      '\\w',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c') }),
        (list, text) => {
          const source = list.join('');
          expect(found(source, text)).toBe(new RegExp(source).test(text));
          expect(found(source, text, 'i')).toBe(new RegExp(source, 'i').test(text));
          expect(found(`(?i:${source})A?B?(?-i:)`, text)).toBe(new RegExp(source, 'i').test(text));
        },
      ),
    );
  });
});
