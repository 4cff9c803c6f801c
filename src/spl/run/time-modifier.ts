/**
 * The times of `earliest` and `latest` (Search Manual, "Specify time modifiers in your search"): `-24h@h`, `@d`,
 * `now`, `0`, seconds since 1970, `MM/DD/YYYY:HH:MM:SS`, and ISO 8601. UTC.
 */
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds since 1970; null where the text is not known. */
export function parseTimeModifier(text: string, now: number): number | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'now' || trimmed === 'now()') return now;
  if (/^\d{1,12}(?:\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?::(\d{1,2}):(\d{1,2}):(\d{1,2}))?$/.exec(trimmed);
  if (american !== null) {
    const [month, day, year, hour, minute, second] = american
      .slice(1)
      .map((part) => Number(part ?? 0)) as number[];
    const time = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second);
    const isDay = new Date(time).getUTCMonth() === (month as number) - 1 && (day as number) > 0;
    return isDay && (hour as number) < 24 && (minute as number) < 60 && (second as number) < 60
      ? time / 1000
      : null;
  }
  if (/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(trimmed)) {
    const zoned = /Z$|[T ].*[+-]\d{2}:?\d{2}$|^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? trimmed : `${trimmed}Z`;
    const time = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(time) ? null : time / 1000;
  }
  return relative(trimmed, now);
}

function relative(text: string, now: number): number | null {
  const step = /([+-])(\d{0,9})([a-zA-Z]+)|@([a-zA-Z]+)([0-7]?)/y;
  let time = now;
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null) return null;
    at = step.lastIndex;
    const [, sign, count, written, snap, day] = found;
    const unit = unitOf((written ?? snap) as string);
    if (unit === null) return null;
    if (sign === undefined) time = snapTo(time, unit, day === '' || day === undefined ? 0 : Number(day) % 7);
    else time = shift(time, (sign === '-' ? -1 : 1) * (count === '' ? 1 : Number(count)), unit);
  }
  return Number.isFinite(time) ? time : null;
}

function unitOf(text: string): string | null {
  const found =
    /^(?:(s|secs?|seconds?)|(m|mins?|minutes?)|(h|hrs?|hours?)|(d|days?)|(w|weeks?)|(mon|months?)|(q|qtrs?|quarters?)|(y|yrs?|years?))$/i.exec(
      text,
    );
  if (found === null) return null;
  return ['s', 'm', 'h', 'd', 'w', 'mon', 'q', 'y'][
    found.slice(1).findIndex((part) => part !== undefined)
  ] as string;
}

function shift(time: number, count: number, unit: string): number {
  const width = seconds[unit];
  if (width !== undefined) return time + count * width;
  const date = new Date(time * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (unit === 'mon' ? 1 : unit === 'q' ? 3 : 12));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() / 1000;
}

/** Down to the begin of the unit; weeks begin on Sunday or the day given. */
function snapTo(time: number, unit: string, day: number): number {
  if (unit === 'w') {
    const midnight = snapTo(time, 'd', 0);
    const back = (new Date(midnight * 1000).getUTCDay() - day + 7) % 7;
    return midnight - back * 86_400;
  }
  const width = seconds[unit];
  if (width !== undefined) return Math.floor(time / width) * width;
  const date = new Date(time * 1000);
  const month =
    unit === 'mon' ? date.getUTCMonth() : unit === 'q' ? date.getUTCMonth() - (date.getUTCMonth() % 3) : 0;
  return Date.UTC(date.getUTCFullYear(), month, 1) / 1000;
}
