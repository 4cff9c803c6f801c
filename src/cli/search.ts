/** `huntbook search`: a query in the engine's own language to a typed table; with --spl over files. */
import type { NamedSource } from '../config/index.ts';
import { ExitCode, HuntbookError } from '../errors.ts';
import { readable } from '../events/index.ts';
import { terminalText } from '../escape/index.ts';
import { openSource } from '../hunt/index.ts';
import type { EngineRow, SearchEnd, SearchEngine, SearchRequest } from '../sources/index.ts';
import { frameFromRows, type Frame } from '../store/index.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { checkFrameOutput, writeFrame, type FrameFormat } from './frame-output.ts';
import { findSource, sourceFiles } from './find-source.ts';
import { startProgress } from './progress.ts';
import { spanOf } from './search-span.ts';

export interface SearchCliOptions {
  readonly source?: string;
  readonly spl?: string;
  readonly config?: string;
  readonly language?: string;
  readonly earliest?: string;
  readonly latest?: string;
  readonly since?: string;
  readonly until?: string;
  readonly index?: string;
  readonly fields?: readonly string[];
  readonly limit?: number;
  readonly mode?: string;
  readonly raw?: boolean;
  readonly sql?: string;
  readonly format?: FrameFormat;
  readonly output?: string;
  readonly force?: boolean;
  readonly csvRaw?: boolean;
  readonly timeout?: number;
  readonly allowRisky?: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

export async function runSearch(
  query: string | undefined,
  paths: readonly string[],
  options: SearchCliOptions,
): Promise<void> {
  checkFrameOutput(options);
  if (options.spl !== undefined) return searchFiles(query, paths, options, options.spl);
  if (query === undefined || options.source === undefined)
    throw new HuntbookError('HB_USAGE', 'search takes a query and --source NAME, or --spl QUERY and files');
  if (paths.length > 0)
    throw new HuntbookError('HB_USAGE', `${paths[0]}: files are searched with --spl QUERY`, {
      hint: 'A query of several words is put in quotes.',
    });
  await searchSource(query, await findSource(options.source, options.config), options);
}

/** Options that mean nothing without an engine. */
const engineOptions = {
  language: '--language',
  mode: '--mode',
  allowRisky: '--allow-risky',
  raw: '--raw',
  fields: '--fields',
  limit: '--limit',
  sql: '--sql',
  timeout: '--timeout',
} as const;

async function searchFiles(
  first: string | undefined,
  more: readonly string[],
  options: SearchCliOptions,
  spl: string,
): Promise<void> {
  for (const [key, option] of Object.entries(engineOptions))
    if (options[key as keyof typeof engineOptions] !== undefined)
      throw new HuntbookError('HB_USAGE', `${option} is for --source, not for --spl over files`);
  let paths = first === undefined ? [] : [first, ...more];
  if (options.source !== undefined) {
    const source = await findSource(options.source, options.config);
    if (source.settings.kind !== 'files')
      throw new HuntbookError('HB_USAGE', `--spl is for files; give the query to ${source.name} as it is`);
    paths = [...(await sourceFiles(source, source.settings.paths)), ...paths];
  }
  if (paths.length === 0)
    throw new HuntbookError('HB_USAGE', 'search --spl: no input; name files or folders');
  const { runSearchSpl } = await import('./search-spl.ts');
  await runSearchSpl(spl, paths, { ...options, ...spanOf(options) });
}

async function searchSource(query: string, source: NamedSource, options: SearchCliOptions): Promise<void> {
  const request = requestOf(query, source, options);
  const say = (text: string): void => void process.stderr.write(`huntbook: ${terminalText(text)}\n`);
  const progress = startProgress(options.quiet ?? false);
  const interrupt = watchInterrupt(() => {
    progress.end();
    if (!options.quiet) say('cancelling the search; press Ctrl-C again to end at once');
  });
  let engine: SearchEngine | undefined;
  let frame: Frame | undefined;
  try {
    engine = await openSource(source, { onWarning: say });
    const onProgress: SearchRequest['onProgress'] = ({ done, rows }) =>
      progress.update({
        bytes: done === null ? 0 : done * 100,
        totalBytes: done === null ? 0 : 100,
        events: rows,
        current: source.name,
      });
    const reading = fetchFrame(engine, { ...request, signal: interrupt.signal, onProgress }, options);
    frame = await Promise.race([reading, interrupt.expired]);
    progress.end();
    const limited = request.limit !== undefined && frame.truncated !== null;
    if (options.sql !== undefined) frame = await frame.sql(overResults(options.sql), undefined, interrupt);
    // Whoever asks for ten rows knows that there may be more.
    if (limited && options.strict !== true) process.exitCode = ExitCode.ok;
    await writeFrame(frame, { ...options, limit: undefined, expired: interrupt.expired });
  } catch (error) {
    throw interrupt.signal.aborted ? new Interrupted() : error;
  } finally {
    progress.end();
    frame?.close();
    await Promise.race([engine?.close(), interrupt.expired]).catch(() => {});
    interrupt.end();
  }
}

function requestOf(query: string, { name, settings }: NamedSource, options: SearchCliOptions): SearchRequest {
  if (settings.kind === 'files')
    throw new HuntbookError('HB_USAGE', `source ${name} is of kind files, which has no language of its own`, {
      hint: `Use --spl QUERY --source ${name}, or huntbook sql.`,
    });
  const span = spanOf(options);
  const earliest = span.earliest ?? settings.earliest;
  const latest = span.latest ?? settings.latest;
  const { language, index, fields, limit, timeout, mode, allowRisky } = options;
  if (settings.kind !== 'splunk' && (mode !== undefined || allowRisky !== undefined))
    throw new HuntbookError('HB_USAGE', `${mode === undefined ? '--allow-risky' : '--mode'} is for Splunk`);
  const own = { ...(mode !== undefined && { mode }), ...(allowRisky !== undefined && { allowRisky }) };
  return {
    query,
    ...(language !== undefined && { language }),
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
    ...(index !== undefined && { index }),
    ...(fields !== undefined && { fields }),
    ...(limit !== undefined && { limit }),
    ...(timeout !== undefined && { timeout }),
    ...(Object.keys(own).length > 0 && { options: own }),
  };
}

async function fetchFrame(
  engine: SearchEngine,
  request: SearchRequest,
  { raw }: SearchCliOptions,
): Promise<Frame> {
  const result = await engine.search(request);
  async function* rows(): AsyncGenerator<EngineRow> {
    for await (const row of result.rows) yield raw !== true && isEvent(row) ? readable(row) : row;
  }
  return frameFromRows(rows(), {
    fields: raw === true ? result.fields : null,
    truncated: () => whyCut(result.end(), request),
  });
}

function whyCut({ truncated, rows }: SearchEnd, { limit }: SearchRequest): string | null {
  if (truncated !== null) return truncated;
  return limit !== undefined && rows >= limit ? `--limit ${limit} was reached; there may be more` : null;
}

/** Names by which events of Windows are known, in the shapes that engines give them. */
const eventNames = ['_raw', 'Message', 'EventCode', 'EventID', 'event_id', 'event.code', 'winlog.event_id'];

/** Rows of statistics are none. */
function isEvent(row: EngineRow): boolean {
  return eventNames.some((name) => row[name] !== undefined && row[name] !== null);
}

/** The user's statement over a table with the name that the help promises. */
function overResults(sql: string): string {
  const own = /^\s*with\s+(recursive\s+)?/i.exec(sql);
  if (own === null) return `WITH results AS (FROM frame) ${sql}`;
  return `WITH ${own[1] ?? ''}results AS (FROM frame), ${sql.slice(own[0].length)}`;
}
