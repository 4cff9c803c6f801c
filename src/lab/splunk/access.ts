/**
 * Who may ask: sessions made by a login (as `Authorization: Splunk KEY` or a cookie), one bearer token, and user and
 * password with every request. A session ends when it was not used for a while.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from './reply.ts';
import type { Request } from './request.ts';

/** More sessions than any test or person has; the oldest goes. */
const MAX_SESSIONS = 1_000;

export interface AccessOptions {
  readonly user: string;
  readonly password: string;
  readonly token?: string;
  readonly seconds: number;
}

export class Access {
  readonly #options: AccessOptions;
  /** Key to the time it ends. */
  readonly #sessions = new Map<string, number>();

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  get user(): string {
    return this.#options.user;
  }

  /** A new session's key. Throws 401. */
  login(user: string, password: string): string {
    if (!this.#isUser(user, password)) throw new Refusal(401, 'WARN', 'Login failed');
    const key = randomBytes(32).toString('hex');
    this.#sessions.set(key, Date.now() + this.#options.seconds * 1000);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return key;
  }

  /** Throws 401 when the request has no right to be answered. */
  check(request: Request, cookieName: string): void {
    const { authorization, cookie } = request.headers;
    const [, scheme = '', value = ''] = /^(\w+) +(.*)$/.exec(authorization ?? '') ?? [];
    const known: Readonly<Record<string, () => boolean>> = {
      basic: () => this.#isBasic(value),
      splunk: () => this.#isSession(value) || this.#isToken(value),
      bearer: () => this.#isSession(value) || this.#isToken(value),
    };
    const allowed =
      authorization === undefined
        ? this.#isSession(cookieValue(cookie, cookieName))
        : Object.hasOwn(known, scheme.toLowerCase()) && known[scheme.toLowerCase()]?.();
    if (allowed !== true) throw new Refusal(401, 'WARN', 'call not properly authenticated');
  }

  #isUser(user: string, password: string): boolean {
    const name = same(user, this.#options.user);
    return same(password, this.#options.password) && name;
  }

  #isBasic(value: string): boolean {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon > 0 && this.#isUser(text.slice(0, colon), text.slice(colon + 1));
  }

  #isToken(value: string): boolean {
    return this.#options.token !== undefined && same(value, this.#options.token);
  }

  #isSession(key: string): boolean {
    const end = this.#sessions.get(key);
    if (end === undefined) return false;
    this.#sessions.delete(key);
    if (end < Date.now()) return false;
    this.#sessions.set(key, Date.now() + this.#options.seconds * 1000);
    return true;
  }
}

/** In the same time whatever they are. */
function same(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function cookieValue(header: string | undefined, name: string): string {
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return '';
}
