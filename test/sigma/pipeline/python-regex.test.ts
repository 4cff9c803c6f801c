import { describe, expect, it } from 'vitest';
import { PythonRegex, parseReplacement, substitute } from '../../../src/sigma/pipeline/python-regex.ts';

const sub = (source: string, replacement: string, text: string): string => {
  const regex = new PythonRegex(source);
  return substitute(text, regex, parseReplacement(replacement, regex));
};

describe('expressions of pipelines', () => {
  it.each([
    ['(a)(b)?', '[\\1|\\2]', 'ab a', '[a|b] [a|]'],
    ['(?P<x>a)|(?P<y>b)', '<\\g<x>\\g<y>>', 'ab', '<a><b>'],
    ['a', '\\\\n\\n', 'a', '\\n\n'],
    ['x*', '-', 'abxd', '-a-b--d-'],
    ['[(](a)[)]', '\\1', '(a)', 'a'],
    ['(?i)(A)b', '\\1', 'aB', 'a'],
    ['(?:a)(b)', '\\g<1>\\g<0>', 'ab', 'bab'],
    ['(a)\\1', 'x', 'aa', 'x'],
    ['\\((\\w+)', '\\1', '(e', 'e'],
  ])('%s replaced by %s in %s gives %s', (source, replacement, text, expected) => {
    expect(sub(source, replacement, text)).toBe(expected);
  });

  it('refuses groups that are not there and escapes that mean nothing', () => {
    expect(() => sub('a', '\\1', 'a')).toThrow(/names the group 1/);
    expect(() => sub('(?P<x>a)', '\\g<y>', 'a')).toThrow(/names the group y/);
    expect(() => sub('a', '\\q', 'a')).toThrow(/escape \\q/);
  });

  it('takes less text the more its repetitions multiply', () => {
    const lengths = ['abc', 'a+', '.*a.*', '.*a.*b.*'].map((source) => new PythonRegex(source).maxLength);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(() => new PythonRegex('.*a.*b.*').search('x'.repeat(10_000))).toThrow(RangeError);
  });

  it('knows repetitions that can end in one place only', () => {
    const limit = (source: string): number => new PythonRegex(source).maxLength;
    expect(limit('\\w+=\\w+ [^)]+\\)')).toBe(limit('a+b'));
    expect(limit('\\w+=.+=')).toBeLessThan(limit('a+b'));
    expect(limit('^a+b')).toBeGreaterThan(limit('a+b'));
    expect(limit('EventID=(\\d+)')).toBe(1_000_000);
    expect(() => new PythonRegex('(?x)( a+ ) +')).toThrow(/flag x/);
  });

  it('is done in time with the worst text that it takes', () => {
    for (const source of ['.*a.*b', 'a+a+a+b', '[ab]*[ab]*c', '(x.*)y', 'a*a*a*a*b', 'b[^b]+c']) {
      const regex = new PythonRegex(source);
      const started = performance.now();
      regex.search('a'.repeat(regex.maxLength));
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it.each(['(a+)+', '(a|b)+', '((a)*)*', '(a+){2,}', '(?:a|ab)*c', '(a*b)*', '(?P<x>a+)*'])(
    'refuses %s',
    (source) => {
      expect(() => new PythonRegex(source)).toThrow(/time cannot be bounded/);
    },
  );

  it.each([
    '(a+)?',
    '(a|b)?',
    '[+]+',
    '\\(+',
    '(ab)+',
    '(a{2})+',
    'a|b',
    '(?:ab){2,3}',
    '(a|b){3}',
    '[^\\\\]+\\\\',
    '{}',
    'a{,b',
  ])('takes %s', (source) => {
    expect(() => new PythonRegex(source)).not.toThrow();
  });
});
