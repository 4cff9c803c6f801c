/** `huntbook search --spl`: a search in Splunk's language over files, by the engine of the stand-in. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import { openEvents, type EventStore } from '../hunt/index.ts';
import { eventTable } from '../lab/index.ts';
import { parseSpl } from '../spl/index.ts';
import { frameFromRows, type Frame } from '../store/index.ts';
import { checkFrameOutput, writeFrame, type FrameOutputOptions } from './frame-output.ts';
import { sayIssues } from './issues.ts';
import { withEvents } from './with-events.ts';

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
  const quiet = options.quiet ?? false;
  await withEvents(
    (how) => openEvents(paths, how),
    quiet,
    async (store, interrupt) => {
      const searching = searchStore(store, query, options, interrupt.signal);
      const frame = await Promise.race([searching, interrupt.expired]);
      await writeFrame(frame, { ...options, expired: interrupt.expired });
      if (!quiet && (await frame.count()) === 0) sayOrigin(query, options.index ?? 'main');
      if (sayIssues(store.issues, quiet)) process.exitCode ??= ExitCode.partial;
    },
  );
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

/** Searches are often copied with the index of somebody's server, which no file has. */
function sayOrigin(query: string, index: string): void {
  if (!/\b(?:index|source|sourcetype)\s*(?:!?=|IN\b)/i.test(query)) return;
  const origin = `index=${index} sourcetype=WinEventLog source="WinEventLog:CHANNEL"`;
  process.stderr.write(`huntbook: nothing found. Events of files have ${terminalText(origin)}\n`);
}
