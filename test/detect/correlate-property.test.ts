import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/detect/correlate/correlator.ts';
import { CorrelationPlan } from '../../src/detect/correlate/plan.ts';
import type { CorrelationHit, StoredCorrelation } from '../../src/detect/correlate/types.ts';
import { slowHits, type TwinEvent, type TwinHit } from './correlate-twin.ts';

const runs = process.env['HUNTBOOK_FULL'] ? 20_000 : 1500;
const second = 1e7;

const op = fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq');
const bound = fc.record({ op, value: fc.integer({ min: 0, max: 6 }) });
const term = fc
  .record({ all: slotSet(1), none: slotSet(0) })
  .map(({ all, none }) => ({ all, none: none.filter((slot) => !all.includes(slot)) }));

function slotSet(minLength: number): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength, maxLength: 2 })
    .map((slots) => slots.sort());
}

const correlation: fc.Arbitrary<StoredCorrelation> = fc
  .record({
    type: fc.constantFrom(
      'event_count',
      'value_count',
      'temporal',
      'temporal_ordered',
      'value_sum',
      'value_avg',
      'value_percentile',
      'value_median',
    ),
    seconds: fc.integer({ min: 1, max: 8 }),
    bounds: fc.array(bound, { minLength: 1, maxLength: 2 }),
    percentile: fc.constantFrom(0, 25, 50, 95, 100),
    terms: fc.array(term, { minLength: 1, maxLength: 3 }),
    extended: fc.boolean(),
    grouped: fc.boolean(),
  })
  .map(({ type, seconds, bounds, percentile, terms, extended, grouped }) => {
    const slots = [0, 1, 2].map((index) => ({
      kind: 'rule' as const,
      index,
      group: grouped ? ['G'] : [],
      fields: type.startsWith('value') ? ['V'] : [],
    }));
    const inWords = extended && type.startsWith('temporal');
    return {
      info: { id: null, title: 't', level: null, status: null, path: '', line: 1, tags: [], logsource: {} },
      type: type as StoredCorrelation['type'],
      slots,
      groupBy: grouped ? ['G'] : [],
      seconds,
      bounds: inWords ? [] : bounds,
      percentile: type === 'value_percentile' ? percentile : null,
      terms: inWords ? terms : null,
      reports: true,
    };
  });

const events: fc.Arbitrary<TwinEvent[]> = fc
  .array(
    fc.record({
      slots: fc
        .uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 })
        .map((slots) => slots.sort()),
      time: fc.integer({ min: 0, max: 40 }).map((time) => time * second * 0.5),
      group: fc.constantFrom('a', 'A', 'b', null),
      value: fc.constantFrom(1, 2, 3, 'x', 'X', 'y', null),
    }),
    { maxLength: 24 },
  )
  .map((list) => list.map((event, id) => ({ id, ...event })));

type Options = Partial<ConstructorParameters<typeof Correlator<number>>[1]>;

function hitsOf(
  one: StoredCorrelation,
  list: readonly TwinEvent[],
  horizon: number,
  options: Options = {},
): TwinHit[] {
  const hits: CorrelationHit<number>[] = [];
  const plan = new CorrelationPlan([one]);
  const correlator = new Correlator<number>(plan, {
    maxEvents: 1000,
    ...options,
    onHit: (hit) => void hits.push(hit),
  });
  for (const { id, slots, time, group, value } of list) {
    for (const rule of slots) {
      const values = plan.fieldsOf(rule).map((name) => (name === 'G' ? group : value));
      correlator.add({ rule, time, values, event: id });
    }
  }
  correlator.flush(horizon);
  expect(correlator.open).toBe(0);
  expect(correlator.pending).toBe(0);
  for (const hit of hits) {
    expect(hit.events.map(({ event }) => event)).toContain(hit.completing);
    expect(hit.count).toBe(hit.events.length);
  }
  return hits.map((hit) => ({
    group: String(hit.group[0] ?? '').toLowerCase(),
    value: hit.value,
    events: hit.events.map(({ event }) => event).sort((a, b) => a - b),
  }));
}

const sorted = (hits: readonly TwinHit[]): TwinHit[] =>
  hits.toSorted((a, b) => a.group.localeCompare(b.group) || (a.events[0] ?? 0) - (b.events[0] ?? 0));

function expectSame(found: readonly TwinHit[], wanted: readonly TwinHit[]): void {
  const round = (hits: readonly TwinHit[]) =>
    sorted(hits).map((hit) => ({ ...hit, value: Math.round(hit.value * 1e6) / 1e6 }));
  expect(round(found)).toEqual(round(wanted));
}

const ungrouped = (one: StoredCorrelation, list: readonly TwinEvent[]): TwinEvent[] =>
  one.groupBy.length > 0 ? [...list] : list.map((event) => ({ ...event, group: '' }));

describe('correlations', () => {
  it('give what all windows of all groups give, taken one by one', () => {
    fc.assert(
      fc.property(correlation, events, fc.integer({ min: 0, max: 30 }), (one, list, end) => {
        const horizon = Math.max(end * second, ...list.map(({ time }) => time));
        expectSame(hitsOf(one, list, horizon), slowHits(one, ungrouped(one, list), horizon));
      }),
      { numRuns: runs },
    );
  });

  it('give the same findings whatever the order in which matches come within the delay', () => {
    fc.assert(
      fc.property(correlation, events, fc.integer({ min: 0, max: 10 }), (one, list, delay) => {
        const inOrder = list.toSorted((a, b) => a.time - b.time);
        // Each comes at most `delay` late.
        const late = inOrder
          .map((event) => ({ event, at: event.time + ((event.id * 7919) % (delay + 1)) * second }))
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event);
        const horizon = Math.max(0, ...list.map(({ time }) => time));
        const streamed = hitsOf(one, late, horizon, { maxDelay: delay * second });
        expectSame(streamed, hitsOf(one, inOrder, horizon));
        expectSame(hitsOf(one, list, horizon), hitsOf(one, inOrder, horizon));
      }),
      { numRuns: runs },
    );
  });

  it('report no event twice', () => {
    fc.assert(
      fc.property(correlation, events, (one, list) => {
        const reported = hitsOf(one, list, 1e9).flatMap((hit) => hit.events);
        expect(new Set(reported).size).toBe(reported.length);
      }),
      { numRuns: runs },
    );
  });

  it('of "at least" miss no window, wherever it begins', () => {
    const atLeast = correlation.filter(
      ({ type, terms }) => !terms && /event_count|value_count|temporal/.test(type),
    );
    fc.assert(
      fc.property(atLeast, events, fc.integer({ min: 1, max: 4 }), (any, list, least) => {
        const one: StoredCorrelation = { ...any, bounds: [{ op: 'gte', value: least }] };
        const known = hitsOf(one, list, 1e9);
        for (const begin of new Set(list.map(({ time }) => time))) {
          const inside = ungrouped(one, list).filter(
            ({ time }) => time >= begin && time <= begin + one.seconds * second,
          );
          // All in one window: one event before all others changes nothing.
          for (const { group, events: ids } of slowHits({ ...one, seconds: 1e6 }, inside, 1e9)) {
            const hit = known.find(
              (candidate) => candidate.group === group && candidate.events.includes(ids[0] as number),
            );
            expect(hit).toBeDefined();
          }
        }
      }),
      { numRuns: runs },
    );
  });
});
