/** What the commands that take rules have in common: options, loading, and errors of the files beside the rules. */
import path from 'node:path';
import { packageRoot } from '../config/index.ts';
import { HuntbookError } from '../errors.ts';
import { loadRuleSet, type LogSourceMode, type RuleSet } from '../detect/index.ts';

export interface RuleCliOptions {
  readonly logsource?: LogSourceMode;
  readonly logsources?: string;
  readonly placeholders?: string;
  readonly ruleCache?: boolean;
}

/** The folder of our own hunts. */
export function starterHunts(): string {
  return path.join(packageRoot(), 'hunts');
}

/** Throws HB_NOT_FOUND when one of the paths holds no rule: looking for nothing is never what was meant. */
export async function loadRules(
  paths: readonly string[],
  options: RuleCliOptions,
  hint?: string,
): Promise<RuleSet> {
  const { set } = await withConfigFiles(options, () =>
    loadRuleSet(paths, {
      mode: options.logsource ?? 'auto',
      ...(options.logsources !== undefined && { logSourceFile: options.logsources }),
      ...(options.placeholders !== undefined && { placeholderFile: options.placeholders }),
      ...(options.ruleCache === false && { cacheDir: null }),
    }),
  );
  const loaded = [...set.rules, ...set.correlations].map(({ info }) => info.path);
  const found = [...loaded, ...set.filterPaths, ...set.sqlHunts, ...set.refused.map((rule) => rule.path)];
  for (const given of paths) {
    // Resolved, since the same file may have been reached by a path given before.
    const full = path.resolve(given);
    const holds = (file: string): boolean => {
      const resolved = path.resolve(file);
      return resolved === full || resolved.startsWith(full.endsWith(path.sep) ? full : full + path.sep);
    };
    if (!found.some(holds))
      throw new HuntbookError('HB_NOT_FOUND', `${given}: holds no rule`, { hint: hint ?? orderHint });
  }
  return set;
}

const orderHint = 'All paths after --rules are rules, up to the next option: put the events first.';

/** A fault of the log source or placeholder file is one of the configuration, not of a rule. */
export async function withConfigFiles<T>(options: RuleCliOptions, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const files = [options.logsources, options.placeholders];
    if (
      !(error instanceof HuntbookError) ||
      error.code === 'HB_CONFIG' ||
      !files.some((file) => file !== undefined && error.message.startsWith(`${file}:`))
    )
      throw error;
    throw new HuntbookError('HB_CONFIG', error.message, {
      cause: error,
      ...(error.position && { position: error.position }),
    });
  }
}
