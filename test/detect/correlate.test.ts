import { describe, expect, it } from 'vitest';
import {
  compileRuleSet,
  CorrelationPlan,
  Correlator,
  correlationTime,
  isoTime,
  type CorrelationHit,
  type RuleSet,
} from '../../src/detect/index.ts';
import type { CorrelatorOptions } from '../../src/detect/index.ts';
import type { Value } from '../../src/events/index.ts';
import { parseRules } from '../../src/sigma/index.ts';

const second = 1e7;
const rule = (name: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: {category: test}\ndetection: {s: {a: 1}, condition: s}\n`;

function setOf(...bodies: readonly string[]): RuleSet {
  const correlations = bodies.map((body, i) => `title: C${i}\nname: c${i}\ncorrelation: {${body}}\n`);
  const text = [rule('a'), rule('b'), rule('c'), ...correlations].join('---\n');
  const set = compileRuleSet(parseRules(text, 'test.yml'), { mode: 'raw' });
  expect(set.refused).toEqual([]);
  return set;
}

type Event = Readonly<Record<string, Value>> & { readonly rule: string; readonly at: number };

function run(
  set: RuleSet,
  events: readonly Event[],
  options: Omit<CorrelatorOptions<Event>, 'onHit'> & { readonly horizon?: number } = {},
) {
  const plan = new CorrelationPlan(set.correlations);
  const hits: CorrelationHit<Event>[] = [];
  const correlator = new Correlator<Event>(plan, { ...options, onHit: (hit) => void hits.push(hit) });
  for (const event of events) {
    const index = ['a', 'b', 'c'].indexOf(event.rule);
    const values = plan.fieldsOf(index).map((name) => event[name] ?? null);
    correlator.add({ rule: index, time: event.at * second, values, event });
  }
  correlator.flush(options.horizon === undefined ? undefined : options.horizon * second);
  return { hits, counts: correlator.counts, correlator };
}

const times = (hits: readonly CorrelationHit<Event>[]) =>
  hits.map((hit) => hit.events.map(({ event }) => event.at));

describe('groups', () => {
  const set = setOf('type: event_count, rules: a, group-by: [u, h], timespan: 10s, condition: {gte: 2}');

  it('are told apart by values without case and type', () => {
    const { hits } = run(set, [
      { rule: 'a', at: 1, u: 'Anna', h: 5 },
      { rule: 'a', at: 2, u: 'ANNA', h: '5' },
      { rule: 'a', at: 3, u: 'anna5', h: '' },
      { rule: 'a', at: 4, u: 'anna', h: '5' },
    ]);
    expect(hits.map(({ group, count }) => [group, count])).toEqual([[['Anna', 5], 3]]);
  });

  it('leave out events that lack a field', () => {
    const { hits, correlator } = run(set, [
      { rule: 'a', at: 1, u: 'x' },
      { rule: 'a', at: 2, u: 'x', h: null },
      { rule: 'a', at: 3, u: 'x', h: 1 },
    ]);
    expect(hits).toEqual([]);
    expect(correlator.grouping(0)).toEqual({ grouped: 1, ungrouped: 2 });
  });

  it('cannot be made to look alike by what values hold', () => {
    const { hits } = run(set, [
      { rule: 'a', at: 1, u: '1:x', h: 'y' },
      { rule: 'a', at: 2, u: '1', h: 'x1:y' },
      { rule: 'a', at: 3, u: ['a', 'b'], h: 'y' },
      { rule: 'a', at: 4, u: '["a","b"]', h: 'y2' },
    ]);
    expect(hits).toEqual([]);
  });
});

describe('numbers', () => {
  const bytes = (...values: Value[]): Event[] => values.map((n, i) => ({ rule: 'a', at: i, n }));
  const valueOf = (type: string, condition: string, events: Event[]): number | undefined =>
    run(setOf(`type: ${type}, rules: a, timespan: 1h, condition: {field: n, ${condition}}`), events).hits[0]
      ?.value;

  it('are read from text, and what is none has no part', () => {
    expect(valueOf('value_sum', 'gt: 5', bytes(1, '2', ' 3.5 ', 'x', '0x10', true, null, [9], 10n))).toBe(
      16.5,
    );
    expect(valueOf('value_sum', 'gte: 0', bytes('x', null))).toBeUndefined();
    expect(valueOf('value_avg', 'gte: 4', bytes(2, 'x', '6'))).toBe(4);
  });

  it('have a median and percentiles between neighbours', () => {
    expect(valueOf('value_median', 'gt: 4', bytes(1, 9))).toBe(5);
    expect(
      valueOf('value_percentile', 'gt: 9, percentile: 95', bytes(...Array.from({ length: 11 }, (_, i) => i))),
    ).toBe(9.5);
    expect(valueOf('value_percentile', 'gte: 0, percentile: 0', bytes(5, 7))).toBe(5);
  });

  it('are counted once for an event that two rules matched', () => {
    const set = setOf('type: value_sum, rules: [a, b], timespan: 1h, condition: {field: n, gte: 0}');
    const plan = new CorrelationPlan(set.correlations);
    const hits: CorrelationHit<string>[] = [];
    const correlator = new Correlator<string>(plan, { onHit: (hit) => void hits.push(hit) });
    for (const index of [0, 1]) correlator.add({ rule: index, time: 0, values: [7], event: 'one' });
    correlator.flush();
    expect(hits[0]).toMatchObject({ value: 7, count: 1 });
  });
});

describe('order', () => {
  const ordered = setOf('type: temporal_ordered, rules: [a, b], timespan: 10s');

  it('is of times: at the same time nothing is before another', () => {
    expect(
      run(ordered, [
        { rule: 'a', at: 1 },
        { rule: 'b', at: 1 },
      ]).hits,
    ).toEqual([]);
    expect(
      run(ordered, [
        { rule: 'b', at: 1 },
        { rule: 'a', at: 2 },
      ]).hits,
    ).toEqual([]);
    expect(
      run(ordered, [
        { rule: 'a', at: 1 },
        { rule: 'b', at: 11 },
      ]).hits,
    ).toHaveLength(1);
    expect(
      run(ordered, [
        { rule: 'a', at: 1 },
        { rule: 'b', at: 11.1 },
      ]).hits,
    ).toEqual([]);
  });

  it('of some of the rules leaves out others', () => {
    const two = setOf('type: temporal_ordered, rules: [a, b, c], timespan: 10s, condition: {gte: 2}');
    const events: Event[] = [
      { rule: 'b', at: 1 },
      { rule: 'a', at: 2 },
      { rule: 'c', at: 3 },
    ];
    expect(run(two, events).hits[0]?.value).toBe(2);
  });
});

describe('conditions with not', () => {
  const set = setOf('type: temporal, condition: a and b and not c, timespan: 10s');
  const pair: Event[] = [
    { rule: 'a', at: 1 },
    { rule: 'b', at: 2 },
  ];

  it('hold when the window is over and nothing came', () => {
    expect(times(run(set, pair, { horizon: 11 }).hits)).toEqual([[1, 2]]);
    expect(run(set, [...pair, { rule: 'c', at: 11 }], { horizon: 20 }).hits).toEqual([]);
    // The window from 1 to 11 ends before the c.
    expect(times(run(set, [...pair, { rule: 'c', at: 11.5 }], { horizon: 20 }).hits)).toEqual([[1, 2]]);
  });

  it('do not hold while something may still come', () => {
    expect(run(set, pair, { horizon: 10 }).hits).toEqual([]);
  });
});

describe('chains', () => {
  it('count a finding once, however long it is, and take over fields that its group lacks', () => {
    const set = setOf(
      'type: event_count, rules: a, group-by: u, timespan: 10s, condition: {gte: 2}',
      'type: event_count, rules: c0, group-by: h, timespan: 1h, condition: {gte: 2}',
    );
    const burst = (u: string, from: number, h: string): Event[] =>
      [0, 1, 2, 3].map((n) => ({ rule: 'a', at: from + n, u, h }));
    expect(run(set, burst('x', 0, 'h1')).hits).toEqual([]);
    const { hits } = run(set, [...burst('x', 0, 'h1'), ...burst('y', 100, 'h1'), ...burst('z', 200, 'h2')]);
    expect(hits.map(({ correlation, group, value, count }) => [correlation, group, value, count])).toEqual([
      [1, ['h1'], 2, 8],
    ]);
    expect(times(hits)).toEqual([[0, 1, 2, 3, 100, 101, 102, 103]]);
  });
});

describe('limits', () => {
  const count = setOf('type: event_count, rules: a, group-by: u, timespan: 1h, condition: {gte: 3}');

  it('keep the window of one group bounded, and say what was dropped', () => {
    const events = Array.from({ length: 50 }, (_, at): Event => ({ rule: 'a', at, u: 'x' }));
    const { hits, counts, correlator } = run(count, events, { maxWindow: 10 });
    expect(hits[0]).toMatchObject({ value: 10, count: 50 });
    expect(counts.dropped).toBe(40);
    expect(correlator.open).toBe(0);
  });

  it('keep all windows bounded together, the quiet groups going first', () => {
    const events = Array.from({ length: 60 }, (_, at): Event => ({
      rule: 'a',
      at,
      u: at < 30 ? `u${at}` : 'busy',
    }));
    const { hits, counts } = run(count, events, { maxOpen: 20 });
    expect(hits.map(({ group }) => group)).toEqual([['busy']]);
    expect(counts.dropped).toBeGreaterThan(0);
  });

  it('keep all windows bounded, also of groups that come at the same moment', () => {
    const events = Array.from({ length: 60 }, (_, i): Event => ({ rule: 'a', at: 1, u: `u${i}` }));
    const plan = new CorrelationPlan(count.correlations);
    const correlator = new Correlator<Event>(plan, { onHit: () => {}, maxOpen: 20, maxDelay: 0 });
    for (const event of events)
      correlator.add({ rule: 0, time: second, values: [event['u'] as string], event });
    correlator.add({ rule: 0, time: 2 * second, values: ['other'], event: { rule: 'a', at: 2 } });
    expect(correlator.open).toBeLessThanOrEqual(20);
    correlator.flush();
    expect(correlator.counts.dropped).toBe(41);
  });

  it('judge the oldest early when too many wait, and count what comes after that', () => {
    const events = Array.from({ length: 100 }, (_, at): Event => ({ rule: 'a', at, u: 'x' }));
    const { hits, counts } = run(count, [...events, { rule: 'a', at: 0, u: 'x' }], { maxPending: 20 });
    expect(hits[0]?.count).toBe(100);
    expect(counts.late).toBe(1);
  });

  it('hand on some events of each rule, and count all', () => {
    const set = setOf('type: temporal, rules: [a, b], timespan: 1h');
    const events = Array.from({ length: 40 }, (_, at): Event => ({ rule: at < 39 ? 'a' : 'b', at }));
    const { hits } = run(set, events, { maxEvents: 10 });
    expect(hits[0]?.count).toBe(40);
    expect(times(hits)).toEqual([[0, 1, 2, 3, 4, 39]]);
  });

  it('open windows hold what a window holds, not the whole stream', () => {
    const set = setOf('type: event_count, rules: a, group-by: u, timespan: 10s, condition: {gte: 3}');
    const plan = new CorrelationPlan(set.correlations);
    const correlator = new Correlator<number>(plan, { onHit: () => {}, maxDelay: 5 * second });
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      correlator.add({ rule: 0, time: i * second, values: [`u${i % 500}`], event: i });
      most = Math.max(most, correlator.open + correlator.pending);
    }
    expect(most).toBeLessThanOrEqual(20);
  });
});

describe('the clock', () => {
  it('is exact to 100 ns', () => {
    for (const text of [
      '2020-01-01T00:00:00Z',
      '2025-03-03T08:00:00.1234567Z',
      '1995-06-01T00:00:00.0000001Z',
    ])
      expect(isoTime(correlationTime(text) as number)).toBe(text);
    expect(correlationTime('no time')).toBeNull();
  });
});

describe('percentiles', () => {
  it('of equal numbers are that number', () => {
    const set = setOf(
      'type: value_percentile, rules: a, timespan: 1h, condition: {field: v, percentile: 95, eq: 0.3}',
      'type: value_percentile, rules: b, timespan: 1h, condition: {field: v, percentile: 29, eq: 29}',
    );
    const same = Array.from({ length: 3 }, (_, at): Event => ({ rule: 'a', at, v: 0.3 }));
    const ranks = Array.from({ length: 101 }, (_, v): Event => ({ rule: 'b', at: 10, v }));
    const { hits } = run(set, [...same, ...ranks]);
    expect(hits.map(({ correlation, value }) => [correlation, value])).toEqual([
      [0, 0.3],
      [1, 29],
    ]);
  });
});
