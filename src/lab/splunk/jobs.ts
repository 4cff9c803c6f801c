/**
 * All searches of a server. One runs at a time, the others are queued: the table has one connection, and a search
 * must not end while another reads.
 */
import { Job, type JobRequest, type Search } from './job.ts';
import { Refusal } from './reply.ts';

export interface JobsOptions {
  readonly search: Search;
  /** Most searches that run or wait. */
  readonly maxJobs: number;
  readonly pace: number;
}

/** Ended jobs that are kept at most, however long their time to live; the oldest goes. */
const MAX_KEPT = 1_000;

export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<string, Job>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Throws 503 when too many run already. */
  create(request: JobRequest, sid?: string): Job {
    this.#tidy();
    const { search, maxJobs, pace } = this.#options;
    const active = this.all().filter((job) => !job.done).length;
    if (active >= maxJobs) {
      throw new Refusal(
        503,
        'FATAL',
        `Search not executed: The maximum number of concurrent historical searches on this instance has been reached. current=${active} maximum=${maxJobs}`,
        { 'Retry-After': '1' },
      );
    }
    if (sid !== undefined && this.#jobs.has(sid)) {
      throw new Refusal(400, 'FATAL', `Invalid sid: a job with the id "${sid}" exists already.`);
    }
    const job = new Job(request, sid);
    this.#jobs.set(job.sid, job);
    this.#last = this.#last.then(() => job.run(search, pace));
    return job;
  }

  /** Throws 404. */
  get(sid: string): Job {
    this.#tidy();
    const job = this.#jobs.get(sid);
    if (job === undefined) throw new Refusal(404, 'FATAL', 'Unknown sid.');
    return job;
  }

  /** Newest first, as the server lists them. */
  all(): Job[] {
    this.#tidy();
    return [...this.#jobs.values()].toReversed();
  }

  remove(job: Job): void {
    job.cancel();
    this.#jobs.delete(job.sid);
  }

  async close(): Promise<void> {
    for (const job of this.#jobs.values()) job.cancel();
    this.#jobs.clear();
    await this.#last;
  }

  #tidy(): void {
    const now = Date.now();
    const ended = [...this.#jobs.values()].filter(({ done }) => done);
    for (const [at, job] of ended.entries()) {
      const idle = now - Math.max(job.touched, job.ended ?? 0);
      if (idle > job.ttl * 1000 || ended.length - at > MAX_KEPT) this.#jobs.delete(job.sid);
    }
  }
}
