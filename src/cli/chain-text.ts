/** Chains for a terminal: a head line and a small tree for each. */
import type { Writable } from 'node:stream';
import { terminalText } from '../escape/index.ts';
import type { Finding } from '../hunt/index.ts';
import type { GraphNode, ProcessGraph } from '../process/index.ts';
import { treeText, type FindingSink } from '../report/index.ts';

export interface ChainTextOptions {
  readonly color: boolean;
  readonly width?: number | undefined;
}

export function chainTextSink(out: Writable, options: ChainTextOptions): FindingSink {
  let chains = 0;
  const write = (text: string): void | Promise<void> => {
    if (!out.write(text)) return new Promise((resolve) => void out.once('drain', resolve));
  };
  return {
    write(finding) {
      const { correlation, chain } = finding;
      if (chain === undefined || correlation === undefined) return;
      chains++;
      const group = correlation.group.map(({ field, value }) => `${field}: ${String(value)}`).join(', ');
      const length = lengthOf(Date.parse(correlation.last) - Date.parse(correlation.first));
      const head = [`chain ${chains}`, `within ${length}`, group, finding.id.slice(0, 8)].filter(Boolean);
      const { color, width } = options;
      const tree = treeText(graphOfChain(finding), { color, ...(width !== undefined && { width }) });
      return write(`${chains > 1 ? '\n' : ''}${terminalText(head.join('  '))}\n${tree}`);
    },
    async end() {
      await write(chains === 0 ? 'no chain\n' : '');
    },
  };
}

/** The line of processes as a graph; those of the steps are what was asked for. */
function graphOfChain({ chain = [] }: Finding): ProcessGraph {
  const focus = chain.flatMap(({ step }, place) => (step === null ? [] : [place]));
  const nodes = chain.map(({ step: _step, ...process }, place): GraphNode => {
    return {
      ...process,
      parent: place === 0 ? null : place - 1,
      generation: place - (chain.length - 1),
      hidden: 0,
      counts: {},
      events: [],
      findings: [],
    };
  });
  return { nodes, focus, from: null, to: null, cut: [], notes: [], cost: null };
}

function lengthOf(ms: number): string {
  if (!(ms >= 1000)) return `${Math.max(0, Math.round(ms) || 0)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
