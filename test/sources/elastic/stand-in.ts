/** The contract of OpenSearch as far as a search needs it, so that tests may break it in places. */
import { createServer as plainServer, type RequestListener } from 'node:http';
import { createServer as tlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

export interface StandIn {
  readonly url: string;
  readonly asked: Asked[];
  close(): void;
}

/** Null: the usual answer; undefined: none at all. */
type Answer = (asked: Asked) => readonly [number, unknown] | null | undefined;

export const hit = (n: number): unknown => ({ _index: 'i', _id: `${n}`, _source: { n }, sort: [n, n] });

export async function standIn(answer: Answer, tls?: { key: string; cert: string }): Promise<StandIn> {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      const path = decodeURIComponent(String(request.url).split('?')[0] ?? '');
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const one = { method: String(request.method), path, body };
      asked.push(one);
      const made = answer(one);
      if (made === undefined) return;
      const [status, value] = made ?? usual(path);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    });
  };
  const server = tls === undefined ? plainServer(listener) : tlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function usual(path: string): readonly [number, unknown] {
  if (path.endsWith('/_field_caps'))
    return [200, { indices: ['i'], fields: { n: { long: { searchable: true } } } }];
  if (path.endsWith('/point_in_time')) return [200, { pit_id: 'pit' }];
  return [200, { hits: { total: { value: 1 }, hits: [hit(1)] } }];
}
