export { compileAtom, describeAtom, makeAtom, type Atom, type AtomKind } from './atoms.ts';
export { compileRuleSet, RuleCompiler, type CompileOptions } from './compile.ts';
export {
  CorrelationPlan,
  type ChainFeed,
  Correlator,
  correlationTime,
  isoTime,
  type BaseMatch,
  type CorrelationHit,
  type CorrelatorOptions,
  type StoredChain,
  type StoredCorrelation,
} from './correlate/index.ts';
export {
  correlationsThatNeverFire,
  rulesThatNeverFire,
  type CorrelationNeverFires,
  type NeverFires,
} from './coverage.ts';
export { compile, type EventMatcher } from './event-matcher.ts';
export { explainRule, type Explanation, type ExplainNode } from './explain.ts';
export { logSourceTable, type EventSelector, type LogSourceTable } from './logsource-table.ts';
export type { Evidence } from './evidence.ts';
export { Matcher, type Match } from './matcher.ts';
export { onRegexTimeout, regexBudget } from './regex-bound.ts';
export { readLogSourceFile, routesOf, type LogSourceMode } from './routes.ts';
export { loadRuleSet, type LoadedRuleSet, type RuleSetOptions } from './load.ts';
export {
  RuleSet,
  type CompiledRule,
  type RefusedRule,
  type RuleInfo,
  type RuleSetNotice,
  type StoredRules,
} from './rule-set.ts';
export type { Tree } from './fold-tree.ts';
