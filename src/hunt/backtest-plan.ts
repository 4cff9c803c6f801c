/** The expectations file of a backtest: its shape, read and checked. Described for users in docs/backtest.md. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { asHuntbookError, HuntbookError } from '../errors.ts';
import { parseYaml } from '../sigma/index.ts';

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

/** Reads and checks an expectations file. Throws HB_CONFIG that names the place. */
export function readBacktestPlan(path: string): BacktestPlan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw asHuntbookError(error, 'HB_NOT_FOUND', path);
  }
  let data: unknown;
  try {
    data = parseYaml(text, path);
  } catch (error) {
    const { message, position } = asHuntbookError(error, 'HB_CONFIG', path);
    throw new HuntbookError('HB_CONFIG', message, { cause: error, hint, ...(position && { position }) });
  }
  return new PlanReader(path).plan(data);
}

const hint = 'See docs/backtest.md for the shape of the file.';

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
    if (cases.length === 0) this.#fail('cases', 'is empty: there is nothing to check');
    return { rules, cases };
  }

  #case(data: unknown, at: string, unexpected: 'ignore' | 'fail'): BacktestCase {
    const map = this.#map(data, at, ['name', 'events', 'expect', 'unexpected']);
    const events = this.#texts(map['events'], `${at}.events`);
    const name = map['name'] ?? events.join(', ');
    if (typeof name !== 'string' && typeof name !== 'number') this.#fail(`${at}.name`, 'must be text');
    const expect = this.#list(map['expect'] ?? [], `${at}.expect`);
    const others =
      map['unexpected'] === undefined ? unexpected : this.#unexpected(map['unexpected'], `${at}.unexpected`);
    if (expect.length === 0 && others === 'ignore')
      this.#fail(at, 'checks nothing: give it expect, or unexpected: fail');
    return {
      name: String(name),
      events: events.map((path) => this.#resolve(path)),
      expect: expect.map((item, i) => this.#expectation(item, `${at}.expect[${i}]`)),
      unexpected: others,
    };
  }

  #expectation(data: unknown, at: string): Expectation {
    const map = this.#map(data, at, ['rule', 'exactly', 'at_least', 'at_most']);
    if (typeof map['rule'] !== 'string' || map['rule'] === '')
      this.#fail(`${at}.rule`, 'must be the id or title of a rule, as text');
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
      hint,
    });
  }
}
