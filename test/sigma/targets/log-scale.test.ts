import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { sharedPath, shared } from '../../support/data.ts';
import { deviations } from './deviations/log_scale.ts';
import { golden, written } from './golden.ts';
import { hostileName, hostileText, ruleOf, sigmaText } from './hostile-text.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('log_scale', () => {
  it('writes the cases as golden/log_scale.txt has them', () => {
    const { made, stored } = golden('log_scale');
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['extra/log_scale__none', 'none'],
    ['extra/log_scale__crowdstrike_fdr', 'crowdstrike_fdr'],
  ])(`agrees with %s, or says why not${note}`, (file, pipelines) => {
    const oracle = { file, target: 'log_scale', pipelines: pipelines === 'none' ? [] : [pipelines] };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(result.same / result.total).toBeGreaterThan(0.9);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
  });

  it.skipIf(missing)(`agrees on the micro-cases, or says why not${note}`, () => {
    expect(compareMicro(shared, 'log_scale|none|default', 'log_scale', deviations).different).toEqual([]);
  });

  it('keeps every value and name within its literal', () => {
    fc.assert(
      fc.property(hostileText(), hostileName(), (value, name) => {
        const query = written('log_scale', ruleOf(`${name}|startswith|cased`, sigmaText(value)));
        const match = /^(?:"((?:[^"\\]|\\[^])*)"|([\w.@]+))=\/\^((?:[^\\/\n\r\0]|\\[^\n\r\0])*)\/$/.exec(
          query,
        );
        expect(match).not.toBe(null);
        expect(match?.[1] === undefined ? match?.[2] : read(match[1])).toBe(name);
        expect(read(match?.[3] ?? '')).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it('writes patterns that match their value only', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('log_scale', ruleOf('A|cased', `${sigmaText(value)}?`));
        const pattern = new RegExp(query.slice('A=/'.length, -1), 's');
        expect(pattern.test(`${value}x`)).toBe(true);
        expect(pattern.test(`${value}xy`)).toBe(false);
        expect(pattern.test(value)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a/b', 'a\\/b'],
    ['a\\/b', 'a\\/b'],
    ['[/"]', '[\\/"]'],
  ])('escapes the slashes of the expression %s', (source, expected) => {
    expect(written('log_scale', ruleOf('A|re', source))).toBe(`A=/${expected}/`);
  });

  it('puts networks that must hold behind the search, others into it', () => {
    const rule = (condition: string): string =>
      `title: t\nlogsource: {product: zeek}\ndetection:\n  a: {A|cidr: [10.0.0.0/8, 'fe80::/10']}\n  b: {B: x}\n  condition: ${condition}\n`;
    expect(written('log_scale', rule('b and not a'))).toBe(
      'B=/^x$/i| !cidr(A, subnet=["10.0.0.0/8", "fe80::/10"])',
    );
    expect(written('log_scale', rule('b or a'))).toBe(
      'B=/^x$/i or cidr(A, subnet=["10.0.0.0/8", "fe80::/10"])',
    );
  });
});

describe('crowdstrike_fdr', () => {
  it.each([
    ['Image: C:\\a.exe', 'ImageFileName=/^\\\\Device\\\\HarddiskVolume.\\\\a\\.exe$/i'],
    ["Image|startswith: '\\\\\\\\srv'", 'ImageFileName=/^\\\\Device\\\\Mup\\\\srv/i'],
    ["Image|contains: ':\\Temp\\'", 'ImageFileName=/\\\\Temp\\\\/i'],
    ["ParentImage|endswith: '\\cmd.exe'", 'ParentBaseFileName=/^cmd\\.exe$/i'],
    ['ParentImage|endswith: cmd.exe', 'ParentBaseFileName=/cmd\\.exe$/i'],
    ['Hashes|contains: MD5=ABCD', 'MD5HashData=/^ABCD/i'],
    ['IntegrityLevel: High', 'IntegrityLevel=/^12288$/i'],
  ])('writes %s as the events have it', (detection, expected) => {
    expect(converted(detection)).toMatch(
      / event_simpleName=\/\^ProcessRollup2\$\/i or event_simpleName=\/\^SyntheticProcessRollup2\$\/i /,
    );
    expect(converted(detection).endsWith(` ${expected}`)).toBe(true);
  });

  it.each([
    ["ParentImage|endswith: '\\System32\\cmd.exe'", 'only the name of the file'],
    ['ParentImage: C:\\cmd.exe', 'only the name of the file'],
    ['ParentCommandLine: x', 'ParentCommandLine'],
    ['Hashes|contains: IMPHASH=00', 'holds no hash'],
  ])('refuses %s', (detection, reason) => {
    expect(converted(detection)).toContain(reason);
  });
});

function converted(detection: string): string {
  const { rules } = parseRules(
    `title: t\nlogsource: {category: process_creation, product: windows}\ndetection:\n  s:\n    ${detection}\n  condition: s\n`,
    'rule.yml',
  );
  const [made] = convert(
    { rules, correlations: [] },
    { target: 'log_scale', pipelines: ['crowdstrike_fdr'] },
  ).conversions;
  return made?.error?.message ?? String(made?.queries[0]);
}

/** The inner of a literal as LogScale reads it. */
function read(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|([^]))/g,
    (_, short?: string, long?: string, char = '') => {
      const code = short ?? long;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return { n: '\n', r: '\r', t: '\t' }[char as string] ?? (char as string);
    },
  );
}
