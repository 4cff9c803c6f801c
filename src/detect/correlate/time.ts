/** The clock of correlations: ticks of 100 ns since 2020 as a double, exact from 1992 to 2048 and to 0.5 us beyond. */
import { toTicks, type Value } from '../../events/index.ts';

export const ticksPerSecond = 1e7;
const epoch = BigInt(Date.UTC(2020, 0)) * 10_000n;

/** Null when the value is no time. */
export function correlationTime(value: Value | undefined): number | null {
  const ticks = toTicks(value);
  return ticks === null ? null : Number(ticks - epoch);
}
