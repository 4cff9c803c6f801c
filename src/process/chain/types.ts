/** Chains of processes: what a rule asks for, what it is asked of, what it found. Described for users in docs/chains.md. */

export type Relation = 'child' | 'descendant';

/** Steps from the ancestor down. */
export interface ChainSpec {
  /** How each step after the first is related to the one before it: as many as steps, less one. */
  readonly relations: readonly Relation[];
  /** Ticks of 100 ns between the first and the last event that the chain is made of. */
  readonly ticks: number;
  /** Most generations from one step to the next; null: within the limit of `maxGenerations`. */
  readonly maxDepth: number | null;
  /** `any`: the rules may stand in any order along the line of descent. */
  readonly order: 'written' | 'any';
}

/** No chain is followed over more generations than this, from its first to its last step. */
export const maxGenerations = 1000;
/** Steps of one chain; with `order: any`, `maxAnyOrder`. */
export const maxSteps = 10;
export const maxAnyOrder = 4;

/** A match of a step's rule: the process that acted, and when. For creations that is the process created. */
export interface StepHit {
  /** Node of the tree. */
  readonly process: number;
  /** `correlationTime`, as `ProcessStart.time`. */
  readonly time: number;
  /** The caller's number of the event. */
  readonly event: number;
}

/**
 * One chain: for each process that completes one (the process of the last step), the nearest that fits.
 *
 * A chain holds when the processes of the steps stand in their relations, no process strictly between two neighbouring
 * steps is excluded, and the times of the steps' events and of the creations of all processes on the path, that of the
 * first step excepted, lie within `ticks`, both ends included. A creation without a time lies in no window. Of several,
 * the one whose first step is nearest to the last process; then whose second is; of several events of one step, those of
 * the window that begins last, and of these the earliest.
 *
 * With `order: any`, first, second and last are places along the line of descent, from the top; where the same
 * processes fit in several orders of the rules, the order that comes first when orders are compared rule by rule from
 * the top. Where a rule groups, all this holds for the hits of each group by themselves; a process between two steps is
 * excluded for all groups.
 */
export interface Chain {
  /** Processes of the steps, in the order of the rules. */
  readonly steps: readonly number[];
  /** The caller's events of the steps, in the same order. */
  readonly events: readonly number[];
  /** All processes from the highest step to the lowest. */
  readonly path: readonly number[];
  /** Times of the first and the last event of the chain, creations between the steps included. */
  readonly first: number;
  readonly last: number;
}
