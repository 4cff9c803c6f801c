import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HuntbookError } from '../../src/errors.ts';
import { parseChainPattern, type ChainPatternOptions } from '../../src/rules/index.ts';
import { checkRules, parseRules, toExpression } from '../../src/sigma/index.ts';
import type { ParseResult, SigmaRule } from '../../src/sigma/index.ts';
import { evaluate } from '../sigma/reference.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 20_000 : 1000;
const read = (pattern: string, options?: ChainPatternOptions): ParseResult => {
  const parsed = parseRules(parseChainPattern(pattern, options), 'chain.yml');
  expect(parsed.errors).toEqual([]);
  expect(parsed.notices).toEqual([]);
  return parsed;
};
const matches = (rule: SigmaRule | undefined, Image: string, CommandLine = ''): boolean =>
  evaluate(toExpression(rule as SigmaRule, 0), { Image, CommandLine });

function faultOf(pattern: string, options?: ChainPatternOptions): string {
  try {
    parseChainPattern(pattern, options);
  } catch (error) {
    expect(error).toBeInstanceOf(HuntbookError);
    expect((error as HuntbookError).code).toBe('HB_USAGE');
    return (error as HuntbookError).message;
  }
  throw new Error('it was taken');
}

describe('a chain in short form', () => {
  it('becomes rules and a chain that a person would keep', () => {
    expect(parseChainPattern('cmd.exe > powershell.exe "-enc" >> winword.exe|excel.exe'))
      .toMatchInlineSnapshot(`
      "title: 'Step 1 of 3: cmd.exe'
      id: c7c48d7d-784c-827d-a623-fc62cf2fcb1b
      name: step_1_918f2f
      status: experimental
      description: A step of the chain of processes below.
      logsource:
        category: process_creation
        product: windows
      detection:
        selection:
          Image|endswith: '\\cmd.exe'
        condition: selection
      level: informational
      ---
      title: 'Step 2 of 3: powershell.exe "-enc"'
      id: 10de4b62-dbbc-8cd7-8964-04ddcf5c07d6
      name: step_2_918f2f
      status: experimental
      description: A step of the chain of processes below.
      logsource:
        category: process_creation
        product: windows
      detection:
        selection:
          Image|endswith: '\\powershell.exe'
          CommandLine|contains: '-enc'
        condition: selection
      level: informational
      ---
      title: 'Step 3 of 3: winword.exe|excel.exe'
      id: 33e5701f-3a56-8494-a430-4d699c1c5d0b
      name: step_3_918f2f
      status: experimental
      description: A step of the chain of processes below.
      logsource:
        category: process_creation
        product: windows
      detection:
        selection:
          Image|endswith:
            - '\\winword.exe'
            - '\\excel.exe'
        condition: selection
      level: informational
      ---
      title: 'cmd.exe > powershell.exe "-enc" >> winword.exe|excel.exe'
      id: 306c741b-e043-84e3-8f79-fa33c5ebc864
      name: chain_918f2f
      status: experimental
      description: 'Processes of one host, each started by or below the one before: cmd.exe > powershell.exe "-enc" >> winword.exe|excel.exe'
      correlation:
        type: process_chain
        rules:
          - step_1_918f2f
          - step_2_918f2f
          - step_3_918f2f
        relation:
          - child
          - descendant
        timespan: 10m
      level: medium
      "
    `);
  });

  it('says how steps are related, once where all are alike', () => {
    const chainOf = (pattern: string) => read(pattern).correlations[0]?.chain?.relations;
    expect(chainOf('a>b>c')).toEqual(['child', 'child']);
    expect(chainOf('a >> b')).toEqual(['descendant']);
    expect(chainOf('a > b >> c')).toEqual(['child', 'descendant']);
    expect(parseChainPattern('a > b > c')).toContain('relation: child\n');
  });

  it('takes time, depth, title and what may not stand between', () => {
    const { correlations, rules } = read('a.exe >> b.exe', {
      within: '2h',
      maxDepth: 4,
      notBetween: 'explorer.exe | "total cmd.exe"',
      title: "It's mine",
    });
    expect(correlations[0]).toMatchObject({
      title: "It's mine",
      timespan: { seconds: 7200 },
      chain: { maxDepth: 4 },
    });
    expect(correlations[0]?.chain?.notBetween).toEqual([rules[2]?.name]);
    expect(matches(rules[2], 'C:\\total cmd.exe')).toBe(true);
  });

  it('matches file names, patterns of file names, and whole paths', () => {
    const [bare, pattern, path, any] = read('cmd.exe > w*.e?e > C:\\Users\\*\\x.exe > *').rules;
    expect(matches(bare, 'C:\\Windows\\System32\\CMD.EXE')).toBe(true);
    expect(matches(bare, 'C:\\mycmd.exe')).toBe(false);
    expect(matches(pattern, 'C:\\a\\Winword.exe')).toBe(true);
    expect(matches(pattern, 'C:\\Windows\\explorer.exe')).toBe(false);
    expect(matches(pattern, 'winword.exe')).toBe(true);
    expect(matches(path, 'c:\\users\\ann\\temp\\x.exe')).toBe(true);
    expect(matches(path, 'D:\\c:\\users\\ann\\x.exe')).toBe(false);
    expect(matches(any, 'whatever')).toBe(true);
  });

  it('wants all texts of the command line, as they are', () => {
    const [step] = read(`a.exe "-e *" 'it''s' > b.exe`).rules;
    expect(matches(step, '\\a.exe', "x -E * IT'S")).toBe(true);
    expect(matches(step, '\\a.exe', "x -e something it's")).toBe(false);
    expect(matches(step, '\\a.exe', 'x -e *')).toBe(false);
  });

  it('gives the same text for the same chain, and other names for another', () => {
    expect(parseChainPattern('a > b')).toBe(parseChainPattern('a > b'));
    const names = (pattern: string) => read(pattern).rules.flatMap(({ name, id }) => [name, id]);
    expect(new Set([...names('a > b'), ...names('a >> b')]).size).toBe(8);
    expect(names('a > a').length).toBe(4);
  });

  it('passes the checks of rules', () => {
    const text = parseChainPattern('cmd.exe > "a b.exe" "x" >> p*|q', { notBetween: 'explorer.exe' });
    const path = 'proc_creation_chain.yml';
    expect(checkRules([{ path, text, parsed: parseRules(text, path) }])).toEqual([]);
  });

  it.each([
    ['', 'column 1: an image is missing', 0],
    ['cmd.exe', 'column 8: a chain needs two steps', 7],
    ['> b', 'column 1: an image is missing', 0],
    ['a > ', 'column 5: an image is missing', 4],
    ['a >>> b', 'column 5: between steps stands', 4],
    ['a b > c', 'column 3: between steps stands > or >>', 2],
    ['a | > b', 'column 5: an image is missing after |', 4],
    ['| a > b', 'column 1: an image is missing before |', 0],
    ['a > "b', 'column 5: the quote " is not closed', 4],
    ['a > ""', 'column 5: there is nothing in these quotes', 4],
    ['a "x" | b > c', 'column 7: texts of the command line come after', 6],
    ['a > C:\\x\\', 'column 5: an image is a file', 4],
    ["a > ' b'", 'column 5: an image begins or ends with a space', 4],
    ['a\u0007 > b', 'column 2: a character that can not be printed', 1],
    ['1>2>3>4>5>6>7>8>9>10>11', 'column 22: a chain has 10 steps at most', 21],
  ])('shows where %j is wrong', (pattern, message, column) => {
    const [first = '', shown = '', caret = ''] = faultOf(pattern).split('\n');
    expect(first).toContain(message);
    expect(shown).toBe(`  ${pattern.replace('\u0007', '?')}`);
    expect(caret).toBe(`${' '.repeat(column + 2)}^`);
  });

  it('shows a part of what is long, and refuses what is endless', () => {
    const [, shown = '', caret = ''] = faultOf(`${'a'.repeat(400)} > "b`).split('\n');
    expect(shown.length).toBeLessThan(120);
    expect(shown[caret.length - 1]).toBe('"');
    expect(faultOf('a'.repeat(10_001))).toContain('longer than 10000 characters');
  });

  it.each<[ChainPatternOptions, string]>([
    [{ within: '10' }, 'is no span of time'],
    [{ maxDepth: 0 }, 'a whole number from 1 to 1000'],
    [{ notBetween: 'a > b' }, 'one step, without >'],
    [{ notBetween: '' }, 'an image is missing'],
    [{ title: ' ' }, 'the title must be printable'],
  ])('refuses %j', (options, message) => {
    expect(faultOf('a >> b', options)).toContain(message);
  });

  it('needs some depth for a depth', () => {
    expect(faultOf('a > b', { maxDepth: 3 })).toContain('a depth has no meaning');
  });
});

const word = fc.string({
  unit: fc.constantFrom(...'aB9 .*?"\'\\/:|>()[]{}^$+-#%&!äß漢\u202e'),
  minLength: 1,
  maxLength: 8,
});
const image = word.filter((text) => text.trim() === text && !/[\\/]$/u.test(text));
const step = fc.record({
  images: fc.array(image, { minLength: 1, maxLength: 3 }),
  texts: fc.array(word, { maxLength: 2 }),
});

const quoted = (text: string, quote: string): string => quote + text.replaceAll(quote, quote + quote) + quote;

/** Whether a whole text is that of a pattern with `*` and `?`; both without case. */
function fits(pattern: string, text: string, any: (char: string) => boolean): boolean {
  const [head, ...rest] = Array.from(pattern);
  const chars = Array.from(text);
  if (head === undefined) return text === '';
  const after = rest.join('');
  if (head === '*')
    return (
      fits(after, text, any) ||
      (chars[0] !== undefined && any(chars[0]) && fits(pattern, chars.slice(1).join(''), any))
    );
  const [first] = chars;
  if (first === undefined || !(head === '?' ? any(first) : head === first)) return false;
  return fits(after, chars.slice(1).join(''), any);
}

/** From the words of the description: what a step's image says of a path. */
function means(name: string, path: string): boolean {
  const [pattern, text] = [name.toLowerCase(), path.toLowerCase()];
  if (pattern === '*' || /[\\/:]/u.test(pattern)) return fits(pattern, text, () => true);
  if (!/[*?]/u.test(pattern)) return text.endsWith(`\\${pattern}`);
  return fits(pattern, text.slice(text.lastIndexOf('\\') + 1), (char) => char !== '\\');
}

describe('any chain in short form', () => {
  it('reads back as what was written', () => {
    const steps = fc.array(step, { minLength: 2, maxLength: 4 });
    const arrows = fc.array(fc.constantFrom('>', '>>'), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        steps,
        arrows,
        fc.constantFrom('"', "'"),
        fc.array(word),
        (list, between, quote, folders) => {
          const written = list.map(({ images, texts }) =>
            [
              images.map((one) => quoted(one, quote)).join('|'),
              ...texts.map((one) => quoted(one, quote)),
            ].join(' '),
          );
          const pattern = written.reduce((left, right, at) => `${left} ${between[at - 1]} ${right}`);
          const { rules, correlations } = read(pattern);
          expect(correlations[0]?.rules).toEqual(rules.map(({ name }) => name));
          expect(correlations[0]?.chain?.relations).toEqual(
            list.slice(1).map((_, at) => (between[at] === '>' ? 'child' : 'descendant')),
          );
          for (const [at, { images, texts }] of list.entries()) {
            const command = `${texts.join(' ')} ${folders.join('')}`;
            for (const name of list
              .flatMap((one) => one.images)
              .flatMap((one) => [one, `C:\\${one}`, `c:/x\\y${one}`])) {
              const wanted = images.some((one) => means(one, name));
              expect(matches(rules[at], name, command), `${pattern} on ${name}`).toBe(wanted);
            }
            const known = texts.every((text) => folders.join('').toLowerCase().includes(text.toLowerCase()));
            expect(matches(rules[at], images[0] as string, folders.join(''))).toBe(
              known && images.some((one) => means(one, images[0] as string)),
            );
          }
        },
      ),
      { numRuns: runs },
    );
  });
});
