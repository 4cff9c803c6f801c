/**
 * Regular expressions of rules against hostile values, bounded in time.
 *
 * V8 falls back to its linear-time engine once a match backtracks too often; case-insensitive expressions get there
 * by folding (regex-linear.ts). Look-around, back references and case-insensitive matches beyond ASCII are not for
 * that engine: they run under a timer where they could backtrack. A match that runs out of time counts as no match and is reported;
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
/** Anything that may match in more than one way; with one alone, time is at most quadratic. */
const repetition = /[+*?]|\{\d/g;
/** Repetition of what may itself match in several ways can take exponential time. */
const quantifiedGroup = /\)[+*?{]/;
/** Steps that need no timer: some ten milliseconds at most. */
const cheapSteps = 1e7;
const notLinear = /\(\?[=!<]|\\[1-9]|\\k</;
// oxlint-disable-next-line no-control-regex -- ASCII is meant, control characters and all
const ascii = /^[\0-\x7f]*$/;

interface Plan {
  /** Runs in linear time on lower-case ASCII, or on anything when the expression minds case. */
  readonly linear: RegExp | null;
  /** A search takes at most about as many steps as the length of the text to this power. */
  readonly degree: number;
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
  try {
    if (plan.linear) {
      if (plan.linear === regex) return regex.test(text);
      if (ascii.test(text)) return plan.linear.test(text.toLowerCase());
    }
    return text.length ** plan.degree <= cheapSteps ? regex.test(text) : timedTest(regex, text, plan);
  } catch {
    // V8 compiles when first used, and may find the expression too large then.
    plan.timeouts = maxTimeouts;
    onTimeout(regex);
    return false;
  }
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
  const degree = quantifiedGroup.test(regex.source) ? Infinity : repeats + 1;
  return { linear: notLinear.test(regex.source) ? null : linearForm(regex), degree, timeouts: 0 };
}
