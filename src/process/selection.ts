/** Which processes of a tree a picture shows: those asked for, those above, and those below within time and number. */
import { ticksPerMs } from './time.ts';
import type { ProcessTree } from './tree.ts';

export interface GraphOptions {
  /** Generations above and below; default: all. */
  readonly up?: number;
  readonly down?: number;
  /**
   * Milliseconds around the beginning of each process asked for, within which the processes below it begin. Those
   * above it are taken whenever they began. Default: any time.
   */
  readonly before?: number;
  readonly after?: number;
  /** Most processes; default 2,000. */
  readonly maxNodes?: number;
  /** Other children of the same parent too, within the same time. */
  readonly siblings?: boolean;
}

export const usualMaxNodes = 2000;

export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Selection {
  /** Nodes of the tree and their generations, in the order in which they were chosen. */
  readonly generations: ReadonlyMap<number, number>;
  /** Span of all windows, as `correlationTime`; infinite where it is open. */
  readonly span: Window;
  /** Children of a node that were left out because there were too many processes. */
  readonly tooMany: ReadonlyMap<number, number>;
  readonly outOfTime: number;
  readonly tooDeep: number;
  /** Processes asked for that there was no room for. */
  readonly focusLeftOut: number;
  /** Processes whose parents are left out because they are too far above. */
  readonly tooHigh: number;
}

/** A process whose children are looked at: those of this generation that begin within this time. */
interface Below {
  readonly node: number;
  readonly generation: number;
  readonly window: Window;
}

export function select(tree: ProcessTree, focus: readonly number[], options: GraphOptions): Selection {
  return new Selecting(tree, options).run([...new Set(focus)]);
}

class Selecting {
  readonly #tree: ProcessTree;
  readonly #options: Required<GraphOptions>;
  readonly #generations = new Map<number, number>();
  /** In the order in which they are looked at: generation by generation, so that the nearest are taken first. */
  readonly #below = new Map<number, Below>();
  #tooHigh = 0;

  constructor(tree: ProcessTree, options: GraphOptions) {
    this.#tree = tree;
    this.#options = {
      up: options.up ?? Infinity,
      down: options.down ?? Infinity,
      before: options.before ?? Infinity,
      after: options.after ?? Infinity,
      maxNodes: Math.max(1, options.maxNodes ?? usualMaxNodes),
      siblings: options.siblings ?? false,
    };
  }

  run(all: readonly number[]): Selection {
    const focus = all.slice(0, this.#options.maxNodes);
    for (const node of focus) this.#generations.set(node, 0);
    const windows = focus.map((node) => this.#windowOf(node));
    // Those above come first: they are few, and the story needs them.
    for (const node of focus) this.#goUp(node);
    for (const [index, node] of focus.entries())
      this.#below.set(node, { node, generation: 1, window: windows[index] as Window });
    // A Map gives what is added while it is walked.
    for (const below of this.#below.values()) this.#takeChildren(below, true);
    if (this.#options.siblings) this.#takeSiblings(focus, windows);
    const span = windows.reduce((a, b) => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) }), {
      from: Infinity,
      to: -Infinity,
    });
    const focusLeftOut = all.length - focus.length;
    return { generations: this.#generations, span, ...this.#leftOut(), tooHigh: this.#tooHigh, focusLeftOut };
  }

  /** Around its beginning; of one whose creation was not seen, around that of its first child. */
  #windowOf(node: number): Window {
    const { time, firstChild } = this.#tree;
    const own = time[node] as number;
    const child = firstChild[node] as number;
    const start = Number.isNaN(own) && child >= 0 ? (time[child] as number) : own;
    if (Number.isNaN(start)) return { from: -Infinity, to: Infinity };
    const { before, after } = this.#options;
    return { from: start - before * ticksPerMs, to: start + after * ticksPerMs };
  }

  #goUp(start: number): void {
    const { parent } = this.#tree;
    const { up, maxNodes } = this.#options;
    let node = parent[start] as number;
    for (let step = 1; node >= 0; step++, node = parent[node] as number) {
      const known = this.#generations.get(node);
      if (known !== undefined && known >= -step) return;
      if (step > up || (known === undefined && this.#generations.size >= maxNodes)) {
        this.#tooHigh++;
        return;
      }
      this.#generations.set(node, -step);
    }
  }

  #takeSiblings(focus: readonly number[], windows: readonly Window[]): void {
    for (const [index, node] of focus.entries()) {
      const parent = this.#tree.parent[node] as number;
      if (parent < 0 || this.#below.has(parent)) continue;
      const beside: Below = { node: parent, generation: 1, window: windows[index] as Window };
      this.#below.set(parent, beside);
      this.#takeChildren(beside, false);
    }
  }

  #takeChildren({ node, generation, window }: Below, further: boolean): void {
    const { firstChild, nextSibling } = this.#tree;
    for (let child = firstChild[node] as number; child >= 0; child = nextSibling[child] as number) {
      if (this.#reasonAgainst(child, generation, window) !== null) continue;
      const known = this.#generations.get(child);
      if (known === undefined && this.#generations.size >= this.#options.maxNodes) continue;
      // It may be above another process that was asked for.
      if (known === undefined || Math.abs(known) > generation) this.#generations.set(child, generation);
      if (further && !this.#below.has(child))
        this.#below.set(child, { node: child, generation: generation + 1, window });
    }
  }

  #reasonAgainst(child: number, generation: number, { from, to }: Window): 'time' | 'depth' | null {
    const begin = this.#tree.time[child] as number;
    if (begin < from || begin > to) return 'time';
    return generation > this.#options.down ? 'depth' : null;
  }

  #leftOut(): Pick<Selection, 'outOfTime' | 'tooDeep' | 'tooMany'> {
    const { firstChild, nextSibling } = this.#tree;
    const tooMany = new Map<number, number>();
    let outOfTime = 0;
    let tooDeep = 0;
    for (const { node, generation, window } of this.#below.values())
      for (let child = firstChild[node] as number; child >= 0; child = nextSibling[child] as number) {
        if (this.#generations.has(child)) continue;
        const reason = this.#reasonAgainst(child, generation, window);
        if (reason === 'time') outOfTime++;
        else if (reason === 'depth') tooDeep++;
        else tooMany.set(node, (tooMany.get(node) ?? 0) + 1);
      }
    return { tooMany, outOfTime, tooDeep };
  }
}
