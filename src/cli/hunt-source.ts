/** `huntbook hunt --source`: the rules as searches of a named source, or, of the kind files, the hunt over its files. */
import type { NamedSource } from '../config/index.ts';
import { HuntbookError } from '../errors.ts';
import {
  engineProcesses,
  huntRemote,
  openSource,
  sourceAncestry,
  type HuntSummary,
  type RemoteHuntOptions,
} from '../hunt/index.ts';
import type { SqlHunt } from '../rules/index.ts';
import type { SearchEngine } from '../sources/index.ts';
import { findSource, sayWarning, sourceFiles } from './find-source.ts';
import type { HuntCliOptions } from './hunt-options.ts';
import { loadDocuments } from './sigma-rules.ts';
import { sourceSearches } from './source-searches.ts';

/** What the hunt itself knows: rules, filters, where findings go. */
export type SourceHunt = Pick<
  RemoteHuntOptions,
  'rules' | 'rule' | 'filter' | 'onFinding' | 'onProgress' | 'signal'
> & { readonly rulePaths: readonly string[]; readonly sqlHunts: readonly SqlHunt[] };

export interface HuntSource {
  /** Of the kind files: what to hunt over. */
  readonly paths: readonly string[] | null;
  hunt(options: SourceHunt): Promise<HuntSummary>;
  close(): Promise<void>;
}

/** Options of the hunt over files that mean nothing for a search engine. */
const fileOptions = {
  threads: '--threads',
  maxDelay: '--max-delay',
  maxArchiveRatio: '--max-archive-ratio',
  verifyChecksums: '--verify-checksums',
  param: '--param',
} as const;

/** Throws HB_USAGE for paths beside a source, HB_SOURCE_UNKNOWN, and what opening the source throws. */
export async function openHuntSource(
  given: readonly string[],
  options: HuntCliOptions & { readonly source: string },
): Promise<HuntSource> {
  const { config, source: name } = options;
  if (given.length > 0)
    throw new HuntbookError('HB_USAGE', `${given[0]}: files and --source are hunted one at a time`, {
      hint: 'Leave out one of them.',
    });
  const source = await findSource(name, config);
  const { settings } = source;
  if (settings.kind === 'files') {
    const paths = await sourceFiles(source, settings.paths);
    return {
      paths,
      hunt: () => Promise.reject(new Error('files are hunted as files')),
      close: async () => {},
    };
  }
  for (const [key, option] of Object.entries(fileOptions))
    if (options[key as keyof typeof fileOptions] !== undefined)
      throw new HuntbookError(
        'HB_USAGE',
        `${option} is for files; source ${name} is of kind ${settings.kind}`,
      );
  const engine = await openSource(source, { onWarning: sayWarning });
  return {
    paths: null,
    hunt: (hunt) => huntSource(engine, source, options, hunt),
    close: () => engine.close(),
  };
}

async function huntSource(
  engine: SearchEngine,
  source: NamedSource,
  options: HuntCliOptions,
  { rulePaths, sqlHunts, ...hunt }: SourceHunt,
): Promise<HuntSummary> {
  const { rules: documents } = await loadDocuments(rulePaths, {
    ...(options.placeholders !== undefined && { placeholders: options.placeholders }),
    ...(options.ruleCache !== undefined && { ruleCache: options.ruleCache }),
  });
  const common = {
    engine,
    source: source.name,
    ...(await sourceSearches(engine, source, hunt.signal)),
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    ...(options.timeout !== undefined && { timeout: options.timeout }),
  };
  const ancestry = options.withChain ? ancestryOn(common, hunt.signal) : null;
  const found = await huntRemote({
    ...hunt,
    ...common,
    documents,
    onFinding: async (finding) => hunt.onFinding(ancestry === null ? finding : await ancestry.add(finding)),
  });
  const summary = { ...found, issues: [...found.issues, ...(ancestry?.issues() ?? [])] };
  return { ...summary, refused: [...summary.refused, ...sqlHunts.map(notRun)] };
}

/** Whoever began a process may be older than the time that is hunted in: only the source itself bounds it. */
function ancestryOn(
  common: Parameters<typeof engineProcesses>[0],
  signal: AbortSignal | undefined,
): ReturnType<typeof sourceAncestry> {
  const processes = engineProcesses({
    ...common,
    ...(signal && { signal }),
  });
  return sourceAncestry({ source: processes, name: common.source, ...(signal && { signal }) });
}

/** SQL needs the events themselves. */
function notRun({ path: file, line, title }: SqlHunt): HuntSummary['refused'][number] {
  const message =
    'a SQL hunt needs the events themselves: huntbook sql --hunt FILE --source NAME fetches them';
  return { path: file, line, title, code: 'HB_RULE_UNSUPPORTED', message };
}
