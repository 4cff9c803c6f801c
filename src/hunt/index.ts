export type { RefusedRule } from '../detect/index.ts';
export type {
  CorrelatedEvent,
  Finding,
  FindingCorrelation,
  FindingEvent,
  FindingMatch,
  FindingRule,
  HuntSummary,
  NeverFiringRule,
  SummaryIssue,
} from './types.ts';
export { parseMoment, parseSpan, type EventFilter } from './event-filter.ts';
export { levelOrder, levelRank, ruleFilter, type RuleFilter } from './rule-filter.ts';
export type { HuntOptions, HuntProgress } from './options.ts';
export { hunt } from './run.ts';
export { backtest, readBacktestPlan, type BacktestPlan, type CheckResult } from './backtest.ts';
export { openEvents, type EventStore, type EventTable, type OpenEventsOptions } from './event-store.ts';
export { openSource, type OpenSourceOptions } from './remote/open.ts';
export { huntRemote } from './remote/run.ts';
export type {
  FieldNames,
  FieldResolver,
  MissingField,
  RemoteHuntOptions,
  RemoteProgress,
} from './remote/types.ts';
