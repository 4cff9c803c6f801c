/** The summary of a run for standard error: what was read, what was run, and above all what was not. */
import { fitWidth, terminalText, textWidth } from '../escape/index.ts';
import { groupReasons } from './never-fire.ts';
import { painter, type Paint } from './paint.ts';
import { bytesText, countOf, countText, secondsText, timeSpan } from './text.ts';
import type { HuntSummary } from './types.ts';

export interface SummaryOptions {
  readonly color?: boolean;
  /** Columns of the terminal; 100 unless given, at least 60. */
  readonly width?: number;
}

const maxRefused = 5;
const maxNotices = 3;
const maxIssues = 5;
const maxKinds = 6;
const maxDetails = 3;
const maxLines = 4;

interface Layout {
  readonly width: number;
  readonly paint: Paint;
}

export function renderSummary(summary: HuntSummary, options: SummaryOptions = {}): string {
  const width = Math.max(60, Math.floor(options.width ?? 100));
  const layout = { width, paint: painter(options.color ?? false) };
  const lines = [
    ...headLines(summary, layout),
    ...refusedLines(summary, layout),
    ...noticeLines(summary, layout),
    ...neverFireLines(summary, layout),
    ...issueLines(summary, layout),
  ];
  if (summary.truncated) {
    lines.push('', layout.paint(['bold', 'yellow'], 'The run was interrupted before the end of the input.'));
  }
  return lines.join('\n') + '\n';
}

function headLines(summary: HuntSummary, { width, paint }: Layout): string[] {
  const { files, events, bytes, seconds, findings, rulesLoaded, rulesMatched, refused, neverFire } = summary;
  const { source } = summary;
  const rate =
    seconds > 0 && source === undefined ? `, ${countText(Math.round(events / seconds))} events/s` : '';
  const span = timeSpan(summary.firstTime, summary.lastTime);
  const rules = [`${countText(rulesLoaded)} loaded`, `${countText(rulesMatched)} matched`];
  if (refused.length > 0) rules.push(`${countText(refused.length)} refused`);
  if (neverFire.length > 0) rules.push(`${countText(neverFire.length)} can never fire`);
  const rows: [string, string][] = [
    source === undefined
      ? ['Read', `${countOf(events, 'event')} from ${countOf(files, 'file')}, ${bytesText(bytes)}`]
      : ['Searched', `${source}, which gave ${countOf(events, 'event')}`],
    ['Times', span === '' ? '' : `${span} UTC`],
    ['Rules', rules.join(', ')],
    ['Findings', countText(findings)],
    ['Took', `${secondsText(seconds)}${rate}`],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${paint('bold', name.padEnd(10))}${show(text, width - 10)}`);
}

function refusedLines({ refused }: HuntSummary, layout: Layout): string[] {
  if (refused.length === 0) return [];
  const lines = ['', heading(`Refused: ${countOf(refused.length, 'rule')} not run`, 'yellow', layout)];
  for (const { path, line, code, message } of refused.slice(0, maxRefused)) {
    lines.push(`  ${show(line === null ? path : `${path}:${line}`, layout.width - 2)}`);
    lines.push(...wrapped(`${code}  ${message}`, layout));
  }
  return [...lines, ...more(refused.length - maxRefused, layout)];
}

function noticeLines({ notices }: HuntSummary, layout: Layout): string[] {
  if (notices.length === 0) return [];
  const lines = ['', heading(`Rules: ${countOf(notices.length, 'note')}`, 'cyan', layout)];
  for (const { path, line, message } of notices.slice(0, maxNotices)) {
    lines.push(`  ${show(`${path}:${line}`, layout.width - 2)}`);
    lines.push(...wrapped(message, layout));
  }
  return [...lines, ...more(notices.length - maxNotices, layout)];
}

function neverFireLines({ neverFire }: HuntSummary, layout: Layout): string[] {
  if (neverFire.length === 0) return [];
  const lines = [
    '',
    heading(`Can never fire on these events: ${countOf(neverFire.length, 'rule')}`, 'cyan', layout),
  ];
  const groups = groupReasons(neverFire);
  for (const { kind, count, details } of groups.slice(0, maxKinds)) {
    lines.push(`  ${countText(count).padStart(6)}  ${show(kind, layout.width - 10)}`);
    const named = details.filter(({ detail }) => detail !== '');
    if (named.length === 0) continue;
    const top = named
      .slice(0, maxDetails)
      .map(({ detail, rules }) => `${detail} (${countText(rules.length)})`);
    const rest = named.length - top.length;
    const text = top.join(', ') + (rest > 0 ? `, ${countText(rest)} more` : '');
    lines.push(`          ${note(text, layout.width - 10, layout)}`);
  }
  return [...lines, ...more(groups.length - maxKinds, layout, 'more reasons')];
}

function issueLines({ issues }: HuntSummary, layout: Layout): string[] {
  if (issues.length === 0) return [];
  const total = issues.reduce((sum, issue) => sum + issue.count, 0);
  const lines = ['', heading(`Input: ${countOf(total, 'problem')}`, 'yellow', layout)];
  for (const { source, code, message, count } of issues.slice(0, maxIssues)) {
    const times = count > 1 ? `${countText(count)} times  ` : '';
    if (source !== '') lines.push(`  ${show(source, layout.width - 2)}`);
    lines.push(...wrapped(`${times}${code}  ${message}`, layout));
  }
  return [...lines, ...more(issues.length - maxIssues, layout)];
}

function heading(text: string, color: 'yellow' | 'cyan', { paint }: Layout): string {
  return paint(['bold', color], text);
}

function note(text: string, columns: number, { paint }: Layout): string {
  return paint('dim', show(text, columns));
}

function more(count: number, { paint }: Layout, what = 'more'): string[] {
  return count > 0 ? [paint('dim', `  … ${countText(count)} ${what}`)] : [];
}

/** A message over as many lines as it needs, up to a bound: its end often holds what matters. */
function wrapped(text: string, { width, paint }: Layout): string[] {
  const room = width - 4;
  const lines: string[] = [];
  let line = '';
  for (const word of terminalText(text.slice(0, room * 8)).split(/(?<= )/)) {
    if (line !== '' && textWidth(line) + textWidth(word.trimEnd()) > room) {
      lines.push(line);
      line = '';
    }
    line += word;
  }
  lines.push(line);
  if (lines.length > maxLines) lines[maxLines - 1] = `${(lines[maxLines - 1] as string).trimEnd()} …`;
  return lines.slice(0, maxLines).map((item) => `    ${paint('dim', fitWidth(item.trimEnd(), room))}`);
}

function show(text: string, columns: number): string {
  return fitWidth(terminalText(text.slice(0, columns * 8 + 64)), columns);
}
