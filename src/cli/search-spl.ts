/** `huntbook search --spl`: a search in Splunk's language over files, by the engine of the stand-in. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { openEvents, type EventStore } from '../hunt/index.ts';
import { eventTable } from '../lab/index.ts';
import { parseSpl } from '../spl/index.ts';
import { frameFromRows, type Frame } from '../store/index.ts';
import { Interrupted, onExit, watchInterrupt } from './exit.ts';
import { checkFrameOutput, writeFrame, type FrameOutputOptions } from './frame-output.ts';
import { startProgress } from './progress.ts';

export interface SearchSplOptions extends FrameOutputOptions {
  readonly earliest?: string | undefined;
  readonly latest?: string | undefined;
  readonly index?: string | undefined;
}

/** The word `search` may be left out, as in Splunk's own pages. */
export async function runSearchSpl(
  query: string,
  paths: readonly string[],
  options: SearchSplOptions,
): Promise<void> {
  if (paths.length === 0) {
    throw new HuntbookError('HB_USAGE', 'search --spl: no input; name files or folders');
  }
  checkFrameOutput(options);
  // Before anything is read: files may be large.
  parseSpl(query);
  const progress = startProgress(options.quiet ?? false);
  const interrupt = watchInterrupt(() => progress.end());
  try {
    const opening = openEvents(paths, {
      signal: interrupt.signal,
      onProgress: (report) => progress.update(report),
    });
    const store = await Promise.race([opening, interrupt.expired]);
    const forget = onExit(() => void store.close());
    try {
      progress.end();
      if (interrupt.signal.aborted) throw new Interrupted();
      const searching = searchStore(store, query, options, interrupt.signal);
      const frame = await Promise.race([searching, interrupt.expired]);
      await writeFrame(frame, { ...options, expired: interrupt.expired });
      tellIssues(store, options.quiet ?? false);
    } finally {
      forget();
      await store.close();
    }
  } catch (error) {
    if (interrupt.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    progress.end();
    interrupt.end();
  }
}

async function searchStore(
  store: EventStore,
  query: string,
  { earliest, latest, index }: SearchSplOptions,
  signal: AbortSignal,
): Promise<Frame> {
  const events = store.tables.find(({ name }) => name === 'events_text');
  if (events === undefined) throw new HuntbookError('HB_INTERNAL', 'there is no table of the events');
  const table = await eventTable({
    database: store.database,
    table: events.name,
    columns: events.columns,
    ...(index !== undefined && { index }),
  });
  const found = await table.search(query, {
    signal,
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
  });
  return frameFromRows(found.rows, { fields: found.fields });
}

/** Inputs that could not be read whole make the result one of a part. */
function tellIssues({ issues }: EventStore, quiet: boolean): void {
  const broken = issues.filter(
    ({ code, source }) => code !== 'HB_EMPTY' && (code !== 'HB_UNKNOWN_KIND' || source !== ''),
  );
  if (!quiet) {
    for (const { source, message, count } of issues)
      process.stderr.write(
        `${terminalText(source)}: ${terminalText(message)}${count > 1 ? ` (${count} times)` : ''}\n`,
      );
  }
  if (broken.length > 0) process.exitCode ??= ExitCode.partial;
}
