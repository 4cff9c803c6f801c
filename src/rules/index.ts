export { parseChainPattern, type ChainPatternOptions } from './chain-pattern.ts';
export { cacheKey, defaultCacheDir, fileStamp, readEntry, writeEntry } from './cache.ts';
export { listRuleFiles, type RuleFile } from './list.ts';
export { loadFiles, loadPlaceholders, loadRules, type LoadResult } from './load.ts';
export { readRuleFile } from './read.ts';
export { isSqlHunt, parseSqlHunt, type SqlHunt } from './sql-hunt.ts';
export { parameterValue, type ParameterValue, type SqlParameter } from './sql-parameters.ts';
export { loadRuleTree, type RuleTree, type RuleTreeOptions } from './tree.ts';
