/**
 * What a hunt gives: findings, one per event and rule or per run of correlated events, and a summary of the run.
 * These are plain data; how they are written is the report room's matter.
 */
import type { RefusedRule, RuleSetNotice } from '../detect/index.ts';
import type { CorrelationType } from '../sigma/index.ts';
import type { HuntEvent, Value } from '../events/index.ts';
import type { ProcessInfo } from '../process/index.ts';

export interface FindingRule {
  readonly id: string | null;
  readonly title: string;
  readonly level: string | null;
  readonly status: string | null;
  readonly path: string;
  readonly tags: readonly string[];
}

/** The event, whole. */
export type FindingEvent = HuntEvent;

/** One item of a rule that the event satisfied. `field` is null for keywords, which look at the whole event. */
export interface FindingMatch {
  readonly field: string | null;
  readonly value: Value;
  readonly pattern: string;
}

/** What a correlation found: the events of one group over one run of windows in which its condition held. */
export interface FindingCorrelation {
  readonly type: CorrelationType;
  /** Length of a window in seconds. */
  readonly timespan: number;
  readonly group: readonly { readonly field: string; readonly value: Value }[];
  /** What the condition compares, at its most telling: events, distinct values, rules, or the sum, mean and so on. */
  readonly value: number;
  /** Events in all; `events` are the first of them, of each rule its share. */
  readonly count: number;
  /** Times of the first and last of all events, ISO 8601 in UTC. */
  readonly first: string;
  readonly last: string;
  readonly events: readonly CorrelatedEvent[];
}

export interface CorrelatedEvent {
  readonly rule: { readonly id: string | null; readonly title: string };
  readonly event: FindingEvent;
}

/**
 * `id` is stable: the same rule over the same event has the same id on every run; of a correlation, the same rule and
 * group from the same first event.
 */
export interface Finding {
  readonly id: string;
  readonly rule: FindingRule;
  /** Of a correlation: the event with which its condition first held. */
  readonly event: FindingEvent;
  /** Of a correlation: its group, and what was measured. */
  readonly matched: readonly FindingMatch[];
  /** Only of correlations. */
  readonly correlation?: FindingCorrelation;
  /**
   * Processes from the top down. Of a process_chain: those from its first step to its last. With `withChain`: the
   * process of the event and all above it.
   */
  readonly chain?: readonly FindingProcess[];
}

export interface FindingProcess extends ProcessInfo {
  /** Title of the rule that it matched as a step of a chain. */
  readonly step: string | null;
}

/** A rule that was run but could not match anything in these data. */
export interface NeverFiringRule {
  readonly path: string;
  readonly title: string;
  readonly reason: string;
}

/** Something wrong with the input, `count` times in one source. */
export interface SummaryIssue {
  readonly code: string;
  readonly source: string;
  readonly message: string;
  readonly count: number;
}

export interface HuntSummary {
  /** The search engine that was hunted on, by its name; `events` are then those that searches gave. */
  readonly source?: string;
  readonly files: number;
  readonly events: number;
  readonly bytes: number;
  readonly findings: number;
  readonly rulesLoaded: number;
  readonly rulesMatched: number;
  readonly refused: readonly RefusedRule[];
  /** What rules were read as where that is not what they say, such as old aggregations. */
  readonly notices: readonly RuleSetNotice[];
  readonly neverFire: readonly NeverFiringRule[];
  readonly issues: readonly SummaryIssue[];
  /** Times of the first and last event read, ISO 8601 in UTC. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly seconds: number;
  /** The run was interrupted before the end of the input. */
  readonly truncated: boolean;
}
