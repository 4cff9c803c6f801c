export { compileAtom, describeAtom, makeAtom, type Atom, type AtomKind } from './atoms.ts';
export {
  RuleCompiler,
  type CompiledRule,
  type RefusedRule,
  type RuleInfo,
  type RuleSet,
  type Tree,
} from './compile.ts';
export { rulesThatNeverFire, type NeverFires } from './coverage.ts';
export { explainRule, type Explanation, type ExplainNode } from './explain.ts';
export { logSourceTable, type EventSelector, type LogSourceTable } from './logsource-table.ts';
export { Matcher, type Evidence, type Match } from './matcher.ts';
export { onRegexTimeout, regexBudget } from './regex-bound.ts';
export { readLogSourceFile, routesOf, type LogSourceMode } from './routes.ts';
export { defaultCacheDir, loadRuleSet, type LoadedRuleSet, type RuleSetOptions } from './rule-set.ts';
