/** `huntbook tree`. */
import { ExitCode, HuntbookError } from '../errors.ts';
import { terminalText } from '../escape/index.ts';
import type { HuntEvent } from '../events/index.ts';
import {
  addEvents,
  graphOf,
  type ProcessGraph,
  type ProcessQuery,
  type SourceTree,
} from '../process/index.ts';
import { Interrupted, watchInterrupt } from './exit.ts';
import { readFinding, type FoundOn } from './finding-file.ts';
import { checkFrameOutput, frameFormatOf, type FrameFormat } from './frame-output.ts';
import { sayIssues } from './issues.ts';
import { openOutput } from './output.ts';
import { openProcesses, type OpenedProcesses } from './process-source.ts';
import { startProgress } from './progress.ts';
import { collectEvents, writeChainEvents } from './tree-events.ts';
import { markFindings } from './tree-marks.ts';
import { checkRules, findOnProcesses } from './tree-rules.ts';
import { rangeOf, splitArguments, startOfOptions, type TreeCliOptions } from './tree-options.ts';
import { drawTree, pictureFormatOf } from './tree-picture.ts';

const usualNodes = 2000;
const usualEvents = 50;

export async function runTree(given: readonly string[], options: TreeCliOptions): Promise<void> {
  const { guid, paths } = splitArguments(given);
  const { finding: file } = options;
  const finding = file === undefined ? null : await readFinding(file, options.findingId);
  const start = startOfOptions(guid, options, finding);
  const range = rangeOf(options);
  checkOutputs(options);
  if (options.rules !== undefined) checkRules(paths, options.source);
  const quiet = options.quiet ?? false;
  const progress = startProgress(quiet);
  const interrupt = watchInterrupt(() => progress.end());
  let opened: OpenedProcesses | undefined;
  try {
    const { signal } = interrupt;
    opened = await openProcesses('tree', paths, options, { signal, progress });
    if (opened.files === null && options.siblings)
      throw new HuntbookError('HB_USAGE', 'tree: --siblings is for files', {
        hint: 'On a search engine, ask for the tree of the parent.',
      });
    const running = makeTree(opened, start, range, { ...options, paths }, finding?.marks ?? [], signal);
    const { graph, events } = await Promise.race([running, interrupt.expired]);
    progress.end();
    // A part of a tree would look like the whole.
    if (signal.aborted) throw new Interrupted();
    const partial = sayIssues(opened.issues, quiet);
    await (options.sql === undefined ? writePicture(graph, options) : Promise.resolve());
    await writeChainEvents(graph, events, options, interrupt.expired);
    sayOfGraph(graph, options);
    if (graph.cut.length > 0) process.exitCode ??= ExitCode.truncated;
    if (partial) process.exitCode ??= ExitCode.partial;
  } catch (error) {
    throw interrupt.signal.aborted ? new Interrupted() : error;
  } finally {
    progress.end();
    await Promise.race([opened?.close(), interrupt.expired]).catch(() => {});
    interrupt.end();
  }
}

interface MadeTree {
  readonly graph: ProcessGraph;
  /** Those that a table is to be made of. */
  readonly events: readonly HuntEvent[];
}

async function makeTree(
  { processes }: OpenedProcesses,
  start: ProcessQuery,
  range: ReturnType<typeof rangeOf>,
  options: TreeCliOptions & { readonly paths: readonly string[] },
  given: readonly FoundOn[],
  signal: AbortSignal,
): Promise<MadeTree> {
  const answer = await processes.tree({ start, ...range, signal });
  if (signal.aborted) throw new Interrupted();
  if (answer.focus.length === 0) throw notFound(start, answer);
  const { tree, focus } = answer;
  const bare = await graphOf(tree, focus, {
    ...range,
    maxNodes: options.maxNodes ?? usualNodes,
    siblings: options.siblings ?? false,
  });
  const span = {
    from: bare.from === null ? null : Date.parse(bare.from),
    to: bare.to === null ? null : Date.parse(bare.to),
    signal,
  };
  const coming = processes.events(bare.nodes, span);
  const wantsTable = options.eventsTo !== undefined || options.sql !== undefined;
  const kept = wantsTable ? await collectEvents(coming) : null;
  const filled = await addEvents(bare, kept?.all ?? coming, {
    perNode: wantsEvents(options) ? (options.maxEvents ?? usualEvents) : 0,
  });
  // Whoever asked for no events misses none of the list.
  const listCut = options.events ? [] : filled.cut.filter((text) => !bare.cut.includes(text));
  const { rules, paths } = options;
  const found = rules === undefined ? [] : await findOnProcesses(paths, rules, bare, signal);
  const marked = await markFindings(filled, tree, [...given, ...found]);
  const graph: ProcessGraph = {
    ...marked,
    notes: [...answer.notes, ...marked.notes, ...listCut],
    cut: [...answer.cut, ...marked.cut.filter((text) => !listCut.includes(text)), ...(kept?.cut ?? [])],
    cost: processes.cost,
  };
  return { graph, events: kept?.all ?? [] };
}

/** A page shows them on demand, and a picture as ticks in time. */
function wantsEvents({ events, format, output }: TreeCliOptions): boolean {
  return events ?? ['html', 'svg'].includes(format ?? pictureFormatOf(output));
}

function notFound(start: ProcessQuery, { notes, cut }: SourceTree): HuntbookError {
  const what = {
    guid: 'no process has this GUID',
    pid: 'no process had this id at that time',
    record: 'no process for this record',
    process: "the finding's process is not in these events",
    image: 'no process has such an image name',
  }[start.kind];
  const hint = [...notes, ...cut].join('; ');
  return new HuntbookError('HB_NOT_FOUND', `tree: ${what}`, {
    hint: hint === '' ? 'Check the host and the time, and that events of process creation are there.' : hint,
  });
}

/** Says before the work is done what would fail at its end. */
function checkOutputs({ format, output, force, sql, eventsTo }: TreeCliOptions): void {
  const tables = ['table', 'csv', 'parquet'];
  if (sql === undefined && format !== undefined && tables.includes(format))
    throw new HuntbookError('HB_USAGE', `tree: ${format} is a form of the result of --sql`, {
      hint: 'Events as a table: --events-to FILE.csv.',
    });
  if (eventsTo !== undefined) {
    if (frameFormatOf(eventsTo) === 'table')
      throw new HuntbookError('HB_USAGE', `--events-to ${eventsTo}: which form?`, {
        hint: 'Name a file that ends in .csv, .json, .ndjson or .parquet.',
      });
    checkFrameOutput({ output: eventsTo, force });
  }
  if (sql !== undefined) checkFrameOutput({ format: format as FrameFormat | undefined, output, force });
}

async function writePicture(graph: ProcessGraph, options: TreeCliOptions): Promise<void> {
  const output = openOutput(options.output, options.force ?? false);
  try {
    const format = (options.format as ReturnType<typeof pictureFormatOf>) ?? pictureFormatOf(options.output);
    output.stream.write(drawTree(graph, format, output, options));
    await output.commit();
  } catch (error) {
    output.discard();
    throw output.reason(error);
  }
}

/** What a picture in a file can not say to whoever asked for it; text on the screen ends with it. */
function sayOfGraph({ cut, notes, cost }: ProcessGraph, options: TreeCliOptions): void {
  const { quiet = false, format = pictureFormatOf(options.output), output, sql } = options;
  const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);
  const isShown = output === undefined && format === 'text' && sql === undefined;
  if (!isShown) for (const text of cut) say(`not the whole tree: ${text}`);
  if (!isShown && !quiet) for (const text of notes) say(`note: ${text}`);
  if (cost !== null && !quiet) say(`${cost.searches} searches, ${cost.events.toLocaleString('en')} events`);
}
