/**
 * Times of `strftime` and `strptime` (Search Reference, "Date and time format variables") in UTC, and the time
 * modifiers of `earliest` and `latest` (Search Manual, "Specify time modifiers in your search").
 */
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Seconds since 1970 in a format. */
export function formatTime(seconds: number, format: string): string | null {
  const whole = Math.floor(seconds);
  const date = new Date(whole * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const fraction = (digits: number): string => {
    const scaled = Math.floor((seconds - whole) * 1e6 + 0.5);
    return String(Math.min(scaled, 999_999)).padStart(6, '0').padEnd(9, '0').slice(0, digits);
  };
  const two = (number: number, fill = '0'): string => String(number).padStart(2, fill);
  const expand = (text: string): string =>
    text.replaceAll(/%(\d?)([A-Za-z%+])/g, (all, digits: string, letter: string) => {
      switch (letter) {
        case 'Y':
          return String(date.getUTCFullYear());
        case 'y':
          return two(date.getUTCFullYear() % 100);
        case 'm':
          return two(date.getUTCMonth() + 1);
        case 'd':
          return two(date.getUTCDate());
        case 'e':
          return two(date.getUTCDate(), ' ');
        case 'H':
          return two(date.getUTCHours());
        case 'k':
          return two(date.getUTCHours(), ' ');
        case 'I':
          return two(date.getUTCHours() % 12 || 12);
        case 'l':
          return two(date.getUTCHours() % 12 || 12, ' ');
        case 'u':
          return String(date.getUTCDay() || 7);
        case 'V':
          return two(isoWeek(date).week);
        case 'G':
          return String(isoWeek(date).year);
        case 'M':
          return two(date.getUTCMinutes());
        case 'S':
          return two(date.getUTCSeconds());
        case 'p':
          return date.getUTCHours() < 12 ? 'AM' : 'PM';
        case 'A':
          return days[date.getUTCDay()] as string;
        case 'a':
          return (days[date.getUTCDay()] as string).slice(0, 3);
        case 'w':
          return String(date.getUTCDay());
        case 'B':
          return months[date.getUTCMonth()] as string;
        case 'b':
          return (months[date.getUTCMonth()] as string).slice(0, 3);
        case 'j':
          return String(
            Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
          ).padStart(3, '0');
        case 'F':
          return expand('%Y-%m-%d');
        case 'T':
          return expand('%H:%M:%S');
        case 'D':
          return expand('%m/%d/%y');
        case 'c':
          return expand('%a %b %e %H:%M:%S %Y');
        case 'x':
          return expand('%m/%d/%y');
        case 'X':
          return expand('%H:%M:%S');
        case 's':
          return String(whole);
        case 'N':
          return fraction(Number(digits || 9));
        case 'Q':
          return fraction(Number(digits || 3));
        case 'f':
          return fraction(6);
        case 'z':
          return '+0000';
        case 'Z':
          return 'UTC';
        case '%':
          return '%';
        default:
          return all;
      }
    });
  return expand(format);
}

/** Letters that `formatTime` knows. */
export function isWritten(letter: string): boolean {
  return letter !== '' && 'YymdeHkIlMSpAawuBbjFTDcxXVGsNQfzZ%'.includes(letter);
}

/** Letters that `readTime` knows. */
export function isRead(letter: string): boolean {
  return letter === '%' || 'FTD'.includes(letter) || Object.hasOwn(readers, letter);
}

/** The week of ISO 8601 is that of its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1 };
}

const readers: Readonly<Record<string, string>> = {
  Y: String.raw`(?<Y>\d{4})`,
  y: String.raw`(?<y>\d{2})`,
  m: String.raw`(?<m>\d{1,2})`,
  d: String.raw`(?<d>\d{1,2})`,
  e: String.raw`\s?(?<d>\d{1,2})`,
  H: String.raw`(?<H>\d{1,2})`,
  I: String.raw`(?<I>\d{1,2})`,
  M: String.raw`(?<M>\d{1,2})`,
  S: String.raw`(?<S>\d{1,2})`,
  p: '(?<p>[AaPp][Mm])',
  b: '(?<b>[A-Za-z]{3,9})',
  B: '(?<b>[A-Za-z]{3,9})',
  a: '[A-Za-z]{3,9}',
  A: '[A-Za-z]{3,9}',
  s: String.raw`(?<s>\d+)`,
  N: String.raw`(?<f>\d+)`,
  Q: String.raw`(?<f>\d+)`,
  f: String.raw`(?<f>\d+)`,
  z: String.raw`(?<z>Z|[+-]\d{2}:?\d{2})`,
  // Other names of zones stand for several zones each.
  Z: '(?:UTC|GMT|Z)\\b',
};

const compiled = new Map<string, RegExp | null>();

/** Seconds since 1970; null where the text is not of the format. */
export function readTime(text: string, format: string): number | null {
  let regex = compiled.get(format);
  if (regex === undefined) {
    const whole = format
      .replaceAll('%F', '%Y-%m-%d')
      .replaceAll('%T', '%H:%M:%S')
      .replaceAll('%D', '%m/%d/%y');
    const source = whole
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll(/%\d?([A-Za-z%])/g, (all, letter: string) =>
        letter === '%' ? '%' : (readers[letter] ?? all),
      );
    try {
      regex = new RegExp(`^${source}`);
    } catch {
      regex = null;
    }
    if (compiled.size > 1000) compiled.clear();
    compiled.set(format, regex);
  }
  const found = regex?.exec(text)?.groups;
  if (found === undefined) return null;
  const fraction = found['f'] === undefined ? 0 : Number(`0.${found['f']}`);
  if (found['s'] !== undefined) return Number(found['s']) + fraction;
  const short = Number(found['y']);
  const year =
    found['Y'] === undefined
      ? Number.isNaN(short)
        ? new Date().getUTCFullYear()
        : short + (short < 69 ? 2000 : 1900)
      : Number(found['Y']);
  const named = months.findIndex((name) =>
    name.toLowerCase().startsWith((found['b'] ?? '-').slice(0, 3).toLowerCase()),
  );
  const month = named >= 0 ? named : Number(found['m'] ?? 1) - 1;
  let hour = Number(found['H'] ?? found['I'] ?? 0);
  if (found['I'] !== undefined) hour = (hour % 12) + (/p/i.test(found['p'] ?? '') ? 12 : 0);
  const [day, minute, second] = [found['d'] ?? 1, found['M'] ?? 0, found['S'] ?? 0].map(Number) as [
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return null;
  const time = Date.UTC(year, month, day, hour, minute, second) / 1000;
  // A 31st of February is no day.
  const midnight = new Date(Date.UTC(year, month, day));
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return null;
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(found['z'] ?? '');
  const offset =
    zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 3600 + Number(zone[3]) * 60);
  return Number.isNaN(time) ? null : time - offset + fraction;
}
