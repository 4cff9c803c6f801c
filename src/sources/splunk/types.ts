/** What a connection to Splunk is made of, and what a search of Splunk may be told beyond a plain request. */
import type { Secret } from '../../config/index.ts';
import { HuntbookError } from '../../errors.ts';
import type { EngineRow } from '../engine.ts';

export interface SplunkSettings {
  /** Management port, not that of the web pages: `https://host:8089`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  /** Bearer token. Never looked into: whether it is still good is for the server to say. */
  readonly token?: Secret;
  /** Key of a session that somebody else opened. */
  readonly session?: Secret;
  readonly app?: string;
  readonly owner?: string;
  /** PEM file with certificates that are trusted besides the usual ones. */
  readonly ca?: string;
  /** No check of the server's certificate. */
  readonly insecure?: boolean;
  readonly earliest?: string;
  readonly latest?: string;
  /** Seconds for a whole search. */
  readonly timeout?: number;
}

export type SplunkMode = 'normal' | 'blocking' | 'oneshot' | 'export';
export type SplunkOutput = 'json' | 'csv' | 'xml';

/** `SearchRequest.options` of this engine. */
export interface SplunkOptions {
  readonly mode: SplunkMode;
  readonly output: SplunkOutput;
  /** Also commands that write, send or run something. */
  readonly allowRisky: boolean;
  /** Without the fields whose names begin with `_`. */
  readonly noInternal: boolean;
  /** Errors of a search that came to an end make its result a part, not a failure. */
  readonly partial: boolean;
  /** The job stays on the server until it expires. */
  readonly keepJob: boolean;
  readonly pageRows: number;
  readonly level: 'fast' | 'smart' | 'verbose' | null;
}

const choices = {
  mode: ['normal', 'blocking', 'oneshot', 'export'],
  output: ['json', 'csv', 'xml'],
  level: ['fast', 'smart', 'verbose', null],
} as const;
const flags = ['allowRisky', 'noInternal', 'partial', 'keepJob'];

const defaults: SplunkOptions = {
  mode: 'normal',
  output: 'json',
  allowRisky: false,
  noInternal: false,
  partial: false,
  keepJob: false,
  // Splunk gives 100 when nobody says a number, and by default never more than 50,000.
  pageRows: 10_000,
  level: null,
};

/** Throws HB_USAGE for a name or value that is not there. */
export function splunkOptions(given: Readonly<Record<string, unknown>> = {}): SplunkOptions {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, name)) {
      const names = Object.keys(defaults).join(', ');
      throw new HuntbookError('HB_USAGE', `Splunk has no option ${JSON.stringify(name)}; it has ${names}`);
    }
    const allowed = (choices as Record<string, readonly unknown[]>)[name];
    const good = allowed
      ? allowed.includes(value)
      : flags.includes(name)
        ? typeof value === 'boolean'
        : Number.isInteger(value) && (value as number) > 0;
    if (good) continue;
    const wanted = allowed ? allowed.filter((each) => each !== null).join(', ') : 'another value';
    throw new HuntbookError('HB_USAGE', `option ${name} of Splunk: ${JSON.stringify(value)}, not ${wanted}`);
  }
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(chosen) };
}

/** How patient the client is; the tests are less so. All in milliseconds but `tries`. */
export interface SplunkTuning {
  readonly tries: number;
  readonly retryFirst: number;
  readonly retryMost: number;
  readonly pollFirst: number;
  readonly pollMost: number;
  readonly connect: number;
  /** Silence of the server within a call that should be short. */
  readonly patience: number;
  /** Between two signs of life to a job whose pages are read slowly. */
  readonly touch: number;
}

export const defaultTuning: SplunkTuning = {
  tries: 6,
  retryFirst: 1000,
  retryMost: 60_000,
  pollFirst: 100,
  pollMost: 2000,
  connect: 30_000,
  patience: 120_000,
  touch: 60_000,
};

/** What a result is made of, whatever it was written in. */
export type ResultItem =
  | { readonly kind: 'fields'; readonly names: readonly string[] }
  | { readonly kind: 'row'; readonly row: EngineRow }
  | { readonly kind: 'message'; readonly level: string; readonly text: string }
  /** A stream says that its final result is complete. */
  | { readonly kind: 'last' };

/** Bytes of a body into items, a few at a time. Throws HB_CUT when the body ends before the result does. */
export type ResultReader = (body: AsyncIterable<Uint8Array>) => AsyncGenerator<ResultItem[]>;

/** Characters of one row, which is held in memory; the longest line that files may have. */
export const maxRowLength = 64 * 1024 * 1024;
