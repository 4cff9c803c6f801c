/** What a server says about itself: version, apps, indexes, limits. */
import { HuntbookError } from '../../errors.ts';
import type { EngineInfo } from '../engine.ts';
import type { Connection } from './connection.ts';
import { hasV2, namespace } from './paths.ts';

export interface ServerInfo {
  readonly version: string;
  readonly name: string;
  readonly instanceType: string;
  readonly v2: boolean;
}

export interface Named {
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export async function serverInfo(connection: Connection, signal?: AbortSignal): Promise<ServerInfo> {
  const body = await connection.json({
    method: 'GET',
    path: '/services/server/info',
    what: 'server info',
    signal,
  });
  const content = entries(body)[0]?.content ?? {};
  const version =
    text(content['version']) || text((body?.['generator'] as Record<string, unknown>)?.['version']);
  if (version === '') {
    throw new HuntbookError(
      'HB_CONNECT',
      `${connection.host} does not say its version; it may not be Splunk`,
    );
  }
  const instanceType = text(content['instance_type']);
  return {
    version,
    instanceType,
    name: text(content['serverName']) || text(content['host']),
    v2: hasV2(version, instanceType),
  };
}

/** Entries of a list, all of them. */
export async function list(
  connection: Connection,
  path: string,
  what: string,
  signal?: AbortSignal,
): Promise<Named[]> {
  const full = `${namespace(connection.settings)}/${path}`;
  const params = { count: 0, offset: 0 };
  return entries(await connection.json({ method: 'GET', path: full, params, what, signal }));
}

export const apps = (connection: Connection, signal?: AbortSignal): Promise<Named[]> =>
  list(connection, 'apps/local', 'apps', signal);
export const indexes = (connection: Connection, signal?: AbortSignal): Promise<Named[]> =>
  list(connection, 'data/indexes', 'indexes', signal);

/** Info and apps, which show that the login is good, and indexes where they may be listed. */
export async function testServer(connection: Connection, signal?: AbortSignal): Promise<EngineInfo> {
  const info = await serverInfo(connection, signal);
  const { app, owner, session, token, username } = connection.settings;
  const names = (items: readonly Named[]): string =>
    `${items.length}${items.length > 0 ? `: ${items.map(({ name }) => name).join(', ')}` : ''}`;
  const details: Record<string, string> = {
    server: info.name || connection.host,
    login: token ? 'token' : session ? 'session' : `user ${username}`,
    ...(app !== undefined && { app }),
    ...(owner !== undefined && { owner }),
    endpoints: info.v2 ? 'search/v2' : 'search',
    apps: names(await apps(connection, signal)),
  };
  try {
    details['indexes'] = names(await indexes(connection, signal));
  } catch (error) {
    if (signal?.aborted || !(error instanceof HuntbookError)) throw error;
    details['indexes'] = `not listed: ${error.message}`;
  }
  return { product: 'Splunk', version: info.version, details };
}

/** Most rows that one answer may have, by the server's settings; its default where it does not tell. */
export async function rowCap(connection: Connection, signal?: AbortSignal): Promise<number> {
  const usual = 50_000;
  try {
    const path = '/services/configs/conf-limits/restapi';
    const body = await connection.json({ method: 'GET', path, what: 'limits', signal });
    const cap = Number(entries(body)[0]?.content['maxresultrows']);
    return cap > 0 ? cap : usual;
  } catch (error) {
    if (signal?.aborted) throw error;
    return usual;
  }
}

export function entries(body: Record<string, unknown> | null): Named[] {
  const list = body?.['entry'];
  if (!Array.isArray(list)) return [];
  return list.map((entry: { name?: unknown; content?: unknown }) => ({
    name: text(entry?.name),
    content: (typeof entry?.content === 'object' && entry.content !== null ? entry.content : {}) as Record<
      string,
      unknown
    >,
  }));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
