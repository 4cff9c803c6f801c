/** How rules become searches of a named source: its names of fields, pipelines, indexes and times. */
import path from 'node:path';
import { sourcePath, type NamedSource } from '../config/index.ts';
import { describeFields, type RemoteHuntOptions } from '../hunt/index.ts';
import type { Pipeline } from '../sigma/index.ts';
import { indexFor, readIndexMap, type SearchEngine } from '../sources/index.ts';
import { choosePipelines } from './sigma-rules.ts';

export type SourceSearches = Pick<
  RemoteHuntOptions,
  'fields' | 'mapping' | 'pipelines' | 'index' | 'earliest' | 'latest'
>;

/** Throws what reading the pipelines and the index map of the source throws, and what the engine says of its fields. */
export async function sourceSearches(
  engine: SearchEngine,
  source: NamedSource,
  signal?: AbortSignal,
): Promise<SourceSearches> {
  const settings = source.settings as Exclude<NamedSource['settings'], { kind: 'files' }>;
  const pipelines = settings.pipelines && (await pipelinesOf(source, settings.pipelines));
  const { earliest, latest, index } = settings;
  const map = await indexMapOf(source, settings);
  return {
    // What the index can answer is looked up for pipelines of one's own too.
    ...(await describeFields(engine, pipelines ? 'sigma' : fieldsOf(settings), signal)),
    ...(pipelines && { pipelines }),
    ...(map ? { index: (rule) => indexFor(map, rule.logsource) ?? index } : index !== undefined && { index }),
    ...(earliest !== undefined && { earliest }),
    ...(latest !== undefined && { latest }),
  };
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
