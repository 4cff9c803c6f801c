/**
 * What SQL has no words for, as one function of DuckDB: `hb_spl(operation, value, argument)`, texts in and out. NULL in
 * gives NULL. Compiled arguments and answers are remembered for each block of rows, because values repeat.
 */
import { loadDuckDb } from '../../store/index.ts';
import type { Database } from '../../store/index.ts';
import { isInNetwork, parseAddress, parseCidr } from './cidr.ts';
import { formatTime, readTime } from './time-format.ts';
import { parseTimeModifier } from './time-modifier.ts';

/** JavaScript's expressions can take exponential time, so that values are cut for them. */
const MAX_VALUE = 65_536;

type Operation = (argument: string) => (value: string) => string | null;

const yes = (test: boolean): string => (test ? '1' : '0');

/** `flags/source`. */
function expression(argument: string, extra = ''): RegExp {
  const slash = argument.indexOf('/');
  return new RegExp(argument.slice(slash + 1), argument.slice(0, slash) + extra);
}

const operations: Readonly<Record<string, Operation>> = {
  cidr: (argument) => {
    const network = parseCidr(argument);
    return (value) => (network === null ? null : yes(isInNetwork(value, network)));
  },
  ipkey: () => (value) => {
    const address = parseAddress(value);
    return address === null ? null : `${address.version}${address.bits.toString(16).padStart(32, '0')}`;
  },
  match: (argument) => {
    const regex = expression(argument);
    return (value) => yes(regex.test(value.slice(0, MAX_VALUE)));
  },
  /** All values of all groups as JSON: a list for each match. */
  extract: (argument) => {
    const regex = expression(argument, 'g');
    return (value) => {
      const rows = [...value.slice(0, MAX_VALUE).matchAll(regex)].map((found) =>
        found.slice(1).map((x) => x ?? null),
      );
      return rows.length === 0 ? null : JSON.stringify(rows);
    };
  },
  /** `length of the replacement:replacement` then the expression. */
  replace: (argument) => {
    const colon = argument.indexOf(':');
    const end = colon + 1 + Number(argument.slice(0, colon));
    const replacement = argument
      .slice(colon + 1, end)
      .replaceAll('$', '$$$$')
      .replaceAll(/\\(\\|\d)/g, (_, next: string) =>
        next === '\\' ? next : next === '0' ? '$&' : `$${next}`,
      );
    const regex = expression(argument.slice(end), 'g');
    return (value) => value.slice(0, MAX_VALUE).replaceAll(regex, replacement);
  },
  strftime: (argument) => (value) => formatTime(Number(value), argument),
  strptime: (argument) => (value) => {
    const time = readTime(value, argument);
    return time === null ? null : String(time);
  },
  relative_time: (argument) => (value) => {
    const time = parseTimeModifier(argument, Number(value));
    return time === null ? null : String(time);
  },
  /** `1+03:46:40` is a day and more. */
  duration: () => (value) => {
    const number = Number(value);
    if (!Number.isFinite(number)) return null;
    const whole = Math.trunc(Math.abs(number));
    const two = (part: number): string => String(part).padStart(2, '0');
    const days = Math.floor(whole / 86_400);
    const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
    return `${number < 0 ? '-' : ''}${days > 0 ? `${days}+` : ''}${clock}`;
  },
  tonumber: (argument) => {
    const base = Number(argument);
    const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
    const valid = new RegExp(`^-?[${digits}]+$`, 'i');
    return (value) => {
      const text = base === 16 ? value.replace(/^0x/i, '') : value;
      return valid.test(text) ? String(Number.parseInt(text, base)) : null;
    };
  },
  commas: () => (value) => {
    const number = Number(value);
    if (!Number.isFinite(number)) return null;
    const isWhole = Number.isInteger(number);
    return number.toLocaleString('en-US', {
      minimumFractionDigits: isWhole ? 0 : 2,
      maximumFractionDigits: isWhole ? 0 : 2,
    });
  },
};

const registered = new WeakMap<Database, Promise<void>>();

/** Makes the function known to a database, once; searches that begin meanwhile wait for it. */
export function registerFunctions(database: Database): Promise<void> {
  let done = registered.get(database);
  if (done === undefined) registered.set(database, (done = register(database)));
  return done;
}

async function register(database: Database): Promise<void> {
  const { DuckDBScalarFunction, VARCHAR } = await loadDuckDb();
  database.connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'hb_spl',
      parameterTypes: [VARCHAR, VARCHAR, VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const [names, values, given] = [0, 1, 2].map((i) => input.getColumnVector(i)) as [
          ReturnType<typeof input.getColumnVector>,
          ReturnType<typeof input.getColumnVector>,
          ReturnType<typeof input.getColumnVector>,
        ];
        const ready = new Map<string, (value: string) => string | null>();
        const known = new Map<string, string | null>();
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as string | null;
          const argument = given.getItem(row) as string | null;
          if (value === null || argument === null) {
            output.setItem(row, null);
            continue;
          }
          const key = `${names.getItem(row) as string} ${argument}`;
          const full = `${key}\0${value}`;
          let answer = known.get(full);
          if (answer === undefined) {
            let operation = ready.get(key);
            if (operation === undefined) {
              operation = (operations[names.getItem(row) as string] as Operation)(argument);
              ready.set(key, operation);
            }
            answer = operation(value);
            known.set(full, answer);
          }
          output.setItem(row, answer);
        }
        output.flush();
      },
    }),
  );
}
