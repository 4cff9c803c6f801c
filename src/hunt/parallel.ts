/**
 * A hunt on several threads. Each worker has its own matcher and takes the next input when it is done; findings
 * are passed on in the order of the inputs. At most a few inputs per thread are ahead of the one being written,
 * so that memory stays bounded.
 */
import { Worker } from 'node:worker_threads';
import type { ProcessFact } from '../process/index.ts';
import type { ListedInput } from '../sources/index.ts';
import type { BaseMatch } from './base-match.ts';
import type { Correlated } from './correlated.ts';
import type { HuntOptions } from './options.ts';
import type { ScanPlan, ScanResult } from './scanner.ts';
import type { Finding } from './types.ts';

/** Main to worker. */
export type ToWorker = ScanJob | { readonly kind: 'finish' };

export interface ScanJob {
  readonly kind: 'scan';
  readonly unit: number;
  readonly path: string;
  readonly size: number;
  readonly named: boolean;
}

/** Worker to main. Findings travel as they are: plain data, structured clone keeps bigint. */
export type FromWorker =
  | {
      readonly kind: 'found';
      readonly unit: number;
      readonly findings: Finding[];
      readonly matches: BaseMatch[];
      readonly processes: ProcessFact[];
    }
  | { readonly kind: 'progress'; readonly unit: number; readonly bytes: number; readonly events: number }
  | { readonly kind: 'done'; readonly unit: number }
  | { readonly kind: 'result'; readonly result: ScanResult };

/** Inputs that may be read ahead of the one whose findings are being written, per thread. */
const readAhead = 4;

export async function scanInThreads(
  options: HuntOptions,
  plan: ScanPlan,
  correlations: Correlated,
  inputs: readonly ListedInput[],
  totalBytes: number,
  threads: number,
): Promise<ScanResult[]> {
  const pool = new WorkerPool(options, plan, correlations, inputs, totalBytes);
  return pool.run(threads);
}

/** What came of one input and was not handed on. */
interface Found {
  readonly findings: Finding[];
  readonly matches: BaseMatch[];
  readonly processes: ProcessFact[];
}

class WorkerPool {
  readonly #options: HuntOptions;
  readonly #inputs: readonly ListedInput[];
  readonly #totalBytes: number;
  readonly #data: unknown;
  readonly #correlations: Correlated;
  readonly #pending = new Map<number, Found>();
  readonly #finished = new Set<number>();
  readonly #idle: Worker[] = [];
  readonly #results: ScanResult[] = [];
  readonly #bytes: Float64Array;
  #allBytes = 0;
  readonly #events = new Map<Worker, number>();
  #next = 0;
  #front = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Rejects when a finding could not be handed on. */
  readonly #failure = Promise.withResolvers<never>();

  constructor(
    options: HuntOptions,
    plan: ScanPlan,
    correlations: Correlated,
    inputs: readonly ListedInput[],
    totalBytes: number,
  ) {
    this.#options = options;
    this.#correlations = correlations;
    this.#inputs = inputs;
    this.#totalBytes = totalBytes;
    this.#bytes = new Float64Array(inputs.length);
    const { rules, filter = {}, limits = {}, verifyChecksums = false } = options;
    this.#data = {
      rules: { ...rules.stored, correlations: [], refused: [], notices: [] },
      plan,
      scan: { filter, limits, verifyChecksums },
    };
  }

  async run(threads: number): Promise<ScanResult[]> {
    const workers = Array.from(
      { length: threads },
      () => new Worker(workerUrl(), { workerData: this.#data }),
    );
    try {
      const served = Promise.all(workers.map((worker) => this.#serve(worker, threads)));
      await Promise.race([served, this.#failure.promise]);
      await this.#writing;
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    return this.#results;
  }

  #serve(worker: Worker, threads: number): Promise<void> {
    return new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a hunting thread ended with ${code}`)),
      );
      worker.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'found':
            this.#hold(message);
            break;
          case 'progress':
            this.#events.set(worker, message.events);
            this.#progress(message.unit, message.bytes);
            break;
          case 'done':
            this.#finished.add(message.unit);
            this.#idle.push(worker);
            this.#flush().then(() => this.#assign(threads), reject);
            break;
          case 'result':
            this.#results.push(message.result);
            resolve();
        }
      });
      this.#idle.push(worker);
      this.#assign(threads);
    });
  }

  #assign(threads: number): void {
    while (this.#idle.length > 0) {
      const over = this.#next >= this.#inputs.length || this.#options.signal?.aborted;
      if (!over && this.#next - this.#front >= readAhead * threads) return;
      const worker = this.#idle.shift() as Worker;
      if (over) {
        worker.postMessage({ kind: 'finish' } satisfies ToWorker);
        continue;
      }
      const unit = this.#next++;
      const { input, named } = this.#inputs[unit] as ListedInput;
      const { path = '', size = 0 } = input;
      worker.postMessage({ kind: 'scan', unit, path, size, named } satisfies ToWorker);
    }
  }

  #hold({ unit, findings, matches, processes }: Extract<FromWorker, { kind: 'found' }>): void {
    const held = this.#pending.get(unit);
    if (held) {
      held.findings.push(...findings);
      held.matches.push(...matches);
      held.processes.push(...processes);
    } else this.#pending.set(unit, { findings, matches, processes });
    if (unit === this.#front) this.#flush().catch((error: unknown) => this.#failure.reject(error));
  }

  /** Writes what is next in order; one writer at a time. */
  #flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      for (;;) {
        const unit = this.#front;
        const ready = this.#pending.get(unit);
        this.#pending.delete(unit);
        for (const fact of ready?.processes ?? []) this.#correlations.process(fact);
        for (const match of ready?.matches ?? []) this.#correlations.add(match);
        for (const finding of ready?.findings ?? []) await this.#options.onFinding(finding);
        if (this.#pending.has(unit)) continue;
        if (!this.#finished.has(unit)) return;
        this.#front++;
        this.#correlations.nextInput();
      }
    });
    return this.#writing;
  }

  #progress(unit: number, bytes: number): void {
    this.#allBytes += bytes - (this.#bytes[unit] as number);
    this.#bytes[unit] = bytes;
    const report = this.#options.onProgress;
    if (!report) return;
    const events = [...this.#events.values()].reduce((a, b) => a + b, 0);
    const current = (this.#inputs[unit] as ListedInput).input.name;
    report({ bytes: this.#allBytes, totalBytes: this.#totalBytes, events, current });
  }
}

/** The worker's module stands beside this one, as source and as built. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './hunt-worker.js', import.meta.url);
}
