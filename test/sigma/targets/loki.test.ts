import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedPath, shared } from '../../support/data.ts';
import { deviations } from './deviations/loki.ts';
import { golden, written } from './golden.ts';
import { hostileName, hostileText, matches, ruleOf, sigmaText } from './hostile-text.ts';
import { compareMicro } from './micro.ts';
import { compareOracle } from './oracle.ts';

const { missing, note } = sharedPath('oracle');
const start = '{job=~"eventlog|winlog|windows|fluentbit.*"} | json | ';

describe('loki', () => {
  it('writes the cases as golden/loki.txt has them', () => {
    const { made, stored } = golden('loki');
    expect(made).toBe(stored);
  });

  it.skipIf(missing)(`agrees with extra/loki__none, or says why not${note}`, () => {
    const oracle = { file: 'extra/loki__none', target: 'loki', pipelines: [] };
    const result = compareOracle(shared, oracle, deviations);
    expect(result.total).toBeGreaterThan(1000);
    expect(result.same / result.total).toBeGreaterThan(0.85);
    expect(1 - result.different.length / result.total).toBeGreaterThanOrEqual(0.97);
  });

  it.skipIf(missing)(`agrees on the micro-cases, or says why not${note}`, () => {
    expect(compareMicro(shared, 'loki|none|default', 'loki', deviations).different).toEqual([]);
  });

  it('keeps every value within its literal, and every name a label', () => {
    fc.assert(
      fc.property(hostileText(), hostileName(), (value, name) => {
        const query = written('loki', ruleOf(`${name}|cased`, sigmaText(value)));
        expect(query.startsWith(start)).toBe(true);
        const match = /^[A-Za-z_][A-Za-z0-9_]*=([^]*)$/.exec(query.slice(start.length));
        expect(read(match?.[1] ?? '')).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it('writes patterns that match their value only', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('loki', ruleOf('A|cased', `${sigmaText(value)}?`));
        const pattern = read(query.slice(`${start}A=~`.length));
        expect(matches(pattern, `${value}x`)).toBe(true);
        expect(matches(pattern, `${value}xy`)).toBe(false);
        expect(matches(pattern, value)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every keyword within its literal', () => {
    fc.assert(
      fc.property(hostileText(), (value) => {
        const query = written('loki', ruleOf('|cased', sigmaText(value)));
        expect(read(query.slice('{job=~"eventlog|winlog|windows|fluentbit.*"} |= '.length))).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['s and not k', '!~ `(?i)evil` !~ `(?i)bad` | json | A=~`(?i)^x$`'],
    ['s and k', '|~ `(?i)evil|bad` | json | A=~`(?i)^x$`'],
    [
      's or k',
      '| json | label_format keyword_0=`{{ count "(?i)evil|bad" __line__ }}` | A=~`(?i)^x$` or keyword_0!=`0`',
    ],
    [
      'not (s and k)',
      '| json | label_format keyword_0=`{{ count "(?i)evil|bad" __line__ }}` | A!~`(?i)^x$` or keyword_0=`0`',
    ],
  ])('puts keywords where they hold: %s', (condition, expected) => {
    const rule = `title: t\nlogsource: {product: windows}\ndetection:\n  k: [evil, bad]\n  s: {A: x}\n  condition: ${condition}\n`;
    expect(written('loki', rule)).toBe(`{job=~"eventlog|winlog|windows|fluentbit.*"} ${expected}`);
  });

  it('takes the stream and the parser as told', () => {
    expect(written('loki', ruleOf('A', 'x'), { selector: '{app="a"}', parser: 'logfmt' })).toBe(
      '{app="a"} | logfmt | A=~`(?i)^x$`',
    );
  });

  it('reads the lines where a group needs it', () => {
    const yaml = `title: c\ncorrelation: {type: event_count, rules: a, group-by: [user.name], timespan: 1M, condition: {gte: 2}}\n---\ntitle: a\nname: a\nlogsource: {product: linux}\ndetection: {s: [evil], condition: s}\n`;
    expect(written('loki', yaml)).toBe(
      'sum by (user_name) (count_over_time({job=~".+"} |~ `(?i)evil` | logfmt | user_name!=`` [2629746s])) >= 2',
    );
  });

  it('refuses what RE2 has not', () => {
    expect(written('loki', ruleOf('A|re', 'a(?=b)'))).toContain('cannot express a regular expression with');
  });
});

/** The text of a literal as Go reads it; it must be one literal and nothing else. */
function read(literal: string): string {
  const raw = /^`([^`\r\0]*)`$/.exec(literal);
  if (raw !== null) return raw[1] as string;
  expect(literal).toMatch(/^"(?:[^"\\\n\r\0]|\\(?:[\\"]|u[\da-f]{4}))*"$/);
  return JSON.parse(literal.replaceAll(/\p{Cc}/gu, '')) as string;
}
