/** `huntbook explain`: why a rule did or did not match, for one event or for those that came nearest. */
import { styleText } from 'node:util';
import { ExitCode, HuntbookError } from '../errors.ts';
import { FieldTable, toJson, type EventBatch, type HuntEvent } from '../events/index.ts';
import {
  explainRule,
  logSourceTable,
  readLogSourceFile,
  type Explanation,
  type ExplainNode,
  type LogSourceTable,
} from '../detect/index.ts';
import { terminalText } from '../escape/index.ts';
import { loadPlaceholders, loadRules } from '../rules/index.ts';
import { applyFilters, fillPlaceholders, toExpression, type SigmaRule } from '../sigma/index.ts';
import { defaultLimits, readAll } from '../sources/index.ts';
import { useColor } from './color.ts';
import { openOutput } from './output.ts';
import { withConfigFiles, type RuleCliOptions } from './rules.ts';

export interface ExplainCliOptions extends RuleCliOptions {
  readonly record?: string;
  readonly limit?: number;
  readonly format?: 'text' | 'json';
  readonly output?: string;
  readonly force?: boolean;
  readonly color?: boolean;
}

const defaultLimit = 3;
/** Events that are compared to find the nearest; reading on is the hunt's work. */
const maxCompared = 50_000;
/** Lines of one explanation in a terminal. */
const maxLines = 400;

interface Explained {
  readonly rule: SigmaRule;
  readonly event: HuntEvent;
  readonly position: number;
  readonly explanation: Explanation;
  readonly nearness: number;
}

export async function runExplain(rulePath: string, path: string, options: ExplainCliOptions): Promise<void> {
  const { rules, table } = await withConfigFiles(options, async () => ({
    rules: await rulesOf(rulePath, options),
    table: options.logsources ? readLogSourceFile(options.logsources) : logSourceTable,
  }));
  const output = openOutput(options.output, options.force ?? false);
  try {
    const finder = new Finder(rules, table, options);
    const issues: string[] = [];
    const batches = readAll([path], {
      fields: new FieldTable(),
      limits: defaultLimits,
      onIssue: (issue) => issues.push(`${issue.source}: ${issue.message}`),
    });
    for await (const batch of batches) if (!finder.take(batch)) break;
    for (const issue of issues) warn(issue);
    if (finder.explained === 0) {
      const { record } = options;
      const what =
        record === undefined ? 'holds no events' : `has no record ${record} among its ${finder.seen} events`;
      throw new HuntbookError('HB_NOT_FOUND', `${path}: ${what}`);
    }
    const color = output.stream === process.stdout && useColor(options.color, process.stdout);
    for (const found of finder.found())
      output.stream.write(options.format === 'json' ? `${jsonLine(found)}\n` : text(found, color));
    await output.commit();
    const note = finder.note();
    if (note) process.stderr.write(`${note}\n`);
  } catch (error) {
    output.discard();
    throw error;
  }
  process.exitCode = ExitCode.ok;
}

/** Chooses the events: the one record asked for, or for each rule those that come nearest to it. */
class Finder {
  seen = 0;
  explained = 0;
  readonly #rules: readonly SigmaRule[];
  readonly #table: LogSourceTable;
  readonly #options: ExplainCliOptions;
  readonly #limit: number;
  /** For each rule the best so far, best first. */
  readonly #best: Explained[][];
  #cut = false;

  constructor(rules: readonly SigmaRule[], table: LogSourceTable, options: ExplainCliOptions) {
    this.#rules = rules;
    this.#table = table;
    this.#options = options;
    this.#limit = options.limit ?? (options.record === undefined ? defaultLimit : 1);
    this.#best = rules.map(() => []);
  }

  /** False when there is no need to read on. */
  take(batch: EventBatch): boolean {
    const { record } = this.#options;
    for (let row = 0; row < batch.length; row++) {
      if (record === undefined && this.explained === maxCompared) {
        this.#cut = true;
        return false;
      }
      this.seen++;
      const event = batch.event(row);
      const position = batch.position(row);
      if (record !== undefined && !isRecord(event, position, record)) continue;
      this.explained++;
      for (const [i, rule] of this.#rules.entries()) this.#add(i, rule, event, position);
      if (record !== undefined && this.explained === this.#limit) return false;
    }
    return true;
  }

  found(): Explained[] {
    return this.#best.flat();
  }

  note(): string {
    if (this.#options.record !== undefined || this.explained <= this.#limit) return '';
    const of = `${this.explained.toLocaleString('en')}${this.#cut ? ' compared' : ''} events`;
    return `the ${this.#limit === 1 ? 'nearest' : `${this.#limit} nearest`} of ${of}; choose one with --record N or more with --limit N`;
  }

  #add(index: number, rule: SigmaRule, event: HuntEvent, position: number): void {
    const explanation = explainRule(rule, event, this.#options.logsource ?? 'auto', this.#table);
    const nearness = this.#options.record === undefined ? nearnessOf(explanation) : 0;
    const best = this.#best[index] as Explained[];
    if (best.length === this.#limit && nearness <= (best.at(-1) as Explained).nearness) return;
    const at = best.findIndex((other) => other.nearness < nearness);
    best.splice(at < 0 ? best.length : at, 0, { rule, event, position, explanation, nearness });
    if (best.length > this.#limit) best.pop();
  }
}

/** Matches first, then events of the rule's log source, then by the share of the condition that holds. */
function nearnessOf({ matches, logSource, conditions }: Explanation): number {
  const share = Math.max(0, ...conditions.map(shareOf));
  return (matches ? 4 : 0) + (logSource.holds ? 2 : 0) + share;
}

function shareOf(node: ExplainNode): number {
  if (node.holds) return 1;
  const { children } = node;
  if (!children || node.text === 'not') return 0;
  // A near miss of a value is nearer than a value that is another altogether.
  return (0.99 * children.reduce((sum, child) => sum + shareOf(child), 0)) / children.length;
}

/** The rules of a file, its filters put into them. Correlations are explained by the rules that they name. */
async function rulesOf(path: string, options: ExplainCliOptions): Promise<SigmaRule[]> {
  const { rules, correlations, filters, errors } = await loadRules([path]);
  if (rules.length === 0) {
    const [correlation] = correlations;
    if (correlation) {
      const named = correlation.rules.join(', ');
      const message = `${path}: a correlation is about several events; explain the rules that it names: ${named}`;
      throw new HuntbookError('HB_RULE_UNSUPPORTED', message, { hint: 'huntbook hunt shows what it finds.' });
    }
    if (filters.length > 0) {
      const message = `${path}: a filter alone matches nothing`;
      throw new HuntbookError('HB_RULE_UNSUPPORTED', message, {
        hint: 'Put it and its rules in one folder.',
      });
    }
    throw errors[0] ?? new HuntbookError('HB_NOT_FOUND', `${path}: holds no rule`);
  }
  for (const { message } of errors) warn(message);
  for (const { title } of correlations)
    warn(
      `of the correlation '${title}' only the rules are explained, event by event; hunt shows what it finds`,
    );
  const filtered = applyFilters(rules, filters, correlations);
  for (const { message } of filtered.errors) warn(message);
  const { placeholders: file } = options;
  const values = file ? loadPlaceholders(file) : null;
  return filtered.rules.map((rule) => {
    const filled = values ? fillPlaceholders(rule, values) : rule;
    // Says what the matcher would refuse.
    for (const index of filled.conditions.keys()) toExpression(filled, index);
    return filled;
  });
}

function warn(text: string): void {
  process.stderr.write(`warning: ${terminalText(text)}\n`);
}

function isRecord(event: HuntEvent, position: number, wanted: string): boolean {
  return event.recordId === null ? String(position) === wanted : String(event.recordId) === wanted;
}

function jsonLine({ rule, event, position, explanation }: Explained): string {
  const { source, channel, eventId, recordId, time, host } = event;
  return toJson({
    rule: { id: rule.id, title: rule.title, path: rule.path },
    event: { source, channel, eventId, recordId, position, time, host },
    ...explanation,
  });
}

function text({ rule, event, position, explanation }: Explained, color: boolean): string {
  const verdict = explanation.matches ? 'MATCH' : 'NO MATCH';
  const record = event.recordId === null ? `position ${position}` : `record ${String(event.recordId)}`;
  const where = [event.host, event.time, event.channel, event.eventId]
    .filter((part) => part !== null)
    .join(' ');
  const head = `${paint(explanation.matches, verdict, color)}  ${terminalText(rule.title)}\n  ${terminalText(`${event.source} ${record}: ${where}`)}\n`;
  const lines: string[] = [];
  for (const node of [explanation.logSource, ...explanation.conditions]) render(node, 1, color, lines);
  const over = lines.length - maxLines;
  if (over > 0) lines.splice(maxLines, over, `  … ${over} more lines; --format json has them all`);
  return `${head}${lines.join('\n')}\n\n`;
}

function render(node: ExplainNode, depth: number, color: boolean, lines: string[]): void {
  const indent = '  '.repeat(Math.min(depth, 30));
  const mark = paint(node.holds, node.holds ? '✓' : '✗', color);
  const reason = node.reason === undefined ? '' : `: ${terminalText(node.reason)}`;
  const dimmed = color && reason ? styleText('dim', reason, { validateStream: false }) : reason;
  lines.push(`${indent}${mark} ${terminalText(node.text)}${dimmed}`);
  for (const child of node.children ?? []) render(child, depth + 1, color, lines);
  if (node.omitted) lines.push(`${indent}  … ${node.omitted} more`);
}

function paint(good: boolean, value: string, color: boolean): string {
  return color ? styleText(good ? 'green' : 'red', value, { validateStream: false }) : value;
}
