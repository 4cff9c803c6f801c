/** A search engine that answers queries in its own language: what Splunk, Elasticsearch and OpenSearch have in common. */

/** One query. What an engine has no use for, it refuses by HB_USAGE rather than ignore it. */
export interface SearchRequest {
  /** Text of the engine's language, or an object for query DSL. */
  readonly query: string | Readonly<Record<string, unknown>>;
  /** `spl` on Splunk; `query_string` (default), `dsl`, `eql`, `esql`, `ppl` on Elasticsearch and OpenSearch. */
  readonly language?: string;
  /** ISO 8601, or what the engine understands (`-24h@h`, `now-24h`). Default: the engine's settings, else all time. */
  readonly earliest?: string;
  readonly latest?: string;
  /** Index pattern; default: that of the settings. */
  readonly index?: string;
  /** Most rows to give; 0 or missing: all. */
  readonly limit?: number;
  /** Only these fields. */
  readonly fields?: readonly string[];
  /** Seconds until the search is cancelled. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SearchProgress) => void;
  /** Options of one engine only, by its own names; see its room. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface SearchProgress {
  /** From 0 to 1, where the engine tells. */
  readonly done: number | null;
  readonly rows: number;
  readonly scanned: number | null;
}

/** A row as the engine gives it, of JSON's types. Several values are an array. */
export type EngineRow = Record<string, unknown>;

/** Rows while they come. Whoever stops reading early ends the search on the engine too. */
export interface SearchResult {
  /** Names of the fields in the engine's order, where it tells before the rows. */
  readonly fields: readonly string[] | null;
  /** May be read once. */
  readonly rows: AsyncIterable<EngineRow>;
  /** What there is to say once `rows` were read. */
  readonly end: () => SearchEnd;
}

export interface SearchEnd {
  readonly rows: number;
  /** Why there may be more than was given; null when everything was. */
  readonly truncated: string | null;
  /** What the engine said: warnings and errors that did not stop it. */
  readonly messages: readonly { readonly level: string; readonly text: string }[];
}

export interface EngineInfo {
  readonly product: string;
  readonly version: string;
  /** Facts to show in `source test`: user, apps, indexes. */
  readonly details: Readonly<Record<string, string>>;
}

export interface SearchEngine {
  readonly kind: 'splunk' | 'elasticsearch' | 'opensearch';
  /** Connects, logs in and asks who is there. */
  test(signal?: AbortSignal): Promise<EngineInfo>;
  search(request: SearchRequest): Promise<SearchResult>;
  /** How many events a search finds; null where the engine can not tell of this one. */
  count?(request: SearchRequest): Promise<number | null>;
  close(): Promise<void>;
}
