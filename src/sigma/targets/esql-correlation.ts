/** Correlations in ES|QL. */
import type { CorrelationContext } from './types.ts';

export function correlateEsql(_: CorrelationContext): { search: string; query: string }[] {
  return [];
}
