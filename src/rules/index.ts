export { cacheKey, defaultCacheDir, fileStamp, readEntry, writeEntry } from './cache.ts';
export { listRuleFiles, type RuleFile } from './list.ts';
export { loadFiles, loadPlaceholders, loadRules, type LoadResult } from './load.ts';
export { readRuleFile } from './read.ts';
export { loadRuleTree, type RuleTree, type RuleTreeOptions } from './tree.ts';
