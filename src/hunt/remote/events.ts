/**
 * Events of a search engine as the tables of `openEvents`: what a search gives is read as a file of JSON lines would
 * be, so that every view is there whatever the shape of the rows.
 */
import { toJson } from '../../events/index.ts';
import type { EngineRow, SearchEngine, SearchRequest, SearchResult } from '../../sources/index.ts';
import { openEvents, type EventStore, type OpenEventsOptions } from '../event-store.ts';
import { asLoaded } from './hits.ts';

export interface SearchEvents extends EventStore {
  /** Why the engine may have more; null when these are all. */
  readonly truncated: string | null;
}

/** Rows are handed over in blocks of about this many characters. */
const blockSize = 256 * 1024;

/** The query for all events of an engine, within `index` where one is named. */
export function everything(
  engine: Pick<SearchEngine, 'kind'>,
  index?: string,
): Pick<SearchRequest, 'query' | 'language' | 'index'> {
  if (engine.kind === 'splunk')
    return { query: `search index="${(index ?? '*').replaceAll(/["\\]/gu, '\\$&')}"`, language: 'spl' };
  return { query: { match_all: {} }, language: 'dsl', ...(index !== undefined && { index }) };
}

/** Runs one search and loads what it gives. Throws what the search throws; nothing is loaded in part. */
export async function openSearchEvents(
  engine: SearchEngine,
  request: SearchRequest,
  options: Omit<OpenEventsOptions, 'stdin'> = {},
): Promise<SearchEvents> {
  const result = await engine.search(request);
  let failed: { readonly error: unknown } | undefined;
  // The reader takes a stream that breaks for damaged input; a search that breaks ends everything.
  async function* stdin(): AsyncGenerator<Uint8Array> {
    try {
      yield* jsonLines(result);
    } catch (error) {
      failed = { error };
    }
  }
  const store = await openEvents(['-'], { ...options, stdin: stdin() });
  if (failed !== undefined) {
    await store.close();
    throw failed.error;
  }
  return { ...store, truncated: result.end().truncated };
}

async function* jsonLines({ rows }: SearchResult): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let block = '';
  for await (const row of rows) {
    block += `${toJson(asLoaded(row) satisfies EngineRow)}\n`;
    if (block.length < blockSize) continue;
    yield encoder.encode(block);
    block = '';
  }
  if (block !== '') yield encoder.encode(block);
}
