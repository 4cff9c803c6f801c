/** `huntbook hunt`. */
import type { Writable } from 'node:stream';
import { ExitCode, HuntbookError } from '../errors.ts';
import type { RuleSet } from '../detect/index.ts';
import { terminalText } from '../escape/index.ts';
import { hunt, levelRank, parseMoment, parseSpan, ruleFilter, type HuntSummary } from '../hunt/index.ts';
import {
  csvSink,
  htmlSink,
  jsonSink,
  ndjsonSink,
  renderSummary,
  tableSink,
  type FindingSink,
} from '../report/index.ts';
import { useColor } from './color.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { openOutput } from './output.ts';
import { startProgress } from './progress.ts';
import { loadRules, starterHunts, type RuleCliOptions } from './rules.ts';

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
  readonly maxDelay?: string;
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

export async function runHunt(paths: string[], options: HuntCliOptions): Promise<void> {
  const inputs = paths.length > 0 ? paths : process.stdin.isTTY ? [] : ['-'];
  if (inputs.length === 0) {
    throw new HuntbookError('HB_USAGE', 'hunt: no input; name files or folders, or pipe events in', {
      hint: 'All paths after --rules are rules, up to the next option: put the events first.',
    });
  }
  const filter = eventFilterOf(options);
  const maxDelay = options.maxDelay === undefined ? undefined : parseSpan(options.maxDelay, '--max-delay');
  const set = await loadRules(options.rules ?? [starterHunts()], options);
  const chosen = chooseRules(set, options);
  const format = options.format ?? formatOf(options.output);
  const output = openOutput(options.output, options.force ?? false);
  const sink = makeSink(format, output.stream, options);
  const progress = startProgress(options.quiet ?? false);
  const say = (text: string): void => void (options.quiet || process.stderr.write(`${text}\n`));
  // What was found so far is of use on a terminal or in a pipe; a file is not written in part.
  const interrupt = watchInterrupt(
    () => {
      progress.end();
      if (output.file === undefined) say('stopping; press Ctrl-C again to end at once');
    },
    ...(output.file === undefined ? [] : [0]),
  );
  let worst = -1;
  try {
    const running = hunt({
      paths: inputs,
      rules: set,
      rule: chosen,
      filter,
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(maxDelay !== undefined && { maxDelay }),
      ...(options.maxArchiveRatio !== undefined && { limits: { maxRatio: options.maxArchiveRatio } }),
      verifyChecksums: options.verifyChecksums ?? false,
      signal: interrupt.signal,
      onProgress: (report) => progress.update(report),
      onFinding: (finding) => {
        worst = Math.max(worst, levelRank(finding.rule.level));
        return sink.write(finding);
      },
    });
    const summary = await Promise.race([running, output.failed, interrupt.expired]);
    progress.end();
    // A file with a part of the findings would look like the whole.
    if (interrupt.signal.aborted && output.file !== undefined) throw new Interrupted();
    await Promise.race([sink.end(summary), output.failed]);
    await output.commit();
    if (!options.quiet) {
      const { isTTY, columns } = process.stderr;
      process.stderr.write(
        renderSummary(summary, {
          color: useColor(options.color, process.stderr),
          ...(isTTY && columns > 0 && { width: columns }),
        }),
      );
    }
    process.exitCode = exitCodeOf(summary, worst, options, interrupt.signal.aborted);
  } catch (error) {
    progress.end();
    output.discard();
    if (error instanceof Interrupted && output.file !== undefined)
      say(`interrupted; ${terminalText(output.file)} was not written`);
    throw output.reason(error);
  } finally {
    interrupt.end();
  }
}

function eventFilterOf({
  since,
  until,
  host,
}: HuntCliOptions): NonNullable<Parameters<typeof hunt>[0]['filter']> {
  const now = Date.now();
  const from = since === undefined ? undefined : parseMoment(since, '--since', now);
  const to = until === undefined ? undefined : parseMoment(until, '--until', now);
  if (from !== undefined && to !== undefined && from >= to)
    throw new HuntbookError(
      'HB_USAGE',
      `--since ${since} is not before --until ${until}: no event is in between`,
    );
  return {
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to }),
    ...(host && { hosts: host }),
  };
}

/** The filter of rules. Throws HB_NOT_FOUND when it leaves nothing to look for, or names a rule that is not there. */
function chooseRules(set: RuleSet, options: HuntCliOptions): ReturnType<typeof ruleFilter> {
  const { level, status, tag, include, exclude } = options;
  const all = [...set.rules, ...set.correlations];
  for (const [option, names] of [
    ['--include', include],
    ['--exclude', exclude],
  ] as const) {
    for (const name of names ?? []) {
      const known = ruleFilter({ include: [name] });
      const named = all.filter(({ info }) => known(info));
      if (option === '--include' && named.length > 0 && named.every(onlyServes)) {
        throw new HuntbookError('HB_USAGE', `--include ${name}: the rule only serves correlations`, {
          hint: 'Name the correlation; with generate: true in it, its rules report on their own too.',
        });
      }
      if (named.length > 0) continue;
      const refused = set.refused.find(({ title }) => title?.toLowerCase() === name.toLowerCase());
      throw new HuntbookError(
        'HB_NOT_FOUND',
        refused
          ? `${option} ${name}: the rule was refused: ${refused.message}`
          : `${option} ${name}: no such rule`,
        { hint: 'Name a rule by its id, the first 8 characters or more of it, or its whole title.' },
      );
    }
  }
  const chosen = ruleFilter({
    ...(level !== undefined && { level }),
    ...(status && { status }),
    ...(tag && { tags: tag }),
    ...(include && { include }),
    ...(exclude && { exclude }),
  });
  if (all.length > 0 && !all.some((one) => chosen(one.info) && !onlyServes(one))) {
    throw new HuntbookError('HB_NOT_FOUND', `none of the ${all.length} rules is left to run`, {
      hint: 'Check --level, --status, --tag, --include and --exclude.',
    });
  }
  return chosen;
}

/** Whether what matches a rule is no finding by itself. */
function onlyServes(rule: RuleSet['rules'][number] | RuleSet['correlations'][number]): boolean {
  return 'part' in rule ? rule.part : !rule.reports;
}

function formatOf(output: string | undefined): NonNullable<HuntCliOptions['format']> {
  const ending = /\.(json|ndjson|jsonl|csv|html?)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  if (ending === 'jsonl') return 'ndjson';
  if (ending === 'htm') return 'html';
  return (ending as 'json' | 'ndjson' | 'csv' | 'html' | undefined) ?? 'table';
}

function makeSink(format: string, out: Writable, options: HuntCliOptions): FindingSink {
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
      const terminal = out === process.stdout ? process.stdout : undefined;
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
  // Folders hold all sorts of files; those that were passed over without having been named have no source.
  const brokenInput = summary.issues.some(
    ({ code, source }) => code !== 'HB_EMPTY' && (code !== 'HB_UNKNOWN_KIND' || source !== ''),
  );
  return brokenRule || brokenInput ? ExitCode.partial : ExitCode.ok;
}
