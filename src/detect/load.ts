/**
 * Loads rules into a rule set, from a cache on disk when nothing changed: the cache's key is every rule file's path,
 * size, modification and change time, everything that shapes compilation, and huntbook's version.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { packageVersion } from '../config/index.ts';
import { listRuleFiles, loadPlaceholders, loadRules, type RuleFile } from '../rules/index.ts';
import { compileRuleSet } from './compile.ts';
import { logSourceTable } from './logsource-table.ts';
import { readLogSourceFile, type LogSourceMode } from './routes.ts';
import { RuleSet, type StoredRules } from './rule-set.ts';

/** Raised whenever compiled rules change their form or meaning. */
const cacheVersion = 5;
/** Rule sets kept on disk. */
const maxCached = 16;

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
  const { files } = listRuleFiles(paths);
  const cacheDir = options.cacheDir === undefined ? defaultCacheDir() : options.cacheDir;
  const cacheFile = cacheDir === null ? null : join(cacheDir, `rules-${cacheKey(files, options)}.json`);
  const cached = cacheFile && readCache(cacheFile);
  if (cached) return { set: cached, fromCache: true };
  const set = await compileFiles(paths, options);
  if (cacheDir !== null && cacheFile !== null) writeCache(cacheDir, cacheFile, set);
  return { set, fromCache: false };
}

async function compileFiles(paths: readonly string[], options: RuleSetOptions): Promise<RuleSet> {
  const table = options.logSourceFile ? readLogSourceFile(options.logSourceFile) : logSourceTable;
  const { placeholderFile: file } = options;
  const placeholders = file ? loadPlaceholders(file) : null;
  const documents = await loadRules(paths);
  return compileRuleSet(documents, {
    mode: options.mode ?? 'auto',
    table,
    placeholders,
    files: documents.files,
  });
}

/** Where compiled rules are kept, as bin/huntbook.js does for compiled code. */
export function defaultCacheDir(): string {
  return (
    process.env['HUNTBOOK_CACHE'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huntbook')
  );
}

function cacheKey(files: readonly RuleFile[], options: RuleSetOptions): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([cacheVersion, packageVersion(), options.mode ?? 'auto', logSourceTable]));
  for (const path of [options.logSourceFile, options.placeholderFile])
    hash.update(path ? stamp(resolve(path)) : '-');
  // The paths go into findings as given; what they mean depends on the folder we are in.
  if (files.some(({ path }) => !isAbsolute(path))) hash.update(process.cwd());
  for (const { path, named } of files) hash.update(`${stamp(path)}${named}\n`);
  return hash.digest('hex').slice(0, 32);
}

function stamp(path: string): string {
  try {
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    return `${path}\0${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch {
    return `${path}\0missing`;
  }
}

function readCache(file: string): RuleSet | null {
  try {
    const data = JSON.parse(readFileSync(file, 'utf8')) as StoredRules;
    const { rules, correlations, filterPaths, fields, routes, refused, notices } = data;
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
    ];
    const whole = lists.every(Array.isArray);
    return whole && atomTexts.length === atomKinds.length ? new RuleSet(data) : null;
  } catch {
    return null;
  }
}

/** A cache that can not be written costs time, nothing else. */
function writeCache(dir: string, file: string, set: RuleSet): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(set.stored), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
    prune(dir);
  } catch {
    // Read-only home folders are common on jump hosts.
  }
}

/** Every change of a rule leaves an old entry behind; only the latest are kept. */
function prune(dir: string): void {
  const entries = readdirSync(dir).filter((name) => /^rules-[0-9a-f]{32}\.json$/.test(name));
  if (entries.length <= maxCached) return;
  const byAge = entries
    .map((name) => ({ name, time: statSync(join(dir, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of byAge.slice(maxCached)) rmSync(join(dir, name), { force: true });
}
