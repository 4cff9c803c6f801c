/**
 * The processes above findings from a tree of all processes of the input. What is found of a process is kept for the
 * next finding of it.
 */
import { correlationTime } from '../../detect/index.ts';
import type { ProcessInfo, ProcessTree } from '../../process/index.ts';
import { asFindingProcesses } from '../chain-finding.ts';
import type { Finding, FindingProcess } from '../types.ts';
import { actingIn, actorInfo } from './actor.ts';
import { maxAbove, type Ancestry } from './types.ts';

/** Lines that are kept: many findings are about few processes. */
const maxKept = 2_000;

export function treeAncestry(tree: ProcessTree): Ancestry {
  return new TreeAncestry(tree);
}

class TreeAncestry implements Ancestry {
  readonly #tree: ProcessTree;
  readonly #kept = new Map<number, readonly FindingProcess[]>();

  constructor(tree: ProcessTree) {
    this.#tree = tree;
  }

  async add(finding: Finding): Promise<Finding> {
    const { chain, event } = finding;
    const [top] = chain ?? [];
    if (chain !== undefined && top !== undefined) {
      const { host, guid, pid, start } = top;
      const node = this.#tree.find(host, guid, pid, correlationTime(start));
      const line = node < 0 ? [] : await this.#lineOf(node);
      return { ...finding, chain: joinLines(line, chain) };
    }
    const actor = actingIn(event);
    if (actor === null) return finding;
    const node = this.#tree.find(actor.host, actor.guid, actor.pid, actor.time);
    const line = node < 0 ? asFindingProcesses([actorInfo(actor, event)]) : await this.#lineOf(node);
    return { ...finding, chain: line };
  }

  issues(): [] {
    return [];
  }

  async #lineOf(node: number): Promise<readonly FindingProcess[]> {
    const known = this.#kept.get(node);
    if (known) return known;
    const nodes: number[] = [];
    for (let at = node; at >= 0 && nodes.length < maxAbove; at = this.#tree.parent[at] as number)
      nodes.push(at);
    const line = asFindingProcesses(await this.#tree.describe(nodes.toReversed()));
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(node, line);
    return line;
  }
}

/** A line that ends with the first process of a chain, and the chain: that process keeps its step. */
export function joinLines(
  line: readonly FindingProcess[],
  chain: readonly FindingProcess[],
): readonly FindingProcess[] {
  const [first, ...below] = chain;
  const last: ProcessInfo | undefined = line.at(-1);
  if (first === undefined || last === undefined) return chain;
  return [...line.slice(0, -1), { ...first, link: last.link }, ...below];
}
