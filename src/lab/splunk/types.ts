/** The stand-in for a Splunk server: what it is given and what it gives. */
import type { Column, Database } from '../../store/index.ts';

export interface ServeOptions {
  /** Has the table of the events. It stays open when the server is closed. */
  readonly database: Database;
  /** Default `events_text`. */
  readonly table?: string;
  /** Columns of the table. */
  readonly columns: readonly Column[];
  /** Port of 127.0.0.1; default 0, any that is free. */
  readonly port?: number;
  readonly user?: string;
  readonly password: string;
  /** A bearer token that is taken too. */
  readonly token?: string;
  /** What `_raw` holds; default `message`. */
  readonly raw?: RawForm;
  /** Name of the index; default `main`. */
  readonly index?: string;
  /** Default 9.3.1. Before 9.0.2 there are no v2 endpoints. */
  readonly version?: string;
  /** Most searches that run or wait; one more is refused with 503. Default 10. */
  readonly maxJobs?: number;
  /** Most rows of one answer of results or events, as `maxresultrows` of limits.conf. Default 50,000. */
  readonly maxResultRows?: number;
  /** Most rows a search keeps; a search that finds more says so. Default 500,000. */
  readonly maxCount?: number;
  /** Seconds that a session lasts without being used. Default 3,600. */
  readonly sessionSeconds?: number;
  /** Milliseconds that a search takes at least; for tests of clients that poll. Default 0. */
  readonly pace?: number;
  /** Called with every request, for a log or a test: never with its secrets. */
  readonly onRequest?: (request: RequestNote) => void;
}

export type RawForm = 'message' | 'xml';

export interface RequestNote {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface SplunkServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Ends all searches and connections. */
  close(): Promise<void>;
}

/** A value of a result: text, several texts, or missing. */
export type Cell = string | readonly string[] | null;
export type Row = Readonly<Record<string, Cell>>;
