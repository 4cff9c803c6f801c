import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseValidators, fixText, parseRules, unifiedDiff } from '../../../src/sigma/index.ts';
import { meaningOf } from '../../../src/sigma/validators/meaning.ts';
import { detection, findings, ruleText } from './support.ts';

const options = { validators: chooseValidators({ conventions: ['sigmahq'] }) };
const fix = (text: string): string => fixText('rule_example.yml', text, options).text;

/** Lines that were changed, as `before -> after`, where both have as many. */
function changes(before: string): string[] {
  const now = fix(before).split('\n');
  return before
    .split('\n')
    .flatMap((line, index) => (line === now[index] ? [] : [`${line.trim()} -> ${now[index]?.trim()}`]));
}

describe('what is mended', () => {
  it.each([
    [{ date: "date: '2024/1/5' # day" }, "date: '2024/1/5' # day -> date: '2024-01-05' # day"],
    [{ status: 'status: Test' }, 'status: Test -> status: test'],
    [{ level: 'level: "HIGH"  # for now' }, 'level: "HIGH"  # for now -> level: "high"  # for now'],
    [{ tags: 'tags:\n    - attack.T1059 # shell' }, '- attack.T1059 # shell -> - attack.t1059 # shell'],
    [
      detection("a:\n    Image: '*x*'   # c\ncondition: a"),
      "Image: '*x*'   # c -> Image|contains: 'x'   # c",
    ],
    [detection("a:\n    Image: '*\\x'\ncondition: a"), "Image: '*\\x' -> Image|endswith: '\\x'"],
    [detection("a:\n    Image: 'x y*'\ncondition: a"), "Image: 'x y*' -> Image|startswith: 'x y'"],
    [detection("a:\n    Image|cased: '*x'\ncondition: a"), "Image|cased: '*x' -> Image|endswith|cased: 'x'"],
    [detection("a:\n    'Image': '*x'\ncondition: a"), "'Image': '*x' -> 'Image|endswith': 'x'"],
  ])('%j', (change, expected) => {
    expect(changes(ruleText(change))).toEqual([expected]);
  });

  it('entries that are there twice go, comments and layout stay', () => {
    const text = ruleText({
      references: 'references:\n    - a  # first\n\n    # between\n    - b\n    - a  # first',
    });
    expect(fix(text)).toBe(text.replace('    - b\n    - a  # first\n', '    - b\n'));
  });

  it('one thing after the other', () => {
    const text = ruleText({ tags: 'tags:\n    - attack.T1059\n    - attack.t1059' });
    expect(fix(text)).toBe(ruleText({ tags: 'tags:\n    - attack.t1059' }));
  });

  it('spaces at the ends of lines, with Windows line ends too', () => {
    const text = ruleText().replaceAll('\n', '\r\n');
    expect(fix(text.replace('status: test', 'status: test \t'))).toBe(text);
  });

  it('each document of a file', () => {
    const text = `${ruleText({ status: 'status: Test' })}---\n${ruleText({ status: 'status: Stable' })}`;
    expect(fix(text)).toBe(`${ruleText()}---\n${ruleText({ status: 'status: stable' })}`);
  });
});

describe('what is left alone', () => {
  it.each([
    // The number would be no text any more.
    detection('a:\n    Image: 12*\ncondition: a'),
    // The key is there already: the later one would replace it.
    detection("a:\n    Image|contains: 'y'\n    Image: '*x*'\ncondition: a"),
    // An escaped backslash before the wildcard, and an escaped wildcard.
    detection("a:\n    Image: 'x\\*'\ncondition: a"),
    detection("a:\n    Image:\n        - '*x*'\n        - 'y'\ncondition: a"),
    detection("a:\n    Image: ['*x*', '*y*']\ncondition: a"),
    detection('a:\n    Image: "\\x2ax*"\ncondition: a'),
    detection("a: &a\n    Image: '*x*'\nb: *a\ncondition: a or b"),
    { references: 'references: [a, a]' },
    { references: 'references:\n    - a  # one\n    - a  # two' },
  ])('%j', (change) => {
    const text = ruleText(change);
    const mended = fix(text);
    const meaning = (one: string): string => meaningOf(parseRules(one, 'rule.yml', { named: false }));
    expect(meaning(mended)).toBe(meaning(text));
    if (!text.includes('&a')) expect(mended).toBe(text);
  });

  it('a value with spaces at the end of a line of a literal block', () => {
    const text = ruleText(detection('a:\n    Image: |\n        x  \n        y\ncondition: a'));
    expect(fix(text)).toBe(text);
  });

  it('one fix that would change the meaning does not keep the others away', () => {
    const text = ruleText({ status: 'status: Test', ...detection('a:\n    Image: 12*\ncondition: a') });
    expect(fix(text)).toBe(text.replace('Test', 'test'));
  });

  it('a file that can not be parsed', () => {
    expect(fix('title: [\nstatus: Test  \n')).toBe('title: [\nstatus: Test  \n');
  });
});

describe('any rule', () => {
  const value = fc
    .array(fc.constantFrom('*', '?', '\\', "'", '"', 'a', 'B', ' ', '1', '#', ': ', '%', '\u00e9', '|'), {
      maxLength: 8,
    })
    .map((parts) => parts.join(''));
  const written = fc.oneof(
    value.map((text) => `'${text.replaceAll("'", "''")}'`),
    value.map((text) => JSON.stringify(text)),
    value,
  );

  it('means the same after it was mended, and has nothing more to mend', () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '|cased', '|all', '|windash', '|wide'),
        (values, modifier) => {
          const body =
            values.length === 1 ? ` ${values[0]}` : values.map((one) => `\n        - ${one}`).join('');
          const text = ruleText({
            status: 'status: TEST',
            ...detection(`a:\n    Image${modifier}:${body}\ncondition: a`),
          });
          const before = parseRules(text, 'rule.yml', { named: false });
          const result = fixText('rule.yml', text, options);
          expect(meaningOf(parseRules(result.text, 'rule.yml', { named: false }))).toBe(meaningOf(before));
          expect(fix(result.text)).toBe(result.text);
          if (before.errors.length === 0) expect(result.text).toContain('status: test');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('unified differences', () => {
  it('show the changed lines with three around them', () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
    const after = before.replace('line 1\n', 'line one\n').replace('line 15\n', '').replace('line 19', 'end');
    expect(unifiedDiff('./a/b.yml', `${before}\n`, after)).toBe(
      [
        '--- a/a/b.yml',
        '+++ b/a/b.yml',
        '@@ -1,5 +1,5 @@',
        ' line 0',
        '-line 1',
        '+line one',
        ' line 2',
        ' line 3',
        ' line 4',
        '@@ -13,8 +13,7 @@',
        ' line 12',
        ' line 13',
        ' line 14',
        '-line 15',
        ' line 16',
        ' line 17',
        ' line 18',
        '-line 19',
        '+end',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    );
  });

  it('of equal texts are empty', () => {
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
  });
});

it('findings that can be mended say so', () => {
  expect(findings(ruleText({ status: 'status: Test' })).map(({ fix: edits }) => edits)).toEqual([
    [{ start: expect.any(Number) as number, end: expect.any(Number) as number, text: 'test' }],
  ]);
});
