/** Brings the matches of all inputs together in one correlator, and makes findings of what it finds. */
import { hash } from 'node:crypto';
import {
  Correlator,
  correlationTime,
  isoTime,
  type CorrelationHit,
  type CorrelationPlan,
  type RuleSet,
  type StoredCorrelation,
} from '../detect/index.ts';
import type { HuntEvent, Value } from '../events/index.ts';
import type { BaseMatch } from './base-match.ts';
import { ruleOf, sameText } from './finding.ts';
import type { Finding, FindingMatch, SummaryIssue } from './types.ts';

const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', neq: '!=' } as const;
const ticksPerMillisecond = 1e4;

export interface CorrelationRunOptions {
  /** Milliseconds that an event may come behind the newest; undefined: all is judged at the end. */
  readonly maxDelay?: number | undefined;
}

export interface TimedFinding {
  readonly correlation: number;
  /** `correlationTime` of its last event. */
  readonly last: number;
  readonly finding: Finding;
}

export class CorrelationRun {
  readonly plan: CorrelationPlan;
  /** Correlations with findings. */
  readonly found = new Set<number>();
  /** Findings so far. */
  reported = 0;
  readonly #rules: RuleSet;
  readonly #correlator: Correlator<HuntEvent>;
  readonly #hits: CorrelationHit<HuntEvent>[] = [];
  #withoutTime = 0;
  #serial = -1;
  #event: HuntEvent | null = null;

  constructor(rules: RuleSet, plan: CorrelationPlan, { maxDelay }: CorrelationRunOptions = {}) {
    this.#rules = rules;
    this.plan = plan;
    this.#correlator = new Correlator<HuntEvent>(plan, {
      onHit: (hit) => void this.#hits.push(hit),
      ...(maxDelay !== undefined && { maxDelay: maxDelay * ticksPerMillisecond }),
    });
  }

  /** The matches of an event come one after the other. */
  add({ rule, time, values, serial, event }: BaseMatch): void {
    // Chains of processes have a run of their own.
    if (this.plan.feedsOf(rule).length === 0) return;
    if (serial !== this.#serial) {
      this.#serial = serial;
      this.#event = event;
      if (time === null) this.#withoutTime++;
    }
    if (time !== null) this.#correlator.add({ rule, time, values, event: this.#event as HuntEvent });
  }

  /** The matches of another input come next; it counts its events from the beginning. */
  nextInput(): void {
    this.#serial = -1;
  }

  /** Events up to this time (ISO 8601) were read. */
  advance(time: string | null): void {
    const ticks = correlationTime(time);
    if (ticks !== null) this.#correlator.advance(ticks);
  }

  /**
   * Ends the run; `last` is the time of the last event that was read. What came at or after `until` (milliseconds since
   * 1970) was left out, so that windows which reach beyond it are not over either.
   */
  finish(last: string | null, until?: number): void {
    const read = correlationTime(last);
    const end = until === undefined ? null : correlationTime(new Date(until).toISOString());
    this.#correlator.flush(end === null ? (read ?? undefined) : Math.min(read ?? Infinity, end - 1));
  }

  /** What was found since the last call, in order of time. */
  takeTimed(): TimedFinding[] {
    const hits = this.#hits.splice(0).sort((a, b) => a.last - b.last || a.correlation - b.correlation);
    return hits.map((hit) => {
      const { correlation, last } = hit;
      this.found.add(correlation);
      this.reported++;
      return { correlation, last, finding: this.#finding(hit) };
    });
  }

  /** How many findings each correlation has that were not taken. */
  countHits(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { correlation } of this.#hits) counts.set(correlation, (counts.get(correlation) ?? 0) + 1);
    return counts;
  }

  /** Whether a correlation had matches, but none with the fields to group by. */
  isUngrouped(correlation: number): boolean {
    const { grouped, ungrouped } = this.#correlator.grouping(correlation);
    return grouped === 0 && ungrouped > 0;
  }

  issues(): SummaryIssue[] {
    const { late, dropped } = this.#correlator.counts;
    const issues: SummaryIssue[] = [];
    const add = (code: string, count: number, message: string): void => {
      if (count > 0) issues.push({ code, source: 'correlations', message, count });
    };
    add('HB_DAMAGED', this.#withoutTime, 'an event without a time could not be correlated');
    add('HB_LIMIT', late, 'an event came too late to be correlated; see docs/correlations.md on order');
    add('HB_LIMIT', dropped, 'an event left its window early, because too many were open; narrow the rules');
    return issues;
  }

  #finding(hit: CorrelationHit<HuntEvent>): Finding {
    const stored = this.#rules.correlations[hit.correlation] as StoredCorrelation;
    const { info, type, seconds, groupBy } = stored;
    const group = groupBy.map((field, i) => ({ field, value: hit.group[i] ?? null }));
    const start = hit.events[0]?.event ?? hit.completing;
    const events = hit.events.map(({ rule, event }) => {
      const { id = null, title = '' } = this.#rules.rules[rule]?.info ?? {};
      return { rule: { id, title }, event };
    });
    return {
      id: idOf(info.id ?? info.title, hit.group, start),
      rule: ruleOf(info),
      event: hit.completing,
      matched: [...group.map((one) => ({ ...one, pattern: 'group-by' })), measured(stored, hit.value)],
      correlation: {
        type,
        timespan: seconds,
        group,
        value: hit.value,
        count: hit.count,
        first: isoTime(hit.first),
        last: isoTime(hit.last),
        events,
      },
    };
  }
}

/** What was measured, as an item that matched: `value_count(TargetUserName) >= 10` with the value 24. */
function measured({ type, slots, bounds, seconds }: StoredCorrelation, value: number): FindingMatch {
  const fields = slots[0]?.fields.join(', ') ?? '';
  const name = fields === '' ? type : `${type}(${fields})`;
  const compared = bounds.map(({ op, value: bound }) => `${signs[op]} ${bound}`).join(' and ');
  return { field: name, value, pattern: `${compared || 'condition'} within ${seconds} s` };
}

function idOf(
  rule: string,
  group: readonly Value[],
  { time, host, channel, eventId, recordId }: HuntEvent,
): string {
  const content = JSON.stringify([group, time, host, channel, eventId, recordId].map(sameText));
  return hash('sha256', `${rule}\n${content}`, 'hex').slice(0, 32);
}
