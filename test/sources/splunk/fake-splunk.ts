/**
 * A server that answers as Splunk's REST interface does, as far as the official clients show it, with rows that the
 * test gives. It runs no searches. `before` may answer first, for everything that a server can do wrong.
 */
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

export type Value = string | readonly string[];
export type FakeRow = Record<string, Value>;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly params: Record<string, string>;
  readonly headers: IncomingMessage['headers'];
}

export type Before = (seen: Seen, response: ServerResponse, fake: FakeSplunk) => boolean | void;

export interface FakeOptions {
  version?: string;
  instanceType?: string;
  tls?: { key: string; cert: string };
  users?: Record<string, string>;
  tokens?: string[];
  sessions?: string[];
  fields?: string[];
  rows?: readonly FakeRow[];
  /** Most rows of one answer. */
  maxResultRows?: number;
  /** How often a job is asked for before it is done. */
  polls?: number;
  /** What the job says besides. */
  job?: Record<string, unknown>;
  messages?: { type: string; text: string }[];
  /** Rows of a preview that come first in an export. */
  preview?: readonly FakeRow[];
  /** Without the columns that tell several values apart. */
  plainCsv?: boolean;
  before?: Before;
}

export class FakeSplunk {
  readonly seen: Seen[] = [];
  readonly jobs = new Map<string, { polls: number; search: string }>();
  readonly cancelled: string[] = [];
  readonly sessions: Set<string>;
  logins = 0;
  made = 0;
  url = '';
  readonly options: FakeOptions;
  #server!: http.Server | https.Server;

  constructor(options: FakeOptions) {
    this.options = options;
    this.sessions = new Set(options.sessions ?? []);
  }

  static async start(options: FakeOptions = {}): Promise<FakeSplunk> {
    const fake = new FakeSplunk(options);
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void fake.#take(request, response);
    fake.#server = options.tls ? https.createServer(options.tls, answer) : http.createServer(answer);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    fake.url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(fake.#server.address() as AddressInfo).port}`;
    return fake;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Requests to a path that ends so. */
  to(end: string): Seen[] {
    return this.seen.filter(({ path }) => path.endsWith(end));
  }

  /** The request that made a job or a stream. */
  get search(): Seen {
    return this.seen.find(({ params }) => params['search'] !== undefined) as Seen;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    const url = new URL(request.url ?? '/', 'http://fake');
    const params = Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)]);
    const seen = { method: request.method ?? '', path: url.pathname, params, headers: request.headers };
    this.seen.push(seen);
    if (this.options.before?.(seen, response, this)) return;
    this.answer(seen, response);
  }

  answer(seen: Seen, response: ServerResponse): void {
    const { params, path } = seen;
    const { apps = ['search', 'launcher'], indexes = ['main', 'wineventlog'] } = {} as Record<
      string,
      string[]
    >;
    if (path.endsWith('/auth/login')) return this.#login(seen, response);
    if (!this.#knows(seen)) {
      return json(response, { messages: [{ type: 'WARN', text: 'call not properly authenticated' }] }, 401);
    }
    const place = path.replace(/^.*?\/services(?:NS\/[^/]+\/[^/]+)?\//, '');
    const { version = '9.3.1', instanceType, maxResultRows = 50_000 } = this.options;
    if (place === 'server/info') {
      const content = { version, serverName: 'fake', ...(instanceType && { instance_type: instanceType }) };
      return json(response, { generator: { version }, entry: [{ name: 'server-info', content }] });
    }
    if (place === 'apps/local') return json(response, { entry: apps.map((name) => ({ name, content: {} })) });
    if (place === 'data/indexes')
      return json(response, { entry: indexes.map((name) => ({ name, content: {} })) });
    if (place === 'configs/conf-limits/restapi') {
      const content = { maxresultrows: String(maxResultRows) };
      return json(response, { entry: [{ name: 'restapi', content }] });
    }
    const [, v2, sid = '', below = ''] = /^search(\/v2)?\/jobs(?:\/([^/]+))?(\/.*)?$/.exec(place) ?? [];
    if (v2 === undefined && !place.startsWith('search/jobs')) return json(response, {}, 404);
    if (sid === 'export') return this.#export(params, response);
    if (sid === '') return this.#create(params, response);
    return this.#job(sid, below, params, response);
  }

  #login({ params }: Seen, response: ServerResponse): void {
    const { users = { alice: 'secret' } } = this.options;
    const { username = '', password } = params;
    if (users[username] === undefined || users[username] !== password) {
      return json(response, { messages: [{ type: 'WARN', text: 'Login failed' }] }, 401);
    }
    const key = `key-${username}-${++this.logins}`;
    this.sessions.add(key);
    json(response, { sessionKey: key });
  }

  #knows({ headers }: Seen): boolean {
    const [scheme, key = ''] = (headers.authorization ?? '').split(' ');
    return scheme === 'Bearer' ? (this.options.tokens ?? []).includes(key) : this.sessions.has(key);
  }

  #create(params: Record<string, string>, response: ServerResponse): void {
    const sid = params['id'] ?? `sid.${++this.made}`;
    if (params['exec_mode'] === 'oneshot') {
      const { maxResultRows = 50_000, rows = [] } = this.options;
      const count = Number(params['count'] ?? 100) || maxResultRows;
      return this.#results(params, rows.slice(0, Math.min(count, maxResultRows)), response);
    }
    this.jobs.set(sid, { polls: 0, search: params['search'] ?? '' });
    json(response, { sid }, 201);
  }

  #job(sid: string, below: string, params: Record<string, string>, response: ServerResponse): void {
    const job = this.jobs.get(sid);
    if (!job) {
      return json(response, { messages: [{ type: 'FATAL', text: `Unknown sid.` }] }, 404);
    }
    const { maxResultRows = 50_000, messages = [], polls = 1, rows = [] } = this.options;
    if (below === '/control') {
      if (params['action'] === 'cancel') {
        this.cancelled.push(sid);
        this.jobs.delete(sid);
      }
      return json(response, { messages: [{ type: 'INFO', text: `Search job ${params['action']}.` }] });
    }
    if (below === '/results') {
      const count = Number(params['count'] ?? 100) || maxResultRows;
      const offset = Number(params['offset'] ?? 0);
      return this.#results(params, rows.slice(offset, offset + Math.min(count, maxResultRows)), response);
    }
    job.polls++;
    const done = job.polls >= polls;
    const content = {
      dispatchState: done ? 'DONE' : 'RUNNING',
      isDone: done,
      isFailed: false,
      doneProgress: Math.min(1, job.polls / polls),
      scanCount: 10 * rows.length,
      eventCount: rows.length,
      resultCount: rows.length,
      messages,
      ...(done && this.options.job),
    };
    json(response, { entry: [{ name: sid, content }] });
  }

  #results(params: Record<string, string>, rows: readonly FakeRow[], response: ServerResponse): void {
    const fields = this.options.fields ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const { messages = [] } = this.options;
    const mode = params['output_mode'] ?? 'xml';
    if (mode === 'json') {
      const named = fields.map((name) => ({ name }));
      response.end(
        JSON.stringify({ preview: false, init_offset: 0, messages, fields: named, results: rows }),
      );
    } else if (mode === 'csv') response.end(csv(fields, rows, this.options.plainCsv !== true));
    else response.end(xml(fields, rows, '0', messages));
  }

  #export(params: Record<string, string>, response: ServerResponse): void {
    const { messages = [], preview = [], rows = [] } = this.options;
    const fields = this.options.fields ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const mode = params['output_mode'] ?? 'xml';
    if (mode === 'csv') return void response.end(csv(fields, rows, this.options.plainCsv !== true));
    if (mode === 'xml') {
      response.write(xml(fields, preview, '1', []));
      // Splunk sends a document for each piece of the result.
      const half = Math.ceil(rows.length / 2);
      response.write(xml(fields, rows.slice(0, half), '0', messages));
      return void response.end(xml(fields, rows.slice(half), '0', []));
    }
    const lines = [
      ...preview.map((result, offset) => ({ preview: true, offset, result })),
      ...messages.map((message) => ({ preview: false, messages: [message] })),
      ...rows.map((result, offset) => ({ preview: false, offset, result })),
    ].map((line) => JSON.stringify(line));
    const last =
      rows.length === 0
        ? '{"preview":false,"lastrow":true}'
        : lines.pop()?.replace('"result"', '"lastrow":true,"result"');
    response.end([...lines, last, ''].join('\n'));
  }
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const values = (value: Value | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const valuesOf = (row: FakeRow, name: string): readonly string[] =>
  values(Object.hasOwn(row, name) ? row[name] : undefined);

export function csv(fields: readonly string[], rows: readonly FakeRow[], withValues: boolean): string {
  if (fields.length === 0) return '';
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (row: FakeRow): string[] => [
    ...fields.map((name) => valuesOf(row, name).join('\n')),
    ...(withValues ? fields.map((name) => several(valuesOf(row, name))) : []),
  ];
  const header = [...fields, ...(withValues ? fields.map((name) => `__mv_${name}`) : [])];
  return [header, ...rows.map(line)].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

const several = (list: readonly string[]): string =>
  list.length < 2 ? '' : list.map((each) => `$${each.replaceAll('$', '$$$$')}$`).join(';');

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&apos;');

export function xml(
  fields: readonly string[],
  rows: readonly FakeRow[],
  preview: string,
  messages: readonly { type: string; text: string }[],
): string {
  const order = fields.map((name) => `<field>${escapeXml(name)}</field>`).join('\n');
  const said = messages.map(({ text, type }) => `<msg type="${type}">${escapeXml(text)}</msg>`).join('');
  const result = (row: FakeRow, offset: number): string =>
    `\t<result offset='${offset}'>\n${Object.entries(row)
      .map(([name, value]) => field(name, value))
      .join('\n')}\n\t</result>\n`;
  return `<?xml version='1.0' encoding='UTF-8'?>\n<results preview='${preview}'>\n<meta>\n<fieldOrder>\n${order}\n</fieldOrder>\n</meta>\n<messages>${said}</messages>\n${rows.map(result).join('')}</results>\n`;
}

function field(name: string, value: Value): string {
  const key = escapeXml(name);
  if (name === '_raw' && typeof value === 'string') {
    const marked = escapeXml(value).replace(/lsass/g, '<sg h="1">lsass</sg>');
    return `<field k='_raw'><v xml:space='preserve' trunc='0'>${marked}</v></field>`;
  }
  const texts = values(value).map((text) => `<value h='0'><text>${escapeXml(text)}</text></value>`);
  return `\t\t<field k='${key}'>${texts.join('')}</field>`;
}
