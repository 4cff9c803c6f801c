/** Comparisons of a measured number with the bounds of a condition: all must hold. */
import type { CorrelationBound } from '../../sigma/index.ts';

export function withinBounds(value: number, bounds: readonly CorrelationBound[]): boolean {
  return bounds.every(({ op, value: bound }) => {
    switch (op) {
      case 'gt':
        return value > bound;
      case 'gte':
        return value >= bound;
      case 'lt':
        return value < bound;
      case 'lte':
        return value <= bound;
      case 'eq':
        return value === bound;
      case 'neq':
        return value !== bound;
    }
  });
}

/** Whether less is more: then the lowest value is the one to report. */
export function onlyUpperBounds(bounds: readonly CorrelationBound[]): boolean {
  return bounds.length > 0 && bounds.every(({ op }) => op === 'lt' || op === 'lte');
}
