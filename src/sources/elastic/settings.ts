/** How a server is reached, checked before anything is sent. */
import { readFileSync } from 'node:fs';
import type { Secret } from '../../config/index.ts';
import { HuntbookError } from '../../errors.ts';

export interface ElasticSettings {
  readonly product: 'elasticsearch' | 'opensearch';
  /** `https://host:9200`; this or `cloudId`. */
  readonly url?: string;
  /** Of Elastic Cloud. */
  readonly cloudId?: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly apiKey?: Secret;
  /** File with the certificate of the CA. */
  readonly ca?: string;
  /** Certificates are not checked. */
  readonly insecure?: boolean;
  /** Index pattern of searches that name none. */
  readonly index?: string;
  /** Field of the event time; default: `@timestamp`. */
  readonly timeField?: string;
  /** Seconds for a search. */
  readonly timeout?: number;
}

export interface Checked {
  readonly url: string | null;
  readonly ca: string | null;
  /** Name for messages, without credentials. */
  readonly name: string;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Throws HB_CONFIG for what does not fit together, HB_TLS where credentials would cross a network in the clear. */
export function checkSettings(settings: ElasticSettings): Checked {
  const { url, cloudId, username, password, apiKey, ca } = settings;
  if ((url === undefined) === (cloudId === undefined))
    throw new HuntbookError(
      'HB_CONFIG',
      `a source of the kind ${settings.product} needs either url or cloud_id`,
    );
  if (cloudId !== undefined && settings.product === 'opensearch')
    throw new HuntbookError('HB_CONFIG', 'cloud_id is for Elasticsearch only');
  if ((username === undefined) !== (password === undefined))
    throw new HuntbookError('HB_CONFIG', 'username and password go together');
  if (username !== undefined && apiKey !== undefined)
    throw new HuntbookError('HB_CONFIG', 'give either username and password or api_key');
  const known = { ca: ca === undefined ? null : readCa(ca) };
  if (url === undefined) return { ...known, url: null, name: 'Elastic Cloud' };
  if (!URL.canParse(url)) throw new HuntbookError('HB_CONFIG', `the url of a source is no address`);
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    throw new HuntbookError('HB_CONFIG', `the url of a source begins with https:// or http://`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new HuntbookError('HB_CONFIG', 'credentials do not belong into the url; use username and password');
  const open = parsed.protocol === 'http:' && !loopback.test(parsed.hostname);
  if (open && (username !== undefined || apiKey !== undefined)) {
    throw new HuntbookError('HB_TLS', `credentials are not sent to ${parsed.host} over http`, {
      hint: 'Use https://, or leave the credentials out.',
    });
  }
  return { ...known, url: url.replace(/\/+$/, ''), name: parsed.host };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new HuntbookError('HB_CONFIG', `the CA file ${file} cannot be read`);
  }
}
