/** A process in a few short lines: what stands in a box of a diagram. Safe to read; escape it for its sink. */
import { fitWidth, terminalText } from '../../escape/index.ts';
import { countOf, countText, timeText } from '../text.ts';
import { countsOf, countsText, findingsOf, nameOf, timeOf } from './facts.ts';
import type { Row } from './rows.ts';

export function caption(row: Row, hosts: readonly string[], columns: number): string[] {
  const first = row.nodes[0] as Row['nodes'][number];
  const fit = (text: string): string => fitWidth(terminalText(text.slice(0, columns * 4)), columns);
  const many = row.nodes.length;
  const number = many > 1 ? ` × ${countText(many)}` : first.pid === null ? '' : ` (${first.pid})`;
  const lines = [`${fit(nameOf(first))}${number}${first.known ? '' : ' (not seen)'}`];
  const start = timeOf(first.start) === null ? '' : timeText(first.start as string);
  const host = row.parent === -1 ? (hosts[row.host] ?? '') : '';
  lines.push(fit([host, start, row.parent === -1 ? (first.user ?? '') : ''].filter(Boolean).join('  ')));
  const command = first.commandLine ?? '';
  lines.push(fit(command), fit(countsText(countsOf(row.nodes))));
  const findings = findingsOf(row.nodes);
  const more = findings.length > 1 ? ` (+${countText(findings.length - 1)})` : '';
  if (findings[0]) lines.push(fit(`! ${findings[0].level}: ${findings[0].title}`) + more);
  if (row.hidden > 0) lines.push(`+${countOf(row.hidden, 'child', 'children')} not shown`);
  return lines.filter((line) => line !== '');
}
