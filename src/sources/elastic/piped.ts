/**
 * Languages whose answers come in one piece: EQL and ES|QL of Elasticsearch, PPL of OpenSearch. Each has a bound of
 * the server on its rows, and a result that reaches it is said to be cut.
 * https://www.elastic.co/docs/reference/elasticsearch/rest-apis (eql/search, query), and
 * https://docs.opensearch.org/latest/search-plugins/sql/sql-ppl-api/
 */
import { HuntbookError } from '../../errors.ts';
import type { Column } from '../../store/index.ts';
import type { EngineRow, SearchEnd, SearchRequest } from '../engine.ts';
import { columnType, pathOf } from './columns.ts';
import { lackOf } from './cursor.ts';
import { answerError, isObject, wordsOf } from './faults.ts';
import { flatten } from './flatten.ts';
import { defaultTimeField, indexOf, timeFilter, type Connection, type ElasticResult } from './hits.ts';
import type { Answer, CallOptions } from './wire.ts';

/** The most that EQL gives (`index.max_result_window`), and that ES|QL and PPL give by default. */
const mostRows = 10_000;

export async function searchEql(
  connection: Connection,
  request: SearchRequest,
  call: CallOptions,
): Promise<ElasticResult> {
  const { settings } = connection;
  const timeField = settings.timeField ?? defaultTimeField;
  const size = Math.min(
    request.limit === undefined || request.limit === 0 ? mostRows : request.limit,
    mostRows,
  );
  const filter = timeFilter(request, settings, timeField);
  const body = {
    query: textOf(request),
    size,
    timestamp_field: timeField,
    ...(filter.length > 0 && { filter: { bool: { filter } } }),
  };
  const path = `/${pathOf(indexOf(settings, request))}/_eql/search`;
  const answer = await post(connection, path, body, call, 'EQL');
  const hits = isObject(answer['hits']) ? answer['hits'] : {};
  const rows: EngineRow[] = [];
  const sequences = Array.isArray(hits['sequences']) ? hits['sequences'] : null;
  if (sequences === null) for (const event of listOf(hits['events'])) rows.push(eventRow(event));
  else {
    sequences.forEach((sequence: unknown, number) => {
      if (!isObject(sequence)) return;
      for (const event of listOf(sequence['events'])) {
        const joined = sequence['join_keys'];
        rows.push({
          ...eventRow(event),
          _sequence: number,
          ...(joined !== undefined && { _join_keys: joined }),
        });
      }
    });
  }
  const found = sequences?.length ?? rows.length;
  const full = found >= size ? `EQL gave ${found}, as many as were asked for; there may be more` : null;
  return whole(rows, [], null, [lackOf(answer), full]);
}

export async function searchEsql(
  connection: Connection,
  request: SearchRequest,
  call: CallOptions,
): Promise<ElasticResult> {
  const { settings } = connection;
  const limit = Math.min(request.limit || mostRows, mostRows);
  const filter = timeFilter(request, settings, settings.timeField ?? defaultTimeField);
  // Without a LIMIT of its own the server gives 1,000 rows and does not say that there are more.
  const body = {
    query: `${textOf(request)}\n| LIMIT ${limit}`,
    ...(filter.length > 0 && { filter: { bool: { filter } } }),
  };
  const answer = await post(connection, '/_query', body, call, 'ES|QL');
  const columns = tableColumns(answer['columns']);
  const rows = tableRows(columns, answer['values']);
  const full = rows.length >= limit ? `ES|QL gave ${rows.length} rows, its limit; there may be more` : null;
  return whole(rows, columns, columns, [lackOf(answer), full]);
}

export async function searchPpl(
  connection: Connection,
  request: SearchRequest,
  call: CallOptions,
): Promise<ElasticResult> {
  if (request.earliest !== undefined || request.latest !== undefined)
    throw new HuntbookError('HB_USAGE', 'PPL takes its times within the query: | where `@timestamp` >= "…"');
  const head = request.limit === undefined || request.limit === 0 ? '' : ` | head ${request.limit}`;
  const body = { query: textOf(request) + head };
  const answer = await post(connection, '/_plugins/_ppl', body, call, 'PPL');
  const columns = tableColumns(answer['schema']);
  const rows = tableRows(columns, answer['datarows']);
  // `plugins.query.size_limit`: 200 in versions before 2.5 or so, 10,000 since.
  const bound = rows.length === 200 || rows.length >= mostRows || rows.length === request.limit;
  const full = bound ? `PPL gave ${rows.length} rows, which may be its limit` : null;
  return whole(rows, columns, columns, [lackOf(answer), full]);
}

async function post(
  { wire }: Connection,
  path: string,
  body: unknown,
  call: CallOptions,
  language: string,
): Promise<Record<string, unknown>> {
  let answer: Answer = await wire.ask('POST', path, { ...call, body });
  if (answer.status === 429 || answer.status === 503)
    answer = { ...answer, status: 200, body: await wire.call('POST', path, { ...call, body }) };
  const { status } = answer;
  if (status < 400) return isObject(answer.body) ? answer.body : {};
  const words = wordsOf(answer.body);
  // A server without the feature has no such path, or takes it for that of something else.
  if (/no handler found|incorrect HTTP method|no_handler/i.test(words) || (status === 405 && words !== '')) {
    throw new HuntbookError('HB_QUERY', `${wire.name} has no ${language}`, {
      hint: 'Use query_string or dsl, which every server has.',
    });
  }
  throw answerError(status, answer.body, wire.name);
}

function textOf({ query }: SearchRequest): string {
  if (typeof query === 'string' && query.trim() !== '') return query;
  throw new HuntbookError('HB_USAGE', 'the query is to be text');
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function eventRow(event: Readonly<Record<string, unknown>>): EngineRow {
  const row = flatten(isObject(event['_source']) ? event['_source'] : {});
  row['_index'] = event['_index'];
  row['_id'] = event['_id'];
  return row;
}

function tableColumns(value: unknown): Column[] {
  return listOf(value).map((column) => {
    const name = String(column['alias'] ?? column['name']);
    return { name, type: columnType(name, [tableTypes[String(column['type'])] ?? String(column['type'])]) };
  });
}

const tableTypes: Readonly<Record<string, string>> = {
  timestamp: 'date',
  bigint: 'long',
  int: 'long',
  datetime: 'date',
};

function tableRows(columns: readonly Column[], values: unknown): EngineRow[] {
  return (Array.isArray(values) ? values : []).map((cells: unknown) => {
    const row = Object.create(null) as EngineRow;
    columns.forEach(({ name }, at) => (row[name] = (cells as unknown[])[at] ?? null));
    return row;
  });
}

function whole(
  rows: readonly EngineRow[],
  columns: readonly Column[],
  fields: readonly Column[] | null,
  lacks: readonly (string | null)[],
): ElasticResult {
  const reasons = lacks.filter((lack) => lack !== null);
  async function* each(): AsyncGenerator<EngineRow> {
    yield* rows;
  }
  return {
    fields: fields?.map(({ name }) => name) ?? null,
    columns,
    rows: each(),
    end: (): SearchEnd => ({
      rows: rows.length,
      truncated: reasons.length === 0 ? null : reasons.join('; '),
      messages: [],
    }),
  };
}
