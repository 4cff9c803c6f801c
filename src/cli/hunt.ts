/** `huntbook hunt`. */
import path from 'node:path';
import { packageRoot } from '../config/index.ts';
import { ExitCode, HuntbookError } from '../errors.ts';
import { loadRuleSet, type LogSourceMode, type RuleSet } from '../detect/index.ts';
import { hunt, levelRank, parseMoment, ruleFilter, type HuntSummary } from '../hunt/index.ts';
import {
  csvSink,
  htmlSink,
  jsonSink,
  ndjsonSink,
  renderSummary,
  tableSink,
  type FindingSink,
} from '../report/index.ts';
import { openOutput } from './output.ts';
import { startProgress } from './progress.ts';

export interface RuleCliOptions {
  readonly logsource?: LogSourceMode;
  readonly logsources?: string;
  readonly placeholders?: string;
  readonly ruleCache?: boolean;
}

export interface HuntCliOptions extends RuleCliOptions {
  readonly rules?: string[];
  readonly level?: string;
  readonly tag?: string[];
  readonly status?: string[];
  readonly include?: string[];
  readonly exclude?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly host?: string[];
  readonly threads?: number;
  readonly format?: 'table' | 'json' | 'ndjson' | 'csv' | 'html';
  readonly output?: string;
  readonly force?: boolean;
  readonly failOn?: string;
  readonly details?: number;
  readonly csvRaw?: boolean;
  readonly verifyChecksums?: boolean;
  readonly maxArchiveRatio?: number;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** The folder of our own hunts. */
export function starterHunts(): string {
  return path.join(packageRoot(), 'hunts');
}

export async function loadRules(paths: readonly string[], options: RuleCliOptions): Promise<RuleSet> {
  const { set } = await loadRuleSet(paths, {
    mode: options.logsource ?? 'auto',
    ...(options.logsources !== undefined && { logSourceFile: options.logsources }),
    ...(options.placeholders !== undefined && { placeholderFile: options.placeholders }),
    ...(options.ruleCache === false && { cacheDir: null }),
  });
  return set;
}

export function useColor(wanted: boolean | undefined, stream: { readonly isTTY?: boolean }): boolean {
  if (wanted === false || process.env['NO_COLOR']) return false;
  return Boolean(process.env['FORCE_COLOR']) || stream.isTTY === true;
}

export async function runHunt(paths: string[], options: HuntCliOptions): Promise<void> {
  const inputs = paths.length > 0 ? paths : process.stdin.isTTY ? [] : ['-'];
  if (inputs.length === 0)
    throw new HuntbookError('HB_USAGE', 'hunt: no input; name files or folders, or pipe events in');
  const now = Date.now();
  const filter = {
    ...(options.since !== undefined && { since: parseMoment(options.since, '--since', now) }),
    ...(options.until !== undefined && { until: parseMoment(options.until, '--until', now) }),
    ...(options.host && { hosts: options.host }),
  };
  const set = await loadRules(options.rules ?? [starterHunts()], options);
  if (set.rules.length === 0 && set.refused.length === 0) {
    throw new HuntbookError('HB_NOT_FOUND', `no rules in ${(options.rules ?? []).join(', ')}`);
  }
  const format = options.format ?? formatOf(options.output);
  const output = openOutput(options.output, options.force ?? false);
  const sink = makeSink(format, output.stream, options);
  const progress = startProgress(options.quiet ?? false);
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(ExitCode.interrupted);
    abort.abort();
  };
  process.on('SIGINT', stop);
  let worst = -1;
  try {
    const running = hunt({
      paths: inputs,
      rules: set,
      rule: ruleFilter({
        ...(options.level !== undefined && { level: options.level }),
        ...(options.status && { status: options.status }),
        ...(options.tag && { tags: options.tag }),
        ...(options.include && { include: options.include }),
        ...(options.exclude && { exclude: options.exclude }),
      }),
      filter,
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(options.maxArchiveRatio !== undefined && { limits: { maxRatio: options.maxArchiveRatio } }),
      verifyChecksums: options.verifyChecksums ?? false,
      signal: abort.signal,
      onProgress: (report) => progress.update(report),
      onFinding: (finding) => {
        worst = Math.max(worst, levelRank(finding.rule.level));
        return sink.write(finding);
      },
    });
    const summary = await Promise.race([running, output.failed]);
    progress.end();
    await Promise.race([sink.end(summary), output.failed]);
    await output.commit();
    if (!options.quiet)
      process.stderr.write(renderSummary(summary, { color: useColor(options.color, process.stderr) }));
    process.exitCode = exitCodeOf(summary, worst, options, abort.signal.aborted);
  } catch (error) {
    progress.end();
    output.discard();
    throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}

function formatOf(output: string | undefined): NonNullable<HuntCliOptions['format']> {
  const ending = /\.(json|ndjson|jsonl|csv|html?)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  if (ending === 'jsonl') return 'ndjson';
  if (ending === 'htm') return 'html';
  return (ending as 'json' | 'ndjson' | 'csv' | 'html' | undefined) ?? 'table';
}

function makeSink(format: string, stream: NodeJS.WritableStream, options: HuntCliOptions): FindingSink {
  const out = stream as import('node:stream').Writable;
  switch (format) {
    case 'ndjson':
      return ndjsonSink(out);
    case 'json':
      return jsonSink(out);
    case 'csv':
      return csvSink(out, { safe: !options.csvRaw });
    case 'html':
      return htmlSink(out);
    default: {
      const terminal = options.output === undefined ? process.stdout : undefined;
      return tableSink(out, {
        color: terminal !== undefined && useColor(options.color, terminal),
        width: terminal?.columns ?? 100,
        ...(options.details !== undefined && { details: options.details }),
      });
    }
  }
}

/** 130 interrupted; 1 findings at or above --fail-on; 6 some rules or inputs failed; 0 otherwise. */
export function exitCodeOf(
  summary: HuntSummary,
  worst: number,
  options: HuntCliOptions,
  interrupted: boolean,
): number {
  if (interrupted) return ExitCode.interrupted;
  if (options.failOn !== undefined && worst >= levelRank(options.failOn)) return ExitCode.findings;
  // A log source that is not in these data is no failure; a rule or an input that could not be read is.
  const brokenRule = summary.refused.some(
    ({ code }) => code !== 'HB_RULE_LOGSOURCE' && code !== 'HB_RULE_UNSUPPORTED',
  );
  const brokenInput = summary.issues.some(({ code }) => code !== 'HB_UNKNOWN_KIND' && code !== 'HB_EMPTY');
  return brokenRule || brokenInput ? ExitCode.partial : ExitCode.ok;
}
