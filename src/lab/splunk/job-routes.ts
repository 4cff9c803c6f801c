/** What is asked of one job: its state, its results, its log, and its end. */
import { feedReply, entryReply } from './atom.ts';
import { jobEntry } from './job-entry.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { messageReply, Refusal, type Reply } from './reply.ts';
import { wholeParam, type Request } from './request.ts';
import { contentType, resultMode, severalValues, writePage } from './results.ts';

export interface JobSite {
  readonly jobs: Jobs;
  readonly version: string;
  readonly maxResultRows: number;
  /** Path of the jobs, for links. */
  readonly base: string;
  /** v2 takes POST for results too, but not their search parameter. */
  readonly v2: boolean;
}

export function listJobs(site: JobSite, request: Request): Reply {
  const all = site.jobs.all();
  const count = wholeParam(request.params, 'count', 0);
  const offset = Math.max(0, wholeParam(request.params, 'offset', 0));
  const shown = all.slice(offset, count > 0 ? offset + count : undefined);
  const { version, base } = site;
  const entries = shown.map((job) => jobEntry(job, base));
  const feed = { title: 'jobs', origin: base, version, entries };
  return feedReply({ ...feed, total: all.length, offset, count: Math.max(0, count) }, request.json);
}

/** `rest` is the path below the job. */
export function jobReply(site: JobSite, request: Request, job: Job, rest: readonly string[]): Reply {
  job.touched = Date.now();
  const { method, json } = request;
  const [what, ...more] = rest;
  if (more.length > 0) throw new Refusal(404, 'ERROR', 'Not Found');
  if (what === undefined) {
    if (method === 'DELETE') return control(site, job, 'cancel', request);
    // A job that has not begun has no state yet.
    if (job.state === 'QUEUED') return { status: 204, type: 'text/plain', body: '' };
    return entryReply(jobEntry(job, site.base), site.version, json);
  }
  if (what === 'control') {
    needs(method, 'POST');
    return control(site, job, request.params.get('action') ?? '', request);
  }
  if (what === 'search.log') return { status: 200, type: 'text/plain; charset=UTF-8', body: logOf(job) };
  if (what === 'results' || what === 'results_preview' || what === 'events') {
    needs(method, ...(site.v2 ? ['GET', 'POST'] : ['GET']));
    return resultsReply(site, request, job, what);
  }
  throw new Refusal(404, 'ERROR', 'Not Found');
}

function needs(method: string, ...allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  throw new Refusal(405, 'ERROR', 'Method Not Allowed', { Allow: allowed.join(', ') });
}

function resultsReply(site: JobSite, request: Request, job: Job, what: string): Reply {
  const { params } = request;
  const mode = resultMode(params.get('output_mode'));
  if (params.get('search')) {
    throw new Refusal(
      400,
      'FATAL',
      'The stand-in does not search within results: the parameter search is refused.',
    );
  }
  if (job.error !== null) throw new Refusal(400, 'FATAL', job.error.message);
  const preview = what === 'results_preview' && !job.done;
  if (!job.done && !preview) return { status: 204, type: contentType(mode), body: '' };
  const offset = Math.max(0, wholeParam(params, 'offset', 0));
  const { rows, messages } = pageOf(job, offset, wholeParam(params, 'count', 100), site.maxResultRows);
  const wanted = params.getAll('f').filter(Boolean);
  const fields = wanted.length > 0 ? job.fields.filter((name) => wanted.includes(name)) : job.fields;
  const body = writePage(mode, {
    fields,
    rows,
    several: job.done ? job.several : severalValues(fields, rows),
    offset,
    preview,
    messages: [...job.messages, ...messages],
  });
  return { status: 200, type: contentType(mode), body };
}

/** A count of 0 or below is all, up to the most that one answer may have; so it is without a word on a real server. */
export function pageOf(
  job: Job,
  offset: number,
  count: number,
  most: number,
): { rows: Job['rows']; messages: Job['messages'] } {
  const size = count > 0 ? Math.min(count, most) : most;
  return { rows: job.rows.slice(offset, offset + size), messages: [] };
}

function control(site: JobSite, job: Job, action: string, { params, json }: Request): Reply {
  const say = (text: string): Reply => messageReply(json, 200, [{ type: 'INFO', text }]);
  switch (action) {
    case 'cancel':
      site.jobs.remove(job);
      return say('Search job cancelled.');
    case 'pause':
      job.pause();
      return say('Search job paused.');
    case 'unpause':
      job.unpause();
      return say('Search job unpaused.');
    case 'finalize':
      job.finalize();
      return say('Search job finalized.');
    case 'touch':
      return say('Search job touched.');
    case 'setttl':
      job.ttl = Math.max(1, wholeParam(params, 'ttl', job.ttl));
      return say('The ttl of the search job was changed.');
    case 'setpriority':
      job.priority = wholeParam(params, 'priority', job.priority);
      return say('The search job priority was changed.');
    case 'enablepreview':
    case 'disablepreview':
      return say('Search result previews are as they were.');
    default:
      throw new Refusal(400, 'FATAL', `Unknown action: "${action.slice(0, 50)}".`);
  }
}

function logOf(job: Job): string {
  const at = (time: number): string => new Date(time).toISOString();
  const lines = [
    `${at(job.created)} INFO  dispatch - search="${job.request.search.replaceAll(/[\r\n]+/g, ' ')}"`,
    ...job.messages.map(({ type, text }) => `${at(job.ended ?? job.created)} ${type} ${text}`),
    ...(job.ended === null ? [] : [`${at(job.ended)} INFO  ${job.state} results=${job.rows.length}`]),
  ];
  return `${lines.join('\n')}\n`;
}
