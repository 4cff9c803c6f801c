/** Correlations in PPL. */
import type { CorrelationContext } from './types.ts';

export function correlatePpl(_context: CorrelationContext): { search: string; query: string }[] {
  return [];
}
