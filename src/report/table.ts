/**
 * The terminal table: one entry per rule, most severe and most frequent first, and a line with the totals. It is
 * written at the end; until then only the tallies and, on request, a few sample lines per rule are held.
 */
import type { Writable } from 'node:stream';
import { fitWidth, padWidth, terminalText, textWidth } from '../escape/index.ts';
import { correlatedEventText, correlationText, firstAndLast } from './correlation.ts';
import { levels } from './levels.ts';
import { levelLabel, levelStyle, painter, type Paint } from './paint.ts';
import { Tallies, type RuleTally } from './tally.ts';
import { isChainRule, processText } from './process-chain.ts';
import { TextOut } from './text-out.ts';
import { countOf, countText, distinctMatches, timeSpan, timeText, valueText } from './text.ts';
import type { Finding, FindingProcess, FindingSink, HuntSummary } from './types.ts';

export interface TableOptions {
  /** Columns of the terminal; 100 unless given, at least 60. */
  readonly width?: number;
  /** Colour by level; off unless given. */
  readonly color?: boolean;
  /** Sample findings shown under each rule; none unless given. */
  readonly details?: number;
}

/** One finding as it will be shown; made at once, so that the finding itself can go. */
interface Sample {
  readonly where: string;
  readonly matched: readonly (readonly [string, string])[];
  /** Of a correlation: the first of its events, and how many more there are. */
  readonly events: readonly string[];
  readonly moreEvents: number;
  /** Its processes, the highest first; empty: it has none. */
  readonly chain: readonly string[];
  /** How many there are above these. */
  readonly above: number;
}

const maxEvents = 3;
/** A chain of processes has no more steps than this, and each counts. */
const maxSteps = 10;
/** More processes than this fill no line. */
const maxProcesses = 40;
const maxMatched = 8;
const levelWidth = 8;
const timeColumn = 41;

export function tableSink(stream: Writable, options: TableOptions = {}): FindingSink {
  const out = new TextOut(stream);
  const width = Math.max(60, Math.floor(options.width ?? 100));
  const details = options.details ?? 0;
  const paint = painter(options.color ?? false);
  const tallies = new Tallies();
  const samples = new Map<RuleTally, Sample[]>();
  return {
    write(finding) {
      const tally = tallies.add(finding);
      if (details === 0) return;
      let list = samples.get(tally);
      if (list === undefined) samples.set(tally, (list = []));
      if (list.length < details) list.push(sampleOf(finding, width));
    },
    async end(summary) {
      const rules = tallies.sorted();
      const countWidth = Math.max(5, ...rules.map((rule) => countText(rule.count).length));
      for (const [i, tally] of rules.entries()) {
        if (i > 0 && (details > 0 || rules[i - 1]?.level !== tally.level)) await out.write('\n');
        await out.write(renderRule(tally, samples.get(tally) ?? [], { width, countWidth, paint }));
      }
      if (rules.length > 0) await out.write('\n');
      await out.write(renderTotals(tallies, summary, { width, paint }));
      await out.end();
    },
  };
}

interface Layout {
  readonly width: number;
  readonly countWidth: number;
  readonly paint: Paint;
}

function renderRule(tally: RuleTally, samples: readonly Sample[], layout: Layout): string {
  const { width, countWidth, paint } = layout;
  const indent = levelWidth + 2 + countWidth + 2;
  const blank = ' '.repeat(indent);
  const room = width - indent;
  const level = paint(levelStyle[tally.level], padWidth(levelLabel[tally.level], levelWidth));
  const count = countText(tally.count).padStart(countWidth);
  let text = `${level}  ${count}  ${paint('bold', show(tally.rule.title || '(no title)', room))}\n`;

  // Times in one column, so that the eye can run down the hosts; under each other where there is no room.
  const when = terminalText(timeSpan(tally.first, tally.last));
  const wide = room >= timeColumn + 2 + 20;
  const hosts = hostsText(tally, wide && when !== '' ? room - timeColumn - 2 : room);
  const meta =
    wide && when !== '' && hosts !== '' ? [`${padWidth(when, timeColumn)}  ${hosts}`] : [when, hosts];
  for (const line of meta) if (line !== '') text += `${blank}${paint('dim', fitWidth(line, room))}\n`;
  for (const sample of samples) text += renderSample(sample, blank, room, paint);
  const left = tally.count - samples.length;
  if (samples.length > 0 && left > 0) text += `${blank}${paint('dim', `  … ${countText(left)} more`)}\n`;
  return text;
}

function renderSample(sample: Sample, blank: string, room: number, paint: Paint): string {
  let text = `${blank}${paint('dim', '·')} ${fitWidth(sample.where, room - 2)}\n`;
  const chain = chainLine(sample, room - 4);
  if (chain !== '') text += `${blank}  ${paint('dim', '>')} ${chain}\n`;
  const names = Math.min(24, Math.max(0, ...sample.matched.map(([name]) => textWidth(name))));
  for (const [name, value] of sample.matched) {
    text += `${blank}  ${paint('dim', padWidth(name, names))}  ${fitWidth(value, room - names - 4)}\n`;
  }
  for (const [i, event] of sample.events.entries()) {
    // The last event is often what it was all for.
    if (sample.moreEvents > 0 && i === sample.events.length - 1)
      text += `${blank}  ${paint('dim', `  … ${countOf(sample.moreEvents, 'more event')}`)}\n`;
    text += `${blank}  ${paint('dim', '-')} ${fitWidth(event, room - 4)}\n`;
  }
  return text;
}

/** As many of the lowest processes as fit: they did what was found. */
function chainLine({ chain, above }: Sample, room: number): string {
  let line = '';
  for (let i = chain.length - 1; i >= 0; i--) {
    const longer = line === '' ? (chain[i] as string) : `${chain[i]} > ${line}`;
    const columns = i === 0 && above === 0 ? room : room - 4;
    if (line !== '' && textWidth(longer) > columns) return `… > ${line}`;
    line = fitWidth(longer, columns);
  }
  return above > 0 ? `… > ${line}` : line;
}

function sampleOf(finding: Finding, width: number): Sample {
  const { event, matched, correlation } = finding;
  const lowest: readonly FindingProcess[] = finding.chain?.slice(-maxProcesses) ?? [];
  const processes = {
    chain: lowest.map((process) => show(processText(process), width)),
    above: (finding.chain?.length ?? 0) - lowest.length,
  };
  const clip = (value: string): string => show(value, width);
  const items = distinctMatches(matched)
    .slice(0, maxMatched)
    .map((m) => [clip(m.field ?? 'keyword'), clip(valueText(m.value))] as const);
  if (correlation) {
    const events = firstAndLast(correlation.events, isChainRule(finding) ? maxSteps : maxEvents).map((one) =>
      clip(correlatedEventText(one)),
    );
    const moreEvents = correlation.count - events.length;
    return { where: clip(correlationText(correlation)), matched: items, events, moreEvents, ...processes };
  }
  const time = event.time === null ? 'no time' : timeText(event.time);
  const place = event.recordId === null ? event.source : `${event.source} #${event.recordId}`;
  return {
    where: [time, event.host ?? '', place].filter(Boolean).map(clip).join('  '),
    matched: items,
    events: [],
    moreEvents: 0,
    ...processes,
  };
}

/** As many of the first three hosts as fit, so that the number of the others is never cut off. */
function hostsText({ hosts }: RuleTally, room: number): string {
  for (const limit of [3, 2, 1]) {
    const text = terminalText(hosts.text(limit));
    if (textWidth(text) <= room) return text;
  }
  return fitWidth(terminalText(hosts.text(1)), room);
}

function renderTotals(
  tallies: Tallies,
  summary: HuntSummary,
  layout: Pick<Layout, 'width' | 'paint'>,
): string {
  const { paint } = layout;
  const cut = summary.truncated
    ? `${paint('yellow', 'The run was interrupted before the end of the input.')}\n`
    : '';
  if (tallies.total === 0) return `No findings.\n${cut}`;
  const parts = levels
    .filter((level) => tallies.byLevel.has(level))
    .map((level) =>
      paint(levelStyle[level], `${countText(tallies.byLevel.get(level) ?? 0)} ${levelLabel[level]}`),
    );
  const hosts = tallies.hosts.counts.size;
  const on = hosts > 0 ? ` on ${countOf(hosts, 'host')}` : '';
  const what = `${countOf(tallies.total, 'finding')} of ${countOf(tallies.rules, 'rule')}${on}`;
  return `${paint('bold', what)}: ${parts.join(', ')}. Times are UTC.\n${cut}`;
}

/** Hostile text made safe and cut to fit; a huge value is cut first, before any work is done on it. */
function show(text: string, columns: number): string {
  return fitWidth(terminalText(text.slice(0, columns * 8 + 64)), columns);
}
