/** Rule files and folders of them to rules. */
import { statSync } from 'node:fs';
import type { HuntbookError } from '../errors.ts';
import { parseRules, readPlaceholderFile, resolveReferences, type ParseResult } from '../sigma/index.ts';
import { listRuleFiles, type RuleFile } from './list.ts';
import { readError, readRuleFile } from './read.ts';
import { isSqlHunt } from './sql-hunt.ts';

export interface LoadResult extends ParseResult {
  /** Files that were read. */
  readonly files: number;
  /** Files in folders that hold no Sigma document. */
  readonly skipped: string[];
  /** Files that hold a SQL hunt instead (`parseSqlHunt`). */
  readonly sqlHunts: string[];
}

/** Reads files and folders of rules. Never throws: what cannot be read or parsed is in `errors`. */
export async function loadRules(paths: readonly string[]): Promise<LoadResult> {
  const { files, errors } = listPresent(paths);
  return loadFiles(files, errors);
}

/** The values of a placeholder file. Throws what `readRuleFile` and `readPlaceholderFile` throw. */
export function loadPlaceholders(file: string): Record<string, string[]> {
  return readPlaceholderFile(readRuleFile(file), file);
}

/** As `listRuleFiles`, but a path that is missing is one of the errors. */
export function listPresent(paths: readonly string[]): { files: RuleFile[]; errors: HuntbookError[] } {
  const errors: HuntbookError[] = [];
  const present = paths.filter((name) => {
    try {
      statSync(name);
      return true;
    } catch (error) {
      errors.push(readError(name, error));
      return false;
    }
  });
  const listed = listRuleFiles(present);
  return { files: listed.files, errors: [...errors, ...listed.errors] };
}

/** Reads and parses files that were listed; `errors` of the listing come first. */
export function loadFiles(files: readonly RuleFile[], errors: readonly HuntbookError[]): LoadResult {
  const result: LoadResult & { files: number } = {
    rules: [],
    correlations: [],
    filters: [],
    notices: [],
    errors: [...errors],
    files: 0,
    skipped: [],
    sqlHunts: [],
  };
  for (const file of files) loadFile(file, result);
  // Correlations may name rules of any of the files.
  for (const error of resolveReferences(result).errors) result.errors.push(error);
  return result;
}

function loadFile({ path: file, named }: RuleFile, result: LoadResult & { files: number }): void {
  let text: string;
  try {
    text = readRuleFile(file);
  } catch (error) {
    result.errors.push(readError(file, error));
    return;
  }
  result.files++;
  if (isSqlHunt(text)) {
    result.sqlHunts.push(file);
    return;
  }
  const parsed = parseRules(text, file, { named, alone: false });
  const { rules, correlations, filters, notices, errors } = parsed;
  if (rules.length + correlations.length + filters.length + errors.length === 0) result.skipped.push(file);
  for (const rule of rules) result.rules.push(rule);
  for (const correlation of correlations) result.correlations.push(correlation);
  for (const filter of filters) result.filters.push(filter);
  for (const notice of notices) result.notices.push(notice);
  for (const error of errors) result.errors.push(error);
}
