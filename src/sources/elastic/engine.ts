/** Elasticsearch and OpenSearch as search engines. */
import { HuntbookError } from '../../errors.ts';
import type { EngineInfo, SearchEngine, SearchRequest } from '../engine.ts';
import { pathOf, readFieldCaps, type FieldCaps } from './columns.ts';
import { isObject } from './faults.ts';
import { countHits, searchHits, type ElasticResult } from './hits.ts';
import { searchEql, searchEsql, searchPpl } from './piped.ts';
import type { ElasticSettings } from './settings.ts';
import { openWire, type CallOptions, type Wire } from './wire.ts';

export interface ElasticEngine extends SearchEngine {
  search(request: SearchRequest): Promise<ElasticResult>;
  readonly settings: ElasticSettings;
  readonly wire: Wire;
  /** The fields of an index pattern; default: that of the settings. */
  fieldCaps(index?: string, signal?: AbortSignal): Promise<FieldCaps>;
}

const languages = {
  elasticsearch: ['query_string', 'dsl', 'eql', 'esql'],
  opensearch: ['query_string', 'dsl', 'ppl'],
} as const;
const shownIndexes = 20;

/** Connects on the first call. Throws HB_CONFIG, HB_TLS for settings that cannot be, HB_MISSING_DEP. */
export async function openElastic(settings: ElasticSettings): Promise<ElasticEngine> {
  const wire = await openWire(settings);
  const connection = { wire, settings };
  return {
    kind: settings.product,
    settings,
    wire,
    test: (signal) => test(wire, settings, signal),
    fieldCaps: (index, signal) =>
      readFieldCaps(wire, index ?? settings.index ?? '*', signal === undefined ? {} : { signal }),
    async search(request) {
      const language = request.language ?? (typeof request.query === 'string' ? 'query_string' : 'dsl');
      const call = callOf(request, settings);
      const known: readonly string[] = languages[settings.product];
      if (!known.includes(language)) {
        throw new HuntbookError(
          'HB_QUERY',
          `${settings.product} has no ${language}; it has ${known.join(', ')}`,
        );
      }
      switch (language) {
        case 'eql':
          return searchEql(connection, request, call);
        case 'esql':
          return searchEsql(connection, request, call);
        case 'ppl':
          return searchPpl(connection, request, call);
        default:
          return searchHits(connection, request, language === 'dsl' ? 'dsl' : 'query_string', call);
      }
    },
    async count(request) {
      const language = request.language ?? (typeof request.query === 'string' ? 'query_string' : 'dsl');
      if (language !== 'query_string' && language !== 'dsl') return null;
      return countHits(connection, request, language, callOf(request, settings));
    },
    close: () => wire.close(),
  };
}

function callOf(request: SearchRequest, settings: ElasticSettings): CallOptions {
  const timeout = request.timeout ?? settings.timeout;
  return {
    ...(request.signal !== undefined && { signal: request.signal }),
    ...(timeout !== undefined && { timeout }),
  };
}

async function test(wire: Wire, settings: ElasticSettings, signal?: AbortSignal): Promise<EngineInfo> {
  const call: CallOptions = { ...(signal !== undefined && { signal }), timeout: settings.timeout ?? 30 };
  const root = await wire.call('GET', '/', call);
  const version = isObject(root) && isObject(root['version']) ? root['version'] : {};
  const found = version['distribution'] === 'opensearch' ? 'opensearch' : 'elasticsearch';
  if (found !== settings.product) {
    throw new HuntbookError('HB_CONNECT', `${wire.name} is ${found}, not ${settings.product}`, {
      hint: `Write kind: ${found} for this source.`,
    });
  }
  const pattern = settings.index ?? '*';
  const query = { format: 'json', h: 'index,docs.count', s: 'index' };
  const listed = await wire.call('GET', `/_cat/indices/${pathOf(pattern)}`, { ...call, query });
  const indexes = (Array.isArray(listed) ? listed : []) as { index?: string; 'docs.count'?: string }[];
  const count = indexes.reduce((sum, one) => sum + Number(one['docs.count'] ?? 0), 0);
  const lines = indexes.map((one) => `${one.index} (${one['docs.count'] ?? '?'})`);
  const more = lines.length > shownIndexes ? ` and ${lines.length - shownIndexes} more` : '';
  const name = isObject(root) ? root['cluster_name'] : null;
  return {
    product: found === 'opensearch' ? 'OpenSearch' : 'Elasticsearch',
    version: String(version['number'] ?? ''),
    details: {
      cluster: String(name ?? ''),
      pattern,
      documents: String(count),
      indexes: lines.length === 0 ? 'none match the pattern' : lines.slice(0, shownIndexes).join(', ') + more,
    },
  };
}
