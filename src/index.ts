/** The library: everything the command line does, for scripts and notebooks. */
export { ExitCode, HuntbookError, errorTable, type ErrorCode, type ErrorPosition } from './errors.ts';
export {
  hunt,
  parseMoment,
  ruleFilter,
  type Finding,
  type HuntOptions,
  type HuntSummary,
} from './hunt/index.ts';
export { loadRuleSet, type LogSourceMode, type RuleSet, type RuleSetOptions } from './detect/index.ts';
