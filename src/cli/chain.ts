/** `huntbook chain`: a chain rule in short form, run as `hunt` runs one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HuntbookError, type ErrorCode } from '../errors.ts';
import { hunt, levelRank, type Finding, type HuntSummary } from '../hunt/index.ts';
import { renderSummary, type FindingSink } from '../report/index.ts';
import { parseChainPattern } from '../rules/index.ts';
import { makeScratch } from '../store/index.ts';
import { chainTextSink } from './chain-text.ts';
import { useColor } from './color.ts';
import { Interrupted, watchInterrupt, type Interrupt } from './exit.ts';
import type { HuntCliOptions } from './hunt-options.ts';
import { exitCodeOf, formatOf, makeSink } from './hunt-output.ts';
import { openOutput, writeWhole, type Output } from './output.ts';
import { startProgress, type Progress } from './progress.ts';
import { loadRules } from './rules.ts';
import { spanFilterOf } from './span-filter.ts';
import { sayInLines } from './sql-error.ts';

export interface ChainCliOptions extends Omit<HuntCliOptions, 'format' | 'rules'> {
  readonly within?: string;
  readonly maxDepth?: number;
  readonly notBetween?: string;
  readonly title?: string;
  readonly asRule?: boolean;
  readonly format?: 'text' | NonNullable<HuntCliOptions['format']>;
}

/** What findings say where a rule's file would stand. */
const shownPath = 'huntbook chain';

export async function runChain(
  pattern: string | undefined,
  paths: readonly string[],
  options: ChainCliOptions,
): Promise<void> {
  if (pattern === undefined)
    throw new HuntbookError('HB_USAGE', 'chain: no pattern', {
      hint: "Write huntbook chain 'cmd.exe > powershell.exe >> winword.exe|excel.exe' PATHS.",
    });
  const yaml = ruleText(pattern, options);
  if (yaml === null) return;
  if (options.asRule) return printRule(yaml, paths, options);
  const scratch = makeScratch();
  try {
    const file = join(scratch.folder, 'chain.yml');
    writeFileSync(file, yaml);
    await huntFor(file, paths, options);
  } finally {
    scratch.remove();
  }
}

/** Null where the pattern is faulty, which is said with its place. */
function ruleText(pattern: string, { within, maxDepth, notBetween, title }: ChainCliOptions): string | null {
  try {
    return parseChainPattern(pattern, {
      ...(within !== undefined && { within }),
      ...(maxDepth !== undefined && { maxDepth }),
      ...(notBetween !== undefined && { notBetween }),
      ...(title !== undefined && { title }),
    });
  } catch (error) {
    if (!(error instanceof HuntbookError)) throw error;
    process.exitCode = sayInLines(error);
    return null;
  }
}

async function printRule(yaml: string, paths: readonly string[], options: ChainCliOptions): Promise<void> {
  if (paths.length > 0 || options.source !== undefined)
    throw new HuntbookError('HB_USAGE', 'chain --as-rule prints the rule and runs nothing', {
      hint: 'Leave the paths out, or --as-rule.',
    });
  if (options.output === undefined) process.stdout.write(yaml);
  else await writeWhole(options.output, options.force ?? false, yaml);
}

async function huntFor(file: string, paths: readonly string[], options: ChainCliOptions): Promise<void> {
  const filter = spanFilterOf(options);
  const inputs = options.source !== undefined || paths.length > 0 || process.stdin.isTTY ? paths : ['-'];
  if (options.source === undefined && inputs.length === 0)
    throw new HuntbookError('HB_USAGE', 'chain: no input; name files or folders, or pipe events in');
  const rules = await loadRules([file], { ruleCache: false });
  const [refused] = rules.refused;
  if (refused) throw new HuntbookError(refused.code as ErrorCode, `chain: ${refused.message}`);
  const output = openOutput(options.output, options.force ?? false);
  const sink = sinkOf(output, options);
  const progress = startProgress(options.quiet ?? false);
  const interrupt = watchInterrupt(() => progress.end());
  let worst = -1;
  const onFinding = (finding: Finding): void | Promise<void> => {
    worst = Math.max(worst, levelRank(finding.rule.level));
    return sink.write({ ...finding, rule: { ...finding.rule, path: shownPath } });
  };
  try {
    const running = run(file, inputs, options, { rules, filter, onFinding }, progress, interrupt);
    const ended = await Promise.race([running, output.failed, interrupt.expired]);
    const summary = withoutFile(ended, file);
    progress.end();
    // A file with a part of the findings would look like the whole.
    if (interrupt.signal.aborted && output.file !== undefined) throw new Interrupted();
    await Promise.race([sink.end(summary), output.failed]);
    await output.commit();
    saySummary(summary, options);
    process.exitCode = exitCodeOf(summary, worst, options as HuntCliOptions, interrupt.signal.aborted);
  } catch (error) {
    output.discard();
    throw output.reason(error);
  } finally {
    progress.end();
    interrupt.end();
  }
}

type Common = Pick<Parameters<typeof hunt>[0], 'rules' | 'onFinding'> & {
  readonly filter: NonNullable<Parameters<typeof hunt>[0]['filter']>;
};

async function run(
  file: string,
  inputs: readonly string[],
  options: ChainCliOptions,
  common: Common,
  progress: Progress,
  { signal }: Interrupt,
): Promise<HuntSummary> {
  const { source: name, threads } = options;
  const overFiles = (paths: readonly string[]): Promise<HuntSummary> =>
    hunt({
      ...common,
      paths,
      signal,
      ...(threads !== undefined && { threads }),
      onProgress: (report) => progress.update(report),
    });
  if (name === undefined) return overFiles(inputs);
  const { openHuntSource } = await import('./hunt-source.ts');
  const source = await openHuntSource(inputs, { ...(options as HuntCliOptions), source: name });
  try {
    if (source.paths !== null) return await overFiles(source.paths);
    return await source.hunt({
      ...common,
      rule: () => true,
      signal,
      rulePaths: [file],
      sqlHunts: [],
      onProgress: ({ done, total, events, current }) =>
        progress.update({ bytes: done, totalBytes: total, events, current }),
    });
  } finally {
    await source.close();
  }
}

function sinkOf({ stream, file }: Output, options: ChainCliOptions): FindingSink {
  const byName = formatOf(options.output);
  const format = options.format ?? (byName === 'table' ? 'text' : byName);
  if (format !== 'text') return makeSink(format, stream, options as HuntCliOptions);
  const terminal = file === undefined ? process.stdout : undefined;
  return chainTextSink(stream, {
    color: terminal !== undefined && useColor(options.color, terminal),
    width: terminal?.isTTY ? terminal.columns : undefined,
  });
}

/** The temporary file with the rule is nothing that anybody knows. */
function withoutFile(summary: HuntSummary, file: string): HuntSummary {
  const shown = <T extends { readonly path: string }>(items: readonly T[]): T[] =>
    items.map((item) => (item.path === file ? { ...item, path: shownPath } : item));
  const { refused, notices, neverFire } = summary;
  return { ...summary, refused: shown(refused), notices: shown(notices), neverFire: shown(neverFire) };
}

function saySummary(summary: HuntSummary, { quiet, color }: ChainCliOptions): void {
  if (quiet) return;
  const { isTTY, columns } = process.stderr;
  process.stderr.write(
    renderSummary(summary, {
      color: useColor(color, process.stderr),
      ...(isTTY && columns > 0 && { width: columns }),
    }),
  );
}
