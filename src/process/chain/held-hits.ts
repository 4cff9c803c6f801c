/** Matches that a watch holds for one chain, by step, until no chain can need them. */

/** A match of a rule of a chain. */
export interface HeldHit<E> {
  readonly host: string;
  readonly guid: string | null;
  readonly pid: number | null;
  /** `correlationTime`. */
  readonly time: number;
  readonly event: E;
  readonly group: string | null;
}

export class HeldHits<E> {
  readonly #steps: HeldHit<E>[][];
  #excluded: HeldHit<E>[] = [];

  constructor(steps: number) {
    this.#steps = Array.from({ length: steps }, () => []);
  }

  get length(): number {
    return this.#steps.reduce((sum, hits) => sum + hits.length, this.#excluded.length);
  }

  get excluded(): readonly HeldHit<E>[] {
    return this.#excluded;
  }

  /** `step` -1: of a rule that no process between two steps may match. */
  add(step: number, hit: HeldHit<E>): void {
    (step < 0 ? this.#excluded : (this.#steps[step] as HeldHit<E>[])).push(hit);
  }

  /** Hosts, in lower case, where every step has a match. */
  completeHosts(): Set<string> {
    const [first, ...others] = this.#steps.map((hits) => new Set(hits.map(({ host }) => host)));
    return new Set([...(first ?? [])].filter((host) => others.every((hosts) => hosts.has(host))));
  }

  /** The matches of each step on some hosts, one list of steps for each group. */
  groups(hosts: ReadonlySet<string>): Map<string | null, HeldHit<E>[][]> {
    const groups = new Map<string | null, HeldHit<E>[][]>();
    for (const [step, hits] of this.#steps.entries())
      for (const hit of hits) {
        if (!hosts.has(hit.host)) continue;
        let steps = groups.get(hit.group);
        if (!steps) groups.set(hit.group, (steps = this.#steps.map(() => [])));
        (steps[step] as HeldHit<E>[]).push(hit);
      }
    return groups;
  }

  keep(test: (hit: HeldHit<E>) => boolean): void {
    for (const [step, hits] of this.#steps.entries()) this.#steps[step] = hits.filter(test);
    this.#excluded = this.#excluded.filter(test);
  }

  *all(): Generator<HeldHit<E>> {
    for (const hits of this.#steps) yield* hits;
    yield* this.#excluded;
  }
}
