/** A part of a tree as plain data for pictures: which processes are selection.ts's business, what is said of them here. */
import { fileName } from './file-name.ts';
import { select, usualMaxNodes, type GraphOptions, type Selection } from './selection.ts';
import { isoOf } from './time.ts';
import type { ProcessTree } from './tree.ts';
import type { GraphNode, ProcessGraph, ProcessInfo } from './types.ts';

/** Processes of which it is said one by one that children are left out. */
const saidOneByOne = 10;

interface Origin {
  readonly tree: ProcessTree;
  readonly nodes: readonly number[];
}

/**
 * Which node of which tree each node of a graph is, for those that go on with it. The list of those that were asked for
 * is what stays the same when something is added to a graph.
 */
const origins = new WeakMap<ProcessGraph['focus'], Origin>();

/** The tree that a graph was cut out of, and its nodes there; undefined for graphs from elsewhere. */
export function originOf(graph: ProcessGraph): Origin | undefined {
  const origin = origins.get(graph.focus);
  return origin?.nodes.length === graph.nodes.length ? origin : undefined;
}

/** The processes asked for, what is above and below them. */
export async function graphOf(
  tree: ProcessTree,
  focus: readonly number[],
  options: GraphOptions = {},
): Promise<ProcessGraph> {
  const selection = select(tree, focus, options);
  const nodes = inLevels(tree, selection.generations);
  const places = new Map(nodes.map((node, place) => [node, place]));
  const infos = await tree.describe(nodes);
  const made = nodes.map((node, place): GraphNode => {
    const parent = places.get(tree.parent[node] as number) ?? null;
    const info = infos[place] as ProcessInfo;
    return {
      ...info,
      link: parent === null ? null : info.link,
      parent,
      generation: selection.generations.get(node) as number,
      hidden: childrenOutside(tree, node, places),
      counts: {},
      events: [],
      findings: [],
    };
  });
  const graph: ProcessGraph = {
    nodes: made,
    focus: [...new Set(focus)].flatMap((node) => places.get(node) ?? []),
    from: Number.isFinite(selection.span.from) ? isoOf(selection.span.from) : null,
    to: Number.isFinite(selection.span.to) ? isoOf(selection.span.to) : null,
    cut: cutOf(tree, selection, (node) => nameOf(made[places.get(node) as number] as GraphNode), options),
    notes: notesOf(made, selection, tree),
    cost: null,
  };
  origins.set(graph.focus, { tree, nodes });
  return graph;
}

/** Roots first, then their children, then theirs; processes of one parent in order of time. */
function inLevels(tree: ProcessTree, chosen: ReadonlyMap<number, number>): number[] {
  // Nodes that were seen are numbered in order of time, and those that were not come last.
  const sorted = [...chosen.keys()].sort((a, b) => rank(tree, a) - rank(tree, b) || a - b);
  const children = new Map<number, number[]>();
  const order: number[] = [];
  for (const node of sorted) {
    const parent = tree.parent[node] as number;
    if (!chosen.has(parent)) order.push(node);
    else if (children.has(parent)) children.get(parent)?.push(node);
    else children.set(parent, [node]);
  }
  for (let at = 0; at < order.length; at++)
    for (const child of children.get(order[at] as number) ?? []) order.push(child);
  return order;
}

/** A parent that was not seen began before its first child. */
function rank(tree: ProcessTree, node: number): number {
  return node < tree.known ? node : (tree.firstChild[node] as number) - 0.5;
}

function childrenOutside(tree: ProcessTree, node: number, inside: ReadonlyMap<number, number>): number {
  let count = 0;
  let child = tree.firstChild[node] as number;
  for (; child >= 0; child = tree.nextSibling[child] as number) if (!inside.has(child)) count++;
  return count;
}

/** A process in a sentence: the name of its file and its id. */
export function nameOf({ image, pid, guid }: ProcessInfo): string {
  const file = image === null ? 'a process' : fileName(image);
  if (pid !== null) return `${file} (${pid})`;
  return guid === null ? file : `${file} {${guid}}`;
}

function cutOf(
  tree: ProcessTree,
  { tooMany, focusLeftOut }: Selection,
  name: (node: number) => string,
  { maxNodes = usualMaxNodes }: GraphOptions,
): string[] {
  const cut: string[] = [];
  if (focusLeftOut > 0)
    cut.push(`${focusLeftOut} of the processes asked for are not shown: there are more than ${maxNodes}`);
  const parents = [...tooMany].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  for (const [node, count] of parents.slice(0, saidOneByOne)) {
    let all = 0;
    for (let child = tree.firstChild[node] as number; child >= 0; child = tree.nextSibling[child] as number)
      all++;
    cut.push(`${count} of ${all} children of ${name(node)} are not shown`);
  }
  const rest = parents.slice(saidOneByOne);
  if (rest.length > 0) {
    const children = rest.reduce((sum, [, count]) => sum + count, 0);
    cut.push(`${children} children of ${rest.length} more processes are not shown`);
  }
  return cut;
}

function notesOf(nodes: readonly GraphNode[], selection: Selection, { counts }: ProcessTree): string[] {
  const unseen = nodes.filter(({ known }) => !known).length;
  const inferred = nodes.filter(({ link }) => link === 'inferred').length;
  const { outOfTime, tooDeep, tooHigh } = selection;
  return [
    say(
      outOfTime,
      'process below began outside of the time span',
      'processes below began outside of the time span',
    ),
    say(
      tooDeep,
      'process is further below than was asked for',
      'processes are further below than was asked for',
    ),
    say(
      tooHigh,
      'process has a parent further above that is not shown',
      'processes have parents further above that are not shown',
    ),
    say(unseen, 'process is known from its children only', 'processes are known from their children only'),
    say(inferred, 'parent was inferred from process ids', 'parents were inferred from process ids'),
    say(
      counts.cycles,
      'circle of parents was cut in these events',
      'circles of parents were cut in these events',
    ),
  ].flatMap((sentence) => sentence ?? []);
}

function say(count: number, one: string, more: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : more}`;
}
