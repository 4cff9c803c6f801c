/** Whose certificates a connection trusts, and what may go over a connection without one. */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { HuntbookError } from '../../errors.ts';
import type { SplunkSettings } from './types.ts';

/** The CA of the settings besides those that Node.js trusts anyway. */
export function trust(settings: SplunkSettings): { ca?: string[] } {
  if (settings.ca === undefined) return {};
  let own: string;
  try {
    own = readFileSync(settings.ca, 'utf8');
  } catch (error) {
    throw new HuntbookError('HB_CONFIG', `${settings.ca}: ${(error as Error).message}`, {
      cause: error,
      hint: 'ca names a PEM file with the certificate of the authority that signed the certificate of the server.',
    });
  }
  if (!own.includes('-----BEGIN CERTIFICATE-----')) {
    throw new HuntbookError('HB_CONFIG', `${settings.ca} holds no certificate in PEM`);
  }
  return { ca: [...tls.rootCertificates, own] };
}

/** Throws for a URL that is none, that holds credentials, or that would show them to everybody on the way. */
export function checkUrl(settings: SplunkSettings): void {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new HuntbookError(
      'HB_USAGE',
      `the URL of Splunk is written https://HOST:8089, not ${show(settings.url)}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new HuntbookError('HB_USAGE', `the URL of Splunk at ${url.host} holds credentials`, {
      hint: 'Give user and password by settings of their own: URLs are shown and logged.',
    });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new HuntbookError('HB_TLS', `${url.origin} is not encrypted; credentials are not sent to it`, {
      hint: 'Use https. Plain http is for servers on this machine only.',
    });
  }
}

/** What is before an `@` may be a password, whatever else is wrong with the URL. */
const show = (url: string): string => JSON.stringify(url.replace(/^.*@/s, '***@'));

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
