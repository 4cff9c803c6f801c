/**
 * A sink writes findings in one format to a text stream that the caller owns: it never ends the stream. A sink
 * holds no finding longer than its format needs. `write` gives a promise when the stream asks to wait; `end`
 * resolves once everything has been handed over.
 */
import type { Finding, HuntSummary } from '../hunt/index.ts';

export interface FindingSink {
  write(finding: Finding): void | Promise<void>;
  end(summary: HuntSummary): Promise<void>;
}

export type {
  CorrelatedEvent,
  Finding,
  FindingCorrelation,
  FindingEvent,
  FindingMatch,
  FindingProcess,
  FindingRule,
  HuntSummary,
  NeverFiringRule,
  RefusedRule,
  SummaryIssue,
} from '../hunt/index.ts';
