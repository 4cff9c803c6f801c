/** Query strings and query DSL: hits as rows, to the very end. */
import { HuntbookError } from '../../errors.ts';
import type { Column } from '../../store/index.ts';
import type { EngineRow, SearchEnd, SearchRequest, SearchResult } from '../engine.ts';
import { columnsOf, isSecondForm, pathOf, readFieldCaps, type FieldCaps } from './columns.ts';
import { readPages } from './cursor.ts';
import { isObject } from './faults.ts';
import { flatten } from './flatten.ts';
import type { ElasticSettings } from './settings.ts';
import { everythingField, hexObject, longObject } from './template.ts';
import type { CallOptions, Wire } from './wire.ts';

/** A result whose types the index knows. */
export interface ElasticResult extends SearchResult {
  /** Empty where the server does not tell, or was not asked, by the option `oneOfMany`. */
  readonly columns: readonly Column[];
}

export interface Connection {
  readonly wire: Wire;
  readonly settings: ElasticSettings;
}

const defaultPage = 1000;
/** `index.max_result_window` of servers. */
const largestPage = 10_000;
export const defaultTimeField = '@timestamp';

export async function searchHits(
  { wire, settings }: Connection,
  request: SearchRequest,
  language: 'query_string' | 'dsl',
  call: CallOptions,
): Promise<ElasticResult> {
  const index = indexOf(settings, request);
  const { fields } = request;
  // One search of thousands, whole documents and few of them: no types of columns are asked for, and no context.
  const oneOfMany = request.options?.['oneOfMany'] === true && fields === undefined;
  const caps: FieldCaps = oneOfMany ? new Map() : await readFieldCaps(wire, index, call);
  const timeField = settings.timeField ?? defaultTimeField;
  const limit = request.limit === undefined || request.limit === 0 ? null : request.limit;
  const state = { rows: 0, lacks: new Set<string>(), total: null as number | null, ended: false };
  const pages = readPages(wire, {
    product: settings.product,
    index,
    query: wholeQuery(request, settings, language),
    shape: shapeOf(fields, caps),
    timeField,
    pageSize: pageSize(request),
    oneOfMany,
    limit,
    call,
  });
  async function* rows(): AsyncGenerator<EngineRow> {
    for await (const page of pages) {
      state.total ??= page.total;
      if (page.lack !== null) state.lacks.add(page.lack);
      for (const hit of page.hits) {
        state.rows++;
        yield rowOf(hit);
      }
      const done = state.total === null || state.total === 0 ? null : Math.min(1, state.rows / state.total);
      request.onProgress?.({ done, rows: state.rows, scanned: null });
    }
    state.ended = true;
  }
  const columns = columnsOf(caps);
  const wanted = fields === undefined ? null : new Set(fields);
  return {
    fields: fields ?? null,
    columns:
      caps.size === 0
        ? []
        : [
            ...columns.filter(({ name }) => wanted?.has(name) ?? !isSecond(name)),
            { name: '_index', type: 'text' },
            { name: '_id', type: 'text' },
          ],
    rows: rows(),
    end: (): SearchEnd => {
      const reasons = [...state.lacks];
      if (limit !== null && state.rows === limit && (state.total ?? 0) > limit)
        reasons.push(`limit ${limit}, and ${state.total} events match`);
      else if (!state.ended) reasons.push('reading stopped before the end');
      return { rows: state.rows, truncated: reasons.length === 0 ? null : reasons.join('; '), messages: [] };
    },
  };
}

/** How many documents a search finds, by `_count`. */
export async function countHits(
  { wire, settings }: Connection,
  request: SearchRequest,
  language: 'query_string' | 'dsl',
  call: CallOptions,
): Promise<number | null> {
  const path = `/${pathOf(indexOf(settings, request))}/_count`;
  const body = { query: wholeQuery(request, settings, language) };
  const answer = await wire.call('POST', path, { ...call, body });
  const count = isObject(answer) ? answer['count'] : null;
  return typeof count === 'number' ? count : null;
}

function wholeQuery(
  request: SearchRequest,
  settings: ElasticSettings,
  language: 'query_string' | 'dsl',
): Record<string, unknown> {
  const time = timeFilter(request, settings, settings.timeField ?? defaultTimeField);
  return { bool: { filter: [queryOf(request, language), ...time] } };
}

export function indexOf(settings: ElasticSettings, request: Pick<SearchRequest, 'index'>): string {
  return request.index ?? settings.index ?? '*';
}

function queryOf({ query }: SearchRequest, language: 'query_string' | 'dsl'): unknown {
  if (language === 'query_string') {
    if (typeof query !== 'string') throw new HuntbookError('HB_USAGE', 'a query string is text');
    if (query.trim() === '') return { match_all: {} };
    return { query_string: { query, analyze_wildcard: true } };
  }
  const given: unknown = typeof query === 'string' ? parseQuery(query) : query;
  if (!isObject(given)) throw new HuntbookError('HB_USAGE', 'query DSL is an object of JSON');
  if (!Object.hasOwn(given, 'query')) return given;
  // The body of a search request: aggregations and sorting would change what comes back.
  const other = Object.keys(given).filter((key) => key !== 'query' && key !== 'track_total_hits');
  if (other.length > 0) throw new HuntbookError('HB_USAGE', `query DSL is taken without ${other.join(', ')}`);
  return given['query'];
}

function parseQuery(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HuntbookError('HB_USAGE', `query DSL is no JSON: ${(error as Error).message}`);
  }
}

/** From `earliest` on, before `latest`. */
export function timeFilter(
  { earliest, latest }: SearchRequest,
  _settings: ElasticSettings,
  timeField: string,
): unknown[] {
  if (earliest === undefined && latest === undefined) return [];
  const range = {
    ...(earliest !== undefined && { gte: earliest }),
    ...(latest !== undefined && { lt: latest }),
  };
  return [{ range: { [timeField]: range } }];
}

function shapeOf(fields: readonly string[] | undefined, caps: FieldCaps): Record<string, unknown> {
  if (fields === undefined) return {};
  const second = fields.filter((name) => isSecondForm(name, caps));
  return {
    _source: fields.filter((name) => !name.startsWith('_')),
    ...(second.length > 0 && { fields: second }),
  };
}

function pageSize({ options }: SearchRequest): number {
  const given = options?.['pageSize'] ?? defaultPage;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= largestPage)
    return given;
  throw new HuntbookError('HB_USAGE', `pageSize is a number from 1 to ${largestPage}`);
}

function rowOf(hit: Readonly<Record<string, unknown>>): EngineRow {
  const row = flatten(isObject(hit['_source']) ? hit['_source'] : {});
  if (isObject(hit['fields'])) {
    for (const [name, values] of Object.entries(hit['fields']))
      row[name] ??= Array.isArray(values) && values.length === 1 ? values[0] : values;
  }
  for (const name in row) if (isSecond(name)) delete row[name];
  row['_index'] = hit['_index'];
  row['_id'] = hit['_id'];
  return row;
}

/** A form that huntbook's own loader made of another field. */
function isSecond(name: string): boolean {
  return name === everythingField || name.startsWith(`${longObject}.`) || name.startsWith(`${hexObject}.`);
}
