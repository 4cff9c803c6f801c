/**
 * Loads rules into a rule set, from a cache on disk when nothing changed: the cache's key is every rule file's path,
 * size, modification and change time, everything that shapes compilation, and huntbook's version.
 */
import { resolve } from 'node:path';
import { packageVersion } from '../config/index.ts';
import {
  cacheKey,
  defaultCacheDir,
  fileStamp,
  listRuleFiles,
  loadFiles,
  loadPlaceholders,
  readEntry,
  writeEntry,
} from '../rules/index.ts';
import { compileRuleSet } from './compile.ts';
import { logSourceTable } from './logsource-table.ts';
import { readLogSourceFile, type LogSourceMode } from './routes.ts';
import { RuleSet, type StoredRules } from './rule-set.ts';

/** Raised whenever compiled rules change their form or meaning. */
const cacheVersion = 8;

export interface RuleSetOptions {
  readonly mode?: LogSourceMode;
  /** A user's additions to the log source table. */
  readonly logSourceFile?: string;
  /** Values for `%placeholders%`. */
  readonly placeholderFile?: string;
  /** Folder for compiled rules; null: no cache. Default: the user's cache folder. */
  readonly cacheDir?: string | null;
}

export interface LoadedRuleSet {
  readonly set: RuleSet;
  readonly fromCache: boolean;
}

/**
 * Compiles all rules of files and folders. A rule that cannot be run is in `refused` with its reason.
 * Throws HB_NOT_FOUND when a path does not exist.
 */
export async function loadRuleSet(
  paths: readonly string[],
  options: RuleSetOptions = {},
): Promise<LoadedRuleSet> {
  const listed = listRuleFiles(paths);
  const cacheDir = options.cacheDir === undefined ? defaultCacheDir() : options.cacheDir;
  if (cacheDir === null) return { set: compileFiles(listed, options), fromCache: false };
  const key = cacheKey(shapeOf(options), listed.files);
  const cached = restore(readEntry(cacheDir, 'rules', key));
  if (cached !== null) return { set: cached, fromCache: true };
  const set = compileFiles(listed, options);
  writeEntry(cacheDir, 'rules', key, set.stored);
  return { set, fromCache: false };
}

function compileFiles({ files, errors }: ReturnType<typeof listRuleFiles>, options: RuleSetOptions): RuleSet {
  const table = options.logSourceFile ? readLogSourceFile(options.logSourceFile) : logSourceTable;
  const { placeholderFile: file } = options;
  const placeholders = file ? loadPlaceholders(file) : null;
  const documents = loadFiles(files, errors);
  return compileRuleSet(documents, {
    mode: options.mode ?? 'auto',
    table,
    placeholders,
    files: documents.files,
    sqlHunts: documents.sqlHunts,
  });
}

/** Everything beside the rule files that shapes the compiled rules. */
function shapeOf(options: RuleSetOptions): unknown {
  const beside = [options.logSourceFile, options.placeholderFile].map((path) =>
    path === undefined ? null : fileStamp(resolve(path)),
  );
  return [cacheVersion, packageVersion(), options.mode ?? 'auto', logSourceTable, beside];
}

function restore(entry: unknown): RuleSet | null {
  try {
    const data = entry as StoredRules;
    const { rules, correlations, filterPaths, fields, routes, refused, notices, sqlHunts } = data;
    const { atomFields, atomKinds, atomTexts } = data;
    const lists = [
      rules,
      correlations,
      filterPaths,
      fields,
      atomFields,
      atomKinds,
      atomTexts,
      routes,
      refused,
      notices,
      sqlHunts,
    ];
    const whole = lists.every(Array.isArray);
    return whole && atomTexts.length === atomKinds.length ? new RuleSet(data) : null;
  } catch {
    return null;
  }
}
