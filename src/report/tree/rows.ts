/**
 * The lines of a picture: a bounded choice of groups, in the order in which they are read. What was asked for, findings
 * and those above them come first into the choice, then whatever is nearest to the top. Where generations are left out
 * between a row and the one it hangs on, the row says how many.
 */
import type { GraphNode, ProcessGraph } from '../../process/index.ts';
import { countOf } from '../text.ts';
import { foldGraph, type Group } from './fold.ts';

export interface Row {
  /** More than one: folded. */
  readonly nodes: readonly GraphNode[];
  /** Their numbers in the graph. */
  readonly members: readonly number[];
  /** Row above; -1 at the top. */
  readonly parent: number;
  /** Rows above it. */
  readonly depth: number;
  /** Whether it is the last below its parent. */
  readonly last: boolean;
  /** Generations left out between it and its row above. */
  readonly skipped: number;
  /** Children that are not drawn, in the graph or not. */
  readonly hidden: number;
  /** Whether it was asked for. */
  readonly focus: boolean;
  readonly host: number;
}

export interface Rows {
  readonly rows: readonly Row[];
  readonly hosts: readonly string[];
  /** Processes that no row shows. */
  readonly left: number;
  /** What readers have to know of it all: what was cut, and the notes. */
  readonly sentences: readonly string[];
}

export function rowsOf(graph: ProcessGraph, limit: number): Rows {
  const { groups, hosts } = foldGraph(graph);
  const chosen = choose(graph, groups, limit);
  const below: (number[] | undefined)[] = [];
  const tops: number[] = [];
  const anchors = new Int32Array(groups.length);
  const gaps = new Int32Array(groups.length);
  const missing = new Map<number, number>();
  let left = 0;
  for (const [i, { parent, members }] of groups.entries()) {
    const anchor = parent === -1 ? -1 : (anchors[parent] as number);
    const gap = parent === -1 || chosen[parent] ? 0 : (gaps[parent] as number) + 1;
    anchors[i] = chosen[i] ? i : anchor;
    gaps[i] = gap;
    if (!chosen[i]) {
      left += members.length;
      if (parent !== -1 && chosen[parent]) missing.set(parent, (missing.get(parent) ?? 0) + members.length);
    } else if (anchor === -1) tops.push(i);
    else (below[anchor] ??= []).push(i);
  }
  const focus = new Set(graph.focus);
  const rows: Row[] = [];
  const host = (i: number): number => (groups[i] as Group).host;
  tops.sort((a, b) => host(a) - host(b) || a - b);
  const stack = tops.toReversed().map((group) => ({ group, parent: -1, last: false }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { members } = groups[next.group] as Group;
    const nodes = members.map((i) => graph.nodes[i] as GraphNode);
    const hidden = nodes.reduce((sum, node) => sum + node.hidden, missing.get(next.group) ?? 0);
    rows.push({
      nodes,
      members,
      parent: next.parent,
      depth: next.parent === -1 ? 0 : (rows[next.parent] as Row).depth + 1,
      last: next.last,
      skipped: gaps[next.group] as number,
      hidden,
      focus: members.some((i) => focus.has(i)),
      host: host(next.group),
    });
    const children = below[next.group] ?? [];
    for (let i = children.length - 1; i >= 0; i--) {
      stack.push({ group: children[i] as number, parent: rows.length - 1, last: i === children.length - 1 });
    }
  }
  const sentences = [...graph.cut, ...graph.notes];
  if (left > 0) {
    const what = countOf(left, 'more process', 'more processes');
    sentences.unshift(`${what} of this tree ${left === 1 ? 'is' : 'are'} not drawn.`);
  }
  return { rows, hosts, left, sentences };
}

function choose(graph: ProcessGraph, groups: readonly Group[], limit: number): Uint8Array {
  const chosen = new Uint8Array(groups.length);
  if (groups.length <= limit) return chosen.fill(1);
  let rest = limit;
  const focus = new Set(graph.focus);
  const take = (i: number): void => {
    if (chosen[i] || rest === 0) return;
    chosen[i] = 1;
    rest--;
  };
  const asked: number[] = [];
  const found: number[] = [];
  for (const [i, { members }] of groups.entries()) {
    const first = members[0] as number;
    if (focus.has(first)) asked.push(i);
    else if ((graph.nodes[first] as GraphNode).findings.length > 0) found.push(i);
  }
  // Half of the rows at most: the rest is for what is around them.
  const half = limit / 2;
  for (const i of [...asked, ...found]) if (rest > half) take(i);
  const walked = new Uint8Array(groups.length);
  for (const i of [...asked, ...found]) {
    let above = (groups[i] as Group).parent;
    for (; rest > half / 2 && above !== -1 && !walked[above]; above = (groups[above] as Group).parent) {
      walked[above] = 1;
      take(above);
    }
  }
  for (let i = 0; i < groups.length && rest > 0; i++) take(i);
  return chosen;
}
