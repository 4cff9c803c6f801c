/** The clock of process trees is that of correlations: ticks of 100 ns. */
import { isoTime } from '../detect/index.ts';

export const ticksPerSecond = 1e7;
export const ticksPerMs = 1e4;

/** ISO 8601 in UTC; null of a time that is not known. */
export function isoOf(time: number): string | null {
  return Number.isNaN(time) ? null : isoTime(time);
}
