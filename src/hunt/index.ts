export type { RefusedRule } from '../detect/index.ts';
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
  SummaryIssue,
} from './types.ts';
export { parseMoment, parseSpan, type EventFilter } from './event-filter.ts';
export { levelOrder, levelRank, ruleFilter, type RuleFilter } from './rule-filter.ts';
export { IssueLog } from './issue-log.ts';
export type { HuntOptions, HuntProgress } from './options.ts';
export { hunt } from './run.ts';
export { sourceAncestry } from './ancestry/source.ts';
export { backtest, readBacktestPlan, type BacktestPlan, type CheckResult } from './backtest.ts';
export {
  assignParameters,
  eventsOfSql,
  fieldsOfSql,
  findSqlHunt,
  infoOf as sqlHuntInfo,
  loadSqlHunts,
  processesOfSql,
  runSqlHunt,
  type HuntValues,
  type LoadedSqlHunts,
} from './sql/index.ts';
export { openEvents, type EventStore, type EventTable, type OpenEventsOptions } from './event-store.ts';
export { loadProcesses, processStoreFields } from './store/processes.ts';
export { processTables } from './store/processes-tables.ts';
export { everything, openSearchEvents, type SearchEvents } from './remote/events.ts';
export { describeFields } from './remote/field-names.ts';
export {
  engineProcesses,
  type EngineProcessesOptions,
  type ProcessProgress,
} from './remote/engine-processes.ts';
export { openSource, type OpenSourceOptions } from './remote/open.ts';
export { huntRemote } from './remote/run.ts';
export { HuntStopped } from './remote/types.ts';
export type {
  FieldNames,
  FieldResolver,
  MissingField,
  RemoteHuntOptions,
  RemoteProgress,
} from './remote/types.ts';
export { fileProcesses, type FileProcesses, type FileProcessesOptions } from './process-files.ts';
export { importEvents, type ImportOptions, type ImportResult } from './store/import.ts';
