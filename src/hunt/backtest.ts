/**
 * Rules against recorded events with expectations: how often each rule must fire on each file. For rule authors and
 * their CI. The expectations file is read by backtest-plan.ts.
 */
import { HuntbookError } from '../errors.ts';
import { CorrelationPlan, Matcher, onRegexTimeout, type RuleInfo, type RuleSet } from '../detect/index.ts';
import { FieldTable } from '../events/index.ts';
import { ProcessReader } from '../process/index.ts';
import { defaultLimits, readAll, type SourceIssue } from '../sources/index.ts';
import type { BacktestCase, BacktestPlan, Bound } from './backtest-plan.ts';
import { BaseMatchMaker } from './base-match.ts';
import { Correlated } from './correlated.ts';
import { planScan } from './plan-scan.ts';
import { ruleFilter } from './rule-filter.ts';
import { TimeSpan } from './time-span.ts';

export { readBacktestPlan, type BacktestPlan } from './backtest-plan.ts';

export interface CheckResult {
  readonly case: string;
  readonly rule: string;
  readonly expected: string;
  readonly actual: number;
  readonly passed: boolean;
  /** Why it failed, where the count does not say it. */
  readonly message?: string;
  readonly seconds: number;
}

/** Runs the cases one after the other; `onResult` hears of each check as it is decided. */
export async function backtest(
  plan: BacktestPlan,
  rules: RuleSet,
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const counter = new Counter(rules);
  const finder = new RuleFinder(rules);
  for (const test of plan.cases) {
    const started = performance.now();
    const counted = await counter.count(test.events);
    const seconds = (performance.now() - started) / 1000;
    for (const check of checkCase(test, counted, finder)) {
      const result: CheckResult = { case: test.name, ...check, seconds };
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

interface Counted {
  /** Matches by the rule's place in the set; findings of correlations by theirs after all rules. */
  readonly matches: ReadonlyMap<number, number>;
  /** Why the counts can not be relied on. */
  readonly failure: string | undefined;
  /** Why those of correlations can not. */
  readonly correlationFailure: string | undefined;
}

/** Counts matches. One matcher for all cases: what it works out about rules and values serves the next file too. */
class Counter {
  readonly #fields = new FieldTable();
  readonly #matcher: Matcher;
  readonly #rules: RuleSet;
  readonly #plan: CorrelationPlan;
  readonly #asked: readonly (readonly string[] | null)[];
  readonly #processes: ProcessReader | null;

  constructor(rules: RuleSet) {
    this.#rules = rules;
    this.#matcher = new Matcher(rules, this.#fields);
    this.#plan = new CorrelationPlan(rules.correlations);
    const { fields, processes } = planScan(rules, this.#plan, () => true);
    this.#asked = fields;
    this.#processes = processes ? new ProcessReader(this.#fields) : null;
  }

  async count(paths: readonly string[]): Promise<Counted> {
    const matches = new Map<number, number>();
    const correlations = new Correlated(this.#rules, this.#plan);
    const maker = new BaseMatchMaker(this.#asked);
    const span = new TimeSpan();
    const problems: string[] = [];
    const untimely: string[] = [];
    let events = 0;
    const onIssue = ({ source, message }: SourceIssue): void => void problems.push(`${source}: ${message}`);
    onRegexTimeout((regex) => problems.push(`the expression /${regex.source}/ took too long on a value`));
    try {
      const batches = readAll(paths, { fields: this.#fields, limits: defaultLimits, onIssue });
      for await (const batch of batches) {
        events += batch.length;
        span.add(batch);
        for (let row = 0; this.#processes && row < batch.length; row++) {
          const fact = this.#processes.read(batch, row);
          if (fact !== null) correlations.process(fact);
        }
        this.#matcher.match(batch, (match) => {
          matches.set(match.rule, (matches.get(match.rule) ?? 0) + 1);
          if (maker.wants(match.rule)) correlations.add(maker.make(match));
        });
        maker.forget();
      }
      await correlations.finish(span.last);
      for (const [correlation, count] of correlations.countHits())
        matches.set(this.#rules.rules.length + correlation, count);
      for (const issue of correlations.issues()) untimely.push(issue.message);
    } catch (error) {
      if (!(error instanceof HuntbookError)) throw error;
      problems.unshift(error.message);
    }
    if (problems.length === 0 && events === 0) problems.push(`${paths.join(', ')}: no events`);
    const failure = firstOf(problems);
    return { matches, failure, correlationFailure: failure ?? firstOf(untimely) };
  }
}

/** Rules by what an expectation calls them. */
class RuleFinder {
  readonly rules: RuleSet;
  /** Of the rules, then of the correlations. */
  readonly #infos: readonly RuleInfo[];
  readonly #known = new Map<string, readonly number[]>();

  constructor(rules: RuleSet) {
    this.rules = rules;
    this.#infos = [...rules.rules, ...rules.correlations].map(({ info }) => info);
  }

  find(name: string): readonly number[] {
    let found = this.#known.get(name);
    if (!found) {
      const named = ruleFilter({ include: [name] });
      found = this.#infos.flatMap((info, index) => (named(info) ? [index] : []));
      this.#known.set(name, found);
    }
    return found;
  }

  whyMissing(name: string): string {
    const refused = this.rules.refused.find(({ title }) => title?.toLowerCase() === name.toLowerCase());
    return refused ? `the rule was refused: ${refused.message}` : 'no such rule was loaded';
  }

  isCorrelation(rule: number): boolean {
    return rule >= this.rules.rules.length;
  }

  get hasCorrelations(): boolean {
    return this.rules.correlations.length > 0;
  }

  title(rule: number): string {
    return (this.#infos[rule] as RuleInfo).title;
  }

  /** Whether matches of a rule are findings; those of a rule that only serves correlations are none. */
  reports(rule: number): boolean {
    return !(this.rules.rules[rule]?.part ?? false);
  }
}

type Check = Omit<CheckResult, 'case' | 'seconds'>;

function firstOf(problems: readonly string[]): string | undefined {
  const [first] = problems;
  return first !== undefined && problems.length > 1 ? `${first} and ${problems.length - 1} more` : first;
}

function checkCase(test: BacktestCase, counted: Counted, finder: RuleFinder): Check[] {
  const { matches, failure, correlationFailure } = counted;
  const covered = new Set<number>();
  const checks = test.expect.map((expectation): Check => {
    const chosen = finder.find(expectation.rule);
    for (const rule of chosen) covered.add(rule);
    const doubt = chosen.some((rule) => finder.isCorrelation(rule)) ? correlationFailure : failure;
    const message = doubt ?? (chosen.length === 0 ? finder.whyMissing(expectation.rule) : undefined);
    const actual = chosen.reduce((sum, rule) => sum + (matches.get(rule) ?? 0), 0);
    return {
      rule: chosen[0] === undefined ? expectation.rule : finder.title(chosen[0]),
      expected: describeBound(expectation),
      actual,
      passed: message === undefined && isWithin(actual, expectation),
      ...(message !== undefined && { message }),
    };
  });
  if (test.unexpected === 'ignore') return checks;
  const others = [...matches]
    .filter(([rule]) => !covered.has(rule) && finder.reports(rule))
    .toSorted(([a], [b]) => a - b);
  for (const [rule, actual] of others)
    checks.push({ rule: finder.title(rule), expected: 'no finding', actual, passed: false });
  if (others.length === 0) {
    const doubt = finder.hasCorrelations ? correlationFailure : failure;
    const passed = doubt === undefined;
    const message = passed ? {} : { message: doubt };
    checks.push({ rule: 'all other rules', expected: 'no finding', actual: 0, passed, ...message });
  }
  return checks;
}

function isWithin(actual: number, { exactly, atLeast, atMost }: Bound): boolean {
  if (exactly !== undefined) return actual === exactly;
  return actual >= (atLeast ?? 0) && actual <= (atMost ?? Infinity);
}

function describeBound({ exactly, atLeast, atMost }: Bound): string {
  if (exactly !== undefined) return `exactly ${exactly}`;
  return [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(', ');
}
