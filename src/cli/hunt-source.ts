/** `huntbook hunt --source`: the rules as searches of a named source, or, of the kind files, the hunt over its files. */
import path from 'node:path';
import { sourcePath, type NamedSource } from '../config/index.ts';
import { HuntbookError } from '../errors.ts';
import {
  describeFields,
  engineProcesses,
  huntRemote,
  openSource,
  sourceAncestry,
  type HuntSummary,
  type RemoteHuntOptions,
} from '../hunt/index.ts';
import type { SqlHunt } from '../rules/index.ts';
import type { Pipeline } from '../sigma/index.ts';
import { indexFor, readIndexMap, type SearchEngine } from '../sources/index.ts';
import { findSource, sayWarning, sourceFiles } from './find-source.ts';
import type { HuntCliOptions } from './hunt-options.ts';
import { choosePipelines, loadDocuments } from './sigma-rules.ts';

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
  const settings = source.settings as Exclude<NamedSource['settings'], { kind: 'files' }>;
  const { rules: documents } = await loadDocuments(rulePaths, {
    ...(options.placeholders !== undefined && { placeholders: options.placeholders }),
    ...(options.ruleCache !== undefined && { ruleCache: options.ruleCache }),
  });
  const pipelines = settings.pipelines && (await pipelinesOf(source, settings.pipelines));
  const { earliest, latest, index } = settings;
  const map = await indexMapOf(source, settings);
  const common = {
    engine,
    source: source.name,
    // What the index can answer is looked up for pipelines of one's own too.
    ...(await describeFields(engine, pipelines ? 'sigma' : fieldsOf(settings), hunt.signal)),
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    ...(options.timeout !== undefined && { timeout: options.timeout }),
  };
  const ancestry = options.withChain ? ancestryOn(common, index, hunt.signal) : null;
  const found = await huntRemote({
    ...hunt,
    ...common,
    documents,
    ...(pipelines && { pipelines }),
    ...(map ? { index: (rule) => indexFor(map, rule.logsource) ?? index } : index !== undefined && { index }),
    onFinding: async (finding) => hunt.onFinding(ancestry === null ? finding : await ancestry.add(finding)),
  });
  const summary = { ...found, issues: [...found.issues, ...(ancestry?.issues() ?? [])] };
  return { ...summary, refused: [...summary.refused, ...sqlHunts.map(notRun)] };
}

/** Whoever began a process may be older than the time that is hunted in: only the source itself bounds it. */
function ancestryOn(
  common: Omit<Parameters<typeof engineProcesses>[0], 'index'>,
  index: string | undefined,
  signal: AbortSignal | undefined,
): ReturnType<typeof sourceAncestry> {
  const processes = engineProcesses({
    ...common,
    ...(index !== undefined && { index }),
    ...(signal && { signal }),
  });
  return sourceAncestry({ source: processes, name: common.source, ...(signal && { signal }) });
}

function fieldsOf(settings: NamedSource['settings']): RemoteHuntOptions['fields'] | undefined {
  return 'fields' in settings ? settings.fields : undefined;
}

/** Which index holds the events of a log source, where the source says a map. */
async function indexMapOf(
  source: NamedSource,
  settings: NamedSource['settings'],
): Promise<Awaited<ReturnType<typeof readIndexMap>> | null> {
  if (!('index_map' in settings) || settings.index_map === undefined) return null;
  const written = settings.index_map;
  return readIndexMap(/[/\\]|\.ya?ml$/.test(written) ? await sourcePath(source, written) : written);
}

/** SQL needs the events themselves. */
function notRun({ path: file, line, title }: SqlHunt): HuntSummary['refused'][number] {
  const message =
    'a SQL hunt needs the events themselves: huntbook sql --hunt FILE --source NAME fetches them';
  return { path: file, line, title, code: 'HB_RULE_UNSUPPORTED', message };
}

async function pipelinesOf(
  source: NamedSource,
  written: readonly string[],
): Promise<(string | Pipeline)[] | undefined> {
  const names = await Promise.all(
    written.map((name) =>
      /[/\\]|\.ya?ml$/.test(name) && !path.isAbsolute(name) ? sourcePath(source, name) : name,
    ),
  );
  return choosePipelines({ pipeline: names });
}
