/** `huntbook chain rare`: lines of descent of all hosts, the rare ones first. */
import { ExitCode } from '../errors.ts';
import { rareChains, type RareChain, type RareChains } from '../process/index.ts';
import { frameFromRows, type Column, type Frame } from '../store/index.ts';
import { readAllProcesses, type AllProcesses } from './all-processes.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { checkFrameOutput, writeFrame, type FrameFormat } from './frame-output.ts';
import { sayIssues } from './issues.ts';
import { startProgress } from './progress.ts';
import { spanFilterOf, type SpanFilterOptions } from './span-filter.ts';

export interface ChainRareCliOptions extends SpanFilterOptions {
  readonly depth?: number;
  readonly arguments?: boolean;
  readonly paths?: boolean;
  readonly limit?: number;
  readonly maxHosts?: number;
  readonly source?: string;
  readonly config?: string;
  readonly timeout?: number;
  readonly format?: FrameFormat;
  readonly output?: string;
  readonly force?: boolean;
  readonly csvRaw?: boolean;
  readonly quiet?: boolean;
}

const usualLimit = 50;

export async function runChainRare(paths: readonly string[], options: ChainRareCliOptions): Promise<void> {
  checkFrameOutput(options);
  const filter = spanFilterOf(options);
  const quiet = options.quiet ?? false;
  const progress = startProgress(quiet);
  const interrupt = watchInterrupt(() => progress.end());
  const { signal, expired } = interrupt;
  let frame: Frame | undefined;
  try {
    const { source, config, timeout } = options;
    const reading = readAllProcesses('chain rare', paths, {
      ...(source !== undefined && { source }),
      ...(config !== undefined && { config }),
      ...(timeout !== undefined && { timeout }),
      filter,
      signal,
      progress,
    });
    const all = await Promise.race([reading, expired]);
    progress.end();
    // What is rare in a part of the events may not be rare at all.
    if (signal.aborted) throw new Interrupted();
    const partial = sayIssues(all.issues, quiet);
    const rare = await Promise.race([stack(all, options), expired]);
    frame = await frameOf(rare, all, options);
    await writeFrame(frame, { ...options, limit: options.limit ?? usualLimit, expired });
    if (partial) process.exitCode ??= ExitCode.partial;
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  } finally {
    progress.end();
    frame?.close();
    interrupt.end();
  }
}

function stack({ tree }: AllProcesses, options: ChainRareCliOptions): Promise<RareChains> {
  const { depth, maxHosts, limit = usualLimit } = options;
  return rareChains(tree, {
    ...(depth !== undefined && { depth }),
    ...(maxHosts !== undefined && { maxHosts }),
    arguments: options.arguments ?? false,
    paths: options.paths ?? false,
    limit,
  });
}

function frameOf(rare: RareChains, all: AllProcesses, options: ChainRareCliOptions): Promise<Frame> {
  const { chains, total, processes, uncounted } = rare;
  const columns: Column[] = [
    { name: 'Hosts', type: 'integer' },
    { name: 'Count', type: 'integer' },
    { name: 'Line', type: 'text' },
    ...(options.arguments ? [{ name: 'Arguments', type: 'text' } as const] : []),
    { name: 'First', type: 'time' },
    { name: 'Last', type: 'time' },
    { name: 'SomeHosts', type: 'text' },
    { name: 'ProcessGuid', type: 'guid' },
    { name: 'CommandLine', type: 'text' },
  ];
  const number = (value: number): string => value.toLocaleString('en');
  const shown = `${number(chains.length)} of ${number(total)} lines of ${number(processes)} processes`;
  const more =
    uncounted > 0 ? `${number(uncounted)} processes are not counted: there are too many lines` : null;
  return frameFromRows(
    chains.map((chain) => rowOf(chain, options)),
    {
      columns,
      notices: chains.length < total ? [`${shown}, the rarest; --limit N shows more`] : [],
      truncated: all.truncated ?? more,
    },
  );
}

function rowOf(chain: RareChain, options: ChainRareCliOptions): Record<string, unknown> {
  const { images, hostNames, hosts, example } = chain;
  const left = hosts - hostNames.length;
  return {
    Hosts: hosts,
    Count: chain.count,
    Line: images.join(' > '),
    ...(options.arguments && { Arguments: chain.arguments }),
    First: chain.first,
    Last: chain.last,
    SomeHosts: hostNames.join(', ') + (left > 0 ? ` and ${left} more` : ''),
    ProcessGuid: example.guid,
    CommandLine: example.commandLine,
  };
}
