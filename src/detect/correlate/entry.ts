/** What lies in a window: events that rules matched, and moments at which other correlations held. */
import type { Value } from '../../events/index.ts';

export interface KeptEvent<E> {
  /** Index of the rule. */
  readonly rule: number;
  readonly time: number;
  readonly event: E;
}

/** What a correlation that names another one may know of its findings. */
export interface InnerFinding<E> {
  readonly completing: E;
  readonly first: number;
  readonly kept: readonly KeptEvent<E>[];
}

export interface Entry<E> {
  readonly time: number;
  readonly slot: number;
  /** Key of the condition's fields, or the number that they are; null: the event lacks them. */
  readonly value: string | number | null;
  /** Fields that correlations of this correlation ask for. */
  readonly carried: readonly Value[];
  readonly source: EventSource<E> | PointSource<E>;
}

export interface EventSource<E> {
  readonly kind: 'event';
  /** Index of the rule. */
  readonly rule: number;
  readonly event: E;
}

/** A moment at which the condition of another correlation held, and what it had found until then. */
export interface PointSource<E> {
  readonly kind: 'point';
  readonly burst: InnerFinding<E>;
  readonly count: number;
  readonly kept: number;
  readonly last: number;
}

/** What makes two entries the same happening. */
export function identityOf<E>({ source }: Entry<E>): unknown {
  return source.kind === 'event' ? source.event : source.burst;
}
