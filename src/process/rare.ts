/**
 * Lines of descent stacked over an estate: which image started which, on how many hosts and how often; the rarest first.
 * One pass over the processes, host by host. Memory is bounded by the distinct lines, whose number has a limit that is
 * told when it is met. For users: docs/chains.md.
 */
import { fileName } from './file-name.ts';
import { plainArguments } from './rare-arguments.ts';
import { count, LineNumbers, newStack, type Stack } from './rare-stacks.ts';
import { isoOf } from './time.ts';
import type { ProcessTree } from './tree.ts';
import type { ProcessInfo } from './types.ts';

export interface RareOptions {
  /** Images along the line, the process itself included. */
  readonly depth?: number;
  /** Whether the arguments of the process itself tell lines apart, once they are made plain. */
  readonly arguments?: boolean;
  /** Whole paths of images instead of file names. */
  readonly paths?: boolean;
  /** Only processes of these hosts, without regard to case. */
  readonly hosts?: readonly string[];
  /** Leaves out lines that more hosts have. */
  readonly maxHosts?: number;
  /** Lines that are given. */
  readonly limit?: number;
  /** Distinct lines that are counted. */
  readonly maxLines?: number;
}

export interface RareChain {
  /** In lower case, from the ancestor down; `?` where the image is not known. */
  readonly images: readonly string[];
  /** Null where they were not asked for. */
  readonly arguments: string | null;
  readonly count: number;
  readonly hosts: number;
  /** The first ten of them by name. */
  readonly hostNames: readonly string[];
  /** ISO 8601; null when no time is known. */
  readonly first: string | null;
  readonly last: string | null;
  /** The earliest. */
  readonly example: ProcessInfo;
}

export interface RareChains {
  readonly chains: readonly RareChain[];
  /** Distinct lines that fit `maxHosts`, given or not. */
  readonly total: number;
  /** Processes that were counted. */
  readonly processes: number;
  /** Processes that were not, because there were too many distinct lines. */
  readonly uncounted: number;
}

const usualDepth = 3;
const usualLimit = 50;
/** Some 500 MB. */
const usualLines = 2_000_000;
/** Command lines are asked for by so many. */
const batch = 8192;

export async function rareChains(tree: ProcessTree, options: RareOptions = {}): Promise<RareChains> {
  const { depth = usualDepth, limit = usualLimit, maxHosts = Infinity, maxLines = usualLines } = options;
  const names = new Names();
  const imageNames = tree.images.map((image) =>
    names.add(options.paths === true ? image : fileName(image) || image),
  );
  const unknown = names.add('?');
  const nameOf = (node: number): number => imageNames[tree.imageId[node] as number] ?? unknown;
  const lines = new LineNumbers(maxLines);
  const stacks = new Map<number, Stack>();
  let processes = 0;
  let uncounted = 0;
  const add = (node: number, plain: string | null): void => {
    // From the process up: what few have differs at its lower end.
    const called = plain === null ? -1 : names.find(plain, !lines.full);
    let line = called < 0 ? -1 : lines.add(-1, called);
    let full = plain !== null && line < 0;
    for (let at = node, left = depth; at >= 0 && left > 0 && !full; at = tree.parent[at] as number, left--) {
      line = lines.add(line, nameOf(at));
      full = line < 0;
    }
    if (full) {
      uncounted++;
      return;
    }
    processes++;
    let stack = stacks.get(line);
    if (!stack) stacks.set(line, (stack = newStack(line)));
    count(stack, node, tree.hostId[node] as number, tree.time[node] as number);
  };
  const nodes = byHost(tree, options.hosts);
  for (let from = 0; from < nodes.length; from += batch) {
    const some = nodes.subarray(from, from + batch);
    if (options.arguments !== true) for (const node of some) add(node, null);
    else
      for (const [i, { commandLine }] of (await tree.describe([...some])).entries())
        add(some[i] as number, plainArguments(commandLine));
  }
  const fitting = [...stacks.values()].filter(({ hosts }) => hosts <= maxHosts);
  const imagesOf = ({ line }: Stack): string[] => {
    const images = lines.names(line).map((name) => names.text(name));
    return options.arguments === true
      ? [...images.slice(1).reverse(), images[0] as string]
      : images.reverse();
  };
  const rarest = leastOf(fitting, limit, imagesOf);
  const examples = await tree.describe(rarest.map(({ stack }) => stack.example));
  const chains = rarest.map(({ stack, texts }, i): RareChain => {
    const { hosts, someHosts, first, last } = stack;
    return {
      images: options.arguments === true ? texts.slice(0, -1) : texts,
      arguments: options.arguments === true ? (texts.at(-1) as string) : null,
      count: stack.count,
      hosts,
      hostNames: someHosts.map((host) => tree.hosts[host] ?? ''),
      first: first === Infinity ? null : isoOf(first),
      last: last === -Infinity ? null : isoOf(last),
      example: examples[i] as ProcessInfo,
    };
  });
  return { chains, total: fitting.length, processes, uncounted };
}

/** Numbers of texts. */
class Names {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  add(text: string): number {
    const plain = text.toLowerCase();
    let id = this.#ids.get(plain);
    if (id === undefined) this.#ids.set(plain, (id = this.#texts.push(plain) - 1));
    return id;
  }

  /** -1 where it has none and may get none. */
  find(text: string, mayAdd: boolean): number {
    return mayAdd ? this.add(text) : (this.#ids.get(text.toLowerCase()) ?? -1);
  }

  text(id: number): string {
    return this.#texts[id] ?? '';
  }
}

/** Processes whose creation was seen, host by host in the order of their names. */
function byHost({ hosts, hostId, known }: ProcessTree, wanted: readonly string[] | undefined): Int32Array {
  const folded = hosts.map((host) => host.toLowerCase());
  const only = wanted && new Set(wanted.map((host) => host.toLowerCase()));
  const order = folded
    .map((_, host) => host)
    .sort((a, b) => ((folded[a] ?? '') < (folded[b] ?? '') ? -1 : 1));
  const counts = new Int32Array(hosts.length);
  for (let node = 0; node < known; node++) counts[hostId[node] as number]!++;
  const next = new Int32Array(hosts.length);
  let total = 0;
  for (const host of order) {
    next[host] = total;
    if (!only || only.has(folded[host] as string)) total += counts[host] as number;
    else next[host] = -1;
  }
  const nodes = new Int32Array(total);
  for (let node = 0; node < known; node++) {
    const host = hostId[node] as number;
    if (next[host] !== -1) nodes[next[host]!++] = node;
  }
  return nodes;
}

/** The rarest: by hosts, then by count, then by their words, so that the order is always the same. */
function leastOf(
  stacks: Stack[],
  limit: number,
  textsOf: (stack: Stack) => string[],
): { stack: Stack; texts: string[] }[] {
  const sorted = stacks.sort((a, b) => a.hosts - b.hosts || a.count - b.count);
  const border = sorted[Math.min(limit, sorted.length) - 1];
  if (!border) return [];
  // Those that tie at the border are compared by their words too.
  const enough = sorted.filter(
    ({ hosts, count: seen }) => hosts < border.hosts || (hosts === border.hosts && seen <= border.count),
  );
  return enough
    .map((stack) => ({ stack, texts: textsOf(stack) }))
    .map((one) => ({ ...one, key: one.texts.join('\n') }))
    .sort(
      (a, b) => a.stack.hosts - b.stack.hosts || a.stack.count - b.stack.count || (a.key < b.key ? -1 : 1),
    )
    .slice(0, limit);
}
