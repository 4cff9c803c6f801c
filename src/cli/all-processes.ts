/** The tree of all processes of some files or of a source: what is stacked and counted, not drawn. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HuntbookError } from '../errors.ts';
import {
  fileProcesses,
  type EventFilter,
  type Finding,
  type HuntSummary,
  type SummaryIssue,
} from '../hunt/index.ts';
import { ProcessTreeBuilder, startOf, type ProcessTree } from '../process/index.ts';
import { makeScratch } from '../store/index.ts';
import { findSource, sourceFiles } from './find-source.ts';
import type { HuntCliOptions } from './hunt-options.ts';
import type { Progress } from './progress.ts';
import { loadRules } from './rules.ts';

export interface AllProcesses {
  readonly tree: ProcessTree;
  readonly issues: readonly SummaryIssue[];
  /** Why there may be more; null when these are all. */
  readonly truncated: string | null;
}

interface How {
  readonly source?: string;
  readonly config?: string;
  readonly timeout?: number;
  readonly filter: EventFilter;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Throws HB_USAGE for no input, for two, and for a source whose time is open at its beginning. */
export async function readAllProcesses(
  command: string,
  paths: readonly string[],
  how: How,
): Promise<AllProcesses> {
  const { source: name } = how;
  if (name === undefined) {
    if (paths.length > 0 || !process.stdin.isTTY) return ofFiles(paths.length > 0 ? paths : ['-'], how);
    throw new HuntbookError('HB_USAGE', `${command}: no input; name files or folders, or pipe events in`);
  }
  if (paths.length > 0)
    throw new HuntbookError('HB_USAGE', `${paths[0]}: files and --source are asked one at a time`);
  const source = await findSource(name, how.config);
  const { settings } = source;
  if (settings.kind === 'files') return ofFiles(await sourceFiles(source, settings.paths), how);
  if (how.filter.since === undefined && settings.earliest === undefined)
    throw new HuntbookError('HB_USAGE', `${command}: --source needs --since`, {
      hint: 'All creations of processes in that time are fetched; a day or a week is much already.',
    });
  return ofSource(name, how);
}

async function ofFiles(paths: readonly string[], { filter, signal, progress }: How): Promise<AllProcesses> {
  const files = fileProcesses(paths, { filter, onProgress: (report) => progress.update(report) });
  try {
    const tree = await files.readTree(signal);
    return { tree, issues: files.issues, truncated: null };
  } finally {
    files.close();
  }
}

/** A rule of all creations: so fields are named as the source names them, and audit events count too. */
const creations = `title: Creation of a process
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image: '*'
  condition: selection
`;

async function ofSource(
  name: string,
  { config, timeout, filter, signal, progress }: How,
): Promise<AllProcesses> {
  const { openHuntSource } = await import('./hunt-source.ts');
  const scratch = makeScratch();
  const options: HuntCliOptions & { readonly source: string } = {
    source: name,
    ...(config !== undefined && { config }),
    ...(timeout !== undefined && { timeout }),
    ruleCache: false,
  };
  const builder = new ProcessTreeBuilder();
  try {
    const file = join(scratch.folder, 'creations.yml');
    writeFileSync(file, creations);
    const rules = await loadRules([file], { ruleCache: false });
    const source = await openHuntSource([], options);
    try {
      const summary = await source.hunt({
        rules,
        rule: () => true,
        filter,
        signal,
        rulePaths: [file],
        sqlHunts: [],
        onFinding: ({ event }: Finding) => {
          const start = startOf(event);
          if (start !== null) builder.add(start);
        },
        onProgress: ({ events }) => progress.update({ bytes: 0, totalBytes: 0, events, current: name }),
      });
      const [refused] = summary.refused;
      if (refused) throw new HuntbookError('HB_SEARCH', refused.message);
      return { tree: builder.build(), issues: summary.issues, truncated: cutOf(summary) };
    } finally {
      await source.close();
    }
  } finally {
    scratch.remove();
  }
}

function cutOf({ truncated, issues }: HuntSummary): string | null {
  if (truncated) return 'the search was ended early';
  return issues.find(({ code }) => code === 'HB_LIMIT' || code === 'HB_CUT')?.message ?? null;
}
