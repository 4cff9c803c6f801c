/**
 * Rules against recorded events with expectations: how often each rule must fire on each file. For rule authors and
 * their CI. The expectations file is described in docs/backtest.md.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { asHuntbookError, HuntbookError } from '../errors.ts';
import type { RuleInfo, RuleSet } from '../detect/index.ts';
import { parseYaml } from '../sigma/index.ts';
import { ruleFilter } from './rule-filter.ts';
import { hunt } from './run.ts';

export interface Bound {
  readonly exactly?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Expectation extends Bound {
  /** Id, id prefix of at least 8 characters, or title. */
  readonly rule: string;
}

export interface BacktestCase {
  readonly name: string;
  /** Paths, relative to the expectations file. */
  readonly events: readonly string[];
  readonly expect: readonly Expectation[];
  /** What findings of rules without an expectation mean. */
  readonly unexpected: 'ignore' | 'fail';
}

export interface BacktestPlan {
  readonly rules: readonly string[];
  readonly cases: readonly BacktestCase[];
}

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

/** Reads and checks an expectations file. Throws HB_CONFIG that names the place. */
export function readBacktestPlan(path: string): BacktestPlan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw asHuntbookError(error, 'HB_NOT_FOUND', path);
  }
  const reader = new PlanReader(path);
  return reader.plan(parseYaml(text, path));
}

class PlanReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  plan(data: unknown): BacktestPlan {
    const top = this.#map(data, 'the file', ['rules', 'unexpected', 'cases']);
    const unexpected = this.#unexpected(top['unexpected'] ?? 'ignore', 'unexpected');
    const rules = this.#texts(top['rules'], 'rules').map((rule) => this.#resolve(rule));
    const cases = this.#list(top['cases'], 'cases').map((item, i) =>
      this.#case(item, `cases[${i}]`, unexpected),
    );
    return { rules, cases };
  }

  #case(data: unknown, at: string, unexpected: 'ignore' | 'fail'): BacktestCase {
    const map = this.#map(data, at, ['name', 'events', 'expect', 'unexpected']);
    const events = this.#texts(map['events'], `${at}.events`);
    return {
      name: map['name'] === undefined ? events.join(', ') : String(map['name']),
      events: events.map((path) => this.#resolve(path)),
      expect: this.#list(map['expect'] ?? [], `${at}.expect`).map((item, i) =>
        this.#expectation(item, `${at}.expect[${i}]`),
      ),
      unexpected:
        map['unexpected'] === undefined
          ? unexpected
          : this.#unexpected(map['unexpected'], `${at}.unexpected`),
    };
  }

  #expectation(data: unknown, at: string): Expectation {
    const map = this.#map(data, at, ['rule', 'exactly', 'at_least', 'at_most']);
    if (typeof map['rule'] !== 'string' || map['rule'] === '')
      this.#fail(`${at}.rule`, 'must be the id or title of a rule');
    const exactly = this.#count(map['exactly'], `${at}.exactly`);
    const atLeast = this.#count(map['at_least'], `${at}.at_least`);
    const atMost = this.#count(map['at_most'], `${at}.at_most`);
    if (exactly !== undefined && (atLeast !== undefined || atMost !== undefined))
      this.#fail(at, 'exactly stands alone');
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
      this.#fail(at, 'at_least is more than at_most');
    const none = exactly === undefined && atLeast === undefined && atMost === undefined;
    return {
      rule: map['rule'] as string,
      ...(exactly !== undefined && { exactly }),
      ...(none ? { atLeast: 1 } : atLeast !== undefined && { atLeast }),
      ...(atMost !== undefined && { atMost }),
    };
  }

  #count(value: unknown, at: string): number | undefined {
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0))
      return value;
    return this.#fail(at, 'must be a whole number, 0 or more');
  }

  #unexpected(value: unknown, at: string): 'ignore' | 'fail' {
    return value === 'ignore' || value === 'fail' ? value : this.#fail(at, 'must be ignore or fail');
  }

  #map(value: unknown, at: string, keys: readonly string[]): Record<string, unknown> {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return this.#fail(at, 'must be a map');
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) this.#fail(at, `unknown key '${key}'; known: ${keys.join(', ')}`);
    }
    return value as Record<string, unknown>;
  }

  #list(value: unknown, at: string): unknown[] {
    return Array.isArray(value) ? value : this.#fail(at, 'must be a list');
  }

  #texts(value: unknown, at: string): string[] {
    const list = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== ''))
      this.#fail(at, 'must be a path or a list of paths');
    return list as string[];
  }

  #resolve(path: string): string {
    return isAbsolute(path) ? path : join(dirname(this.#path), path);
  }

  #fail(at: string, what: string): never {
    throw new HuntbookError('HB_CONFIG', `${this.#path}: ${at}: ${what}`, {
      position: { file: this.#path },
      hint: 'See docs/backtest.md for the shape of the file.',
    });
  }
}

/** Runs the cases one after the other; `onResult` hears of each check as it is decided. */
export async function backtest(
  plan: BacktestPlan,
  rules: RuleSet,
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const test of plan.cases) {
    for (const result of await runCase(test, rules)) {
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

async function runCase(test: BacktestCase, rules: RuleSet): Promise<CheckResult[]> {
  const counts = new Map<string, number>();
  const key = (rule: { path: string; id: string | null; title: string }): string =>
    JSON.stringify([rule.path, rule.id, rule.title]);
  let seconds = 0;
  let failure: string | undefined;
  try {
    const summary = await hunt({
      paths: test.events,
      rules,
      threads: 1,
      onFinding: ({ rule }) => {
        counts.set(key(rule), (counts.get(key(rule)) ?? 0) + 1);
      },
    });
    seconds = summary.seconds;
    const issue = summary.issues[0];
    if (issue && summary.events === 0) failure = `${issue.source}: ${issue.message}`;
  } catch (error) {
    if (!(error instanceof HuntbookError)) throw error;
    failure = error.message;
  }
  const covered = new Set<string>();
  const checks = test.expect.map((expectation) => {
    const chosen = rules.rules.filter(({ info }) => ruleFilter({ include: [expectation.rule] })(info));
    for (const { info } of chosen) covered.add(key(info));
    const refused = rules.refused.find(
      (rule) => rule.title?.toLowerCase() === expectation.rule.toLowerCase(),
    );
    const missing =
      chosen.length > 0
        ? undefined
        : refused
          ? `the rule was refused: ${refused.message}`
          : 'no such rule was loaded';
    return check(
      test.name,
      expectation,
      chosen.map(({ info }) => info),
      counts,
      key,
      failure ?? missing,
      seconds,
    );
  });
  if (test.unexpected === 'fail') {
    for (const { info } of rules.rules) {
      const actual = counts.get(key(info)) ?? 0;
      if (actual > 0 && !covered.has(key(info))) {
        checks.push({
          case: test.name,
          rule: info.title,
          expected: 'no finding',
          actual,
          passed: false,
          seconds,
        });
      }
    }
  }
  if (checks.length === 0 && failure !== undefined) {
    checks.push({
      case: test.name,
      rule: '',
      expected: 'events',
      actual: 0,
      passed: false,
      message: failure,
      seconds,
    });
  }
  return checks;
}

function check(
  name: string,
  expectation: Expectation,
  chosen: readonly RuleInfo[],
  counts: ReadonlyMap<string, number>,
  key: (rule: RuleInfo) => string,
  failure: string | undefined,
  seconds: number,
): CheckResult {
  const actual = chosen.reduce((sum, info) => sum + (counts.get(key(info)) ?? 0), 0);
  const { exactly, atLeast, atMost } = expectation;
  const passed =
    failure === undefined &&
    (exactly === undefined || actual === exactly) &&
    (atLeast === undefined || actual >= atLeast) &&
    (atMost === undefined || actual <= atMost);
  const expected =
    exactly !== undefined
      ? `exactly ${exactly}`
      : [atLeast !== undefined && `at least ${atLeast}`, atMost !== undefined && `at most ${atMost}`]
          .filter(Boolean)
          .join(', ');
  return {
    case: name,
    rule: chosen[0]?.title ?? expectation.rule,
    expected,
    actual,
    passed,
    ...(failure !== undefined && { message: failure }),
    seconds,
  };
}
