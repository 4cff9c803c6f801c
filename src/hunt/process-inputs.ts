/**
 * Inputs that are read more than once: what can only be read once, as standard input and pipes, is copied to a
 * temporary file first.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { asHuntbookError } from '../errors.ts';
import type { EventBatch, FieldTable } from '../events/index.ts';
import {
  defaultLimits,
  fileInput,
  listInputs,
  openBatches,
  type ByteInput,
  type Limits,
  type ListedInput,
} from '../sources/index.ts';
import { makeScratch, type Scratch } from '../store/index.ts';
import { IssueLog } from './issue-log.ts';
import type { HuntProgress } from './options.ts';
import { withLakeFiles } from './store/lake.ts';
import type { SummaryIssue } from './types.ts';

export interface RepeatedInputsOptions {
  readonly limits?: Partial<Limits>;
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onProgress?: (progress: HuntProgress) => void;
}

export class RepeatedInputs {
  readonly #paths: readonly string[];
  readonly #options: RepeatedInputsOptions;
  readonly #issues = new IssueLog();
  #inputs: Promise<readonly ListedInput[]> | null = null;
  #scratch: Scratch | null = null;
  #passes = 0;
  /** Events of the first pass. */
  events = 0;

  constructor(paths: readonly string[], options: RepeatedInputsOptions) {
    this.#paths = paths;
    this.#options = options;
  }

  /** What was wrong with the inputs, as the first pass found it. */
  get issues(): readonly SummaryIssue[] {
    return this.#issues.list();
  }

  /** All batches of all inputs. Throws HB_NOT_FOUND for paths that are not there; stops quietly when it is aborted. */
  async *batches(fields: FieldTable, signal?: AbortSignal): AsyncGenerator<EventBatch> {
    const first = this.#passes++ === 0;
    // The same problems again would only be counted twice.
    const issues = first ? this.#issues : new IssueLog();
    const inputs = await (this.#inputs ??= this.#list(signal));
    const totalBytes = inputs.reduce((sum, { input }) => sum + (input.size ?? 0), 0);
    let before = 0;
    let events = 0;
    let lastTurn = performance.now();
    for (const { input, named } of inputs) {
      if (signal?.aborted) return;
      const tell = (bytes: number): void =>
        this.#options.onProgress?.({ bytes: before + bytes, totalBytes, events, current: input.name });
      const batches = openBatches(input, {
        fields,
        onIssue: (issue) => issues.add(issue),
        limits: { ...defaultLimits, ...this.#options.limits },
        onProgress: tell,
        ...(!named && { onUnknown: (name: string, what: string) => issues.addUnknown(name, what) }),
      });
      for await (const batch of batches) {
        if (signal?.aborted) return;
        events += batch.length;
        if (first) this.events = events;
        yield batch;
        // Some readers never wait: signals and timers get a turn now and then.
        if (performance.now() - lastTurn < 50) continue;
        await setImmediate();
        lastTurn = performance.now();
      }
      before += input.size ?? 0;
      tell(0);
    }
  }

  /** Removes temporary files. */
  close(): void {
    this.#scratch?.remove();
    this.#scratch = null;
  }

  async #list(signal?: AbortSignal): Promise<readonly ListedInput[]> {
    const { stdin } = this.#options;
    const { inputs } = listInputs(withLakeFiles(this.#paths), {
      onIssue: (issue) => this.#issues.add(issue),
      ...(stdin && { stdin }),
    });
    const kept: ListedInput[] = [];
    for (const [index, { input, named }] of inputs.entries()) {
      const path = input.path ?? (await this.#copy(input, index, signal));
      kept.push({ input: again(input.name, path), named });
    }
    return kept;
  }

  async #copy(input: ByteInput, index: number, signal?: AbortSignal): Promise<string> {
    this.#scratch ??= makeScratch();
    const path = join(this.#scratch.folder, `input-${index}`);
    try {
      await writeFile(path, input.stream(), { mode: 0o600, flag: 'wx', ...(signal && { signal }) });
    } catch (error) {
      throw asHuntbookError(error, 'HB_READ', input.name);
    }
    return path;
  }
}

/** A file under the name that users know, opened anew each time that it is read. */
function again(name: string, path: string): ByteInput {
  const { size } = fileInput(path);
  return { name, path, ...(size !== undefined && { size }), stream: () => fileInput(path).stream() };
}
