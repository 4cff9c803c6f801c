/** `huntbook hunt`. */
import { HuntbookError } from '../errors.ts';
import type { RuleSet } from '../detect/index.ts';
import { terminalText } from '../escape/index.ts';
import {
  assignParameters,
  hunt,
  HuntStopped,
  levelRank,
  loadSqlHunts,
  parseSpan,
  ruleFilter,
  sqlHuntInfo,
  type Finding,
  type HuntSummary,
  type LoadedSqlHunts,
} from '../hunt/index.ts';
import { renderSummary } from '../report/index.ts';
import { useColor } from './color.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import type { HuntCliOptions } from './hunt-options.ts';
import type { HuntSource } from './hunt-source.ts';
import { exitCodeOf, formatOf, makeSink } from './hunt-output.ts';
import { openOutput } from './output.ts';
import { startProgress } from './progress.ts';
import { loadRules, starterHunts } from './rules.ts';
import { spanFilterOf } from './span-filter.ts';

export async function runHunt(paths: string[], options: HuntCliOptions): Promise<void> {
  const source = await sourceOf(paths, options);
  try {
    await huntOn(source, paths, options);
  } finally {
    await source?.close();
  }
}

async function sourceOf(paths: string[], options: HuntCliOptions): Promise<HuntSource | null> {
  const { source: name } = options;
  if (name === undefined) return null;
  const { openHuntSource } = await import('./hunt-source.ts');
  return openHuntSource(paths, { ...options, source: name });
}

async function huntOn(source: HuntSource | null, paths: string[], options: HuntCliOptions): Promise<void> {
  const inputs = source?.paths ?? (paths.length > 0 ? paths : process.stdin.isTTY ? [] : ['-']);
  if (inputs.length === 0 && !source) {
    throw new HuntbookError('HB_USAGE', 'hunt: no input; name files or folders, or pipe events in', {
      hint: 'All paths after --rules are rules, up to the next option: put the events first.',
    });
  }
  const filter = spanFilterOf(options);
  const maxDelay = options.maxDelay === undefined ? undefined : parseSpan(options.maxDelay, '--max-delay');
  const rulePaths = options.rules ?? [starterHunts()];
  const set = await loadRules(rulePaths, options);
  const sql = loadSqlHunts(set.sqlHunts);
  const chosen = chooseRules(set, sql, options);
  const sqlHunts = assignParameters(
    sql.hunts.filter((one) => chosen(sqlHuntInfo(one))),
    options.param ?? [],
  );
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
    const common = {
      rules: set,
      rule: chosen,
      filter,
      signal: interrupt.signal,
      onFinding: (finding: Finding) => {
        worst = Math.max(worst, levelRank(finding.rule.level));
        return sink.write(finding);
      },
    };
    const running =
      source?.paths === null
        ? source.hunt({
            ...common,
            rulePaths,
            sqlHunts: [...sqlHunts.keys()],
            onProgress: ({ done, total, events, current }) =>
              progress.update({ bytes: done, totalBytes: total, events, current }),
          })
        : hunt({
            ...common,
            paths: inputs,
            sqlHunts,
            ...(options.threads !== undefined && { threads: options.threads }),
            ...(maxDelay !== undefined && { maxDelay }),
            ...(options.withChain && { withChain: true }),
            ...(options.maxArchiveRatio !== undefined && { limits: { maxRatio: options.maxArchiveRatio } }),
            verifyChecksums: options.verifyChecksums ?? false,
            onProgress: (report) => progress.update(report),
          });
    const ended = running.then(whole, inPart);
    const { run, lost } = await Promise.race([ended, output.failed, interrupt.expired]);
    const summary = { ...run, refused: [...run.refused, ...sql.refused] };
    progress.end();
    // A file with a part of the findings would look like the whole.
    if ((lost !== null || interrupt.signal.aborted) && output.file !== undefined)
      throw lost ?? new Interrupted();
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
    if (lost !== null) throw lost;
    process.exitCode = exitCodeOf(summary, worst, options, interrupt.signal.aborted);
  } catch (error) {
    progress.end();
    output.discard();
    if ((error instanceof Interrupted || error instanceof HuntStopped) && output.file !== undefined)
      say(`interrupted; ${terminalText(output.file)} was not written`);
    throw output.reason(error);
  } finally {
    interrupt.end();
  }
}

interface HuntEnd {
  readonly run: HuntSummary;
  /** Why a source could not be searched to the end. */
  readonly lost: HuntStopped | null;
}

function whole(run: HuntSummary): HuntEnd {
  return { run, lost: null };
}

function inPart(error: unknown): HuntEnd {
  if (error instanceof HuntStopped) return { run: error.summary, lost: error };
  throw error;
}

/** The filter of rules. Throws HB_NOT_FOUND when it leaves nothing to look for, or names a rule that is not there. */
function chooseRules(
  set: RuleSet,
  sql: LoadedSqlHunts,
  options: HuntCliOptions,
): ReturnType<typeof ruleFilter> {
  const { level, status, tag, include, exclude } = options;
  const hunts = sql.hunts.map((one) => ({ info: sqlHuntInfo(one), part: false }));
  const all = [...set.rules, ...set.correlations, ...hunts];
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
function onlyServes(rule: { readonly part: boolean } | { readonly reports: boolean }): boolean {
  return 'part' in rule ? rule.part : !rule.reports;
}
