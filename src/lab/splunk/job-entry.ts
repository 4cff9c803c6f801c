/** A job as the server tells of it. */
import type { Content, Entry } from './atom.ts';
import type { Job } from './job.ts';

const links = ['search.log', 'events', 'results', 'results_preview', 'control'];

export function jobEntry(job: Job, base: string): Entry {
  const { app, owner, search } = job.request;
  return {
    name: search,
    id: `${base}/${encodeURIComponent(job.sid)}`,
    app,
    owner,
    links,
    content: jobContent(job),
  };
}

function jobContent(job: Job): Record<string, Content> {
  const { request, done } = job;
  const found = job.rows.length;
  const failed = job.state === 'FAILED';
  return {
    sid: job.sid,
    dispatchState: job.state,
    doneProgress: done ? 1 : Math.round(job.progress * 1e5) / 1e5,
    isDone: done,
    isFailed: failed,
    isFinalized: job.finalized,
    isPaused: job.paused,
    isPreviewEnabled: true,
    isSaved: false,
    isSavedSearch: false,
    isZombie: false,
    isRealTimeSearch: false,
    isTimeCursored: true,
    isRemoteTimeline: false,
    eventCount: found,
    eventAvailableCount: found,
    scanCount: found,
    resultCount: done ? found : 0,
    resultPreviewCount: found,
    dropCount: 0,
    diskUsage: 0,
    runDuration: Math.max(0.001, ((job.ended ?? Date.now()) - job.created) / 1000),
    ttl: job.ttl,
    defaultTTL: '600',
    priority: job.priority,
    earliestTime: request.earliest ?? '1970-01-01T00:00:00.000+00:00',
    ...(request.latest !== undefined && { latestTime: request.latest }),
    search: request.search,
    delegate: '',
    label: '',
    numPreviews: 0,
    published: new Date(job.created).toISOString(),
    messages: job.messages.map(({ type, text }) => ({ type, text })),
    request: { ...request.params },
    runtime: { auto_cancel: '0', auto_pause: '0' },
  };
}
