/**
 * A hunt: all rules over all inputs in one pass. Findings come in the order of the inputs, then of their records,
 * then of the rules, whatever the number of threads.
 */
import { availableParallelism } from 'node:os';
import type { NeverFires, RuleSet } from '../detect/index.ts';
import { listInputs, type InputList, type ListedInput } from '../sources/index.ts';
import { IssueLog } from './issue-log.ts';
import type { HuntOptions } from './options.ts';
import { scanInThreads } from './parallel.ts';
import { Scanner, type ScanResult } from './scanner.ts';
import { TimeSpan } from './time-span.ts';
import type { HuntSummary, NeverFiringRule } from './types.ts';

/** Below this many bytes a second thread costs more than it gives. */
const worthThreads = 96 * 1024 * 1024;

/** Runs a hunt. Throws for paths that do not exist; everything else that goes wrong is in the summary. */
export async function hunt(options: HuntOptions): Promise<HuntSummary> {
  const started = performance.now();
  const issues = new IssueLog();
  const list = listInputs(options.paths, {
    onIssue: (issue) => issues.add(issue),
    ...(options.stdin && { stdin: options.stdin }),
  });
  const active = options.rules.rules.map(({ info }) => options.rule?.(info) ?? true);
  const threads = threadCount(options.threads, list);
  const results =
    threads > 1
      ? await scanInThreads(options, active, list.inputs, list.totalBytes, threads)
      : [await scanHere(options, active, list.inputs, list.totalBytes)];
  const span = new TimeSpan();
  for (const result of results) {
    issues.merge(result.issues);
    span.merge(result.firstTime, result.lastTime);
  }
  const matched = new Set(results.flatMap((result) => result.matchedRules));
  return {
    files: list.inputs.length,
    events: sum(results, (r) => r.events),
    bytes: list.totalBytes,
    findings: sum(results, (r) => r.findings),
    rulesLoaded: active.filter(Boolean).length,
    rulesMatched: matched.size,
    refused: options.rules.refused,
    neverFire: describeNever(options.rules, mergeNever(results)),
    issues: issues.list(),
    firstTime: span.first,
    lastTime: span.last,
    seconds: (performance.now() - started) / 1000,
    truncated: options.signal?.aborted ?? false,
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
  active: readonly boolean[],
  inputs: readonly ListedInput[],
  totalBytes: number,
): Promise<ScanResult> {
  const scanner = new Scanner(options.rules, (rule) => active[rule] as boolean, {
    filter: options.filter ?? {},
    ...(options.limits && { limits: options.limits }),
    verifyChecksums: options.verifyChecksums ?? false,
    ...(options.signal && { signal: options.signal }),
  });
  let before = 0;
  for (const { input, named } of inputs) {
    if (options.signal?.aborted) break;
    const report = options.onProgress;
    const onProgress =
      report &&
      ((bytes: number) =>
        report({ bytes: before + bytes, totalBytes, events: scanner.events, current: input.name }));
    await scanner.scan(input, named, options.onFinding, onProgress);
    before += input.size ?? 0;
    report?.({ bytes: before, totalBytes, events: scanner.events, current: input.name });
  }
  return scanner.result();
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

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
