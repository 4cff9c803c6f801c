/** Events of a named source for `huntbook sql --source`: files as they are, an engine's by one search. */
import { HuntbookError } from '../errors.ts';
import {
  everything,
  openEvents,
  openSearchEvents,
  openSource,
  type EventStore,
  type OpenEventsOptions,
} from '../hunt/index.ts';
import type { SearchRequest } from '../sources/index.ts';
import { findSource, sayWarning, sourceFiles } from './find-source.ts';
import { spanOf, type SpanOptions } from './search-span.ts';

export interface SqlSourceOptions extends SpanOptions {
  readonly source?: string;
  readonly config?: string;
  readonly query?: string;
  readonly language?: string;
  readonly index?: string;
  readonly limit?: number;
}

/** Options of the search, which mean nothing for files. */
const searchOptions = {
  query: '--query',
  language: '--language',
  index: '--index',
  limit: '--limit',
} as const;

/** Throws HB_USAGE for options of a search without an engine, and what opening and searching the source throw. */
export async function openSqlSource(
  paths: readonly string[],
  options: SqlSourceOptions,
  how: OpenEventsOptions,
): Promise<EventStore & { readonly truncated?: string | null }> {
  const { source: name } = options;
  if (name === undefined) {
    refuse(options, 'files');
    return openEvents(paths, how);
  }
  if (paths.length > 0)
    throw new HuntbookError('HB_USAGE', `${paths[0]}: files and --source are asked one at a time`);
  const source = await findSource(name, options.config);
  const { settings } = source;
  if (settings.kind === 'files') {
    refuse(options, `source ${name}, which is files`);
    return openEvents(await sourceFiles(source, settings.paths), how);
  }
  const span = spanOf(options);
  const earliest = span.earliest ?? settings.earliest;
  const latest = span.latest ?? settings.latest;
  const { query, language, index = settings.index, limit } = options;
  const engine = await openSource(source, { onWarning: sayWarning });
  try {
    const all = everything(engine, index);
    const request: SearchRequest = {
      ...(query === undefined
        ? all
        : { ...(all.index !== undefined && { index: all.index }), ...(language && { language }), query }),
      ...(earliest !== undefined && { earliest }),
      ...(latest !== undefined && { latest }),
      ...(limit !== undefined && { limit }),
      ...(how.signal && { signal: how.signal }),
    };
    return await openSearchEvents(engine, request, how);
  } finally {
    await engine.close();
  }
}

function refuse(options: SqlSourceOptions, what: string): void {
  const span = ['earliest', 'latest', 'since', 'until'] as const;
  for (const key of span)
    if (options[key] !== undefined)
      throw new HuntbookError('HB_USAGE', `--${key} is for --source with an engine, not for ${what}`, {
        hint: 'Say it in SQL: WHERE Time >= …',
      });
  for (const [key, option] of Object.entries(searchOptions))
    if (options[key as keyof typeof searchOptions] !== undefined)
      throw new HuntbookError('HB_USAGE', `${option} is for --source with an engine, not for ${what}`);
}
