/** Searches: made, run at once, exported, parsed. */
import { HuntbookError } from '../../errors.ts';
import type { Job, JobRequest } from './job.ts';
import { jobReply, listJobs, pageOf, type JobSite } from './job-routes.ts';
import { jsonReply, messageReply, Refusal, xmlReply, type Message, type Reply } from './reply.ts';
import { wholeParam, type Request } from './request.ts';
import {
  contentType,
  csvRows,
  jsonRow,
  rawRow,
  resultMode,
  writePage,
  xmlRow,
  type ResultMode,
} from './results.ts';
import { xmlText } from './xml.ts';

export interface SearchSite extends JobSite {
  readonly user: string;
  readonly maxCount: number;
  /** Throws HB_SPL for a search that can not be run. */
  readonly check: (text: string) => void;
}

/** Seconds that an ended job is kept. */
const TTL = 600;

/** `rest` is the path below `search/jobs` or `search/v2/jobs`. */
export async function searchReply(
  site: SearchSite,
  request: Request,
  rest: readonly string[],
): Promise<Reply> {
  const [sid, ...below] = rest;
  if (sid === 'export' && below.length === 0) return exportReply(site, request);
  if (sid !== undefined) return jobReply(site, request, site.jobs.get(sid), below);
  if (request.method !== 'POST') return listJobs(site, request);
  const { params, json } = request;
  const mode = (params.get('exec_mode') ?? 'normal').toLowerCase();
  if (!['normal', 'blocking', 'oneshot'].includes(mode)) {
    throw new Refusal(400, 'FATAL', `Invalid exec_mode: "${mode.slice(0, 50)}".`);
  }
  if (mode === 'oneshot') return oneshotReply(site, request);
  const job = site.jobs.create(jobRequest(site, request), params.get('id') ?? undefined);
  if (mode === 'blocking') await job.finished();
  return json
    ? jsonReply({ sid: job.sid }, 201)
    : xmlReply(`<response>\n  <sid>${xmlText(job.sid)}</sid>\n</response>\n`, 201);
}

/** Throws 400 for a search that can not be run. */
function jobRequest(site: SearchSite, { params, app }: Request): JobRequest {
  const search = params.get('search') ?? '';
  if (search.trim() === '') throw new Refusal(400, 'FATAL', 'Empty search.');
  checkSearch(site, search);
  const timed = (name: string): string | undefined => params.get(name) || undefined;
  const most = wholeParam(params, 'max_count', site.maxCount);
  return {
    search,
    earliest: timed('earliest_time'),
    latest: timed('latest_time'),
    owner: site.user,
    app: app === undefined || app === '-' || app === 'system' ? 'search' : app,
    ttl: Math.max(1, wholeParam(params, 'timeout', TTL)),
    maxCount: most > 0 ? Math.min(most, site.maxCount) : site.maxCount,
    params: Object.fromEntries([...params].map(([name, value]) => [name, value.slice(0, 10_000)])),
  };
}

/**
 * Sent to the server, a search names its first command, or begins with a bar: the word `search` is put in front by
 * Splunk's own pages only.
 */
function checkSearch({ check }: SearchSite, text: string): void {
  const first = /^\s*(?:\|\s*)?(\S*)/.exec(text)?.[1] ?? '';
  if (!/^\s*\|/.test(text) && !/^search$/i.test(first)) {
    throw new Refusal(400, 'FATAL', `Unknown search command '${first.toLowerCase().slice(0, 100)}'.`);
  }
  try {
    check(text);
  } catch (error) {
    if (error instanceof HuntbookError) throw new Refusal(400, 'FATAL', error.message);
    throw error;
  }
}

async function oneshotReply(site: SearchSite, request: Request): Promise<Reply> {
  const { params } = request;
  const mode = resultMode(params.get('output_mode'));
  const count = wholeParam(params, 'count', 100);
  const offset = Math.max(0, wholeParam(params, 'offset', 0));
  const job = site.jobs.create(jobRequest(site, request), params.get('id') ?? undefined);
  try {
    await job.finished();
    if (job.error !== null) throw new Refusal(400, 'FATAL', job.error.message);
    const { rows, messages } = pageOf(job, offset, count, site.maxResultRows);
    const { fields, several } = job;
    const page = { fields, rows, several, offset, preview: false, messages: [...job.messages, ...messages] };
    return { status: 200, type: contentType(mode), body: writePage(mode, page) };
  } finally {
    site.jobs.remove(job);
  }
}

/** Rows are sent while the search runs, all of them; as CSV when it has ended, for its head names every column. */
async function exportReply(site: SearchSite, request: Request): Promise<Reply> {
  const mode = resultMode(request.params.get('output_mode'));
  const job = site.jobs.create(jobRequest(site, request), request.params.get('id') ?? undefined);
  await (mode === 'csv' ? job.finished() : job.started());
  if (job.error !== null) {
    site.jobs.remove(job);
    throw new Refusal(400, 'FATAL', job.error.message);
  }
  return { status: 200, type: contentType(mode), body: exported(site, job, mode) };
}

async function* exported(site: SearchSite, job: Job, mode: ResultMode): AsyncGenerator<string> {
  try {
    if (mode === 'json_rows' || mode === 'json_cols') {
      await job.finished();
      yield* writePage(mode, {
        fields: job.fields,
        rows: job.rows,
        several: job.several,
        offset: 0,
        preview: false,
        messages: job.messages,
      });
    } else if (mode === 'csv') yield* csvRows(job.fields, job.rows, job.several);
    else if (mode === 'json') yield* exportedJson(job);
    else yield* exportedText(job, mode);
    // The answer has begun: a broken connection is the only way left to say that it is not whole.
    if (job.error !== null) throw job.error;
  } finally {
    site.jobs.remove(job);
  }
}

/** One object per row; the last one says so, and is there even without a row. */
async function* exportedJson(job: Job): AsyncGenerator<string> {
  const line = (offset: number, result: unknown, last: boolean): string =>
    `${JSON.stringify({ preview: false, offset, ...(last && { lastrow: true }), result })}\n`;
  let before: unknown;
  let offset = -1;
  for await (const row of job.follow()) {
    if (offset >= 0) yield line(offset, before, false);
    before = jsonRow(job.fields, row);
    offset++;
  }
  if (job.messages.length > 0) yield `${JSON.stringify({ preview: false, messages: job.messages })}\n`;
  if (offset >= 0) yield line(offset, before, true);
  else yield `${JSON.stringify({ preview: false, lastrow: true })}\n`;
}

async function* exportedText(job: Job, mode: 'xml' | 'raw'): AsyncGenerator<string> {
  const { fields } = job;
  const none = { fields, rows: [], several: new Set<string>(), offset: 0, preview: false, messages: [] };
  const shell = [...writePage('xml', none)].join('');
  if (mode === 'xml') yield shell.replace(/<\/results>\n$/, '');
  let offset = 0;
  for await (const row of job.follow()) {
    yield mode === 'xml' ? xmlRow(fields, row, offset) : rawRow(row);
    offset++;
  }
  if (mode === 'xml') yield '</results>\n';
}

export function parserReply(site: SearchSite, request: Request): Reply {
  const text = request.params.get('q') ?? '';
  const { json } = request;
  checkSearch(site, text);
  const message: Message = { type: 'INFO', text: 'The search can be run.' };
  if (!json) return messageReply(false, 200, [message]);
  return jsonReply({
    remoteSearch: text,
    eventsSearch: text,
    reportsSearch: '',
    commands: [],
    messages: [message],
  });
}
