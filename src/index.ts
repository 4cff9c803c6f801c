/** The library: everything the command line does, for scripts and notebooks. */
export { ExitCode, HuntbookError, errorTable, type ErrorCode, type ErrorPosition } from './errors.ts';
export { loadConfig, namedSource } from './config/index.ts';
export {
  hunt,
  openEvents,
  openSearchEvents,
  openSource,
  parseMoment,
  ruleFilter,
  type EventStore,
  type Finding,
  type HuntOptions,
  type HuntSummary,
} from './hunt/index.ts';
export { loadRuleSet, type LogSourceMode, type RuleSet, type RuleSetOptions } from './detect/index.ts';
export { readable } from './events/index.ts';
export { Frame, frameFromRows } from './store/index.ts';
