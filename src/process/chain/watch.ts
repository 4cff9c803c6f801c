/**
 * Chains over processes and matches that come in any order: what a hunt drives, over files and while events come.
 * What a chain is: types.ts. Given are the creations and ends of processes, the matches of the rules, and how far time
 * has come; every chain comes out once, with its processes described.
 *
 * All times of a chain lie within its timespan of the creation of its last process. So a process is judged when
 * `maxDelay` and one timespan (and some seconds for clocks) have gone by since its creation, and what began more than
 * two timespans before that is forgotten. Judging is done in turns of half a timespan, and only for hosts on which
 * every step has a match: it costs by matches, not by events. The same chains come out in one turn at the end.
 * Benchmark: bench/process-chain.ts.
 */
import { Link, type ProcessEnd, type ProcessStart } from '../types.ts';
import { ticksPerSecond } from '../time.ts';
import type { ProcessTree } from '../tree.ts';
import { HeldHits } from './held-hits.ts';
import { HeldProcesses } from './held.ts';
import { chainsOf, excludedOf, type ResolvedChain } from './resolve.ts';
import type { FoundChain, WatchedActor, WatchedChain, WatchOptions } from './watch-types.ts';

/** A Security 4688 joins its Sysmon event, and a parent its child, over some seconds: src/process/identify.ts. */
const settling = 4 * ticksPerSecond;
/** Fewer are not worth the copying. */
const usualSpare = 50_000;

export class ChainWatch<E> {
  readonly counts = {
    /** Creations and matches that came when their time was judged already. */
    late: 0,
    /** Creations, ends and matches that were forgotten before their time. */
    dropped: 0,
    /** Processes on the lines of chains whose parent was found by process id. */
    inferred: 0,
  };
  readonly #chains: readonly WatchedChain[];
  readonly #hits: readonly HeldHits<E>[];
  readonly #held = new HeldProcesses();
  readonly #onChain: (found: FoundChain<E>) => void;
  readonly #maxDelay: number;
  readonly #maxProcesses: number;
  readonly #maxHits: number;
  readonly #spare: number;
  readonly #longest: number;
  #hitCount = 0;
  #newest = -Infinity;
  /** All before this time is judged; on some hosts, in lower case, more. */
  #judged = -Infinity;
  readonly #judgedOn = new Map<string, number>();
  /** Processes that were left when some were forgotten last. */
  #left = 0;
  #described: Promise<void> = Promise.resolve();

  constructor(chains: readonly WatchedChain[], options: WatchOptions<E>) {
    const { onChain, maxDelay = Infinity, maxProcesses = 4_000_000, maxHits = 1_000_000 } = options;
    this.#chains = chains;
    this.#hits = chains.map(({ spec }) => new HeldHits<E>(spec.relations.length + 1));
    this.#longest = Math.max(0, ...chains.map(({ spec }) => spec.ticks));
    this.#onChain = onChain;
    this.#maxDelay = maxDelay;
    this.#maxProcesses = maxProcesses;
    this.#maxHits = maxHits;
    this.#spare = options.spare ?? usualSpare;
  }

  /** Creations and ends that are held now. */
  get processes(): number {
    return this.#held.length;
  }

  /** Matches that are held now. */
  get hits(): number {
    return this.#hitCount;
  }

  start(start: ProcessStart): void {
    if (start.time !== null && this.#isLate(start.host.toLowerCase(), start.time)) this.counts.late++;
    this.#held.start(start);
    if (this.#held.length >= this.#maxProcesses) this.#relieve();
  }

  end(end: ProcessEnd): void {
    this.#held.end(end);
    if (this.#held.length >= this.#maxProcesses) this.#relieve();
  }

  /** `step` -1: of a rule that no process between two steps may match. A match without a time is no step. */
  match(chain: number, step: number, actor: WatchedActor, event: E, group: string | null = null): void {
    const { guid, pid, time } = actor;
    const grouped = step >= 0 && this.#chains[chain]?.groups === true;
    if (time === null || (grouped && group === null)) return;
    const host = actor.host.toLowerCase();
    if (this.#isLate(host, time)) {
      this.counts.late++;
      return;
    }
    this.#hits[chain]?.add(step, { host, guid, pid, time, event, group: grouped ? group : null });
    if (++this.#hitCount >= this.#maxHits) this.#relieve();
  }

  /**
   * An event of this time was read, whether it matched or not. Settles when all chains found so far are given. The first
   * call says where judging begins: give it the earliest time of what was added before.
   */
  advance(time: number): Promise<void> {
    if (time > this.#newest) {
      this.#newest = time;
      const due = time - this.#maxDelay;
      const turn = Math.max(this.#longest / 2, ticksPerSecond);
      if (this.#judged === -Infinity && due > -Infinity) this.#judged = due - turn;
      if (due - this.#judged >= turn) {
        this.#judge(() => due);
        this.#judged = due;
        for (const [host, judged] of this.#judgedOn) if (judged <= due) this.#judgedOn.delete(host);
        this.#forget();
      }
    }
    return this.#described;
  }

  /** No more will come. */
  async flush(): Promise<void> {
    this.#judge(() => Infinity);
    this.#judged = Infinity;
    await this.#described;
  }

  #judgedOf(host: string): number {
    const own = this.#judgedOn.size === 0 ? undefined : this.#judgedOn.get(host);
    return own === undefined ? this.#judged : Math.max(own, this.#judged);
  }

  /** Before this time is nothing that a chain of this timespan can need. */
  #floorOf(host: string, ticks: number): number {
    return this.#judgedOf(host) - 2 * (ticks + settling);
  }

  #isLate(host: string, time: number): boolean {
    return time < this.#judgedOf(host);
  }

  /** Judges the processes whose time is over before the horizon of their host, and was not before. */
  #judge(horizonOf: (host: string) => number): void {
    const complete = this.#hits.map((hits) => hits.completeHosts());
    const hosts = new Set(complete.flatMap((some) => [...some]));
    if (hosts.size === 0) return;
    const tree = this.#held.treeOf(hosts, (host) => this.#floorOf(host, this.#longest));
    const folded = tree.hosts.map((host) => host.toLowerCase());
    for (const [chain, { spec }] of this.#chains.entries()) {
      const here = complete[chain] as Set<string>;
      if (here.size === 0) continue;
      const lag = spec.ticks + settling;
      const isDue = (node: number): boolean => {
        const host = folded[tree.hostId[node] as number] as string;
        const over = (tree.time[node] as number) + lag;
        return over >= this.#judgedOf(host) && over < horizonOf(host);
      };
      const hits = this.#hits[chain] as HeldHits<E>;
      const excluded = excludedOf(tree, hits.excluded, here);
      for (const [group, steps] of hits.groups(here))
        this.#give(tree, chain, group, chainsOf(tree, spec, steps, excluded, isDue));
    }
  }

  #give(tree: ProcessTree, chain: number, group: string | null, found: readonly ResolvedChain<E>[]): void {
    if (found.length === 0) return;
    const lower = new Set(found.flatMap(({ path }) => path.slice(1)));
    for (const node of lower) if (tree.link[node] === Link.inferred) this.counts.inferred++;
    const describe = tree.describe(found.flatMap(({ path }) => path));
    this.#described = Promise.all([this.#described, describe]).then(([, processes]) => {
      let at = 0;
      for (const { path, steps, first, last } of found) {
        this.#onChain({ chain, group, path: processes.slice(at, at + path.length), steps, first, last });
        at += path.length;
      }
    });
  }

  /** Leaves behind what no process that is still to be judged can need. */
  #forget(always = false): void {
    for (const [chain, { spec }] of this.#chains.entries()) {
      this.#hits[chain]?.keep(({ host, time }) => time >= this.#floorOf(host, spec.ticks));
    }
    this.#hitCount = this.#hits.reduce((sum, { length }) => sum + length, 0);
    if (!always && this.#held.length < this.#spare + 2 * this.#left) return;
    this.#held.forget((host) => this.#floorOf(host, this.#longest));
    this.#left = this.#held.length;
  }

  /**
   * Too much is held: each host is judged up to its own newest event, as if events of one host came in order. Where that
   * does not help, old processes that only a process id could name are forgotten, then the older half of all.
   */
  #relieve(): void {
    const slack = Math.min(this.#maxDelay, this.#longest + settling);
    const newest = this.#held.newest();
    for (const hits of this.#hits)
      for (const { host, time } of hits.all())
        if (time > (newest.get(host) ?? -Infinity)) newest.set(host, time);
    const horizonOf = (host: string): number =>
      Math.max(this.#judgedOf(host), (newest.get(host) ?? -Infinity) - slack);
    this.#judge(horizonOf);
    for (const host of newest.keys()) this.#judgedOn.set(host, horizonOf(host));
    this.#forget(true);
    this.#dropProcesses((host) => this.#floorOf(host, this.#longest));
    const floor = this.#held.quantile(0.5);
    this.#dropProcesses(() => floor);
    if (this.#hitCount > this.#maxHits * 0.75) this.#dropHits();
  }

  /** First goes what only a process id could name. */
  #dropProcesses(floorOf: (host: string) => number): void {
    const before = this.#held.length;
    if (before <= this.#maxProcesses * 0.75) return;
    this.#held.forget(floorOf, false);
    this.#left = this.#held.length;
    this.counts.dropped += before - this.#left;
  }

  #dropHits(): void {
    const times = this.#hits.flatMap((hits) => Array.from(hits.all(), ({ time }) => time));
    const floor = Float64Array.from(times).sort()[times.length >> 1] as number;
    let over = times.length / 2;
    for (const hits of this.#hits) hits.keep(({ time }) => time > floor || (time === floor && --over < 0));
    const left = this.#hits.reduce((sum, { length }) => sum + length, 0);
    this.counts.dropped += this.#hitCount - left;
    this.#hitCount = left;
  }
}
