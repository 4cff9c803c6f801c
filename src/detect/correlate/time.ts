/** The clock of correlations: ticks of 100 ns since 2020 as a double, exact from 1992 to 2048 and to 0.5 us beyond. */
import { toIsoTime, toTicks, type Value } from '../../events/index.ts';

export const ticksPerSecond = 1e7;
/** 100 ns ticks between 1601 and 1970: as FILETIME a moment cannot be taken for another unit. */
const filetimeEpoch = 116_444_736_000_000_000n;
const epoch = BigInt(Date.UTC(2020, 0)) * 10_000n;

/** Null when the value is no time. */
export function correlationTime(value: Value | undefined): number | null {
  const ticks = toTicks(value);
  return ticks === null ? null : Number(ticks - epoch);
}

/** ISO 8601 in UTC. */
export function isoTime(time: number): string {
  return toIsoTime(BigInt(Math.round(time)) + epoch + filetimeEpoch) ?? '';
}
