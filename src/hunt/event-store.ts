/**
 * Events of any kind as tables of an embedded DuckDB. Files are read once into temporary Parquet files, over which
 * the tables are views; see `store/views.ts` for the tables.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FieldTable } from '../events/index.ts';
import { defaultLimits, listInputs, readInputs, type InputList, type Limits } from '../sources/index.ts';
import { Database, EventTableWriter, makeScratch, type Column } from '../store/index.ts';
import { eventFilter, type EventFilter, type FilterCounts } from './event-filter.ts';
import { IssueLog } from './issue-log.ts';
import type { HuntProgress } from './options.ts';
import { literal } from './store/columns.ts';
import { eventViews, type EventColumns } from './store/views.ts';
import type { SummaryIssue } from './types.ts';

export interface OpenEventsOptions {
  /** Only these fields become columns, besides those that every event has. */
  readonly fields?: readonly string[];
  readonly filter?: EventFilter;
  readonly onProgress?: (progress: HuntProgress) => void;
  /** Ends the reading; what was read so far is in the tables. */
  readonly signal?: AbortSignal;
  /** Default: that of the process. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly limits?: Partial<Limits>;
  /** Threads of DuckDB. */
  readonly threads?: number;
}

export interface EventTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

export interface EventStore {
  readonly database: Database;
  readonly events: number;
  readonly issues: readonly SummaryIssue[];
  readonly tables: readonly EventTable[];
  close(): Promise<void>;
}

/** Reads paths into tables. Throws HB_NOT_FOUND for a path that is missing; other problems are in `issues`. */
export async function openEvents(
  paths: readonly string[],
  options: OpenEventsOptions = {},
): Promise<EventStore> {
  const issues = new IssueLog();
  const list = listInputs(paths, {
    onIssue: (issue) => issues.add(issue),
    ...(options.stdin && { stdin: options.stdin }),
  });
  const scratch = makeScratch();
  let database: Database | undefined;
  try {
    const file = join(scratch.folder, 'events.parquet');
    const loaded = await load(list, file, options, issues);
    database = await Database.open(options.threads === undefined ? {} : { threads: options.threads });
    const opened = database;
    opened.allowFile(file);
    const views = eventViews(`read_parquet(${literal(file)})`, loaded);
    for (const { name, sql } of views) await opened.run(`CREATE VIEW ${name} AS ${sql}`);
    return {
      database: opened,
      events: loaded.events,
      issues: issues.list(),
      tables: views.map(({ name, columns }) => ({ name, columns })),
      close() {
        opened.close();
        scratch.remove();
        return Promise.resolve();
      },
    };
  } catch (error) {
    database?.close();
    scratch.remove();
    throw error;
  }
}

interface Loaded extends EventColumns {
  readonly events: number;
}

async function load(
  list: InputList,
  file: string,
  { fields: wanted, filter, onProgress, signal, limits }: OpenEventsOptions,
  issues: IssueLog,
): Promise<Loaded> {
  const fields = new FieldTable(wanted === undefined);
  for (const name of wanted ?? []) fields.add(name);
  const counts: FilterCounts = { withoutTime: 0 };
  const accept = eventFilter(filter ?? {}, counts);
  const writer = new EventTableWriter(file, fields);
  const { totalBytes } = list;
  let current = '';
  let lastTurn = performance.now();
  try {
    const batches = readInputs(list, {
      fields,
      onIssue: (issue) => issues.add(issue),
      limits: { ...defaultLimits, ...limits },
      ...(onProgress && {
        onProgress: (bytes: number) => onProgress({ bytes, totalBytes, events: writer.events, current }),
      }),
    });
    for await (const batch of batches) {
      if (signal?.aborted) break;
      current = batch.source;
      writer.add(batch, accept);
      // Some readers never wait: signals and timers get a turn now and then.
      if (performance.now() - lastTurn < 50) continue;
      await setImmediate();
      lastTurn = performance.now();
    }
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  if (counts.withoutTime > 0) {
    const message = `${counts.withoutTime} events without a time were left out of the time span`;
    issues.add({ code: 'HB_DAMAGED', source: 'events', message });
  }
  return {
    events: writer.events,
    fields: writer.columns.map(({ name }) => name),
    kinds: writer.kinds,
    more: writer.hasMore,
  };
}
