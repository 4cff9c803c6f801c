/**
 * A hunt: all rules over all inputs in one pass. Findings come in the order of the inputs, then of their records,
 * then of the rules, whatever the number of threads; those of correlations come last, in order of time, because only
 * the end of the input tells that no earlier event is to come.
 */
import { availableParallelism } from 'node:os';
import {
  CorrelationPlan,
  correlationsThatNeverFire,
  type NeverFires,
  type RuleSet,
} from '../detect/index.ts';
import { listInputs, type InputList, type ListedInput } from '../sources/index.ts';
import { fileAncestry } from './ancestry/files.ts';
import { Correlated } from './correlated.ts';
import { IssueLog } from './issue-log.ts';
import type { HuntOptions } from './options.ts';
import { scanInThreads } from './parallel.ts';
import { planScan } from './plan-scan.ts';
import { withLakeFiles } from './store/lake.ts';
import { runSqlHunts } from './sql/index.ts';
import { Scanner, type ScanPlan, type ScanResult } from './scanner.ts';
import { TimeSpan } from './time-span.ts';
import type { HuntSummary, NeverFiringRule } from './types.ts';

/** Below this many bytes a second thread costs more than it gives. */
const worthThreads = 96 * 1024 * 1024;

/** Runs a hunt. Throws for paths that do not exist; everything else that goes wrong is in the summary. */
export async function hunt(asked: HuntOptions): Promise<HuntSummary> {
  const started = performance.now();
  const issues = new IssueLog();
  const list = listInputs(withLakeFiles(asked.paths), {
    onIssue: (issue) => issues.add(issue),
    ...(asked.stdin && { stdin: asked.stdin }),
  });
  const options = asked.withChain ? await withAncestry(asked, list) : asked;
  const { rules } = options;
  const chosen = options.rule ?? ((): boolean => true);
  const correlationPlan = new CorrelationPlan(rules.correlations, (index) =>
    chosen((rules.correlations[index] as RuleSet['correlations'][number]).info),
  );
  const plan = planScan(rules, correlationPlan, chosen);
  const { maxDelay } = options;
  const correlations = new Correlated(rules, correlationPlan, { maxDelay });
  const threads = maxDelay === undefined ? threadCount(options.threads, list) : 1;
  const results =
    threads > 1
      ? await scanInThreads(options, plan, correlations, list.inputs, list.totalBytes, threads)
      : [await scanHere(options, plan, correlations, list.inputs, list.totalBytes)];
  const span = new TimeSpan();
  for (const result of results) {
    issues.merge(result.issues);
    span.merge(result.firstTime, result.lastTime);
  }
  await correlations.finish(span.last, options.filter?.until);
  await report(correlations, options);
  issues.merge(correlations.issues());
  const sql = await runSqlHunts({ ...options, hunts: options.sqlHunts ?? new Map() });
  const matched = new Set(results.flatMap((result) => result.matchedRules));
  const never = mergeNever(results);
  return {
    files: list.inputs.length,
    events: sum(results, (r) => r.events),
    bytes: list.totalBytes,
    findings: sum(results, (r) => r.findings) + correlations.reported + sql.findings,
    rulesLoaded:
      [...plan.active, ...correlationPlan.runs].filter(Boolean).length + (options.sqlHunts?.size ?? 0),
    rulesMatched:
      [...matched].filter((rule) => plan.reports[rule]).length + correlations.found.size + sql.matched,
    refused: [...rules.refused, ...sql.refused],
    notices: [...rules.notices, ...correlations.notices()],
    neverFire: [
      ...describeNever(rules, never),
      ...neverCorrelate(rules, correlations, never),
      ...sql.neverFire,
    ],
    issues: issues.list(),
    firstTime: span.first,
    lastTime: span.last,
    seconds: (performance.now() - started) / 1000,
    truncated: options.signal?.aborted ?? false,
  };
}

async function withAncestry(options: HuntOptions, { inputs }: InputList): Promise<HuntOptions> {
  const ancestry = await fileAncestry(options, inputs);
  return {
    ...options,
    onFinding: async (finding) => options.onFinding(await ancestry.add(finding)),
  };
}

function threadCount(wanted: number | undefined, { inputs, totalBytes }: InputList): number {
  // Standard input and pipes can not be handed to another thread.
  if (inputs.some(({ input }) => input.path === undefined || input.size === undefined)) return 1;
  const useful = totalBytes > worthThreads ? Math.min(4, availableParallelism()) : 1;
  return Math.max(1, Math.min(wanted ?? useful, inputs.length));
}

async function scanHere(
  options: HuntOptions,
  plan: ScanPlan,
  correlations: Correlated,
  inputs: readonly ListedInput[],
  totalBytes: number,
): Promise<ScanResult> {
  const scanner = new Scanner(options.rules, plan, {
    filter: options.filter ?? {},
    ...(options.limits && { limits: options.limits }),
    verifyChecksums: options.verifyChecksums ?? false,
    ...(options.signal && { signal: options.signal }),
  });
  let before = 0;
  for (const { input, named } of inputs) {
    if (options.signal?.aborted) break;
    const tell = options.onProgress;
    const onProgress =
      tell &&
      ((bytes: number) =>
        tell({ bytes: before + bytes, totalBytes, events: scanner.events, current: input.name }));
    const onBatch = async (): Promise<void> => {
      await correlations.advance(scanner.lastTime);
      await report(correlations, options);
    };
    await scanner.scan(input, named, {
      onFinding: options.onFinding,
      onMatch: (match) => correlations.add(match),
      onProcess: (fact) => correlations.process(fact),
      onProgress,
      ...(options.maxDelay !== undefined && { onBatch }),
    });
    correlations.nextInput();
    before += input.size ?? 0;
    tell?.({ bytes: before, totalBytes, events: scanner.events, current: input.name });
  }
  return scanner.result();
}

async function report(correlations: Correlated, { onFinding }: HuntOptions): Promise<void> {
  for (const finding of correlations.take()) await onFinding(finding);
}

const reasonRank = { 'log source': 0, 'event id': 1, field: 2 } as const;

/** A rule never fires when no thread saw events on which it could; the reason of the thread that came nearest counts. */
function mergeNever(results: readonly ScanResult[]): NeverFires[] {
  const matched = new Set(results.flatMap((result) => result.matchedRules));
  const counts = new Map<number, { count: number; best: NeverFires }>();
  for (const result of results) {
    for (const never of result.neverFires) {
      const known = counts.get(never.rule);
      if (!known) counts.set(never.rule, { count: 1, best: never });
      else {
        known.count++;
        if (reasonRank[never.reason] > reasonRank[known.best.reason]) known.best = never;
      }
    }
  }
  return [...counts.values()]
    .filter(({ count, best }) => count === results.length && !matched.has(best.rule))
    .map(({ best }) => best)
    .sort((a, b) => a.rule - b.rule);
}

function describeNever(rules: RuleSet, never: readonly NeverFires[]): NeverFiringRule[] {
  return never.map(({ rule, reason, missing }) => {
    const { path, title } = (rules.rules[rule] as RuleSet['rules'][number]).info;
    const text = {
      'log source': `no events of ${missing}`,
      'event id': `no events with ${missing}`,
      field: `no event has ${missing}`,
    };
    return { path, title, reason: text[reason] };
  });
}

function neverCorrelate(
  rules: RuleSet,
  correlations: Correlated,
  never: readonly NeverFires[],
): NeverFiringRule[] {
  const dead = new Set(never.map(({ rule }) => rule));
  return correlationsThatNeverFire(
    rules,
    correlations.plan,
    (rule) => dead.has(rule),
    (correlation) => correlations.found.has(correlation),
    (correlation) => correlations.isUngrouped(correlation),
  ).map(({ correlation, reason, missing }) => {
    const { path, title } = (rules.correlations[correlation] as RuleSet['correlations'][number]).info;
    const why = reason === 'rules' ? 'rules it needs can never fire' : 'no match of its rules has';
    return { path, title, reason: `${why}: ${missing}` };
  });
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
