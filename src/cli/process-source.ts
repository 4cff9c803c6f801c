/** Where processes are looked up: files, or a named source; with progress and Ctrl-C. */
import { HuntbookError } from '../errors.ts';
import {
  engineProcesses,
  fileProcesses,
  openSource,
  type EventFilter,
  type FileProcesses,
  type SummaryIssue,
} from '../hunt/index.ts';
import type { ProcessSource } from '../process/index.ts';
import { findSource, sayWarning, sourceFiles } from './find-source.ts';
import type { Progress } from './progress.ts';
import { spanOf } from './search-span.ts';
import { sourceSearches } from './source-searches.ts';

export interface ProcessSourceOptions {
  readonly source?: string;
  readonly config?: string;
  readonly since?: string;
  readonly until?: string;
  readonly maxSearches?: number;
  readonly jobs?: number;
  readonly timeout?: number;
}

export interface OpenedProcesses {
  readonly processes: ProcessSource;
  /** Null on a search engine. */
  readonly files: FileProcesses | null;
  readonly issues: readonly SummaryIssue[];
  close(): Promise<void>;
}

interface How {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly filter?: EventFilter;
}

/** Options that mean nothing for files. */
const engineOptions = {
  since: '--since',
  until: '--until',
  maxSearches: '--max-searches',
  jobs: '--jobs',
  timeout: '--timeout',
} as const;

/** Throws HB_USAGE for paths beside a source or neither, and what opening the source throws. */
export async function openProcesses(
  command: string,
  given: readonly string[],
  options: ProcessSourceOptions,
  how: How,
): Promise<OpenedProcesses> {
  const { source: name } = options;
  if (name === undefined) {
    refuseEngineOptions(options, 'files');
    return openFiles(inputsOf(command, given), how);
  }
  if (given.length > 0)
    throw new HuntbookError('HB_USAGE', `${given[0]}: files and --source are asked one at a time`, {
      hint: 'Leave out one of them.',
    });
  const source = await findSource(name, options.config);
  const { settings } = source;
  if (settings.kind === 'files') {
    refuseEngineOptions(options, `source ${name}, which is files`);
    return openFiles(await sourceFiles(source, settings.paths), how);
  }
  const engine = await openSource(source, { onWarning: sayWarning });
  const { maxSearches, jobs, timeout } = options;
  const processes = engineProcesses({
    engine,
    source: name,
    ...(await sourceSearches(engine, source, how.signal)),
    ...spanOf(options),
    ...(maxSearches !== undefined && { maxSearches }),
    ...(jobs !== undefined && { jobs }),
    ...(timeout !== undefined && { timeout }),
    signal: how.signal,
    onProgress: ({ searches, events, current }) =>
      how.progress.update({ bytes: 0, totalBytes: 0, events, current: `${searches} searches: ${current}` }),
  });
  return { processes, files: null, issues: [], close: () => engine.close() };
}

/** Paths as given, else standard input. Throws HB_USAGE where there is neither. */
function inputsOf(command: string, given: readonly string[]): readonly string[] {
  if (given.length > 0) return given;
  if (!process.stdin.isTTY) return ['-'];
  throw new HuntbookError('HB_USAGE', `${command}: no input; name files or folders, or pipe events in`, {
    hint: 'Or a source with --source NAME.',
  });
}

function openFiles(paths: readonly string[], { progress, filter }: How): OpenedProcesses {
  const files = fileProcesses(paths, {
    ...(filter && { filter }),
    onProgress: (report) => progress.update(report),
  });
  return {
    processes: files,
    files,
    get issues() {
      return files.issues;
    },
    close: () => Promise.resolve(files.close()),
  };
}

function refuseEngineOptions(options: ProcessSourceOptions, what: string): void {
  for (const [key, option] of Object.entries(engineOptions))
    if (options[key as keyof typeof engineOptions] !== undefined)
      throw new HuntbookError('HB_USAGE', `${option} is for --source with an engine, not for ${what}`);
}
