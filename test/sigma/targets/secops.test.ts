import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/sigma/convert.ts';
import { parseRules } from '../../../src/sigma/parse.ts';
import { sharedPath, shared } from '../../support/data.ts';
import { deviations, explain } from './deviations/secops.ts';
import { golden, written } from './golden.ts';
import { hostileName, hostileText, matches, ruleOf, sigmaText } from './hostile-text.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');

describe('secops', () => {
  it('writes the cases as golden/secops.txt has them', () => {
    const { made, stored } = golden('secops');
    expect(made).toBe(stored);
  });

  it.skipIf(missing).each([
    ['extra/secops__none', 'none', 0.5],
    ['extra/secops__secops_udm', 'secops_udm', 0.6],
  ] as const)(`agrees with %s, or says why not${note}`, (file, pipelines, same) => {
    const oracle = { file, target: 'secops', pipelines: pipelines === 'none' ? [] : [pipelines] };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(result.same / result.total).toBeGreaterThan(same);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
  });

  it('keeps every value within its literal', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('secops', ruleOf('A|cased', sigmaText(value)));
        const match =
          /^A = (?:"((?:[^"\\\p{Cc}]|\\[\\"])*)"|\/\^((?:[^\\/\p{Cc}]|\\[^\p{Cc}])*)\$\/)$/su.exec(query);
        expect(match).not.toBe(null);
        const [, text, pattern] = match ?? [];
        if (text !== undefined) expect(text.replaceAll(/\\(.)/gs, '$1')).toBe(value);
        else expect(matches(pattern as string, value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('takes names that a search can hold, and refuses all others', () => {
    fc.assert(
      fc.property(hostileName(), (name) => {
        const query = written('secops', ruleOf(`${name}|startswith|cased`, 'x'));
        if (!query.startsWith('ERROR ')) expect(query).toMatch(/^[A-Za-z_@][\w@-]*(?:\.[\w@-]+)* = \/\^x\/$/);
      }),
      { numRuns: 300 },
    );
  });

  it('writes patterns that match their value only', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('secops', ruleOf('A|cased', `${sigmaText(value)}?`));
        const pattern = query.slice('A = /'.length, -1);
        expect(matches(pattern, `${value}x`)).toBe(true);
        expect(matches(pattern, `${value}xy`)).toBe(false);
        expect(matches(pattern, value)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['not a', '(A != /^x/ nocase AND A != /y$/ nocase)'],
    ['not b', '(B != 1 OR C != "z" nocase)'],
    ['not (a or b)', '(A != /^x/ nocase AND A != /y$/ nocase AND (B != 1 OR C != "z" nocase))'],
    ['a or b', 'A = /^x|y$/ nocase OR (B = 1 AND C = "z" nocase)'],
  ])('turns around what stands below not: %s', (condition, expected) => {
    const rule = `title: t\nlogsource: {product: x}\ndetection:\n  a: {A: ['x*', '*y']}\n  b: {B: 1, C: z}\n  condition: ${condition}\n`;
    expect(written('secops', rule)).toBe(expected);
  });

  const rule = parseRules(
    "title: t\nlogsource: {product: x}\ndetection:\n  a: {A: ['x*', '*y']}\n  condition: a\n",
    'rule.yml',
  ).rules[0];
  it.each([
    ['A = /^x|y$/ nocase', 'A = /x|y/ nocase'],
    ['A = 1 AND (A != "x" nocase AND B != 2)', 'A = 1 AND A = "x" nocase AND B = 2'],
    ['(A = 1 OR A = 2)', 'A = /1|2/ nocase'],
    ['A = "x" nocase AND B != "y" nocase', 'A = "x" nocase AND B = "y" nocase'],
  ])('a listed deviation hides nothing else: %s', (ours, theirs) => {
    if (rule === undefined) throw new Error('no rule');
    expect(explain(ours, theirs, rule)?.size).toBeGreaterThan(0);
    expect(explain(ours, theirs.replace(/[xy1]/, 'q'), rule)).toBe(null);
    expect(explain(ours, `${theirs} AND C = 1`, rule)).toBe(null);
    expect(explain(`${ours} AND C = 1`, theirs, rule)).toBe(null);
  });
});

describe('secops_udm', () => {
  it.each([
    [
      'category: process_creation, product: windows',
      "Image|endswith: '\\a.exe'\n    IntegrityLevel: High",
      '(metadata.event_type = "PROCESS_LAUNCH") AND (target.process.file.full_path = /\\\\a\\.exe$/ nocase AND target.process.integrity_level_rid = 12288)',
    ],
    [
      'category: network_connection, product: windows',
      "Initiated: 'true'\n    Protocol: tcp",
      '(metadata.event_type = "NETWORK_CONNECTION") AND (network.direction = "OUTBOUND" AND network.ip_protocol = "TCP")',
    ],
    ['product: windows, service: system', 'EventID: 7045', 'metadata.product_event_type = "7045" nocase'],
    ['product: windows, service: system', 'principal.hostname: x', 'principal.hostname = "x" nocase'],
    [
      'category: process_creation, product: windows',
      'Hashes|contains: SHA1=AB',
      '(metadata.event_type = "PROCESS_LAUNCH") AND (target.process.file.sha1 = /^AB/ nocase)',
    ],
  ])('writes what %s asks for in the fields of the model', (logsource, detection, expected) => {
    expect(converted(logsource, detection)).toBe(expected);
  });

  it.each([
    ['category: process_creation, product: windows', 'CurrentDirectory: x', 'CurrentDirectory'],
    ['category: ps_script, product: windows', 'ScriptBlockText: x', 'ScriptBlockText'],
    ['category: process_creation, product: windows', 'IntegrityLevel: Huge', 'is none of'],
    ['category: registry_set, product: windows', 'EventType|contains: Set', 'is none of'],
  ])('refuses what the model has not: %s, %s', (logsource, detection, reason) => {
    expect(converted(logsource, detection)).toContain(reason);
  });
});

function converted(logsource: string, detection: string): string {
  const { rules } = parseRules(
    `title: t\nlogsource: {${logsource}}\ndetection:\n  s:\n    ${detection}\n  condition: s\n`,
    'rule.yml',
  );
  const [made] = convert(
    { rules, correlations: [] },
    { target: 'secops', pipelines: ['secops_udm'] },
  ).conversions;
  return made?.error?.message ?? String(made?.queries[0]);
}
