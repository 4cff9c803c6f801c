/** What rules find on the processes of a picture: a hunt over the same files, on their hosts and in their time. */
import { HuntbookError } from '../errors.ts';
import { hunt, type Finding } from '../hunt/index.ts';
import type { ProcessGraph } from '../process/index.ts';
import { marksOfFinding, type FoundOn } from './finding-file.ts';
import { loadRules } from './rules.ts';

/** Throws HB_USAGE where the events can not be read once more. */
export function checkRules(paths: readonly string[], source: string | undefined): void {
  if (source !== undefined)
    throw new HuntbookError('HB_USAGE', 'tree: --rules is for files', {
      hint: `huntbook hunt --source ${source} -o findings.ndjson first, then --finding findings.ndjson.`,
    });
  if (paths.length === 0 || paths.includes('-'))
    throw new HuntbookError('HB_USAGE', 'tree: --rules reads the events once more: name files');
}

export async function findOnProcesses(
  paths: readonly string[],
  rulePaths: readonly string[],
  { nodes, to }: ProcessGraph,
  signal: AbortSignal,
): Promise<readonly FoundOn[]> {
  const rules = await loadRules(rulePaths, {});
  const found: Finding[] = [];
  const starts = nodes.flatMap(({ start }) => (start === null ? [] : [Date.parse(start)]));
  const began = starts.reduce((a, b) => Math.min(a, b), Infinity);
  await hunt({
    paths,
    rules,
    signal,
    filter: {
      hosts: [...new Set(nodes.map(({ host }) => host))],
      // A log writes an event some time after it was.
      ...(Number.isFinite(began) && { since: began - slack }),
      ...(to !== null && { until: Date.parse(to) + slack }),
    },
    onFinding: (finding) => void found.push(finding),
  });
  return found.flatMap(marksOfFinding);
}

const slack = 60_000;
