/**
 * What a shape of shipper is to the rest: a map from the path of a value in the JSON of an event to the names the
 * value has under Sigma's taxonomy. Paths are looked at once per distinct path, not per event, so that the fast
 * reader (one trie for all shapes) and `canonicalise` (objects) cannot disagree.
 *
 * Adding a shape: one file beside this one that exports a `Shape`, and one line in `list.ts`.
 */

/**
 * A name that a value gets. Rank 0 is the field itself; values of rank 0 that share a name are all kept, as a list,
 * and one of rank -1 (from the system's part of the event) is the first of them. A higher rank is a stand-in, used
 * when the event has nothing of a lower rank under that name; no two paths stand in for one name with one rank.
 */
export interface Target {
  readonly name: string;
  readonly rank: number;
}

/** What a value says about its event beside its name; or-ed together over the event. */
export const Trait = {
  /** The event carries data of its own, not only what every event has and what the shipper adds. */
  data: 1,
  /** The rendered text of the event. */
  message: 2,
  /** Fields have to be derived from text, or their names stand in values: the whole event is needed. */
  whole: 4,
  /** NXLog's word for the severity may stand where Sysmon's `EventType` should. */
  eventType: 8,
  /** A number even when it is written as text. */
  number: 16,
  /** An element that may hold others: null says nothing. */
  container: 32,
  /** A part of `Hashes` or of `User`, as ECS has them. */
  hashes: 64,
  user: 128,
} as const;

export interface PathMapping {
  readonly targets: readonly Target[];
  readonly traits: number;
  /** Names in place of `targets` when the value is a JSON number. */
  readonly whenNumber?: readonly Target[];
}

export interface Shape {
  readonly name: string;
  /** How the value at this path is called, or undefined when the path is not of this shape. */
  mapPath(path: readonly string[]): PathMapping | undefined;
}

/** A value that is a field by its own right. */
export function plain(name: string, traits = 0): PathMapping {
  return { targets: [{ name, rank: 0 }], traits };
}

/** A value from the part of the event that the system writes; null there says nothing. */
export function system(name: string, traits = 0): PathMapping {
  return { targets: [{ name, rank: -1 }], traits: traits | Trait.container };
}

/** A value that stands in for a field; `own` is the name it keeps beside, where its own name says something. */
export function standIn(name: string, rank: number, own?: string, traits = 0): PathMapping {
  const targets: Target[] = [{ name, rank }];
  if (own !== undefined && own !== name) targets.push({ name: own, rank: 0 });
  return { targets, traits };
}

/** A value that gives no field. */
export const nothing: PathMapping = { targets: [], traits: 0 };
