/**
 * Correlations as they are run, and what they are fed with. The compiled form is plain data: it is kept in the rule
 * cache and handed to threads. Meaning of the documents: Sigma correlation rules specification 2.1.0.
 */
import type { Value } from '../../events/index.ts';
import type { CorrelationBound, CorrelationType } from '../../sigma/index.ts';
import type { RuleInfo } from '../rule-info.ts';

/** One of the rules that a correlation names, in the order written. */
export interface CorrelationSlot {
  readonly kind: 'rule' | 'correlation';
  /** Index into the rules, or into the correlations of the same set: then less than that of the correlation itself. */
  readonly index: number;
  /** For each group-by name the field that holds it in this rule's events. */
  readonly group: readonly string[];
  /** For each field of the condition the same. */
  readonly fields: readonly string[];
}

/** One alternative of an extended condition: all of these slots and none of those, both ascending. */
export interface Term {
  readonly all: readonly number[];
  readonly none: readonly number[];
}

/** A chain of processes: its slots are rules, in the order written, the ancestor first. */
export interface StoredChain {
  readonly relations: readonly ('child' | 'descendant')[];
  readonly maxDepth: number | null;
  readonly order: 'written' | 'any';
  /** Rules that no process between two steps may match, by their indexes in the rule set. */
  readonly notBetween: readonly number[];
}

export interface StoredCorrelation {
  readonly info: RuleInfo;
  readonly type: CorrelationType;
  readonly slots: readonly CorrelationSlot[];
  readonly groupBy: readonly string[];
  readonly seconds: number;
  readonly bounds: readonly CorrelationBound[];
  /** 0 to 100; of value_percentile only. */
  readonly percentile: number | null;
  /** Of extended conditions only; `bounds` is empty then. */
  readonly terms: readonly Term[] | null;
  /** Whether findings of its own are wanted: not where it only serves other correlations. */
  readonly reports: boolean;
  /** Of process_chain only: the correlator leaves these to the process room. */
  readonly chain?: StoredChain;
}

/** A match of a rule that a correlation names. */
export interface BaseMatch<E> {
  readonly rule: number;
  /** `correlationTime` of the event. */
  readonly time: number;
  /** In the order of `CorrelationPlan.fieldsOf`; null where the event lacks the field. */
  readonly values: readonly Value[];
  /** The same object for all rules that one event matched: an event counts once. Any kind of reference will do. */
  readonly event: E;
}

/** What came of one group over one run of overlapping windows in which the condition held. */
export interface CorrelationHit<E> {
  readonly correlation: number;
  /** One value for each group-by name, as the first event spells it. */
  readonly group: readonly Value[];
  /** What the condition compares, where it was highest; lowest where the condition only has upper bounds. */
  readonly value: number;
  /** Events in the windows, each once. */
  readonly count: number;
  /** The first of these, for each rule its share, in order of time. */
  readonly events: readonly { readonly rule: number; readonly time: number; readonly event: E }[];
  /** Times of the first and the last of all events. */
  readonly first: number;
  readonly last: number;
  /** The last event of the first window in which the condition held. */
  readonly completing: E;
}

export interface CorrelatorCounts {
  /** Matches that came after their time was over: more than the delay behind the newest. */
  late: number;
  /** Events that had to leave a window early, to stay within the limits. */
  dropped: number;
}

export interface CorrelatorOptions<E> {
  readonly onHit: (hit: CorrelationHit<E>) => void;
  /** Ticks that a match may come behind the newest; default: without end, all is judged by `flush`. */
  readonly maxDelay?: number;
  /** Matches waiting for their time; beyond this the oldest are judged early. Default 1,000,000. */
  readonly maxPending?: number;
  /** Events in open windows, in all. Default 1,000,000. */
  readonly maxOpen?: number;
  /** Events in the window of one group. Default 100,000. */
  readonly maxWindow?: number;
  /** Events handed on with a hit. Default 50. */
  readonly maxEvents?: number;
}
