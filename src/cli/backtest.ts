/** `huntbook backtest`. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { escapeHtml, terminalText } from '../escape/index.ts';
import { backtest, readBacktestPlan, type CheckResult } from '../hunt/index.ts';
import { loadRules, useColor, type RuleCliOptions } from './hunt.ts';
import { openOutput } from './output.ts';
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
  const set = await loadRules(plan.rules, options);
  for (const rule of set.refused) {
    if (rule.code !== 'HB_RULE_LOGSOURCE') process.stderr.write(`refused: ${terminalText(rule.message)}\n`);
  }
  const color = useColor(options.color, process.stdout);
  const results = await backtest(plan, set, (result) => {
    if (!options.quiet || !result.passed) process.stdout.write(`${line(result, color)}\n`);
  });
  if (results.length === 0) throw new HuntbookError('HB_CONFIG', `${file}: has no expectation to check`);
  const failed = results.filter(({ passed }) => !passed).length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  if (options.json)
    await writeFile(
      options.json,
      options.force,
      `${JSON.stringify({ schema: 'huntbook/1', results }, null, 2)}\n`,
    );
  if (options.junit) await writeFile(options.junit, options.force, junit(results));
  process.exitCode = failed > 0 ? ExitCode.findings : ExitCode.ok;
}

function line({ passed, case: name, rule, expected, actual, message }: CheckResult, color: boolean): string {
  const mark = passed ? 'ok  ' : 'FAIL';
  const painted = color ? styleText(passed ? 'green' : 'red', mark, { validateStream: false }) : mark;
  const why = message === undefined ? '' : ` (${terminalText(message)})`;
  return `${painted} ${terminalText(name)}: ${terminalText(rule)}: ${actual}, expected ${expected}${why}`;
}

async function writeFile(file: string, force: boolean | undefined, text: string): Promise<void> {
  const output = openOutput(file, force ?? false);
  output.stream.write(text);
  await output.commit();
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
      const open = `    <testcase classname="${xml(name)}" name="${xml(rule)}"`;
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
  return escapeHtml(text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD'));
}
