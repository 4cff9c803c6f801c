/** `huntbook explain`. */
import { styleText } from 'node:util';
import { ExitCode, HuntbookError } from '../errors.ts';
import { FieldTable, toJson, type HuntEvent } from '../events/index.ts';
import {
  explainRule,
  logSourceTable,
  readLogSourceFile,
  type Explanation,
  type ExplainNode,
} from '../detect/index.ts';
import { terminalText } from '../escape/index.ts';
import {
  fillPlaceholders,
  loadRules,
  readPlaceholderFile,
  readRuleFile,
  type SigmaRule,
} from '../sigma/index.ts';
import { defaultLimits, readAll } from '../sources/index.ts';
import { useColor, type RuleCliOptions } from './hunt.ts';

export interface ExplainCliOptions extends RuleCliOptions {
  readonly record?: string;
  readonly limit?: number;
  readonly format?: 'text' | 'json';
  readonly color?: boolean;
}

const defaultLimit = 5;

export async function runExplain(rulePath: string, path: string, options: ExplainCliOptions): Promise<void> {
  const rules = await rulesOf(rulePath, options);
  const table = options.logsources ? readLogSourceFile(options.logsources) : logSourceTable;
  const limit = options.limit ?? (options.record === undefined ? defaultLimit : 1);
  const color = useColor(options.color, process.stdout);
  const issues: string[] = [];
  let seen = 0;
  let explained = 0;
  reading: for await (const batch of readAll([path], {
    fields: new FieldTable(),
    limits: defaultLimits,
    onIssue: (issue) => issues.push(`${issue.source}: ${issue.message}`),
  })) {
    for (let row = 0; row < batch.length; row++) {
      seen++;
      const event = batch.event(row);
      const position = batch.position(row);
      if (options.record !== undefined && !isRecord(event, position, options.record)) continue;
      for (const rule of rules) {
        const explanation = explainRule(rule, event, options.logsource ?? 'auto', table);
        process.stdout.write(
          options.format === 'json'
            ? `${jsonLine(rule, event, explanation)}\n`
            : text(rule, event, position, explanation, color),
        );
      }
      if (++explained >= limit) break reading;
    }
  }
  for (const issue of issues) process.stderr.write(`warning: ${terminalText(issue)}\n`);
  if (explained === 0) {
    const what =
      options.record === undefined
        ? 'holds no events'
        : `has no record ${options.record} among its ${seen} events`;
    throw new HuntbookError('HB_NOT_FOUND', `${path}: ${what}`);
  }
  if (options.record === undefined && explained === limit) {
    process.stderr.write(
      `the first ${limit} events were explained; choose one with --record N or more with --limit N\n`,
    );
  }
  process.exitCode = ExitCode.ok;
}

async function rulesOf(path: string, options: ExplainCliOptions): Promise<SigmaRule[]> {
  const { rules, others, errors } = await loadRules([path]);
  const [error] = errors;
  if (error) throw error;
  if (rules.length === 0) {
    const kind = others[0]?.kind;
    throw new HuntbookError(
      'HB_RULE_UNSUPPORTED',
      kind ? `${path}: ${kind} documents can not be explained yet` : `${path}: holds no rule`,
    );
  }
  const { placeholders: file } = options;
  return file
    ? rules.map((rule) => fillPlaceholders(rule, readPlaceholderFile(readRuleFile(file), file)))
    : rules;
}

function isRecord(event: HuntEvent, position: number, wanted: string): boolean {
  return event.recordId === null ? String(position) === wanted : String(event.recordId) === wanted;
}

function jsonLine(rule: SigmaRule, event: HuntEvent, explanation: Explanation): string {
  const { source, channel, eventId, recordId, time, host } = event;
  return toJson({
    rule: { id: rule.id, title: rule.title, path: rule.path },
    event: { source, channel, eventId, recordId, time, host },
    ...explanation,
  });
}

function text(
  rule: SigmaRule,
  event: HuntEvent,
  position: number,
  explanation: Explanation,
  color: boolean,
): string {
  const verdict = explanation.matches ? 'MATCH' : 'NO MATCH';
  const record = event.recordId === null ? `position ${position}` : `record ${String(event.recordId)}`;
  const where = [event.host, event.time, event.channel, event.eventId]
    .filter((part) => part !== null)
    .join(' ');
  const head = `${paint(explanation.matches, verdict, color)}  ${terminalText(rule.title)}\n  ${terminalText(`${event.source} ${record}: ${where}`)}\n`;
  const lines = [explanation.logSource, ...explanation.conditions].flatMap((node) => render(node, 1, color));
  return `${head}${lines.join('\n')}\n\n`;
}

function render(node: ExplainNode, depth: number, color: boolean): string[] {
  const mark = paint(node.holds, node.holds ? '✓' : '✗', color);
  const reason = node.reason === undefined ? '' : `: ${terminalText(node.reason)}`;
  const line = `${'  '.repeat(depth)}${mark} ${terminalText(node.text)}${color ? styleText('dim', reason, { validateStream: false }) : reason}`;
  return [line, ...(node.children ?? []).flatMap((child) => render(child, depth + 1, color))];
}

function paint(good: boolean, value: string, color: boolean): string {
  return color ? styleText(good ? 'green' : 'red', value, { validateStream: false }) : value;
}
