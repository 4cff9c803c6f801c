/** A request as the routes need it: path without its prefix and namespace, parameters of query and form together. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './reply.ts';

/** Searches with thousands of GUIDs are long; nothing longer is one. */
const MAX_BODY = 16 * 1024 * 1024;

export interface Request {
  readonly method: string;
  /** Parts of the path below `/services` or `/servicesNS/owner/app`. */
  readonly path: readonly string[];
  readonly owner: string | undefined;
  readonly app: string | undefined;
  readonly params: URLSearchParams;
  /** Whether answers that are no results are wanted as JSON. */
  readonly json: boolean;
  readonly headers: IncomingMessage['headers'];
}

export async function readRequest(message: IncomingMessage): Promise<Request> {
  const url = readUrl(message.url ?? '/');
  const params = new URLSearchParams(url.searchParams);
  const body = await readBody(message);
  for (const [name, value] of new URLSearchParams(body)) {
    // The JavaScript client gives output_mode in the query and in the form.
    if (params.get(name) !== value) params.append(name, value);
  }
  const parts = url.pathname.split('/').filter(Boolean).map(decodePart);
  const [prefix] = parts;
  if (prefix !== 'services' && prefix !== 'servicesNS') throw new Refusal(404, 'ERROR', 'Not Found');
  const named = prefix === 'servicesNS';
  return {
    method: message.method ?? 'GET',
    path: parts.slice(named ? 3 : 1),
    owner: named ? parts[1] : undefined,
    app: named ? parts[2] : undefined,
    params,
    json: (params.get('output_mode') ?? '').startsWith('json'),
    headers: message.headers,
  };
}

function readUrl(text: string): URL {
  try {
    return new URL(text, 'http://127.0.0.1');
  } catch {
    throw new Refusal(400, 'ERROR', 'Bad Request');
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, 'ERROR', 'Bad Request');
  }
}

async function readBody(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY) throw new Refusal(413, 'ERROR', 'The request is too large.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** A whole number of the parameters. Throws 400 for anything else. */
export function wholeParam(params: URLSearchParams, name: string, usual: number): number {
  const text = params.get(name);
  if (text === null || text === '') return usual;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new Refusal(
    400,
    'ERROR',
    `Invalid value for argument "${name}": "${text.slice(0, 50)}" is not a whole number.`,
  );
}
