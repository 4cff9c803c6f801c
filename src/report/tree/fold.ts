/**
 * Siblings that are alike fold into one group, with all that is below them: hundreds of console hosts are one line with
 * a count. Alike are processes of one image whose arguments differ in numbers and ids only, bound to their parent in the
 * same way, with the same kinds of processes below. What was asked for, what has a finding, and everything above those
 * always stands by itself. No recursion: trees may be as deep as they are long.
 */
import type { GraphNode, ProcessGraph } from '../../process/index.ts';

export interface Group {
  /** Numbers of nodes, the first in time first; one unless folded. */
  readonly members: number[];
  /** Number of the group above, which is smaller than its own; -1 at the top. */
  readonly parent: number;
  /** Number of its host, in order of appearance. */
  readonly host: number;
}

/** Fewer siblings than this are shown one by one. */
const foldFrom = 3;
/** Arguments are compared to here; what differs later only is taken for alike. */
const maxArguments = 2048;

export interface Folded {
  readonly groups: readonly Group[];
  /** As first spelled. */
  readonly hosts: readonly string[];
}

/** Groups with those above before those below, a group's children in order. */
export function foldGraph(graph: ProcessGraph): Folded {
  const { nodes } = graph;
  const parents = Int32Array.from(nodes, ({ parent }, i) =>
    // A graph that breaks its promise must not make a picture endless.
    parent !== null && Number.isInteger(parent) && parent >= 0 && parent < i ? parent : -1,
  );
  const children = childLists(parents);
  const shapes = shapesOf(graph, parents, children);
  const hosts = new Map<string, { number: number; name: string; roots: number[] }>();
  for (const [i, parent] of parents.entries()) {
    if (parent !== -1) continue;
    const name = (nodes[i] as GraphNode).host;
    const key = name.toLowerCase();
    let host = hosts.get(key);
    if (host === undefined) hosts.set(key, (host = { number: hosts.size, name, roots: [] }));
    host.roots.push(i);
  }
  const groups: Group[] = [];
  const append = (members: readonly number[], parent: number, host: number, always: boolean): void => {
    for (const part of bundle(members, shapes, always)) groups.push({ members: part, parent, host });
  };
  for (const { number, roots } of hosts.values()) append(roots, -1, number, false);
  for (let at = 0; at < groups.length; at++) {
    const { members, host } = groups[at] as Group;
    const below =
      members.length === 1 ? children[members[0] as number] : members.flatMap((i) => children[i] ?? []);
    if (below !== undefined) append(below, at, host, members.length > 1);
  }
  return { groups, hosts: [...hosts.values()].map(({ name }) => name) };
}

function childLists(parents: Int32Array): (number[] | undefined)[] {
  const lists: (number[] | undefined)[] = [];
  for (const [i, parent] of parents.entries()) {
    if (parent !== -1) (lists[parent] ??= []).push(i);
  }
  return lists;
}

/** One number for all that is alike, below them too; -1: stands by itself. */
function shapesOf(graph: ProcessGraph, parents: Int32Array, children: (number[] | undefined)[]): Int32Array {
  const { nodes } = graph;
  const shapes = new Int32Array(nodes.length);
  for (const i of graph.focus) if (i >= 0 && i < shapes.length) shapes[i] = -1;
  const texts = new Map<string, number>();
  const intern = (text: string): number => {
    let number = texts.get(text);
    if (number === undefined) texts.set(text, (number = texts.size + 1));
    return number;
  };
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as GraphNode;
    if (shapes[i] === -1 || node.findings.length > 0) {
      shapes[i] = -1;
      const parent = parents[i] as number;
      if (parent !== -1) shapes[parent] = -1;
      continue;
    }
    const below = [...new Set((children[i] ?? []).map((child) => shapes[child] as number))].sort(
      (a, b) => a - b,
    );
    const own = [node.host.toLowerCase(), node.image?.toLowerCase() ?? '', plainArguments(node.commandLine)];
    const kind = [...own.map((text) => intern(`t${text}`)), node.link, node.known, ...below];
    shapes[i] = intern(`s${kind.join(' ')}`);
  }
  return shapes;
}

/** In order of the first of each; below a folded group all that is alike goes together, however few. */
function bundle(members: readonly number[], shapes: Int32Array, always: boolean): number[][] {
  const counts = new Map<number, number>();
  for (const i of members) counts.set(shapes[i] as number, (counts.get(shapes[i] as number) ?? 0) + 1);
  const bundles: number[][] = [];
  const open = new Map<number, number[]>();
  for (const i of members) {
    const shape = shapes[i] as number;
    const fold = shape !== -1 && (always || (counts.get(shape) as number) >= foldFrom);
    const bundled = fold ? open.get(shape) : undefined;
    if (bundled !== undefined) {
      bundled.push(i);
      continue;
    }
    const one = [i];
    bundles.push(one);
    if (fold) open.set(shape, one);
  }
  return bundles;
}

function plainArguments(commandLine: string | null): string {
  const text = (commandLine ?? '').slice(0, maxArguments).toLowerCase();
  return text.replace(/0x[\da-f]+|[\da-f]+/g, (part) => (/\d/.test(part) ? '0' : part));
}
