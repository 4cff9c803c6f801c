/**
 * One correlation at work. A window is the events of one group in `span` ticks, both ends included. It is judged when
 * its last event comes (all events of the same time counted), because every window that holds a condition "at least"
 * can be moved to end at an event. A condition with `not` can only be judged when a window is over: there windows
 * begin at an event of a rule that must match, and are judged `span` later.
 */
import type { Value } from '../../events/index.ts';
import { onlyUpperBounds } from './bounds.ts';
import { Burst } from './burst.ts';
import { tupleKey } from './group-key.ts';
import { makeMeasure } from './make-measure.ts';
import type { Measure } from './measure.ts';
import { numberOf } from './numeric.ts';
import type { Feed } from './plan.ts';
import { ticksPerSecond } from './time.ts';
import type { StoredCorrelation } from './types.ts';
import { identityOf, type Entry, type EventSource, type PointSource } from './entry.ts';
import { Window } from './window.ts';

/** One match, or one moment of another correlation, on its way into a correlation. */
export interface Input<E> {
  readonly feed: Feed;
  readonly values: readonly Value[];
  readonly source: EventSource<E> | PointSource<E>;
}

/** A moment at which the condition held. */
export interface Point<E> {
  readonly time: number;
  /** Group, then carried fields. */
  readonly values: readonly Value[];
  readonly source: PointSource<E>;
}

export interface NodeContext<E> {
  readonly maxEvents: number;
  readonly maxWindow: number;
  readonly maxOpen: number;
  /** Shared by all correlations. */
  readonly open: { entries: number; dropped: number };
  /** Whether moments are asked for at all. */
  readonly feedsOthers: boolean;
  readonly onPoint: (point: Point<E>) => void;
  readonly onEnd: (burst: Burst<E>) => void;
  /** Asks for `expire` at a time. */
  readonly onTimer: (time: number, group: Group<E>) => void;
}

export class Group<E> {
  readonly key: string;
  readonly values: readonly Value[];
  readonly window = new Window<E>();
  readonly measure: Measure;
  burst: Burst<E> | null = null;
  /** Number of the first entry that no finding has yet. */
  included = 0;
  last = -Infinity;
  /** Beginnings of windows that are not over. */
  readonly begun: number[] = [];
  /** The entries of the time at hand, by what happened. */
  readonly now = new Map<unknown, Entry<E>[]>();

  constructor(key: string, values: readonly Value[], measure: Measure) {
    this.key = key;
    this.values = values;
    this.measure = measure;
  }
}

/** Different values of carried fields that one moment is handed on with. */
const maxCarried = 100;

export class CorrelationNode<E> {
  readonly #correlation: StoredCorrelation;
  readonly #context: NodeContext<E>;
  readonly #span: number;
  /** Slots at whose events windows begin; null: windows end at events. */
  readonly #beginnings: ReadonlySet<number> | null;
  readonly #numeric: boolean;
  readonly #lowest: boolean;
  /** The one that was quiet for longest first. */
  readonly #groups = new Map<string, Group<E>>();
  /** Matches that lack a field to group by; and those that do not. */
  ungrouped = 0;
  grouped = 0;

  constructor(correlation: StoredCorrelation, context: NodeContext<E>) {
    this.#correlation = correlation;
    this.#context = context;
    this.#span = correlation.seconds * ticksPerSecond;
    const { terms, type, bounds } = correlation;
    this.#beginnings = terms?.some(({ none }) => none.length > 0)
      ? new Set(terms.flatMap(({ all }) => all))
      : null;
    this.#numeric = /^value_(?:sum|avg|median|percentile)$/.test(type);
    this.#lowest = onlyUpperBounds(bounds);
  }

  /** All that came at one time. Times must not go back. */
  take(time: number, inputs: readonly Input<E>[]): void {
    this.#forgetQuiet(time);
    const touched = new Set<Group<E>>();
    for (const { feed, values, source } of inputs) {
      const own = feed.group.map((place) => values[place] ?? null);
      const key = tupleKey(own);
      if (key === null) {
        this.ungrouped++;
        continue;
      }
      this.grouped++;
      const fields = feed.fields.map((place) => values[place] ?? null);
      const value = fields.length === 0 ? null : this.#numeric ? numberOf(fields[0]) : tupleKey(fields);
      // What is no number has no part in a window of numbers, though windows end at it.
      const idle = this.#numeric && value === null;
      if (idle && !this.#groups.has(key)) continue;
      const group = this.#groupOf(key, own, time);
      if (!touched.has(group)) this.#prepare(group, time);
      touched.add(group);
      if (idle) continue;
      const carried = feed.carried.map((place) => values[place] ?? null);
      this.#enter(group, { time, slot: feed.slot, value, carried, source });
    }
    for (const group of touched) {
      group.now.clear();
      if (!this.#beginnings) this.#judge(group, time - this.#span, time, true);
    }
  }

  /** The oldest window of a group that has begun is over, or will never be: then `complete` is false. */
  expire(group: Group<E>, complete: boolean): void {
    const from = group.begun.shift();
    if (from === undefined) return;
    this.#removeBefore(group, from);
    this.#judge(group, from, from + this.#span, complete);
  }

  /** No more will come. */
  end(): void {
    for (const group of this.#groups.values()) this.#close(group);
    this.#groups.clear();
  }

  #groupOf(key: string, values: readonly Value[], time: number): Group<E> {
    let group = this.#groups.get(key);
    if (group?.last === time) return group;
    if (group) this.#groups.delete(key);
    else group = new Group(key, values, makeMeasure(this.#correlation));
    this.#groups.set(key, group);
    return group;
  }

  /** Lets go of what no window from now on can hold. */
  #prepare(group: Group<E>, time: number): void {
    group.last = time;
    const from = this.#beginnings ? (group.begun[0] ?? time) : time - this.#span;
    this.#removeBefore(group, from);
    if (group.burst && group.burst.until < from) this.#finish(group);
  }

  #enter(group: Group<E>, entry: Entry<E>): void {
    if (this.#numeric && this.#isTwin(group, entry)) return;
    this.#makeRoom(group);
    group.window.add(entry);
    group.measure.add(entry);
    this.#context.open.entries++;
    const { slot, time } = entry;
    if (this.#beginnings?.has(slot) && group.begun.at(-1) !== time) {
      group.begun.push(time);
      this.#context.onTimer(time + this.#span, group);
    }
  }

  /** Whether the number of this event is there already, by another rule. */
  #isTwin(group: Group<E>, entry: Entry<E>): boolean {
    if (this.#correlation.slots.length === 1) return false;
    const identity = identityOf(entry);
    const others = group.now.get(identity);
    if (!others) group.now.set(identity, [entry]);
    else if (others.some(({ value }) => value === entry.value)) return true;
    else others.push(entry);
    return false;
  }

  #makeRoom(group: Group<E>): void {
    const { open, maxOpen, maxWindow } = this.#context;
    if (open.entries >= maxOpen) {
      const [quiet] = this.#groups.values();
      if (quiet && quiet !== group) {
        open.dropped += quiet.window.size;
        this.#close(quiet);
        this.#groups.delete(quiet.key);
      }
    }
    if (group.window.size < maxWindow && open.entries < maxOpen) return;
    if (this.#removeOldest(group, Infinity)) open.dropped++;
  }

  #judge(group: Group<E>, from: number, to: number, complete: boolean): void {
    const value = group.measure.judge(complete);
    if (value === null || group.window.size === 0) return;
    if (group.burst && group.burst.until < from) this.#finish(group);
    const burst = (group.burst ??= this.#begin(group, value, to));
    burst.extend(to, value);
    const { window } = group;
    for (let n = Math.max(group.included, window.first); n < window.end; n++) burst.include(window.at(n));
    group.included = window.end;
    if (this.#context.feedsOthers) this.#tell(group, burst, to);
  }

  #begin({ window, values }: Group<E>, value: number, until: number): Burst<E> {
    const { source } = window.at(window.end - 1);
    return new Burst({
      group: values,
      completing: source.kind === 'event' ? source.event : source.burst.completing,
      value,
      until,
      lowest: this.#lowest,
      slots: this.#correlation.slots.length,
      maxEvents: this.#context.maxEvents,
    });
  }

  #tell({ window, values }: Group<E>, burst: Burst<E>, time: number): void {
    const source = burst.snapshot();
    const ways = new Map<string, readonly Value[]>();
    for (let n = window.first; n < window.end && ways.size < maxCarried; n++) {
      const { carried } = window.at(n);
      const key = carried.length === 0 ? '' : JSON.stringify(carried.map((value) => tupleKey([value])));
      if (!ways.has(key)) ways.set(key, carried);
      if (carried.length === 0) break;
    }
    for (const carried of ways.values())
      this.#context.onPoint({ time, values: [...values, ...carried], source });
  }

  #finish(group: Group<E>): void {
    const { burst } = group;
    group.burst = null;
    if (burst) this.#context.onEnd(burst);
  }

  #removeBefore(group: Group<E>, time: number): void {
    while (this.#removeOldest(group, time));
  }

  #removeOldest(group: Group<E>, before: number): boolean {
    const entry = group.window.takeBefore(before);
    if (!entry) return false;
    group.measure.remove(entry);
    this.#context.open.entries--;
    return true;
  }

  #close(group: Group<E>): void {
    this.#removeBefore(group, Infinity);
    group.begun.length = 0;
    this.#finish(group);
  }

  /** A group that was quiet for longer than a window is as one that never was. */
  #forgetQuiet(time: number): void {
    for (const group of this.#groups.values()) {
      if (group.last + this.#span >= time) return;
      this.#close(group);
      this.#groups.delete(group.key);
    }
  }
}
