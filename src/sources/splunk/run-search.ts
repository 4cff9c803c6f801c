/**
 * Runs a search in one of Splunk's four ways and gives its rows. `normal` and `blocking` make a job whose results are
 * read page by page and held against the job's own count; `oneshot` and `export` answer with the result itself.
 */
import { randomUUID } from 'node:crypto';
import { HuntbookError } from '../../errors.ts';
import type { EngineRow, SearchRequest, SearchResult } from '../engine.ts';
import type { Connection } from './connection.ts';
import { Job } from './job.ts';
import { namespace } from './paths.ts';
import type { SearchPlan } from './plan.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readXml } from './read-xml.ts';
import { rowCap } from './server-info.ts';
import { SearchSpan } from './span.ts';
import { Tally } from './tally.ts';
import type { ResultItem } from './types.ts';

const readers = { json: readJson, csv: readCsv, xml: readXml };

export interface Run {
  readonly connection: Connection;
  readonly plan: SearchPlan;
  readonly request: SearchRequest;
  readonly span: SearchSpan;
  readonly tally: Tally;
  readonly v2: boolean;
}

export async function runSearch(run: Run): Promise<SearchResult> {
  const { plan, span, tally } = run;
  const streamed = plan.options.mode === 'oneshot' || plan.options.mode === 'export';
  const items = streamed ? streamItems(run) : jobItems(run);
  // The first items are read at once: a search that fails does so here, and its fields are known.
  const head: ResultItem[] = [];
  try {
    for (;;) {
      const { done, value } = await items.next();
      if (done) break;
      head.push(...value);
      if (value.some(({ kind }) => kind === 'row')) break;
    }
  } catch (error) {
    await span.end();
    throw error;
  }
  const named = head.find((item) => item.kind === 'fields')?.names ?? null;
  let read = false;
  async function* rows(): AsyncGenerator<EngineRow> {
    if (read) throw new HuntbookError('HB_INTERNAL', 'the rows of a search can be read once');
    read = true;
    try {
      for (const item of head.splice(0)) if (item.kind === 'row') yield counted(item.row, run);
      for await (const batch of items) {
        for (const item of batch) if (item.kind === 'row') yield counted(item.row, run);
      }
    } finally {
      await items.return(undefined);
      await span.end();
    }
  }
  return { fields: plan.fields ?? named, rows: rows(), end: () => tally.end() };
}

function counted(row: EngineRow, { plan, tally }: Run): EngineRow {
  tally.rows++;
  if (plan.fields === null) return row;
  const chosen: EngineRow = {};
  for (const name of plan.fields) {
    if (Object.hasOwn(row, name)) Object.defineProperty(chosen, name, { ...plainly, value: row[name] });
  }
  return chosen;
}

const plainly = { enumerable: true, writable: true, configurable: true };

/** What every way of searching is told. */
function searchParams({ plan }: Run): Record<string, string | undefined> {
  return {
    search: plan.query.text,
    earliest_time: plan.earliest,
    latest_time: plan.latest,
    adhoc_search_level: plan.options.level ?? undefined,
  };
}

/** Our own name for a job whose name the server would tell too late for cancelling it. */
const ownSid = (): string => `huntbook_${Math.floor(Date.now() / 1000)}_${randomUUID().slice(0, 8)}`;

const jobsPath = ({ connection, v2 }: Run): string =>
  `${namespace(connection.settings)}/search${v2 ? '/v2' : ''}/jobs`;

async function* jobItems(run: Run): AsyncGenerator<ResultItem[]> {
  const { connection, plan, request, span, tally, v2 } = run;
  const { keepJob, mode, output, pageRows } = plan.options;
  const { signal } = span;
  const blocking = mode === 'blocking';
  const path = jobsPath(run);
  const sid = ownSid();
  let job = new Job(connection, path, sid, v2);
  let made = false;
  let whole = false;
  span.onEnd(async () => {
    if (!(whole && keepJob)) await job.cancel(made || !signal.aborted);
  });
  const params = { ...searchParams(run), exec_mode: mode, id: sid };
  const answer = await connection.json({
    method: 'POST',
    path,
    params,
    signal,
    long: blocking,
    what: 'search',
  });
  const given = answer?.['sid'];
  if (typeof given !== 'string') {
    throw new HuntbookError('HB_CONNECT', `${connection.host} made a search job without saying which`);
  }
  if (given !== sid) job = new Job(connection, path, given, v2);
  made = true;
  const state = await job.wait(signal, ({ progress, results, scanned }) =>
    request.onProgress?.({ done: progress, rows: results ?? 0, scanned }),
  );
  for (const { level, text } of state.messages) tally.message(level, text);
  const total = state.results;
  let offset = 0;
  for (;;) {
    const reply = await job.results(output, pageRows, offset, signal);
    let got = 0;
    for await (const batch of read(run, reply)) {
      for (const { kind } of batch) if (kind === 'row') got++;
      yield batch;
    }
    offset += got;
    // A page that is not full is no end: the server may allow fewer rows than were asked for.
    if (got === 0 || (total !== null && offset >= total)) break;
    await job.touch(signal);
  }
  tally.compare(state, offset);
  whole = true;
}

async function* streamItems(run: Run): AsyncGenerator<ResultItem[]> {
  const { connection, plan, request, span, tally, v2 } = run;
  const { mode, output } = plan.options;
  const { signal } = span;
  const path = jobsPath(run);
  const job = new Job(connection, path, ownSid(), v2);
  let answered = false;
  let whole = false;
  span.onEnd(async () => {
    if (!whole) await job.cancel(answered || !signal.aborted);
  });
  const exporting = mode === 'export';
  const reply = await connection.call({
    method: 'POST',
    path: exporting ? `${path}/export` : path,
    params: {
      ...searchParams(run),
      id: job.sid,
      output_mode: output,
      segmentation: 'none',
      ...(exporting ? { preview: 'false' } : { exec_mode: mode, count: 0 }),
    },
    signal,
    long: true,
    what: 'search',
  });
  answered = true;
  let rows = 0;
  let last = false;
  for await (const batch of read(run, reply)) {
    for (const { kind } of batch) {
      if (kind === 'row') rows++;
      last = kind === 'last' || (last && kind !== 'row');
    }
    if (batch.length > 0) request.onProgress?.({ done: null, rows, scanned: null });
    yield batch;
  }
  if (exporting && output === 'json' && rows > 0 && !last) {
    throw new HuntbookError(
      'HB_CUT',
      `${connection.host} ended the result without saying that it is the end`,
    );
  }
  if (!reply.framed && (output === 'csv' || rows === 0))
    tally.part('the server did not say where the result ends');
  whole = true;
  if (!exporting) await compareCap(run, rows);
}

/** Below that no server is set; it saves a question. */
const leastCap = 100;

/** A oneshot search can not be paged: at the server's limit, which may be any number, it just ends. */
async function compareCap({ connection, span, tally }: Run, rows: number): Promise<void> {
  if (rows < leastCap) return;
  const cap = await rowCap(connection, span.signal);
  if (rows >= cap)
    tally.part(`the server gives ${cap} rows to a oneshot search; mode normal or export gives all`);
}

/** The items of one answer; what the server says is kept, or ends the search. */
async function* read(
  { connection, plan, tally }: Run,
  reply: Awaited<ReturnType<Job['results']>>,
): AsyncGenerator<ResultItem[]> {
  if (reply.status === 204) return reply.discard();
  if (/^text\/html\b/i.test(reply.headers['content-type'] ?? '')) {
    reply.discard();
    throw new HuntbookError('HB_CONNECT', `${connection.host} answers a search with a web page`, {
      hint: 'Check that the URL is the management port of Splunk (usually 8089) and that no proxy answers instead.',
    });
  }
  for await (const batch of readers[plan.options.output](reply.body())) {
    for (const item of batch) if (item.kind === 'message') tally.message(item.level, item.text);
    yield batch;
  }
}
