/**
 * Times of the simulation: microseconds since 1970 as a number (exact until the year 2255). Windows keeps
 * 100 ns, so a seventh decimal is derived from the microsecond: it is always the same for the same time.
 */
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const FILETIME_EPOCH_OFFSET = 11_644_473_600_000_000n;

let cachedSecond = -1;
let cachedDate = '';
let cachedTime = '';

function remember(second: number): void {
  const iso = new Date(second * 1000).toISOString();
  cachedSecond = second;
  cachedDate = iso.slice(0, 10);
  cachedTime = iso.slice(11, 19);
}

function tick(time: number): number {
  return time % 7;
}

/** As Sysmon writes it: `2025-03-03 08:00:00.123`. */
export function sysmonTime(time: number): string {
  const second = Math.floor(time / SECOND);
  if (second !== cachedSecond) remember(second);
  const milli = Math.floor((time - second * SECOND) / 1000);
  return `${cachedDate} ${cachedTime}.${String(milli).padStart(3, '0')}`;
}

/** ISO 8601 with seven decimals: `2025-03-03T08:00:00.1234563Z`. */
export function systemTime(time: number): string {
  const second = Math.floor(time / SECOND);
  if (second !== cachedSecond) remember(second);
  const micro = String(time - second * SECOND).padStart(6, '0');
  return `${cachedDate}T${cachedTime}.${micro}${tick(time)}Z`;
}

/** Windows FILETIME: 100 ns since 1601. */
export function fileTime(time: number): bigint {
  return (BigInt(time) + FILETIME_EPOCH_OFFSET) * 10n + BigInt(tick(time));
}
