/**
 * One way to call both products through their official clients (@elastic/elasticsearch, @opensearch-project/opensearch).
 * Integers beyond 2^53 stay exact in both directions. What is busy is asked again a few times.
 */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { HuntbookError } from '../../errors.ts';
import { toJson } from '../../events/index.ts';
import { answerError, connectionError } from './faults.ts';
import { checkSettings, type ElasticSettings } from './settings.ts';

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** An object is written as JSON; text is sent as lines of JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Seconds. */
  readonly timeout?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Wire {
  /** Name of the server for messages. */
  readonly name: string;
  /** Any answer, also of errors. Throws HB_CONNECT, HB_TLS, HB_TIMEOUT, HB_CUT. */
  ask(method: Method, path: string, options?: CallOptions): Promise<Answer>;
  /** The body of an answer that is none of an error. What is busy is asked again. */
  call(method: Method, path: string, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Waits before asking again, in milliseconds; each half as long again at most, by chance. */
const waits = [250, 500, 1000, 2000, 4000];
const defaultTimeout = 120;

interface RawAnswer {
  statusCode: number | null;
  headers: Record<string, unknown> | null;
  body: Readable;
}
type Send = (
  params: Record<string, unknown>,
  options: { signal: AbortSignal; timeout: number },
) => Promise<RawAnswer>;

export async function openWire(settings: ElasticSettings): Promise<Wire> {
  const { name } = checkSettings(settings);
  const { send, close } =
    settings.product === 'opensearch' ? await openSearchClient(settings) : await elasticClient(settings);
  const ask: Wire['ask'] = async (method, path, options = {}) => {
    const timeout = (options.timeout ?? settings.timeout ?? defaultTimeout) * 1000;
    const signals = [AbortSignal.timeout(timeout), ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(signals);
    const { body } = options;
    const params = {
      method,
      path,
      ...(options.query !== undefined && { querystring: options.query }),
      ...(typeof body === 'string' && { bulkBody: body }),
      ...(typeof body === 'object' && body !== null && { body: toJson(body) }),
    };
    let answer: RawAnswer;
    try {
      signal.throwIfAborted();
      answer = await send(params, { signal, timeout });
    } catch (error) {
      throw connectionError(error, name, signal);
    }
    const text = await readText(answer, signal, name);
    return { status: answer.statusCode ?? 0, body: parse(text), headers: answer.headers ?? {} };
  };
  const call: Wire['call'] = async (method, path, options = {}) => {
    for (let attempt = 0; ; attempt++) {
      const { status, body } = await ask(method, path, options);
      if (status < 400) return body;
      const wait = waits[attempt];
      if ((status !== 429 && status !== 503) || wait === undefined) throw answerError(status, body, name);
      await sleep(wait * (1 + Math.random() / 2), undefined, { signal: options.signal }).catch(() => {
        throw new HuntbookError('HB_SEARCH', `${name}: the search was stopped`);
      });
    }
  };
  return { name, ask, call, close };
}

async function readText({ body, headers }: RawAnswer, signal: AbortSignal, name: string): Promise<string> {
  const stop = (): unknown => body.destroy();
  signal.addEventListener('abort', stop);
  try {
    const bytes = await buffer(body);
    const packed = String(headers?.['content-encoding'] ?? '').includes('gzip');
    return (packed ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    if (signal.aborted) throw connectionError(error, name, signal);
    throw new HuntbookError('HB_CUT', `${name}: the connection ended within an answer`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    // The reviver costs time, and only long digits need it.
    return /\d{16}/.test(text) ? JSON.parse(text, exactIntegers) : JSON.parse(text);
  } catch {
    return text;
  }
}

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const written = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || written === undefined) return value;
  return /^-?\d+$/.test(written) ? BigInt(written) : value;
}

async function load<Module>(what: string, make: () => Promise<Module>): Promise<Module> {
  try {
    return await make();
  } catch (error) {
    throw new HuntbookError('HB_MISSING_DEP', `the package ${what} is not installed`, { cause: error });
  }
}

type Opened = { send: Send; close: () => Promise<void> };

async function openSearchClient(settings: ElasticSettings): Promise<Opened> {
  const { Client } = await load(
    '@opensearch-project/opensearch',
    () => import('@opensearch-project/opensearch'),
  );
  const { url, ca } = checkSettings(settings);
  const { username, password, apiKey } = settings;
  const client = new Client({
    node: url as string,
    maxRetries: 0,
    ssl: { rejectUnauthorized: settings.insecure !== true, ...(ca !== null && { ca }) },
    ...(username !== undefined && { auth: { username, password: password?.reveal() ?? '' } }),
    ...(apiKey !== undefined && { headers: { authorization: `ApiKey ${apiKey.reveal()}` } }),
  });
  return {
    send: async (params, { signal, timeout }) => {
      const request = client.transport.request(params as never, { asStream: true, requestTimeout: timeout });
      // Without a value: what abort() gives is a promise, which an event target would watch, and throw what it rejects with.
      const stop = (): void => void request.abort();
      signal.addEventListener('abort', stop);
      try {
        const answer = (await request) as unknown as RawAnswer;
        // The client prints what happens to a connection after the headers; readText tells it.
        const sent = (answer.body as Readable & { req?: NodeJS.EventEmitter }).req;
        sent?.removeAllListeners('error').on('error', () => {});
        return answer;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    close: () => client.close(),
  };
}

async function elasticClient(settings: ElasticSettings): Promise<Opened> {
  const { Client } = await load('@elastic/elasticsearch', () => import('@elastic/elasticsearch'));
  const { url, ca } = checkSettings(settings);
  const { cloudId, username, password, apiKey } = settings;
  const auth =
    apiKey !== undefined
      ? { auth: { apiKey: apiKey.reveal() } }
      : username !== undefined
        ? { auth: { username, password: password?.reveal() ?? '' } }
        : {};
  const client = new Client({
    ...(cloudId !== undefined ? { cloud: { id: cloudId } } : { node: url as string }),
    ...auth,
    maxRetries: 0,
    compression: false,
    tls: { rejectUnauthorized: settings.insecure !== true, ...(ca !== null && { ca }) },
  });
  return {
    send: (params, { signal, timeout }) =>
      client.transport.request(params as never, {
        asStream: true,
        meta: true,
        signal,
        requestTimeout: timeout,
      }) as unknown as Promise<RawAnswer>,
    close: () => client.close(),
  };
}
