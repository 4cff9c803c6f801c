/**
 * Who we are to one server, and calls to it that are patient: a session that ended is opened again once when there is
 * a password, a server that is busy is asked again a bounded number of times. Everything belongs to this object alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HuntbookError } from '../../errors.ts';
import { replyFault } from './faults.ts';
import type { HttpCall, HttpReply } from './http.ts';
import { Transport } from './transport.ts';
import { checkUrl } from './trust.ts';
import type { SplunkSettings, SplunkTuning } from './types.ts';

/** Characters of a short answer: a list of apps or indexes, the state of a job. */
const maxAnswer = 32 * 1024 * 1024;

export interface Call extends HttpCall {
  /** For messages: what is asked for. */
  readonly what: string;
  /** Statuses that are an answer and not a fault. */
  readonly accept?: readonly number[];
}

export class Connection {
  readonly settings: SplunkSettings;
  readonly tuning: SplunkTuning;
  readonly #transport: Transport;
  #key: string | null;
  #login: Promise<string> | null = null;

  constructor(settings: SplunkSettings, tuning: SplunkTuning) {
    checkUrl(settings);
    const { password, session, token, username } = settings;
    if (!token && !session && !(username !== undefined && password)) {
      throw new HuntbookError('HB_AUTH', `no token, session, or user and password for ${settings.url}`);
    }
    this.settings = Object.freeze({ ...settings });
    this.tuning = tuning;
    this.#transport = new Transport(settings, tuning);
    this.#key = session?.reveal() ?? null;
  }

  get host(): string {
    return this.#transport.base.host;
  }

  /** An answer whose status is good; throws what every other answer means. */
  async call(call: Call): Promise<HttpReply> {
    let renewed = false;
    for (let tries = 1; ; tries++) {
      const key = await this.#authorisation();
      const reply = await this.#transport.send({
        ...call,
        headers: { ...call.headers, authorization: key },
      });
      const { status } = reply;
      if (status < 400 || call.accept?.includes(status)) return reply;
      if (status === 401 && !renewed && this.#canRenew(key)) {
        renewed = true;
        reply.discard();
        continue;
      }
      if (!this.#busy(status) || tries >= this.tuning.tries) throw await this.#fault(reply, call.what);
      reply.discard();
      await this.#pause(tries, reply, call.signal);
    }
  }

  /** The JSON of a short answer; null for 204. */
  async json(call: Call): Promise<Record<string, unknown> | null> {
    return this.read(
      await this.call({ ...call, params: { ...call.params, output_mode: 'json' } }),
      call.what,
    );
  }

  async read(reply: HttpReply, what: string): Promise<Record<string, unknown> | null> {
    if (reply.status === 204) {
      reply.discard();
      return null;
    }
    const text = await reply.text(maxAnswer);
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      throw new HuntbookError('HB_CONNECT', `${this.host} answers ${what} with something that is not JSON`, {
        cause: error,
        hint: 'Check that the URL is the management port of Splunk (usually 8089), not its web pages (8000).',
      });
    }
  }

  close(): void {
    this.#transport.close();
  }

  #fault(reply: HttpReply, what: string): Promise<HuntbookError> {
    const { password, session, token } = this.settings;
    const secrets = [password, session, token].map((secret) => secret?.reveal() ?? '');
    return replyFault(reply, `${what} at ${this.host}`, [...secrets, this.#key ?? '']);
  }

  #busy(status: number): boolean {
    return status === 429 || status === 503;
  }

  async #authorisation(): Promise<string> {
    const { token } = this.settings;
    if (token) return `Bearer ${token.reveal()}`;
    this.#key ??= await this.#logIn();
    return `Splunk ${this.#key}`;
  }

  /** Whether the call may be made again by another key; searches side by side open one session, not many. */
  #canRenew(used: string): boolean {
    const { password, token, username } = this.settings;
    if (token || username === undefined || !password) return false;
    if (used === `Splunk ${this.#key}`) this.#key = null;
    return true;
  }

  /** Not ended by a search that ends: others may wait for the same session. */
  #logIn(): Promise<string> {
    this.#login ??= this.#openSession().finally(() => (this.#login = null));
    return this.#login;
  }

  async #openSession(): Promise<string> {
    const { password, username } = this.settings;
    const what = `login of ${username}`;
    for (let tries = 1; ; tries++) {
      const reply = await this.#transport.send({
        method: 'POST',
        path: '/services/auth/login',
        params: { username, password: password?.reveal(), output_mode: 'json' },
      });
      if (reply.status < 400) {
        const key = sessionKey(await reply.text(maxAnswer));
        if (key !== null) return key;
        throw new HuntbookError('HB_CONNECT', `${this.host} answers the ${what} without a session`);
      }
      if (!this.#busy(reply.status) || tries >= this.tuning.tries) throw await this.#fault(reply, what);
      reply.discard();
      await this.#pause(tries, reply, undefined);
    }
  }

  /** As long as the server asks for, else longer from time to time; never the same for two clients. */
  async #pause(tries: number, reply: HttpReply, signal: AbortSignal | undefined): Promise<void> {
    const { retryFirst, retryMost } = this.tuning;
    const asked = Number(reply.headers['retry-after']);
    const own = retryFirst * 2 ** (tries - 1) * (0.5 + Math.random());
    const wait = Number.isFinite(asked) && asked >= 0 ? asked * 1000 : own;
    await pause(Math.min(wait, retryMost), signal);
  }
}

export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    throw signal?.aborted ? (signal.reason as Error) : error;
  }
}

function sessionKey(body: string): string | null {
  try {
    const { sessionKey: key } = JSON.parse(body) as { sessionKey?: unknown };
    if (typeof key === 'string') return key;
  } catch {
    // Some answer in XML whatever was asked for.
  }
  return /<sessionKey>([^<]+)<\/sessionKey>/.exec(body)?.[1] ?? null;
}
