/** `huntbook backtest`. */
import { ExitCode } from '../errors.ts';
import { escapeHtml, terminalText } from '../escape/index.ts';
import { backtest, readBacktestPlan, type CheckResult } from '../hunt/index.ts';
import { useColor } from './color.ts';
import { loadRules, type RuleCliOptions } from './rules.ts';
import { openOutput, writeWhole } from './output.ts';
import { styleText } from 'node:util';

export interface BacktestCliOptions extends RuleCliOptions {
  readonly junit?: string;
  readonly json?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export async function runBacktest(file: string, options: BacktestCliOptions): Promise<void> {
  const plan = readBacktestPlan(file);
  for (const report of [options.json, options.junit]) checkFree(report, options.force ?? false);
  const hint = 'Check rules in the expectations file; paths are relative to it.';
  const set = await loadRules(plan.rules, options, hint);
  for (const rule of set.refused) {
    if (rule.code !== 'HB_RULE_LOGSOURCE' && rule.code !== 'HB_RULE_UNSUPPORTED')
      process.stderr.write(`refused: ${terminalText(rule.message)}\n`);
  }
  if (set.sqlHunts.length > 0 && !options.quiet)
    process.stderr.write(
      `not run: ${set.sqlHunts.length} SQL ${set.sqlHunts.length === 1 ? 'hunt' : 'hunts'}; backtest is for rules\n`,
    );
  const color = useColor(options.color, process.stdout);
  const results = await backtest(plan, set, (result) => {
    if (!options.quiet || !result.passed) process.stdout.write(`${line(result, color)}\n`);
  });
  const failed = results.filter(({ passed }) => !passed).length;
  if (options.json)
    await writeWhole(
      options.json,
      options.force ?? false,
      `${JSON.stringify({ schema: 'huntbook/1', results }, null, 2)}\n`,
    );
  if (options.junit) await writeWhole(options.junit, options.force ?? false, junit(results));
  if (!options.quiet) process.stderr.write(`${results.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? ExitCode.findings : ExitCode.ok;
}

/** Says so before the work, not after it. */
function checkFree(file: string | undefined, force: boolean): void {
  if (file !== undefined) openOutput(file, force).discard();
}

function line({ passed, case: name, rule, expected, actual, message }: CheckResult, color: boolean): string {
  const mark = passed ? 'ok  ' : 'FAIL';
  const painted = color ? styleText(passed ? 'green' : 'red', mark, { validateStream: false }) : mark;
  const why = message === undefined ? '' : ` (${terminalText(message)})`;
  return `${painted} ${terminalText(name)}: ${terminalText(rule)}: ${actual}, expected ${expected}${why}`;
}

/** JUnit's XML as CI servers read it: a suite a case, a test a rule. */
function junit(results: readonly CheckResult[]): string {
  const suites = Map.groupBy(results, (result) => result.case);
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="huntbook backtest">'];
  for (const [name, checks] of suites) {
    const failures = checks.filter(({ passed }) => !passed).length;
    const seconds = Math.max(...checks.map((c) => c.seconds)).toFixed(3);
    lines.push(
      `  <testsuite name="${xml(name)}" tests="${checks.length}" failures="${failures}" time="${seconds}">`,
    );
    for (const { rule, passed, expected, actual, message } of checks) {
      const open = `    <testcase classname="${xml(name)}" name="${xml(rule)}: ${xml(expected)}"`;
      if (passed) lines.push(`${open}/>`);
      else {
        const text = message ?? `expected ${expected}, found ${actual}`;
        lines.push(`${open}>`, `      <failure message="${xml(text)}"/>`, '    </testcase>');
      }
    }
    lines.push('  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

/** Attribute text; characters that XML 1.0 has no form for are replaced. */
function xml(text: string): string {
  const clean = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
  // Line breaks as such would be read as spaces.
  return escapeHtml(clean).replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
