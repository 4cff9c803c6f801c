/**
 * Regular expressions of rules against hostile values, bounded in time.
 *
 * V8 falls back to its linear-time engine once a match backtracks too often. That engine has no look-around, no
 * back references and no case-insensitive mode; expressions that use those and could backtrack badly run under
 * a timer instead. A match that runs out of time counts as no match and is reported once.
 */
import { setFlagsFromString } from 'node:v8';
import { createContext, Script } from 'node:vm';

setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--regexp-backtracks-before-fallback=50000');

/** Milliseconds that one guarded match may take. */
export const regexBudget = 100;
/** Values up to this length can not make an expression without nested repetition slow enough to matter. */
const shortValue = 2048;

const nestedRepetition =
  /\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)\s*(?:[+*]|\{\d+,\d*\})|\((?:[^()\\]|\\.)*\|(?:[^()\\]|\\.)*\)\s*(?:[+*]|\{\d+,\d*\})/;
const repetition = /[+*]|\{\d+,\d*\}/g;
const notLinear = /\(\?[=!<]|\\[1-9]|\\k</;

const risks = new WeakMap<RegExp, 'none' | 'long' | 'any'>();
const script = new Script('regex.test(text)');
let context: { regex: RegExp; text: string } | undefined;
let onTimeout: (regex: RegExp) => void = () => {};

/** Sets what is called when a match ran out of time. */
export function onRegexTimeout(report: (regex: RegExp) => void): void {
  onTimeout = report;
}

export function boundedTest(regex: RegExp, text: string): boolean {
  const risk = risks.get(regex) ?? assess(regex);
  if (risk === 'none' || (risk === 'long' && text.length <= shortValue)) return regex.test(text);
  context ??= createContext({ regex, text }) as { regex: RegExp; text: string };
  context.regex = regex;
  context.text = text;
  try {
    return Boolean(script.runInContext(context, { timeout: regexBudget }));
  } catch {
    onTimeout(regex);
    return false;
  }
}

function assess(regex: RegExp): 'none' | 'long' | 'any' {
  const linear = !regex.ignoreCase && !notLinear.test(regex.source);
  const repeats = regex.source.match(repetition)?.length ?? 0;
  const risk =
    linear || repeats === 0
      ? 'none'
      : nestedRepetition.test(regex.source)
        ? 'any'
        : repeats > 1
          ? 'long'
          : 'none';
  risks.set(regex, risk);
  return risk;
}
