/** What servers and connections say when something is wrong, as errors of huntbook. Nothing that was sent is repeated. */
import { HuntbookError, type ErrorCode } from '../../errors.ts';

const maxWords = 600;

/** An answer with a status of 400 and more. */
export function answerError(status: number, body: unknown, name: string): HuntbookError {
  const words = wordsOf(body) || `status ${status}`;
  return new HuntbookError(codeOf(status), `${name}: ${words}`, hintOf(words));
}

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'HB_AUTH';
    case 403:
      return 'HB_FORBIDDEN';
    case 408:
    case 504:
      return 'HB_TIMEOUT';
    case 429:
    case 503:
      return 'HB_BUSY';
    default:
      return status >= 500 ? 'HB_SEARCH' : 'HB_QUERY';
  }
}

function hintOf(words: string): { hint?: string } {
  if (words.includes('index_not_found'))
    return { hint: 'Check the index pattern; huntbook source test lists the indexes that match it.' };
  if (words.includes('max_regex_length')) return { hint: 'The index allows no longer regular expressions.' };
  return {};
}

/** The reasons that a body holds, the innermost first. */
export function wordsOf(body: unknown): string {
  if (typeof body === 'string') return cut(body.trim());
  const error = isObject(body) ? (body['error'] ?? body) : null;
  if (typeof error === 'string') return cut(error);
  if (!isObject(error)) return '';
  const found: string[] = [];
  const add = (item: unknown): void => {
    if (!isObject(item)) return;
    const text = [item['type'], item['reason'] ?? item['details']].filter((part) => typeof part === 'string');
    if (text.length > 0) found.push(text.join(': '));
    for (const cause of Array.isArray(item['root_cause']) ? item['root_cause'].slice(0, 3) : []) add(cause);
    for (const failed of Array.isArray(item['failed_shards']) ? item['failed_shards'].slice(0, 3) : [])
      if (isObject(failed)) add(failed['reason']);
    add(item['caused_by']);
  };
  add(error);
  return cut([...new Set(found)].toReversed().join('; '));
}

function cut(text: string): string {
  return text.length > maxWords ? `${text.slice(0, maxWords)}…` : text;
}

/** What was thrown before there was an answer. */
export function connectionError(
  error: unknown,
  name: string,
  signal: AbortSignal | undefined,
): HuntbookError {
  if (error instanceof HuntbookError) return error;
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 5; at = at.cause) chain.push(at);
  const text = chain.map(({ message, name: type }) => message || type).join(': ');
  const codes = chain.map((one) => String((one as { code?: unknown }).code ?? ''));
  if (signal?.aborted === true) {
    const timeout = (signal.reason as { name?: string } | undefined)?.name === 'TimeoutError';
    return new HuntbookError(
      timeout ? 'HB_TIMEOUT' : 'HB_SEARCH',
      `${name}: ${timeout ? 'no answer in time' : 'the search was stopped'}`,
    );
  }
  if (chain.some((one) => /timeout/i.test(one.name)))
    return new HuntbookError('HB_TIMEOUT', `${name}: no answer in time`);
  const tls = [...codes, text].some((one) => /CERT|SSL|TLS|SIGNED|certificate/.test(one));
  if (tls) return new HuntbookError('HB_TLS', `${name}: ${cut(text)}`);
  if (chain.some((one) => one.name === 'ProductNotSupportedError')) {
    return new HuntbookError('HB_CONNECT', `${name} does not answer as Elasticsearch`, {
      hint: 'For OpenSearch use the kind opensearch.',
    });
  }
  return new HuntbookError('HB_CONNECT', `${name}: ${cut(text)}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
