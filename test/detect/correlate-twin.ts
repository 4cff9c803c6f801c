/**
 * Correlations from their definition, slowly: for every group every window that ends at an event (with `not`: begins
 * at one), each looked at afresh. One correlation, no chains.
 */
import type { CorrelationBound } from '../../src/sigma/index.ts';
import type { StoredCorrelation } from '../../src/detect/correlate/types.ts';

export interface TwinEvent {
  readonly id: number;
  /** Slots of the rules that matched it. */
  readonly slots: readonly number[];
  readonly time: number;
  readonly group: string | null;
  readonly value: string | number | null;
}

export interface TwinHit {
  readonly group: string;
  readonly value: number;
  readonly events: readonly number[];
}

export function slowHits(
  correlation: StoredCorrelation,
  events: readonly TwinEvent[],
  horizon: number,
): TwinHit[] {
  const groups = Map.groupBy(
    events.filter(({ group }) => group !== null),
    ({ group }) => String(group).toLowerCase(),
  );
  return [...groups].flatMap(([group, own]) => slowGroup(correlation, group, own, horizon));
}

function slowGroup(
  correlation: StoredCorrelation,
  group: string,
  events: readonly TwinEvent[],
  horizon: number,
): TwinHit[] {
  const { terms, type, bounds } = correlation;
  const span = correlation.seconds * 1e7;
  const numeric = /sum|avg|median|percentile/.test(type);
  const negative = terms?.some(({ none }) => none.length > 0) ?? false;
  const begins = new Set(terms?.flatMap(({ all }) => all));
  const anchors = negative ? events.filter(({ slots }) => slots.some((slot) => begins.has(slot))) : events;
  const times = [...new Set(anchors.map(({ time }) => time))].sort((a, b) => a - b);
  const lowest = bounds.length > 0 && bounds.every(({ op }) => op === 'lt' || op === 'lte');
  const hits: { from: number; to: number; value: number; events: Set<number> }[] = [];
  for (const time of times) {
    const [from, to] = negative ? [time, time + span] : [time - span, time];
    const inside = events.filter((event) => event.time >= from && event.time <= to);
    const value = slowValue(correlation, inside, to <= horizon);
    if (value === null) continue;
    const ids = inside.filter((event) => !numeric || typeof event.value === 'number').map(({ id }) => id);
    const last = hits.at(-1);
    if (last && from <= last.to) {
      last.to = to;
      last.value = lowest ? Math.min(last.value, value) : Math.max(last.value, value);
      for (const id of ids) last.events.add(id);
    } else hits.push({ from, to, value, events: new Set(ids) });
  }
  return hits.map((hit) => ({ group, value: hit.value, events: [...hit.events].sort((a, b) => a - b) }));
}

function slowValue(
  correlation: StoredCorrelation,
  inside: readonly TwinEvent[],
  complete: boolean,
): number | null {
  const { terms, type, bounds, percentile, slots } = correlation;
  const seen = new Set(inside.flatMap((event) => event.slots));
  if (terms) {
    const holds = terms.some(
      ({ all, none }) =>
        all.every((slot) => seen.has(slot)) &&
        (none.length === 0 || complete) &&
        !none.some((slot) => seen.has(slot)) &&
        (type === 'temporal' || longest(all, inside) === all.length),
    );
    return holds ? seen.size : null;
  }
  const numbers = inside.map(({ value }) => value).filter((value) => typeof value === 'number');
  const measure = (): number | null => {
    switch (type) {
      case 'event_count':
        return new Set(inside.map(({ id }) => id)).size;
      case 'value_count':
        return new Set(inside.flatMap(({ value }) => (value === null ? [] : [String(value).toLowerCase()])))
          .size;
      case 'temporal':
        return seen.size;
      case 'temporal_ordered':
        return longest(
          slots.map((_, slot) => slot),
          inside,
        );
      case 'value_sum':
        return numbers.length > 0 ? numbers.reduce((a, b) => a + b) : null;
      case 'value_avg':
        return numbers.length > 0 ? numbers.reduce((a, b) => a + b) / numbers.length : null;
      default:
        return quantile(numbers, type === 'value_median' ? 50 : (percentile as number));
    }
  };
  const value = measure();
  return value !== null && bounds.every((bound) => isWithin(value, bound)) ? value : null;
}

/** By trying every choice. */
function longest(slots: readonly number[], inside: readonly TwinEvent[], after = -Infinity): number {
  const [slot, ...others] = slots;
  if (slot === undefined) return 0;
  const without = longest(others, inside, after);
  const withIt = inside
    .filter((event) => event.slots.includes(slot) && event.time > after)
    .map((event) => 1 + longest(others, inside, event.time));
  return Math.max(without, ...withIt);
}

function quantile(numbers: readonly number[], percentile: number): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const rank = ((sorted.length - 1) * percentile) / 100;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below * (1 - (rank % 1)) + above * (rank % 1);
}

function isWithin(value: number, { op, value: bound }: CorrelationBound): boolean {
  const order = { gt: [1], gte: [0, 1], lt: [-1], lte: [-1, 0], eq: [0], neq: [-1, 1] }[op];
  return order.includes(Math.sign(value - bound));
}
