/** `huntbook sql`. */
import { readFileSync } from 'node:fs';
import { asHuntbookError, ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import {
  assignParameters,
  eventsOfSql,
  fieldsOfSql,
  findSqlHunt,
  processesOfSql,
  processTables,
  runSqlHunt,
  type EventStore,
  type OpenEventsOptions,
} from '../hunt/index.ts';
import { frameFromRows, type Frame, type FrameValue } from '../store/index.ts';
import type { Interrupt } from './exit.ts';
import { checkFrameOutput, writeFrame, type FrameFormat } from './frame-output.ts';
import { sayIssues } from './issues.ts';
import { starterHunts } from './rules.ts';
import { saySqlError } from './sql-error.ts';
import { openSqlSource, type SqlSourceOptions } from './sql-source.ts';
import { withEvents } from './with-events.ts';

export interface SqlCliOptions extends SqlSourceOptions {
  readonly format?: FrameFormat;
  readonly output?: string;
  readonly force?: boolean;
  readonly file?: string;
  readonly hunt?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly tables?: boolean;
  readonly limitRows?: number;
  readonly timeout?: number;
  readonly csvRaw?: boolean;
  readonly quiet?: boolean;
}

export async function runSql(
  given: string | undefined,
  rest: readonly string[],
  options: SqlCliOptions,
): Promise<void> {
  const { query, paths } = argumentsOf(given, rest, options);
  checkFrameOutput(options);
  const question = options.hunt === undefined ? queryOf(query, options) : huntOf(options.hunt, options);
  const quiet = options.quiet ?? false;
  try {
    await withEvents(
      (how) => openSqlSource(paths, options, { ...question.reads, ...how }),
      quiet,
      async (store, interrupt) => {
        const partial = sayIssues(store.issues, quiet);
        const cut = store.truncated ?? null;
        if (cut !== null) process.stderr.write(`huntbook: not all events: ${terminalText(cut)}\n`);
        if (store.events === 0 && !quiet) process.stderr.write(`${question.without}\n`);
        const signal = signalOf(options, interrupt);
        const frame = options.tables ? await tablesOf(store) : await question.ask(store, signal);
        await writeFrame(frame, { ...options, limit: limitOf(options), expired: interrupt.expired });
        if (cut !== null && options.limit === undefined) process.exitCode ??= ExitCode.truncated;
        if (partial) process.exitCode ??= ExitCode.partial;
      },
    );
  } catch (error) {
    process.exitCode = saySqlError(error);
  }
}

/** What is asked of the events. */
interface Question {
  /** Which events and fields it needs. */
  readonly reads: OpenEventsOptions;
  /** What to say where there are none. */
  readonly without: string;
  ask(store: EventStore, signal: AbortSignal): Promise<Frame>;
}

function queryOf(query: string, { param }: SqlCliOptions): Question {
  const values = Object.entries(param ?? {}).map(([name, text]) => [name, parameterValue(text)] as const);
  const bound = values.length > 0 ? Object.fromEntries(values) : undefined;
  return {
    reads: { processes: processesOfSql([{ sql: query }]) },
    without: 'no events in the input',
    ask: ({ database }, signal) => database.userQuery(query, bound, { signal }),
  };
}

/** Throws HB_NOT_FOUND, HB_USAGE for values, and what a hunt that can not be read throws. */
function huntOf(name: string, { param }: SqlCliOptions): Question {
  const hunt = findSqlHunt(name, [starterHunts()]);
  const given = Object.entries(param ?? {}).map(([left, text]) => `${left}=${text}`);
  const values = assignParameters([hunt], given).get(hunt) ?? {};
  const fields = fieldsOfSql([hunt]);
  const kinds = eventsOfSql([hunt]);
  return {
    reads: {
      ...(fields && { fields }),
      ...(kinds && { filter: { kinds } }),
      processes: processesOfSql([hunt]),
    },
    without: 'no events in the input that the hunt looks at',
    ask: (store, signal) => runSqlHunt(hunt, store, values, { signal }),
  };
}

function signalOf({ timeout }: SqlCliOptions, { signal }: Interrupt): AbortSignal {
  return timeout === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
}

/** With `--file`, `--hunt` or `--tables` there is no query before the paths. */
function argumentsOf(
  given: string | undefined,
  rest: readonly string[],
  { file, hunt, tables, source }: SqlCliOptions,
): { query: string; paths: readonly string[] } {
  if (file !== undefined && hunt !== undefined)
    throw new HuntbookError('HB_USAGE', 'sql: --file and --hunt are two queries: leave one out');
  if ((file ?? hunt) !== undefined && tables)
    throw new HuntbookError(
      'HB_USAGE',
      `sql: --tables asks nothing: leave --${file === undefined ? 'hunt' : 'file'} out`,
    );
  const named = (file ?? hunt) !== undefined || tables;
  const paths = named && given !== undefined ? [given, ...rest] : rest;
  const query = file === undefined ? (named ? '' : (given ?? '')) : readQuery(file);
  if (!named && query.trim() === '') throw new HuntbookError('HB_USAGE', 'sql: no query');
  if (paths.length > 0 || source !== undefined) return { query, paths };
  if (!process.stdin.isTTY) return { query, paths: ['-'] };
  throw new HuntbookError('HB_USAGE', 'sql: no input; name files or folders, or pipe events in');
}

function readQuery(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw asHuntbookError(error, 'HB_NOT_FOUND', '--file');
  }
}

/** Integers in both forms and decimals are numbers; text in single quotes is text, whatever it looks like. */
function parameterValue(text: string): FrameValue {
  if (/^(?:0|-?[1-9]\d{0,18})$/.test(text) || /^0x[0-9a-f]{1,16}$/i.test(text)) return BigInt(text);
  if (/^-?\d{1,15}\.\d{1,15}$/.test(text)) return Number(text);
  return /^'[\s\S]*'$/.test(text) ? text.slice(1, -1) : text;
}

function tablesOf(store: EventStore): Promise<Frame> {
  // Those of processes are made when a query names them.
  const rows = [...store.tables, ...processTables].flatMap(({ name, columns }) =>
    columns.map((column) => ({ table: name, column: column.name, type: column.type })),
  );
  return frameFromRows(rows, {
    columns: ['table', 'column', 'type'].map((name) => ({ name, type: 'text' })),
  });
}

/** A list of columns is read to its end. */
function limitOf({ tables, limitRows }: SqlCliOptions): number | undefined {
  return limitRows ?? (tables ? 100_000 : undefined);
}
