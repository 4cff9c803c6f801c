export { withinBounds } from './bounds.ts';
export { compileCorrelations } from './compile.ts';
export { Correlator } from './correlator.ts';
export { CorrelationPlan, type ChainFeed } from './plan.ts';
export { correlationTime, isoTime } from './time.ts';
export type {
  BaseMatch,
  CorrelationHit,
  CorrelatorCounts,
  CorrelatorOptions,
  CorrelationSlot,
  StoredChain,
  StoredCorrelation,
  Term,
} from './types.ts';
