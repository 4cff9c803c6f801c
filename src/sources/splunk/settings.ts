/**
 * Settings of a connection from what the caller says, then the environment, then `.splunkrc`. Credentials are for the
 * server they were written for: where a nearer place names another server, farther credentials are left out.
 */
import { homedir } from 'node:os';
import { Secret } from '../../config/index.ts';
import { HuntbookError } from '../../errors.ts';
import { readSplunkRc } from './splunkrc.ts';
import type { SplunkSettings } from './types.ts';

export interface SplunkSettingsOptions {
  /** Instead of looking for `.splunkrc`. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly overrides?: Partial<SplunkSettings>;
  readonly cwd?: string;
  readonly home?: string;
}

export interface FoundSettings {
  readonly settings: SplunkSettings;
  /** Where each value is from: `given`, the name of a variable, or a file. */
  readonly origins: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

interface Layer {
  /** Where a value is from. */
  readonly origin: (key: string) => string;
  readonly url: string | null;
  readonly values: Readonly<Partial<SplunkSettings>>;
}

const variables = {
  url: 'SPLUNK_URL',
  host: 'SPLUNK_HOST',
  port: 'SPLUNK_PORT',
  scheme: 'SPLUNK_SCHEME',
  username: 'SPLUNK_USERNAME',
  password: 'SPLUNK_PASSWORD',
  token: 'SPLUNK_TOKEN',
  session: 'SPLUNK_SESSION',
  app: 'SPLUNK_APP',
  owner: 'SPLUNK_OWNER',
  ca: 'SPLUNK_CA_FILE',
} as const;

export function findSplunkSettings(options: SplunkSettingsOptions): FoundSettings {
  const { cwd = process.cwd(), env = process.env, file, home = homedir(), overrides = {} } = options;
  const rc = readSplunkRc(file, cwd, home);
  const warnings = [...(rc?.warnings ?? [])];
  const given = { ...overrides };
  for (const [name, value] of Object.entries(given)) if (value === undefined) delete given[name as 'url'];
  const layers: Layer[] = [
    { origin: () => 'given', url: given.url ?? null, values: given },
    layerOf(
      (key) => env[variables[key as keyof typeof variables]],
      (key) =>
        key === 'url' && !env['SPLUNK_URL'] ? 'SPLUNK_HOST' : variables[key as keyof typeof variables],
    ),
    ...(rc
      ? [
          layerOf(
            (key) => rc.values.get(key),
            () => rc.file,
          ),
        ]
      : []),
  ];
  const settings: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const layer of layers) add(layer, settings, origins, warnings);
  settings['url'] ??= 'https://localhost:8089';
  origins['url'] ??= 'default';
  return { settings: settings as unknown as SplunkSettings, origins, warnings };
}

const credentials = ['username', 'password', 'token', 'session'];

function add(
  layer: Layer,
  settings: Record<string, unknown>,
  origins: Record<string, string>,
  warnings: string[],
): void {
  const elsewhere =
    settings['url'] !== undefined && layer.url !== null && !sameServer(settings['url'] as string, layer.url);
  // One kind of credentials: those of the nearest place that has any.
  const { token, session, username, password } = settings;
  const complete = token || session || (username && password);
  for (const [name, value] of Object.entries({
    ...layer.values,
    ...(layer.url !== null && { url: layer.url }),
  })) {
    if (settings[name] !== undefined) continue;
    if (credentials.includes(name)) {
      if (complete) continue;
      // Whoever names a user means to log in as that user.
      if ((name === 'token' || name === 'session') && username !== undefined) continue;
      const another = name === 'password' && username !== undefined && layer.values.username !== undefined;
      if (another && layer.values.username !== username) continue;
      if (elsewhere) {
        warnings.push(`${name} of ${layer.origin(name)} is for ${layer.url} and was left out`);
        continue;
      }
    }
    settings[name] = value;
    origins[name] = layer.origin(name);
  }
}

function sameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

function layerOf(get: (key: string) => string | undefined, origin: (key: string) => string): Layer {
  const text = (key: string): string | undefined => get(key) || undefined;
  const secret = (key: string): Secret | undefined => {
    const value = text(key);
    return value === undefined ? undefined : new Secret(value);
  };
  // A cookie is `splunkd_8089=KEY`, and its value is the session's key.
  const cookie = text('cookie')?.replace(/^splunkd_\d+=/, '');
  const found = {
    username: text('username'),
    password: secret('password'),
    token: secret('token') ?? secret('splunktoken'),
    session: secret('session') ?? (cookie === undefined ? undefined : new Secret(cookie)),
    app: text('app'),
    owner: text('owner'),
    ca: text('ca'),
  };
  const values = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return { origin, url: urlOf(text('url'), text('host'), text('port'), text('scheme'), origin), values };
}

function urlOf(
  url: string | undefined,
  host: string | undefined,
  port: string | undefined,
  scheme: string | undefined,
  origin: (key: string) => string,
): string | null {
  if (url !== undefined) return url;
  if (host === undefined && port === undefined && scheme === undefined) return null;
  const name = host ?? 'localhost';
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const found = `${scheme ?? 'https'}://${bracketed}:${port ?? '8089'}`;
  const good = URL.canParse(found) && /^https?$/.test(scheme ?? 'https') && /^\d{1,5}$/.test(port ?? '8089');
  if (good && !/[/@?#\s]/.test(bracketed)) return found;
  throw new HuntbookError('HB_CONFIG', `host, port and scheme in ${origin('host')} do not make an address`);
}
