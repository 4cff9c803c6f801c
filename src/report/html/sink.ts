/**
 * The HTML report: one file that needs nothing else, complete without JavaScript. It is written at the end from
 * tallies and a bounded choice of findings (`Samples`); what is left out is counted and said on the page. The same
 * findings and summary give the same bytes.
 */
import type { Writable } from 'node:stream';
import { hostsOf } from '../correlation.ts';
import { Histogram } from '../histogram.ts';
import { levels } from '../levels.ts';
import { Tallies } from '../tally.ts';
import { TextOut } from '../text-out.ts';
import { countText } from '../text.ts';
import type { FindingSink } from '../types.ts';
import { renderGaps, renderIssues } from './gaps.ts';
import { HostLevels } from './hosts.ts';
import { markup, type Markup } from './markup.ts';
import { pageEnd, pageStart, section, sectionStart } from './page.ts';
import { levelLegend, note } from './parts.ts';
import { renderRule, rulesStart } from './rules.ts';
import { Samples } from './samples.ts';
import { renderTactics } from './tactics.ts';
import { renderTimeline } from './timeline.ts';

export interface HtmlOptions {
  /** Heading of the report; `Hunt report` unless given. */
  readonly title?: string;
  /** Findings embedded in the page; 5,000 unless given. */
  readonly maxFindings?: number;
  /** Findings embedded per rule; 200 unless given. */
  readonly maxPerRule?: number;
}

const maxBars = 120;

export function htmlSink(stream: Writable, options: HtmlOptions = {}): FindingSink {
  const out = new TextOut(stream);
  const tallies = new Tallies();
  const samples = new Samples({ perRule: options.maxPerRule ?? 200, total: options.maxFindings ?? 5000 });
  const histogram = new Histogram();
  const hosts = new HostLevels();
  const title = options.title ?? 'Hunt report';
  return {
    write(finding) {
      const tally = tallies.add(finding);
      samples.add(tally, finding);
      histogram.add(finding.event.time, tally.level);
      for (const host of hostsOf(finding)) hosts.add(host, tally.level);
    },
    async end(summary) {
      const write = async (part: Markup): Promise<void> => out.write(part.text);
      const rules = tallies.sorted();
      const findings = tallies.total;
      const { size, sizeText } = hosts;
      await write(pageStart({ title, summary, rules, findings, hosts: size, hostsText: sizeText }));
      if (findings > 0) {
        const legend = levelLegend(levels.filter((level) => tallies.byLevel.has(level)));
        const timeline = renderTimeline(histogram.render(maxBars), histogram.undated);
        await write(section('timeline', 'Timeline', '', markup`${legend}${timeline}`));
        await write(
          section('attack', 'MITRE ATT&CK', 'by tactic, as the rules name them', renderTactics(rules)),
        );
        await write(section('hosts', 'Hosts', 'most severe first', hosts.render()));
      }
      await write(sectionStart('rules', 'Rules and findings', 'open a rule to see its events'));
      await write(markup`${coverage(samples.count, findings)}${findings > 0 ? rulesStart() : null}`);
      for (const tally of rules) await write(renderRule(tally, samples.of(tally)));
      await write(markup`${findings > 0 ? markup`</ul>` : null}</section>
`);
      await write(section('gaps', 'Not covered', 'what these findings cannot tell', renderGaps(summary)));
      await write(section('input', 'Input', 'problems while reading', renderIssues(summary)));
      await write(pageEnd());
      await out.end();
    },
  };
}

/** Says plainly what the page leaves out. */
function coverage(shown: number, findings: number): Markup | null {
  if (findings === 0) return note('No rule matched an event.');
  if (shown === findings) return null;
  return note(
    `Counts cover all ${countText(findings)} findings. This page holds ${countText(shown)} of them in full, ` +
      `the first of each rule; the NDJSON output holds every one.`,
  );
}
