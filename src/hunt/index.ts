export type {
  Finding,
  FindingEvent,
  FindingMatch,
  FindingRule,
  HuntSummary,
  NeverFiringRule,
  RefusedRule,
  SummaryIssue,
} from './types.ts';
