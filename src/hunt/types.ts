/**
 * What a hunt gives: findings, one per event and rule, and a summary of the run. These are plain data; how they
 * are written is the report room's matter.
 */
import type { RefusedRule } from '../detect/index.ts';
import type { HuntEvent, Value } from '../events/index.ts';

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

/** `id` is stable: the same rule over the same event has the same id on every run. */
export interface Finding {
  readonly id: string;
  readonly rule: FindingRule;
  readonly event: FindingEvent;
  readonly matched: readonly FindingMatch[];
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
  readonly files: number;
  readonly events: number;
  readonly bytes: number;
  readonly findings: number;
  readonly rulesLoaded: number;
  readonly rulesMatched: number;
  readonly refused: readonly RefusedRule[];
  readonly neverFire: readonly NeverFiringRule[];
  readonly issues: readonly SummaryIssue[];
  /** Times of the first and last event read, ISO 8601 in UTC. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly seconds: number;
  /** The run was interrupted before the end of the input. */
  readonly truncated: boolean;
}
