/**
 * A stand-in for a Splunk server over a table of events: the part of Splunk's REST interface that searches use, with
 * the vendor's own clients as its judges. It listens on 127.0.0.1 only, and reads. docs/lab-splunk.md says what it has.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HuntbookError } from '../../errors.ts';
import { Access } from './access.ts';
import type { EventTable } from './event-table.ts';
import { Jobs } from './jobs.ts';
import { messageReply, Refusal, type Reply } from './reply.ts';
import { readRequest, type Request } from './request.ts';
import { parserReply, searchReply, type SearchSite } from './search-routes.ts';
import { checkNamespace, loginReply, systemReply, type SystemSite } from './system-routes.ts';
import type { ServeOptions, SplunkServer } from './types.ts';

const HOST = '127.0.0.1';

export type ServerOptions = Omit<ServeOptions, 'database' | 'table' | 'columns' | 'raw'>;

/** The server over anything that can be searched. */
export async function serveTable(options: ServerOptions, table: EventTable): Promise<SplunkServer> {
  const { user = 'admin', version = '9.3.1', pace = 0, index = 'main' } = options;
  if (!/^\d{1,4}\.\d{1,4}(?:\.\d{1,4}){0,2}$/.test(version)) {
    throw new HuntbookError('HB_USAGE', `The version "${version}" is not one of Splunk, such as 9.3.1.`);
  }
  const jobs = new Jobs({ search: table.search, maxJobs: options.maxJobs ?? 10, pace });
  const access = new Access({
    user,
    password: options.password,
    seconds: options.sessionSeconds ?? 3600,
    ...(options.token !== undefined && { token: options.token }),
  });
  const site: SystemSite & Omit<SearchSite, 'v2' | 'base'> = {
    jobs,
    version,
    user,
    check: table.check,
    index: { name: index, ...table.facts },
    maxResultRows: options.maxResultRows ?? 50_000,
    maxCount: options.maxCount ?? 500_000,
  };
  let cookieName = '';
  const server = createServer((message, response) => {
    void answer(message, response);
  });

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let request: Request | undefined;
    let reply: Reply;
    try {
      request = await readRequest(message);
      reply = await route(request);
    } catch (error) {
      reply = refusalReply(error, request?.json ?? false);
    }
    const path = (message.url ?? '').split('?')[0] as string;
    options.onRequest?.({ method: message.method ?? '', path, status: reply.status });
    await send(response, reply);
  }

  function route(request: Request): Reply | Promise<Reply> {
    // A page in a browser has no business here.
    if (request.headers.origin !== undefined)
      throw new Refusal(403, 'WARN', 'Requests of web pages are refused.');
    const path = request.path.join('/');
    if (path === 'auth/login') return loginReply(access, request, cookieName);
    access.check(request, cookieName);
    checkNamespace(request);
    const v2 = path.startsWith('search/v2/');
    if (v2 && !hasV2(version)) throw new Refusal(404, 'ERROR', 'Not Found');
    const at = v2 ? 2 : 1;
    if (request.path[0] === 'search' && request.path[at] === 'jobs') {
      const base = `/services/${v2 ? 'search/v2' : 'search'}/jobs`;
      return searchReply({ ...site, v2, base }, request, request.path.slice(at + 1));
    }
    if (request.path[0] === 'search' && request.path[at] === 'parser' && request.path.length === at + 1)
      return parserReply({ ...site, v2, base: '' }, request);
    return systemReply(site, request);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, options.port ?? 0)));
    server.listen(options.port ?? 0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  cookieName = `splunkd_${port}`;
  return {
    url: `http://${HOST}:${port}`,
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await jobs.close();
      server.closeAllConnections();
      await closed;
      await table.close();
    },
  };
}

/** The endpoints of the second kind came with 9.0.2. */
function hasV2(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major > 9 || (major === 9 && (minor > 0 || patch >= 2));
}

function refusalReply(error: unknown, json: boolean): Reply {
  if (error instanceof Refusal) {
    return messageReply(json, error.status, [{ type: error.level, text: error.message }], error.headers);
  }
  const text = error instanceof Error ? error.message : String(error);
  return messageReply(json, 500, [{ type: 'ERROR', text: `In the stand-in itself: ${text}` }]);
}

async function send(response: ServerResponse, { status, type, headers, body }: Reply): Promise<void> {
  try {
    response.writeHead(status, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    });
    if (typeof body === 'string') response.end(body);
    else await pipeline(Readable.from(grouped(body)), response);
  } catch {
    // The client went away, or the rows ended in an error: what was sent must not look whole.
    response.destroy();
  }
}

/** Small pieces together: a write of its own for each row is slow. */
async function* grouped(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function listenError(error: NodeJS.ErrnoException, port: number): HuntbookError {
  const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
  return new HuntbookError('HB_CONNECT', `cannot listen on port ${port} of ${HOST}: ${reason}`, {
    cause: error,
    hint: 'Choose another with --port; 0 is any that is free.',
  });
}
