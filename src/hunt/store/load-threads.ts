/** Groups of files, each loaded by a thread: this one and workers. Errors and aborting end the workers. */
import { Worker } from 'node:worker_threads';
import { HuntbookError, type ErrorCode, type ErrorPosition } from '../../errors.ts';
import type { InputList } from '../../sources/index.ts';
import type { HuntProgress } from '../options.ts';
import { loadGroup, type LoadedGroup } from './load-group.ts';
import type { LoadOptions } from './load.ts';

/** Main to worker, as its data. */
export interface LoadJob {
  readonly inputs: readonly {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly named: boolean;
  }[];
  readonly totalBytes: number;
  readonly file: string;
  readonly options: Pick<LoadOptions, 'fields' | 'filter' | 'limits'>;
}

/** Worker to main. */
export type FromLoader =
  | ({ readonly kind: 'progress' } & Omit<HuntProgress, 'totalBytes'>)
  | { readonly kind: 'loaded'; readonly group: LoadedGroup }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
      readonly position: ErrorPosition | undefined;
    };

/** Loads groups of files into a file each. The first is loaded by this thread: a worker less to start. */
export async function loadGroups(
  groups: readonly InputList[],
  files: readonly string[],
  totalBytes: number,
  options: LoadOptions,
): Promise<LoadedGroup[]> {
  const { fields, filter, limits, onProgress } = options;
  const plain = { ...(fields && { fields }), ...(filter && { filter }), ...(limits && { limits }) };
  const done = groups.map(() => ({ bytes: 0, events: 0 }));
  const tell = (index: number, { bytes, events, current }: Omit<HuntProgress, 'totalBytes'>): void => {
    done[index] = { bytes, events };
    const sum = (of: 'bytes' | 'events'): number => done.reduce((total, one) => total + one[of], 0);
    onProgress?.({ bytes: sum('bytes'), totalBytes, events: sum('events'), current });
  };
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const workers = groups.slice(1).map(({ inputs, totalBytes: size }, index) => {
    const job: LoadJob = {
      inputs: inputs.map(({ input, named }) => ({
        name: input.name,
        path: input.path as string,
        size: input.size as number,
        named,
      })),
      totalBytes: size,
      file: files[index + 1] as string,
      options: plain,
    };
    return new Worker(workerUrl(), { workerData: job });
  });
  const abort = (): void => {
    for (const worker of workers) worker.postMessage('stop');
  };
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const here = loadGroup(groups[0] as InputList, files[0] as string, {
    ...plain,
    signal,
    ...(onProgress && { onProgress: (progress: HuntProgress) => tell(0, progress) }),
  });
  try {
    const there = workers.map((worker, index) => resultOf(worker, (message) => tell(index + 1, message)));
    return await Promise.all([here, ...there]);
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
    await here.catch(() => {});
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function resultOf(
  worker: Worker,
  onProgress: (progress: Omit<HuntProgress, 'totalBytes'>) => void,
): Promise<LoadedGroup> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a loading thread ended with ${code}`)));
    worker.on('message', (message: FromLoader) => {
      if (message.kind === 'progress') onProgress(message);
      else if (message.kind === 'loaded') resolve(message.group);
      else {
        const { code, hint, position } = message;
        reject(new HuntbookError(code, message.message, { hint, ...(position && { position }) }));
      }
    });
  });
}

/** The worker's module stands beside this one, as source and as built. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './load-worker.ts' : './load-worker.js', import.meta.url);
}
