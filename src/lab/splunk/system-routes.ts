/** Login, and what there is to know about the server: its version, apps, indexes, and who asks. */
import type { Access } from './access.ts';
import { feedReply, type Content, type Entry } from './atom.ts';
import { jsonReply, Refusal, xmlReply, type Reply } from './reply.ts';
import { wholeParam, type Request } from './request.ts';
import { xmlText } from './xml.ts';

export interface IndexFacts {
  readonly name: string;
  readonly events: number;
  readonly from: string | null;
  readonly to: string | null;
}

export interface SystemSite {
  readonly version: string;
  readonly user: string;
  readonly index: IndexFacts;
  readonly maxResultRows: number;
}

export function loginReply(access: Access, request: Request, cookieName: string): Reply {
  if (request.method !== 'POST') throw new Refusal(405, 'ERROR', 'Method Not Allowed', { Allow: 'POST' });
  const { params, json } = request;
  const key = access.login(params.get('username') ?? '', params.get('password') ?? '');
  const headers: Record<string, string> =
    params.get('cookie') === '1'
      ? { 'Set-Cookie': `${cookieName}=${key}; Path=/; HttpOnly; SameSite=Strict` }
      : {};
  return json
    ? jsonReply({ sessionKey: key, message: '', code: '' }, 200, headers)
    : xmlReply(`<response>\n  <sessionKey>${xmlText(key)}</sessionKey>\n</response>\n`, 200, headers);
}

/** The apps that searches may be sent to. */
const apps: Readonly<Record<string, string>> = { search: 'Search & Reporting', launcher: 'Home' };

/** Throws 404 for a namespace with an app that is not there. */
export function checkNamespace({ app }: Request): void {
  if (app === undefined || app === '-' || app === 'system' || Object.hasOwn(apps, app)) return;
  throw new Refusal(404, 'ERROR', `Application does not exist: ${app.slice(0, 100)}`);
}

/** The answer for a path that is not about searches. Throws 404 for one that is not there. */
export function systemReply(site: SystemSite, request: Request): Reply {
  const [area, kind, name] = request.path;
  const list = collections[`${area}/${kind}`];
  if (list === undefined || request.path.length > 3) throw new Refusal(404, 'ERROR', 'Not Found');
  if (request.method !== 'GET') {
    throw new Refusal(403, 'WARN', 'insufficient permission to access this resource');
  }
  const base = `/services/${area}/${kind}`;
  const all = list(site).map((entry) => ({ ...entry, id: `${base}/${encodeURIComponent(entry.name)}` }));
  const named = name === undefined ? all : all.filter((entry) => entry.name === name);
  if (name !== undefined && named.length === 0) {
    throw new Refusal(404, 'ERROR', `Could not find object id=${name.slice(0, 100)}`);
  }
  const count = wholeParam(request.params, 'count', 30);
  const offset = Math.max(0, wholeParam(request.params, 'offset', 0));
  const entries = named.slice(offset, count > 0 ? offset + count : undefined);
  const feed = { title: String(kind), origin: base, version: site.version, entries };
  return feedReply({ ...feed, total: named.length, offset, count: Math.max(0, count) }, request.json);
}

type Listed = Omit<Entry, 'id'>;

const collections: Readonly<Record<string, (site: SystemSite) => readonly Listed[]>> = {
  'server/info': ({ version }) => [
    {
      name: 'server-info',
      app: 'system',
      content: {
        version,
        build: 'huntbook',
        serverName: 'huntbook-lab',
        product_type: 'enterprise',
        isFree: false,
        isTrial: false,
        licenseState: 'OK',
        mode: 'normal',
        os_name: process.platform,
        cpu_arch: process.arch,
        server_roles: ['search_head', 'indexer'],
      },
    },
  ],
  'apps/local': () =>
    Object.entries(apps).map(([name, label]) => ({
      name,
      content: { label, version: '1.0', visible: true, disabled: false, configured: true },
    })),
  'data/indexes': ({ index }) => [
    {
      name: index.name,
      content: {
        totalEventCount: index.events,
        minTime: index.from ?? '',
        maxTime: index.to ?? '',
        currentDBSizeMB: 1,
        disabled: false,
        isInternal: false,
        datatype: 'event',
      },
    },
  ],
  'configs/conf-limits': ({ maxResultRows }) => [
    { name: 'restapi', app: 'system', content: { maxresultrows: String(maxResultRows), disabled: false } },
  ],
  'authentication/current-context': ({ user }) => [
    {
      name: 'context',
      app: 'system',
      content: {
        username: user,
        realname: user,
        roles: ['user'],
        capabilities: ['search'] as readonly Content[],
        defaultApp: 'search',
      },
    },
  ],
};
