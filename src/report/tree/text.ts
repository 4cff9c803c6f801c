/**
 * A process tree for a terminal: a line for each process (when it began, who, what it did, its command line), findings
 * and listed events below it. Nothing in it can act on the terminal, and no line is wider than the terminal.
 */
import type { ProcessGraph } from '../../process/index.ts';
import { levelLabel, levelStyle, painter, type Paint } from '../paint.ts';
import { countOf, countText, timeText } from '../text.ts';
import { activities, countsOf, countsText, findingsOf, nameOf, timeOf } from './facts.ts';
import { Line } from './line.ts';
import { rowsOf, type Row } from './rows.ts';

export interface TreeTextOptions {
  readonly color?: boolean;
  /** Columns of the terminal; 160 unless given. */
  readonly width?: number;
  /** Lines of processes; 2,000 unless given. */
  readonly maxRows?: number;
}

const maxFindings = 3;
const maxEvents = 20;
const maxName = 60;

export function treeText(graph: ProcessGraph, options: TreeTextOptions = {}): string {
  const paint = painter(options.color ?? false);
  const width = Math.max(40, options.width ?? 160);
  const { rows, hosts, sentences } = rowsOf(graph, options.maxRows ?? 2000);
  const days = new Set(
    rows.map(({ nodes }) => timeText(startOf(nodes[0]) ?? '').slice(0, 10)).filter(Boolean),
  );
  const day = days.size === 1 ? ([...days][0] as string) : null;
  const lines: string[] = [];
  const context = { rows, paint, width, day };
  for (const [i, row] of rows.entries()) {
    if (row.host !== rows[i - 1]?.host) {
      if (i > 0) lines.push('');
      const what = day === null ? 'times are UTC' : `${day}, times are UTC`;
      const line = new Line(width, paint).add(hosts[row.host] || '(unknown host)', ['bold', 'underline']);
      lines.push(line.add(`  ${what}`, 'dim').text);
    }
    for (const line of rowLines(row, i, context)) lines.push(line);
  }
  if (rows.length === 0) lines.push('(no processes)');
  const notes = [...sentences];
  if (rows.some(({ nodes }) => nodes[0]?.link === 'inferred')) {
    notes.unshift('┄ parent taken from process id and time, not from a GUID.');
  }
  if (notes.length > 0) lines.push('');
  for (const note of notes) lines.push(new Line(width, paint).add(note, 'dim').text);
  return `${lines.join('\n')}\n`;
}

interface Context {
  readonly rows: readonly Row[];
  readonly paint: Paint;
  readonly width: number;
  /** The one day on which all began: it stands in the heading. */
  readonly day: string | null;
}

function rowLines(row: Row, at: number, context: Context): string[] {
  const { paint, width, day } = context;
  const { nodes } = row;
  const first = nodes[0] as Row['nodes'][number];
  const { own, below } = prefixes(row, at, context);
  const start = startOf(first);
  const time = start === null ? '' : timeText(start).slice(day === null ? 0 : 11);
  const column = (text: string): string => `${text.padEnd(day === null ? 19 : 8)}  `;
  const line = new Line(width, paint).add(column(time), 'dim').add(own, 'dim');
  if (row.skipped > 0) line.add(`(${countOf(row.skipped, 'generation')} left out) `, 'dim');
  if (row.focus) line.add('▶ ', ['bold', 'cyan']);
  line.add(nameOf(first), row.focus ? ['bold', 'cyan'] : 'bold', maxName);
  line.add(
    nodes.length > 1 ? ` × ${countText(nodes.length)}` : first.pid === null ? '' : ` (${first.pid})`,
    'dim',
  );
  if (!first.known) line.add(' (not seen)', 'yellow');
  const user = first.user ?? '';
  if (user !== '' && user !== context.rows[row.parent]?.nodes[0]?.user)
    line.add(`  ${user}`, 'green', maxName);
  const counts = countsText(countsOf(nodes));
  if (counts !== '') line.add(`  [${counts}]`, 'cyan');
  if (row.hidden > 0) line.add(`  +${countOf(row.hidden, 'child', 'children')} not shown`, 'yellow');
  const command = first.commandLine ?? first.image ?? '';
  if (line.rest >= 12 && command !== '') line.add(`  ${command}`);
  const lines = [line.text];
  const under = (): Line => new Line(width, paint).add(column('') + below, 'dim');
  const findings = findingsOf(nodes);
  for (const { title, level } of findings.slice(0, maxFindings)) {
    lines.push(under().add(`! ${levelLabel[level]}  ${title}`, levelStyle[level]).text);
  }
  if (findings.length > maxFindings) {
    lines.push(under().add(`! ${countOf(findings.length - maxFindings, 'more finding')}`, 'bold').text);
  }
  let events = 0;
  for (const node of nodes) {
    for (const event of node.events) {
      if (++events > maxEvents) continue;
      const when = event.time === null ? '' : timeText(event.time).slice(day === null ? 0 : 11);
      const text = new Line(width, paint).add(column(when), 'dim').add(below, 'dim');
      text.add(`· ${activities[event.activity].one}${event.inferred ? ' ┄' : ''}`, 'cyan');
      lines.push(text.add(`  ${event.about}`).text);
    }
  }
  if (events > maxEvents)
    lines.push(under().add(`· ${countOf(events - maxEvents, 'more event')} listed`, 'dim').text);
  return lines;
}

/** What stands before a process, and before the lines that belong to it: at most half of the width. */
function prefixes(row: Row, at: number, { rows, width }: Context): { own: string; below: string } {
  const levels = Math.floor(width / 6);
  const children = rows[at + 1]?.parent === at;
  let lines = '';
  let above = row.parent;
  for (let i = 1; i < levels && above !== -1; i++) {
    const { parent, last } = rows[above] as Row;
    if (parent !== -1) lines = (last ? '   ' : '│  ') + lines;
    above = parent;
  }
  if (above !== -1) lines = `⋯${row.depth} ${lines}`;
  const rest = children ? '│  ' : '   ';
  if (row.parent === -1) return { own: '', below: rest };
  const edge = row.nodes[0]?.link === 'inferred' ? '┄' : '─';
  return {
    own: `${lines}${row.last ? '└' : '├'}${edge} `,
    below: `${lines}${row.last ? '   ' : '│  '}${rest}`,
  };
}

function startOf(node: Row['nodes'][number] | undefined): string | null {
  return node === undefined || timeOf(node.start) === null ? null : node.start;
}
