/**
 * Times of the simulation: microseconds since 1970 as a number (exact until the year 2255). Windows keeps
 * 100 ns, so a seventh decimal is derived from the microsecond: it is always the same for the same time.
 */
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const FILETIME_EPOCH_OFFSET = 11_644_473_600_000_000n;

const DAY_SECONDS = 86_400;
const pad2 = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

let cachedDay = -1;
let cachedDate = '';

/** `2025-03-03`, then `separator`, then `08:00:00`. */
function dateAndTime(second: number, separator: string): string {
  const day = Math.floor(second / DAY_SECONDS);
  if (day !== cachedDay) {
    cachedDay = day;
    cachedDate = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  }
  const rest = second - day * DAY_SECONDS;
  const minute = Math.floor(rest / 60);
  return `${cachedDate}${separator}${pad2[Math.floor(minute / 60)]}:${pad2[minute % 60]}:${pad2[rest % 60]}`;
}

function tick(time: number): number {
  return time % 7;
}

/** As Sysmon writes it: `2025-03-03 08:00:00.123`. */
export function sysmonTime(time: number): string {
  const second = Math.floor(time / SECOND);
  const milli = Math.floor((time - second * SECOND) / 1000);
  return `${dateAndTime(second, ' ')}.${String(milli).padStart(3, '0')}`;
}

/** ISO 8601 with seven decimals: `2025-03-03T08:00:00.1234563Z`. */
export function systemTime(time: number): string {
  const second = Math.floor(time / SECOND);
  const micro = String(time - second * SECOND).padStart(6, '0');
  return `${dateAndTime(second, 'T')}.${micro}${tick(time)}Z`;
}

/** Windows FILETIME: 100 ns since 1601. */
export function fileTime(time: number): bigint {
  return (BigInt(time) + FILETIME_EPOCH_OFFSET) * 10n + BigInt(tick(time));
}
