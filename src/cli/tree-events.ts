/** All events of a tree as a table: written to a file, or asked in SQL. */
import type { HuntEvent } from '../events/index.ts';
import { chainEventRows, type ProcessGraph } from '../process/index.ts';
import { frameFromRows } from '../store/index.ts';
import { writeFrame, type FrameFormat } from './frame-output.ts';
import { saySqlError } from './sql-error.ts';
import type { TreeCliOptions } from './tree-options.ts';

/** Events of one tree that are kept for a table. */
const maxEvents = 500_000;

export interface CollectedEvents {
  readonly all: readonly HuntEvent[];
  readonly cut: readonly string[];
}

/** Sorting and counting both need them. */
export async function collectEvents(events: AsyncIterable<HuntEvent>): Promise<CollectedEvents> {
  const all: HuntEvent[] = [];
  for await (const event of events) {
    if (all.length === maxEvents)
      return { all, cut: [`only the first ${maxEvents.toLocaleString('en')} events were read`] };
    all.push(event);
  }
  return { all, cut: [] };
}

/** What `--events-to` and `--sql` ask for. */
export async function writeChainEvents(
  graph: ProcessGraph,
  events: readonly HuntEvent[],
  { eventsTo, sql, format, output, force, quiet }: TreeCliOptions,
  expired: Promise<never>,
): Promise<void> {
  if (eventsTo === undefined && sql === undefined) return;
  const rows = chainEventRows(graph, events);
  const frame = await frameFromRows(rows, { truncated: () => rows.truncated() });
  try {
    if (eventsTo !== undefined) await writeFrame(frame, { output: eventsTo, force, quiet, expired });
    if (sql === undefined) return;
    const answer = await frame.sql(overEvents(sql));
    await writeFrame(answer, { format: format as FrameFormat | undefined, output, force, quiet, expired });
  } catch (error) {
    process.exitCode = saySqlError(error);
  } finally {
    frame.close();
  }
}

/** The user's statement over a table with the name that the help promises. */
function overEvents(sql: string): string {
  const own = /^\s*with\s+(recursive\s+)?/i.exec(sql);
  if (own === null) return `WITH events AS (FROM frame) ${sql}`;
  return `WITH ${own[1] ?? ''}events AS (FROM frame), ${sql.slice(own[0].length)}`;
}
