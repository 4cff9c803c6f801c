/**
 * HTTP to one server: nothing is shared with another connection, certificates are checked, a body that the network cut
 * off is never taken for a whole one. Redirects are followed within the same origin only, so that what authenticates
 * us goes nowhere else. `node:https` and not `fetch`, because a CA of one's own can be given to it.
 */
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { HuntbookError } from '../../errors.ts';
import { connectFault, cutFault } from './faults.ts';
import type { HttpCall, HttpReply, Params } from './http.ts';
import { trust } from './trust.ts';
import type { SplunkSettings, SplunkTuning } from './types.ts';

const maxRedirects = 3;

export class Transport {
  readonly base: URL;
  readonly #agent: http.Agent;
  readonly #tuning: SplunkTuning;

  constructor(settings: SplunkSettings, tuning: SplunkTuning) {
    this.base = new URL(settings.url);
    this.#tuning = tuning;
    this.#agent =
      this.base.protocol === 'https:'
        ? new https.Agent({
            keepAlive: true,
            rejectUnauthorized: settings.insecure !== true,
            ...trust(settings),
          })
        : new http.Agent({ keepAlive: true });
  }

  async send(call: HttpCall): Promise<HttpReply> {
    let url = this.#url(call);
    for (let hops = 0; ; hops++) {
      const response = await this.#once(url, call);
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (status < 300 || status >= 400) return this.#reply(response, call);
      response.destroy();
      const next = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : null;
      const follows = next?.origin === url.origin && (call.method === 'GET' || status >= 307);
      if (!follows || hops >= maxRedirects) {
        const to = next ? next.origin + next.pathname : 'an address that is none';
        throw new HuntbookError(
          'HB_CONNECT',
          `${this.base.origin} sends on to ${to}, which was not followed`,
          {
            hint: 'Name the address that answers itself; credentials are not sent to another server.',
          },
        );
      }
      url = next;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #url(call: HttpCall): URL {
    const url = new URL(this.base.pathname.replace(/\/+$/, '') + call.path, this.base.origin);
    if (call.method === 'GET') url.search = encode(call.params).toString();
    return url;
  }

  async #once(url: URL, call: HttpCall): Promise<IncomingMessage> {
    try {
      return await this.#exchange(url, call);
    } catch (error) {
      // An idle connection that the server had closed in the meantime; nothing was answered on it.
      if (!(error instanceof StaleConnection)) throw error;
      return await this.#exchange(url, call);
    }
  }

  #exchange(url: URL, call: HttpCall): Promise<IncomingMessage> {
    const { signal } = call;
    const secure = url.protocol === 'https:';
    const body = call.method === 'POST' ? encode(call.params).toString() : null;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const request = (secure ? https : http).request(url, {
        method: call.method,
        agent: this.#agent,
        headers: {
          accept: '*/*',
          'user-agent': 'huntbook',
          ...(body !== null && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
          }),
          ...call.headers,
        },
      });
      const late = (what: string): void => {
        request.destroy(new HuntbookError('HB_TIMEOUT', `${url.host} ${what}`));
      };
      const connecting = setTimeout(() => late('does not take the connection'), this.#tuning.connect);
      let response: IncomingMessage | null = null;
      const abort = (): void => void (response ?? request).destroy();
      signal?.addEventListener('abort', abort, { once: true });
      request.on('socket', (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        else socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
      });
      // Also for sockets that are used again, which may have the patience of a longer call.
      request.setTimeout(call.long ? 0 : this.#tuning.patience, () => late('is silent'));
      const settle = (): void => {
        clearTimeout(connecting);
        signal?.removeEventListener('abort', abort);
      };
      request.on('close', settle);
      request.on('response', (answer) => {
        response = answer;
        // From here on silence may be that of a slow reader on our side: `#reply` looks at it.
        request.setTimeout(0);
        // Behind its end the socket may already serve another call.
        answer.on('close', settle);
        resolve(answer);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(signal.reason as Error);
        else if (request.reusedSocket && /^(?:ECONNRESET|EPIPE)$/.test(error.code ?? ''))
          reject(new StaleConnection());
        else reject(connectFault(error, url));
      });
      request.end(body ?? undefined);
    });
  }

  #reply(response: IncomingMessage, call: HttpCall): HttpReply {
    const { headers } = response;
    // Without this an error of a body that nobody reads would end the process.
    response.on('error', () => {});
    const host = this.base.host;
    const { patience } = this.#tuning;
    const silent = (): void => {
      response.destroy(new HuntbookError('HB_TIMEOUT', `${host} is silent within an answer`));
    };
    async function* body(): AsyncGenerator<Uint8Array> {
      const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      try {
        for (;;) {
          // Only while somebody waits for the server: whoever reads slowly is not cut off.
          const timer = call.long ? undefined : setTimeout(silent, patience);
          const { done, value } = await pieces.next().finally(() => clearTimeout(timer));
          if (done) break;
          yield value;
        }
      } catch (error) {
        throw call.signal?.aborted ? call.signal.reason : cutFault(error, host);
      } finally {
        if (!response.complete) response.destroy();
      }
      if (!response.complete) throw call.signal?.aborted ? call.signal.reason : cutFault(null, host);
    }
    return {
      status: response.statusCode ?? 0,
      headers,
      framed: headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined,
      body,
      discard() {
        // Read, so that the connection can be used again, but not for ever.
        const timer = setTimeout(() => response.destroy(), patience).unref();
        response.on('close', () => clearTimeout(timer)).resume();
      },
      async text(limit) {
        const pieces: Uint8Array[] = [];
        let size = 0;
        for await (const piece of body()) {
          pieces.push(piece);
          size += piece.length;
          if (size >= limit) break;
        }
        return Buffer.concat(pieces).subarray(0, limit).toString('utf8');
      },
    };
  }
}

class StaleConnection extends Error {}

function encode(params: Params = {}): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) form.set(name, String(value));
  return form;
}
