export { ndjsonSink } from './ndjson.ts';
export type {
  Finding,
  FindingEvent,
  FindingMatch,
  FindingRule,
  FindingSink,
  HuntSummary,
  NeverFiringRule,
  RefusedRule,
  SummaryIssue,
} from './types.ts';
