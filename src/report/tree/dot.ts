/**
 * A process tree in the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html): a box for each process,
 * dashed edges where the parent is inferred.
 */
import { dotString, terminalText } from '../../escape/index.ts';
import type { ProcessGraph } from '../../process/index.ts';
import { clipText, findingsOf } from './facts.ts';
import { caption } from './caption.ts';
import { rowsOf } from './rows.ts';

/** More boxes than this no one can read, and layout takes minutes. */
const maxRows = 1500;
const maxLabel = 90;
const fills = {
  critical: '#f9c6d5',
  high: '#fbd3c2',
  medium: '#f8e4b3',
  low: '#cfe4f4',
  informational: '#e3e8ed',
  none: '#e3e8ed',
} as const;

export function treeDot(graph: ProcessGraph): string {
  const { rows, hosts, sentences } = rowsOf(graph, maxRows);
  const lines = ['digraph processes {'];
  lines.push('  graph [rankdir=LR, fontname="Helvetica", labelloc=b, labeljust=l];');
  lines.push(
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica", fontsize=11];',
  );
  lines.push('  edge [fontname="Helvetica", fontsize=9];');
  for (const [i, row] of rows.entries()) {
    const findings = findingsOf(row.nodes);
    const text = caption(row, hosts, maxLabel).join('\n');
    const tip = clipText(row.nodes[0]?.commandLine ?? row.nodes[0]?.image ?? '', 1000);
    const attributes = [`label=${dotString(text)}`, `tooltip=${dotString(terminalText(tip))}`];
    const worst = findings[0];
    if (worst) attributes.push(`fillcolor="${fills[worst.level]}"`);
    const styles = ['rounded', 'filled', ...(row.nodes[0]?.known ? [] : ['dashed'])];
    attributes.push(`style="${styles.join(',')}"`);
    if (row.focus) attributes.push('penwidth=2.5');
    lines.push(`  n${i} [${attributes.join(', ')}];`);
  }
  for (const [i, row] of rows.entries()) {
    if (row.parent === -1) continue;
    const dashed = row.nodes[0]?.link === 'inferred';
    const attributes = [
      dashed ? 'style=dashed' : '',
      row.skipped > 0 ? `label="${row.skipped} left out"` : '',
    ];
    const text = attributes.filter(Boolean).join(', ');
    lines.push(`  n${row.parent} -> n${i}${text === '' ? '' : ` [${text}]`};`);
  }
  if (sentences.length > 0) {
    lines.push(`  label=${dotString(sentences.map((one) => terminalText(clipText(one, 300))).join('\n'))};`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}
