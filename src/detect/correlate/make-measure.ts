/** The measure for each type of correlation. */
import { HuntbookError } from '../../errors.ts';
import { DistinctValues, EventCount } from './count.ts';
import { ExpressionMeasure } from './expression.ts';
import type { Measure } from './measure.ts';
import { PercentileMeasure, SumMeasure } from './numeric.ts';
import { OrderedMeasure } from './ordered.ts';
import { TemporalMeasure } from './temporal.ts';
import type { StoredCorrelation } from './types.ts';

export function makeMeasure(correlation: StoredCorrelation): Measure {
  const { type, bounds, terms, slots, percentile } = correlation;
  if (terms) return new ExpressionMeasure(terms, slots.length, type === 'temporal_ordered');
  switch (type) {
    case 'event_count':
      return new EventCount(bounds);
    case 'value_count':
      return new DistinctValues(bounds);
    case 'temporal':
      return new TemporalMeasure(bounds);
    case 'temporal_ordered':
      return new OrderedMeasure(bounds, slots.length);
    case 'value_sum':
      return new SumMeasure(bounds, false);
    case 'value_avg':
      return new SumMeasure(bounds, true);
    case 'value_median':
      return new PercentileMeasure(bounds, 50);
    case 'value_percentile':
      return new PercentileMeasure(bounds, percentile ?? 50);
    case 'process_chain':
      throw new HuntbookError('HB_INTERNAL', 'chains of processes are no matter of windows of events');
  }
}
