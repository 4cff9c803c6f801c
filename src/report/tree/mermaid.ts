/**
 * A process tree as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). Mermaid draws at most 500 edges
 * and reads at most 50,000 characters unless told otherwise, so that the picture stays below both.
 */
import { mermaidString } from '../../escape/index.ts';
import type { ProcessGraph } from '../../process/index.ts';
import { caption } from './caption.ts';
import { findingsOf } from './facts.ts';
import { rowsOf } from './rows.ts';

const maxRows = 400;
const maxChars = 48_000;
const maxLabel = 48;

const styles = [
  'classDef critical fill:#f9c6d5,stroke:#a3123f,color:#17212b',
  'classDef high fill:#fbd3c2,stroke:#c2410c,color:#17212b',
  'classDef medium fill:#f8e4b3,stroke:#8a6100,color:#17212b',
  'classDef low fill:#cfe4f4,stroke:#1f6797,color:#17212b',
  'classDef other fill:#e3e8ed,stroke:#5a6672,color:#17212b',
  'classDef focus stroke-width:4px',
  'classDef unseen stroke-dasharray:4 3',
];

export function treeMermaid(graph: ProcessGraph): string {
  for (let rows = maxRows; ; rows = Math.floor(rows / 2)) {
    const text = draw(graph, rows);
    if (text.length <= maxChars || rows <= 1) return text;
  }
}

function draw(graph: ProcessGraph, limit: number): string {
  const { rows, hosts, sentences } = rowsOf(graph, limit);
  const lines = ['flowchart LR'];
  for (const [i, row] of rows.entries()) {
    const label = caption(row, hosts, maxLabel).map((line) => mermaidString(line).slice(1, -1));
    lines.push(`  n${i}["${label.join('<br/>')}"]`);
    if (row.parent !== -1) {
      const arrow = row.nodes[0]?.link === 'inferred' ? '-.->' : '-->';
      const gap = row.skipped > 0 ? `|"${row.skipped} left out"|` : '';
      lines.push(`  n${row.parent} ${arrow}${gap} n${i}`);
    }
    const level = findingsOf(row.nodes)[0]?.level;
    if (level) lines.push(`  class n${i} ${level === 'informational' || level === 'none' ? 'other' : level}`);
    if (row.focus) lines.push(`  class n${i} focus`);
    if (!row.nodes[0]?.known) lines.push(`  class n${i} unseen`);
  }
  for (const [i, sentence] of sentences.slice(0, 8).entries()) {
    lines.push(`  note${i}[${mermaidString(sentence.slice(0, 300))}]`, `  class note${i} other`);
  }
  if (rows.length === 0) lines.push('  none["no processes"]');
  return `${[...lines, ...styles.map((style) => `  ${style}`)].join('\n')}\n`;
}
