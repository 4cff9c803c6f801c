/**
 * Regular expressions of rules against hostile values, bounded in time.
 *
 * V8 falls back to its linear-time engine once a match backtracks too often; case-insensitive expressions get there
 * by folding (regex-linear.ts). Look-around and back references are beyond that engine: expressions that use those
 * and could backtrack badly run under a timer. A match that runs out of time counts as no match and is reported;
 * an expression that does so again and again is not tried any more.
 */
import { setFlagsFromString } from 'node:v8';
import { createContext, Script } from 'node:vm';
import { linearForm } from './regex-linear.ts';

setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--regexp-backtracks-before-fallback=50000');

/** Milliseconds that one match under the timer may take: long, so that a busy machine does not change results. */
export const regexBudget = 1000;
const maxTimeouts = 10;
/** Values up to this length can not make an expression without nested repetition slow enough to matter. */
const shortValue = 2048;

const nestedRepetition =
  /\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)\s*(?:[+*]|\{\d+,\d*\})|\((?:[^()\\]|\\.)*\|(?:[^()\\]|\\.)*\)\s*(?:[+*]|\{\d+,\d*\})/;
const repetition = /[+*]|\{\d+,\d*\}/g;
const notLinear = /\(\?[=!<]|\\[1-9]|\\k</;
// oxlint-disable-next-line no-control-regex -- ASCII is meant, control characters and all
const ascii = /^[\0-\x7f]*$/;

interface Plan {
  /** Runs in linear time on lower-case ASCII, or on anything when the expression minds case. */
  readonly linear: RegExp | null;
  readonly risk: 'none' | 'long' | 'any';
  timeouts: number;
}

const plans = new WeakMap<RegExp, Plan>();
const script = new Script('regex.test(text)');
let context: { regex: RegExp; text: string } | undefined;
let onTimeout: (regex: RegExp) => void = () => {};

/** Sets what is called when a match ran out of time. */
export function onRegexTimeout(report: (regex: RegExp) => void): void {
  onTimeout = report;
}

export function boundedTest(regex: RegExp, text: string): boolean {
  let plan = plans.get(regex);
  if (!plan) plans.set(regex, (plan = makePlan(regex)));
  if (plan.linear) {
    if (plan.linear === regex) return regex.test(text);
    if (ascii.test(text)) return plan.linear.test(text.toLowerCase());
  }
  if (plan.risk === 'none' || (plan.risk === 'long' && text.length <= shortValue)) return regex.test(text);
  return timedTest(regex, text, plan);
}

function timedTest(regex: RegExp, text: string, plan: Plan): boolean {
  if (plan.timeouts >= maxTimeouts) return false;
  context ??= createContext({ regex, text }) as { regex: RegExp; text: string };
  context.regex = regex;
  context.text = text;
  try {
    return Boolean(script.runInContext(context, { timeout: regexBudget }));
  } catch {
    plan.timeouts++;
    onTimeout(regex);
    return false;
  }
}

function makePlan(regex: RegExp): Plan {
  const repeats = regex.source.match(repetition)?.length ?? 0;
  const risk =
    repeats === 0 ? 'none' : nestedRepetition.test(regex.source) ? 'any' : repeats > 1 ? 'long' : 'none';
  return { linear: notLinear.test(regex.source) ? null : linearForm(regex), risk, timeouts: 0 };
}
