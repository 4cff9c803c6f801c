/**
 * Events of any kind as tables of an embedded DuckDB. Files are read once into temporary Parquet files, over which
 * the tables are views; see `store/views.ts` for the tables.
 */
import { join } from 'node:path';
import { listInputs } from '../sources/index.ts';
import { Database, makeScratch, type Column } from '../store/index.ts';
import { IssueLog } from './issue-log.ts';
import { loadEvents, type LoadOptions } from './store/load.ts';
import { isLake } from './store/lake.ts';
import { openLake } from './store/open-lake.ts';
import { processStoreFields } from './store/processes.ts';
import { addProcessTables, processTables } from './store/processes-tables.ts';
import { textRelation, type EventRelation } from './store/relation.ts';
import { eventViews } from './store/views.ts';
import type { SummaryIssue } from './types.ts';

export interface OpenEventsOptions extends LoadOptions {
  /** Default: that of the process. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Threads of DuckDB. */
  readonly threads?: number;
  /** Makes the tables `processes` and `process_of`, which takes the time of building the tree. Default: false. */
  readonly processes?: boolean;
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
  given: OpenEventsOptions = {},
): Promise<EventStore> {
  const { processes = false, fields } = given;
  const options = processes && fields ? { ...given, fields: [...fields, ...processStoreFields] } : given;
  const issues = new IssueLog();
  const lakes = paths.filter(isLake);
  const others = paths.filter((path) => !lakes.includes(path));
  const list = listInputs(others, {
    onIssue: (issue) => issues.add(issue),
    ...(options.stdin && { stdin: options.stdin }),
  });
  const scratch = makeScratch();
  let database: Database | undefined;
  try {
    const relations: EventRelation[] = [];
    const uncounted: EventRelation[] = [];
    const files: string[] = [];
    let rows = 0;
    let events = 0;
    for (const lake of lakes) {
      const opened = openLake(lake, options, rows);
      relations.push(...opened.relations);
      if (opened.events === null) uncounted.push(...opened.relations);
      events += opened.events ?? 0;
      files.push(lake);
      rows += opened.rows;
    }
    if (lakes.length === 0 || others.length > 0) {
      const file = join(scratch.folder, 'events.parquet');
      const loaded = await loadEvents(list, file, options, issues, rows);
      relations.push(textRelation(file, loaded));
      files.push(file);
      events += loaded.events;
    }
    database = await Database.open(options.threads === undefined ? {} : { threads: options.threads });
    const opened = database;
    for (const file of files) opened.allowFile(file);
    // Each view and each query would read the footers again.
    await opened.run('SET parquet_metadata_cache = true');
    for (const { from } of uncounted) events += await countRows(opened, from);
    const views = eventViews(relations);
    for (const { name, sql } of views) await opened.run(`CREATE VIEW ${name} AS ${sql}`);
    if (processes) await addProcessTables(opened);
    const tables = views.map(({ name, columns }) => ({ name, columns }));
    return {
      database: opened,
      events,
      issues: issues.list(),
      tables: processes ? [...tables, ...processTables] : tables,
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

async function countRows(database: Database, from: string): Promise<number> {
  const [row] = await database.all(`SELECT count(*) AS n FROM ${from}`);
  return Number(row?.['n'] ?? 0);
}
