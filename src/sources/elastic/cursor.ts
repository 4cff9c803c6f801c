/**
 * Every hit of a search, page by page: by a point in time and `search_after`, or by a scroll where the server has no
 * point in time or does not sort by `_id`. Contexts on the server are closed however reading ends. Where little is
 * expected, a page is asked for without any first: it mostly is all there is.
 * Elasticsearch: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/paginate-search-results
 * OpenSearch: https://docs.opensearch.org/latest/search-plugins/searching-data/point-in-time/
 */
import { HuntbookError } from '../../errors.ts';
import { answerError, isObject, wordsOf } from './faults.ts';
import { pathOf } from './columns.ts';
import type { CallOptions, Wire } from './wire.ts';

export interface Page {
  readonly hits: readonly Readonly<Record<string, unknown>>[];
  readonly total: number | null;
  /** Why this page may not hold all it should. */
  readonly lack: string | null;
}

export interface CursorRequest {
  readonly product: 'elasticsearch' | 'opensearch';
  readonly index: string;
  readonly query: unknown;
  /** `_source`, `fields` and the like. */
  readonly shape: Readonly<Record<string, unknown>>;
  readonly timeField: string;
  readonly pageSize: number;
  /** Most rules of a hunt find little. */
  readonly oneOfMany?: boolean;
  /** Hits wanted; null: all. */
  readonly limit: number | null;
  readonly call: CallOptions;
}

/** How long the server keeps a context between two pages; renewed with each. */
const keepAlive = '5m';

export async function* readPages(wire: Wire, request: CursorRequest): AsyncGenerator<Page> {
  const page = request.oneOfMany === true ? await onlyPage(wire, request) : null;
  if (page !== null) {
    yield page;
    return;
  }
  const pit = await openPit(wire, request);
  if (pit === null) yield* byScroll(wire, request);
  else yield* byPit(wire, request, pit);
}

/** All there is, in one answer; null when there is more, which is then read from the beginning. */
async function onlyPage(wire: Wire, request: CursorRequest): Promise<Page | null> {
  const size = sizeOf(request, 0);
  const path = `/${pathOf(request.index)}/_search`;
  // As with a point in time; the tie-breaker of Elasticsearch is only known there.
  const body = {
    ...bodyOf(request, size, true),
    sort: request.product === 'elasticsearch' ? [timeSort(request)] : sortOf(request),
  };
  const { status, body: answer } = await again(wire, path, body, request.call);
  // What is not allowed here (sorting by _id, for one) may be with a scroll; other errors come again.
  if (status >= 400) return null;
  const page = pageOf(answer, wire.name);
  return page.hits.length < size || page.hits.length === request.limit ? page : null;
}

interface Pit {
  id: string;
  readonly close: () => Promise<unknown>;
}

/** Null where the server has none. */
async function openPit(wire: Wire, { product, index, call }: CursorRequest): Promise<Pit | null> {
  const elastic = product === 'elasticsearch';
  const path = `/${pathOf(index)}/${elastic ? '_pit' : '_search/point_in_time'}`;
  const query = { keep_alive: keepAlive };
  const { status, body } = await wire.ask('POST', path, { ...call, query });
  if (status === 429 || status === 503) return opened(await wire.call('POST', path, { ...call, query }));
  if (status < 400) return opened(body);
  if ((status === 400 || status === 404 || status === 405) && !/index_not_found/.test(wordsOf(body)))
    return null;
  throw answerError(status, body, wire.name);

  function opened(answer: unknown): Pit {
    const pit: Pit = {
      id: String((answer as Record<string, unknown>)[elastic ? 'id' : 'pit_id']),
      // Without the signal of the search: it is closed because that came. Not closed, it ends after its time.
      close: () =>
        elastic
          ? wire.ask('DELETE', '/_pit', { body: { id: pit.id }, timeout: 10 }).catch(() => null)
          : wire
              .ask('DELETE', '/_search/point_in_time', { body: { pit_id: [pit.id] }, timeout: 10 })
              .catch(() => null),
    };
    return pit;
  }
}

async function* byPit(wire: Wire, request: CursorRequest, pit: Pit): AsyncGenerator<Page> {
  let after: unknown;
  let given = 0;
  let closed = false;
  try {
    for (;;) {
      const size = sizeOf(request, given);
      const body = {
        ...bodyOf(request, size, after === undefined),
        sort: sortOf(request),
        pit: { id: pit.id, keep_alive: keepAlive },
        ...(after !== undefined && { search_after: after }),
      };
      const { status, body: answer } = await again(wire, '/_search', body, request.call);
      if (status >= 400) {
        // `_id` may be barred from sorting; a scroll needs none.
        if (after === undefined && /fielddata|_shard_doc/i.test(wordsOf(answer))) break;
        throw answerError(status, answer, wire.name);
      }
      const page = pageOf(answer, wire.name);
      const renewed = (answer as Record<string, unknown>)['pit_id'];
      if (typeof renewed === 'string') pit.id = renewed;
      given += page.hits.length;
      const last = page.hits.length < size || given === request.limit;
      if (last) {
        closed = true;
        await pit.close();
      }
      yield page;
      if (last) return;
      after = page.hits.at(-1)?.['sort'];
    }
  } finally {
    if (!closed) await pit.close();
  }
  yield* byScroll(wire, request);
}

async function* byScroll(wire: Wire, request: CursorRequest): AsyncGenerator<Page> {
  const path = `/${pathOf(request.index)}/_search`;
  const first = { ...bodyOf(request, sizeOf(request, 0), true), sort: [timeSort(request)] };
  let answer = await wire.call('POST', path, { ...request.call, query: { scroll: keepAlive }, body: first });
  let given = 0;
  const scrollId = (): unknown => (answer as Record<string, unknown>)['_scroll_id'];
  try {
    for (;;) {
      const page = pageOf(answer, wire.name);
      const left = request.limit === null ? page.hits.length : request.limit - given;
      const hits = page.hits.slice(0, left);
      given += hits.length;
      if (page.hits.length > 0) yield { ...page, hits };
      else if (given === 0 || page.lack !== null) yield page;
      if (page.hits.length === 0 || given === request.limit) return;
      const body = { scroll: keepAlive, scroll_id: scrollId() };
      answer = await wire.call('POST', '/_search/scroll', { ...request.call, body });
    }
  } finally {
    const body = { scroll_id: [scrollId()] };
    await wire.ask('DELETE', '/_search/scroll', { body, timeout: 10 }).catch(() => null);
  }
}

/** Asks again what is busy, but gives back other errors. */
async function again(
  wire: Wire,
  path: string,
  body: unknown,
  call: CallOptions,
): Promise<{ status: number; body: unknown }> {
  const answer = await wire.ask('POST', path, { ...call, body });
  if (answer.status !== 429 && answer.status !== 503) return answer;
  return { status: 200, body: await wire.call('POST', path, { ...call, body }) };
}

function sizeOf({ pageSize, limit }: CursorRequest, given: number): number {
  return limit === null ? pageSize : Math.min(pageSize, limit - given);
}

function bodyOf({ query, shape }: CursorRequest, size: number, first: boolean): Record<string, unknown> {
  // Counting is only for the progress; once is enough.
  return { query, ...shape, size, track_total_hits: first };
}

/** An index without the field is sorted last rather than refused. */
function timeSort({ timeField }: CursorRequest): Record<string, unknown> {
  return { [timeField]: { order: 'asc', unmapped_type: 'date' } };
}

function sortOf(request: CursorRequest): unknown[] {
  const last = request.product === 'elasticsearch' ? '_shard_doc' : '_id';
  return [timeSort(request), { [last]: 'asc' }];
}

/** Throws HB_CONNECT for what is no answer of a search, such as the page of a proxy: nothing found would be a lie. */
function pageOf(answer: unknown, name: string): Page {
  const body = isObject(answer) ? answer : {};
  const hits = isObject(body['hits']) ? body['hits'] : {};
  const found = hits['hits'];
  if (!Array.isArray(found))
    throw new HuntbookError('HB_CONNECT', `${name} does not answer searches as a search engine does`);
  const total = isObject(hits['total']) ? hits['total']['value'] : hits['total'];
  return {
    hits: found,
    total: typeof total === 'number' ? total : null,
    lack: lackOf(body),
  };
}

/** Why an answer of a search may be without some hits. */
export function lackOf(body: Readonly<Record<string, unknown>>): string | null {
  if (body['timed_out'] === true) return 'the server gave up in the middle (timed_out)';
  if (body['terminated_early'] === true) return 'the server ended the search early';
  if (body['is_partial'] === true) return 'the server gave a part of the result (is_partial)';
  const shards = isObject(body['_shards']) ? body['_shards'] : {};
  const failed = shards['failed'];
  if (typeof failed === 'number' && failed > 0) {
    const failures = Array.isArray(shards['failures']) ? shards['failures'] : [];
    const reason: unknown = isObject(failures[0]) ? failures[0]['reason'] : null;
    const words = wordsOf({ error: reason });
    return `${failed} of ${String(shards['total'])} shards failed${words === '' ? '' : `: ${words}`}`;
  }
  const clusters = isObject(body['_clusters']) ? body['_clusters'] : {};
  for (const state of ['skipped', 'partial', 'failed']) {
    const count = clusters[state];
    if (typeof count === 'number' && count > 0) return `${count} remote clusters were ${state}`;
  }
  return null;
}
