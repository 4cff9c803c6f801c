/** What went wrong with a connection or is said in an answer, as one of our errors. */
import { HuntbookError, type ErrorCode } from '../../errors.ts';
import { messagesOf } from './read-json.ts';
import type { HttpReply } from './http.ts';

const certificate =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|CRL_|HOSTNAME_MISMATCH|INVALID_CA)/;

export function connectFault(error: NodeJS.ErrnoException, url: URL): HuntbookError {
  if (error instanceof HuntbookError) return error;
  const code = error.code ?? '';
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) {
    return new HuntbookError('HB_TLS', `${url.host} does not speak TLS`, {
      cause: error,
      hint: 'Check the port: Splunk answers at its management port, usually 8089.',
    });
  }
  if (certificate.test(code)) {
    return new HuntbookError('HB_TLS', `the certificate of ${url.host} is not trusted: ${error.message}`, {
      cause: error,
    });
  }
  return new HuntbookError('HB_CONNECT', `${url.origin} can not be reached: ${error.message || code}`, {
    cause: error,
  });
}

export function cutFault(error: unknown, host: string): HuntbookError {
  if (error instanceof HuntbookError) return error;
  return new HuntbookError('HB_CUT', `the connection to ${host} ended within an answer`, { cause: error });
}

const codes: Record<number, ErrorCode | undefined> = {
  400: 'HB_QUERY',
  401: 'HB_AUTH',
  402: 'HB_FORBIDDEN',
  403: 'HB_FORBIDDEN',
  404: 'HB_CONNECT',
  408: 'HB_TIMEOUT',
  429: 'HB_BUSY',
  503: 'HB_BUSY',
  504: 'HB_TIMEOUT',
};
const mostText = 64 * 1024;

/**
 * The error that an answer with a bad status is; `what` says what was asked. What is in `secrets` is not shown: the
 * page of a proxy may repeat what it was sent.
 */
export async function replyFault(
  reply: HttpReply,
  what: string,
  secrets: readonly string[],
): Promise<HuntbookError> {
  const said = words(hide(await reply.text(mostText).catch(() => ''), secrets));
  const code = codes[reply.status] ?? 'HB_SEARCH';
  const hint =
    reply.status === 404 ? { hint: 'Check that host and port are those of the management port.' } : {};
  return new HuntbookError(code, `${what}: status ${reply.status}${said === '' ? '' : `, ${said}`}`, hint);
}

/** Secrets that are shorter would be found in any text. */
const shortest = 4;

function hide(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of secrets.filter(({ length }) => length >= shortest)) {
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const form of new Set([secret, escaped, encodeURIComponent(secret), formEncoded(secret)]))
      hidden = hidden.replaceAll(form, '***');
  }
  return hidden;
}

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** The messages of an answer in JSON or XML, else its beginning without markup. */
export function words(body: string): string {
  try {
    const value = JSON.parse(body) as { messages?: unknown };
    const texts = messagesOf(value.messages).map(({ text }) => text);
    if (texts.length > 0) return clip(texts.join('; '));
  } catch {
    // XML, or the page of a proxy.
  }
  const messages = [...body.matchAll(/<msg\b[^>]*>([^<]*)<\/msg>/g)].map(([, text]) => plain(text as string));
  return clip(messages.length > 0 ? messages.join('; ') : plain(body.replaceAll(/<[^>]*>/g, ' ')));
}

const plain = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
const clip = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)} …` : text);
