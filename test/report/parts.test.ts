import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAttackTags, tactics, techniqueUrl } from '../../src/sigma/index.ts';
import { Histogram } from '../../src/report/histogram.ts';
import { levelOf } from '../../src/report/levels.ts';
import { groupReasons } from '../../src/report/never-fire.ts';
import { HostCounts, Tallies } from '../../src/report/tally.ts';
import {
  bytesText,
  countText,
  isBefore,
  pickField,
  secondsText,
  timeSpan,
  valueText,
} from '../../src/report/text.ts';
import type { Finding } from '../../src/report/index.ts';
import { findings } from './fixture.ts';

describe('the histogram', () => {
  const day = 86_400_000;
  const from = Date.UTC(2010, 0);
  const times = fc.array(fc.integer({ min: from, max: Date.UTC(2030, 0) }), { minLength: 1, maxLength: 300 });
  const dense = fc.array(fc.integer({ min: from, max: from + day }), { minLength: 1, maxLength: 300 });

  it('counts every finding once, in the bin of its time', () => {
    fc.assert(
      fc.property(fc.oneof(times, dense), fc.integer({ min: 10, max: 120 }), (list, limit) => {
        const histogram = new Histogram();
        for (const at of list) histogram.add(new Date(at).toISOString(), 'high');
        const { bins, width } = histogram.render(limit);
        expect(bins.length).toBeLessThanOrEqual(limit);
        for (const bin of bins) {
          const within = list.filter((at) => at >= bin.start && at < bin.start + width * 1000);
          expect(bin.total).toBe(within.length);
          expect(bin.counts[1]).toBe(within.length);
        }
        expect(bins.reduce((sum, bin) => sum + bin.total, 0)).toBe(list.length);
      }),
    );
  });

  it('stays small for any number of different times', () => {
    const histogram = new Histogram();
    for (let i = 0; i < 50_000; i++) histogram.add(new Date(from + i * 7_919_000).toISOString(), 'low');
    const { bins } = histogram.render(120);
    expect(bins.length).toBeGreaterThan(20);
    expect(bins.reduce((sum, bin) => sum + bin.total, 0)).toBe(50_000);
  });

  it('sets aside what has no time or one that cannot be true', () => {
    const histogram = new Histogram();
    for (const time of [
      null,
      '',
      'text 5',
      '1601-01-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '+099999-01-01T00:00:00Z',
    ]) {
      histogram.add(time, 'low');
    }
    expect(histogram.undated).toBe(6);
    expect(histogram.render(100).bins).toEqual([]);
  });
});

describe('tallies', () => {
  it('do not depend on the order in which findings come', () => {
    const view = (list: readonly Finding[]): unknown => {
      const tallies = new Tallies();
      for (const finding of list) tallies.add(finding);
      return tallies
        .sorted()
        .map(({ rule, count, first, last, hosts }) => [rule.title, count, first, last, hosts.top(9)]);
    };
    const expected = view(findings);
    fc.assert(
      fc.property(fc.shuffledSubarray([...findings], { minLength: findings.length }), (list) => {
        expect(view(list)).toEqual(expected);
      }),
    );
  });

  it('tell apart rules of the same title in different files', () => {
    const finding = findings[0] as Finding;
    const tallies = new Tallies();
    tallies.add(finding);
    tallies.add({ ...finding, rule: { ...finding.rule, path: 'other.yml' } });
    expect(tallies.rules).toBe(2);
  });

  it('remember a bounded number of hosts and say when there are more', () => {
    const hosts = new HostCounts(3);
    for (const host of ['a', 'b', 'b', 'c', 'd', 'x'.repeat(1_000_000)]) hosts.add(host);
    expect(hosts.text(2)).toBe('b, a + 1 or more');
    const long = new HostCounts();
    long.add('x'.repeat(1_000_000));
    expect(long.top(1)[0]).toHaveLength(200);
  });
});

describe('ATT&CK tags', () => {
  it('are read with dashes or underscores, in any case', () => {
    const tags = ['attack.credential-access', 'attack.Lateral_Movement', 'attack.t1003.001', 'ATTACK.T1059'];
    const parsed = parseAttackTags(tags);
    expect(parsed.tactics.map(({ id }) => id)).toEqual(['TA0006', 'TA0008']);
    expect(parsed.techniques).toEqual(['T1003.001', 'T1059']);
  });

  it('that are something else are left out', () => {
    const tags = [
      'cve.2021-44228',
      'attack.g0032',
      'attack.s0002',
      'attack.t1003.001/../x',
      'attack.',
      'car.2013',
      't1003',
    ];
    expect(parseAttackTags(tags)).toEqual({ tactics: [], techniques: [] });
  });

  it('link to the page of the technique', () => {
    expect(techniqueUrl('T1003.001')).toBe('https://attack.mitre.org/techniques/T1003/001/');
    expect(techniqueUrl('T1003')).toBe('https://attack.mitre.org/techniques/T1003/');
  });

  it('know each tactic of the kill chain once', () => {
    expect(tactics.filter((tactic) => !tactic.retired)).toHaveLength(15);
    expect(new Set(tactics.map(({ tag }) => tag)).size).toBe(tactics.length);
  });
});

describe('reasons why rules never fire', () => {
  it('are grouped by kind, then by detail, most rules first', () => {
    const reasons = [
      'no event has A',
      'no events of x/y',
      'no event has B',
      'no event has B',
      'odd: 1',
      'odd: 2',
      'other',
    ];
    const groups = groupReasons(reasons.map((reason, i) => ({ path: `${i}.yml`, title: `${i}`, reason })));
    expect(groups.map(({ kind, count }) => [kind, count])).toEqual([
      ['no event has a field they need', 3],
      ['odd', 2],
      ['no events of their log source', 1],
      ['other', 1],
    ]);
    expect(groups[0]?.details.map(({ detail, rules }) => [detail, rules.length])).toEqual([
      ['B', 2],
      ['A', 1],
    ]);
  });
});

describe('text', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('%d is written %s', (count, expected) => {
    expect(countText(count)).toBe(expected);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 KB'],
    [104_000_000, '104 MB'],
    [3.2e9, '3.2 GB'],
    [4e12, '4.0 TB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(bytesText(bytes)).toBe(expected);
  });

  it.each([
    [0.0421, '42 ms'],
    [0.98, '0.98 s'],
    [12.34, '12.3 s'],
    [75.2, '1 min 15 s'],
    [3725, '1 h 2 min'],
  ])('%d seconds are %s', (seconds, expected) => {
    expect(secondsText(seconds)).toBe(expected);
  });

  it('times compare whatever their decimals', () => {
    expect(isBefore('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.1Z')).toBe(true);
    expect(isBefore('2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00Z')).toBe(false);
    expect(isBefore('2026-01-01T00:00:00.12Z', '2026-01-01T00:00:00.1234567Z')).toBe(true);
  });

  it('a span says the day once, and one moment once', () => {
    expect(timeSpan('2026-01-01T00:00:00Z', '2026-01-01T01:02:03.5Z')).toBe('2026-01-01 00:00:00 → 01:02:03');
    expect(timeSpan('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')).toBe(
      '2026-01-01 00:00:00 → 2026-01-02 00:00:00',
    );
    expect(timeSpan('2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.9Z')).toBe('2026-01-01 00:00:00');
    expect(timeSpan(null, null)).toBe('');
  });

  it('values read as a person would write them', () => {
    expect(valueText(['a', 1, 2n ** 64n, null, true, ['x', 'y']])).toBe(
      'a, 1, 18446744073709551616, , true, ["x","y"]',
    );
    expect(pickField({ A: '-', B: '', C: null, D: 7 }, ['A', 'B', 'C', 'D'])).toBe('7');
  });

  it('levels that Sigma does not know count as none', () => {
    expect([levelOf('HIGH'), levelOf('severe'), levelOf(null), levelOf('none')]).toEqual([
      'high',
      'none',
      'none',
      'none',
    ]);
  });
});
